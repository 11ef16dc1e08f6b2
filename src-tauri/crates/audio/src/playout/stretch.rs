//! Plays a little faster or slower without changing the pitch: one period of the sound is
//! left out or repeated, with a crossfade where it matches itself best.

/// Periods that are looked for, in samples: 400 Hz down to 100 Hz.
const SHORTEST: usize = 120;
const LONGEST: usize = 480;
/// Samples that are compared, and the longest crossfade.
const OVERLAP: usize = 480;
/// Shortest frame that can be stretched: 20 ms.
const FRAME: usize = LONGEST + OVERLAP;
/// How alike the two places must be: 1.0 is equal.
const ALIKE: f32 = 0.8;
/// Below this power (-50 dBFS) it does not matter.
const QUIET_POWER: f32 = 1e-5;

/// Leaves out 2.5 to 10 ms of `frame`; returns how many samples, 0 when no place is good
/// enough (unless `force`).
pub(super) fn shorten(frame: &mut Vec<f32>, force: bool) -> usize {
    let Some(period) = find_period(frame, force) else {
        return 0;
    };
    let fade = OVERLAP.min(frame.len() - period);
    for i in 0..fade {
        let new = i as f32 / fade as f32;
        frame[i] = frame[i] * (1.0 - new) + frame[i + period] * new;
    }
    frame.copy_within(fade + period.., fade);
    frame.truncate(frame.len() - period);
    period
}

/// Adds 2.5 to 10 ms to `frame`; returns how many samples, 0 when no place is good enough.
pub(super) fn lengthen(frame: &mut Vec<f32>) -> usize {
    let Some(period) = find_period(frame, false) else {
        return 0;
    };
    let length = frame.len();
    let fade = OVERLAP.min(length - period);
    frame.resize(length + period, 0.0);
    frame.copy_within(fade..length, fade + period);
    // From the end, as the places that are read are overwritten.
    for i in (0..fade).rev() {
        let old = i as f32 / fade as f32;
        frame[period + i] =
            frame[i] * old + original(frame, period + i, fade, period) * (1.0 - old);
    }
    period
}

/// The sample that was at `at` before everything from `fade` on moved up by `period`.
fn original(frame: &[f32], at: usize, fade: usize, period: usize) -> f32 {
    if at < fade {
        frame[at]
    } else {
        frame[at + period]
    }
}

fn find_period(frame: &[f32], force: bool) -> Option<usize> {
    let start = frame.get(..FRAME)?;
    let power = start.iter().map(|s| s * s).sum::<f32>() / FRAME as f32;
    if power < QUIET_POWER {
        return Some(LONGEST);
    }
    let coarse = best_lag(start, (SHORTEST..=LONGEST).step_by(4), 4);
    let around = coarse.0.saturating_sub(3).max(SHORTEST)..=(coarse.0 + 3).min(LONGEST);
    let (lag, alike) = best_lag(start, around, 1);
    (alike >= ALIKE || force).then_some(lag)
}

/// The lag at which the sound is most like itself, and how alike.
fn best_lag(frame: &[f32], lags: impl Iterator<Item = usize>, stride: usize) -> (usize, f32) {
    let mut best = (LONGEST, f32::MIN);
    for lag in lags {
        let (mut dot, mut a2, mut b2) = (0.0f32, 1e-9f32, 1e-9f32);
        for i in (0..OVERLAP).step_by(stride) {
            let (a, b) = (frame[i], frame[i + lag]);
            dot += a * b;
            a2 += a * a;
            b2 += b * b;
        }
        let alike = dot / (a2 * b2).sqrt();
        if alike > best.1 {
            best = (lag, alike);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::dominant_frequency;

    fn tone(hz: f32) -> impl Iterator<Item = f32> {
        (0..).map(move |i| {
            let phase = f64::from(hz) * f64::from(i) / 48_000.0;
            (phase.fract() * std::f64::consts::TAU).sin() as f32 * 0.5
        })
    }

    fn noise() -> Vec<f32> {
        let mut seed = 7u32;
        (0..960)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed as f32 / u32::MAX as f32 - 0.5
            })
            .collect()
    }

    /// The largest step between neighbouring samples: a click shows as a large one.
    fn roughness(sound: &[f32]) -> f32 {
        sound
            .windows(2)
            .map(|w| (w[1] - w[0]).abs())
            .fold(0.0, f32::max)
    }

    /// A tone has to stay what it is: same pitch, no click, also where frames meet.
    #[test]
    fn a_tone_stays_whole_when_shortened_and_lengthened() {
        for hz in [220.0, 440.0, 1000.0] {
            let mut source = tone(hz);
            let mut sound = Vec::new();
            let plain: Vec<f32> = tone(hz).take(48_000).collect();
            for n in 0..60 {
                let mut frame: Vec<f32> = source.by_ref().take(960).collect();
                let before = frame.len();
                match n % 3 {
                    0 => {
                        let cut = shorten(&mut frame, false);
                        assert!(cut >= SHORTEST, "{hz}: a tone can be shortened");
                        assert_eq!(frame.len(), before - cut);
                    }
                    1 => {
                        let added = lengthen(&mut frame);
                        assert!(added >= SHORTEST, "{hz}: a tone can be lengthened");
                        assert_eq!(frame.len(), before + added);
                    }
                    _ => {}
                }
                sound.extend(frame);
            }
            let found = dominant_frequency(&sound, 48_000).expect("a tone");
            assert!((found.hz - hz).abs() <= 2.0, "{hz}: {found:?}");
            assert!(found.share > 0.95, "{hz}: {found:?}");
            assert!(roughness(&sound) < roughness(&plain) * 1.3, "{hz}: a click");
        }
    }

    #[test]
    fn noise_is_left_alone_unless_forced_and_silence_never() {
        assert_eq!(shorten(&mut noise(), false), 0);
        assert_eq!(lengthen(&mut noise()), 0);
        assert!(shorten(&mut noise(), true) >= SHORTEST);
        assert_eq!(shorten(&mut vec![0.0; 960], false), LONGEST);
        assert_eq!(shorten(&mut vec![0.0; 480], true), 0, "too short a frame");
    }
}
