//! Small measurements of sound, for tests and field tests: how loud, and which frequency.

/// Root mean square of samples in -1..=1; 0 for none.
pub fn rms(samples: &[f32]) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    let sum: f32 = samples.iter().map(|s| s * s).sum();
    (sum / samples.len() as f32).sqrt()
}

/// Power of one frequency by the Goertzel algorithm, Hann window: a full-scale sine of
/// `hz` gives about 0.5 whatever the number of samples.
pub fn power_at(samples: &[f32], sample_rate: u32, hz: f32) -> f32 {
    let n = samples.len();
    if n < 2 {
        return 0.0;
    }
    let omega = std::f64::consts::TAU * f64::from(hz) / f64::from(sample_rate);
    let coefficient = 2.0 * omega.cos();
    let (mut s1, mut s2, mut window_sum) = (0.0f64, 0.0f64, 0.0f64);
    let step = std::f64::consts::TAU / (n - 1) as f64;
    for (i, sample) in samples.iter().enumerate() {
        let window = 0.5 - 0.5 * (step * i as f64).cos();
        window_sum += window;
        let s0 = f64::from(*sample) * window + coefficient * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    let power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
    (2.0 * power / (window_sum * window_sum)) as f32
}

/// The strongest frequency in Hz between 50 Hz and 8 kHz, to about 1 Hz, and which share
/// (0..=1) of the whole power lies within 30 Hz of it. `None` when it is silent or shorter
/// than 50 ms.
///
/// Looks at one second from the middle, so that it stays quick for long recordings.
pub fn dominant_frequency(samples: &[f32], sample_rate: u32) -> Option<Dominant> {
    let wanted = sample_rate as usize;
    let middle = samples.len().saturating_sub(wanted) / 2;
    let samples = &samples[middle..samples.len().min(middle + wanted)];
    let total = rms(samples).powi(2);
    if samples.len() < sample_rate as usize / 20 || total < 1e-10 {
        return None;
    }
    // A coarse search on short blocks (whose lobes are wide), refined on everything.
    let block = sample_rate as usize / 25;
    let coarse_power = |hz: f32| -> f32 {
        samples
            .chunks_exact(block)
            .map(|chunk| power_at(chunk, sample_rate, hz))
            .sum()
    };
    let coarse = strongest(50.0, 8000.0, 20.0, coarse_power);
    let fine = strongest(coarse - 30.0, coarse + 30.0, 1.0, |hz| {
        power_at(samples, sample_rate, hz)
    });
    let share = power_near(samples, sample_rate, fine) / total;
    Some(Dominant {
        hz: fine,
        share: share.min(1.0),
    })
}

/// What [`dominant_frequency`] found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dominant {
    /// Frequency in Hz.
    pub hz: f32,
    /// Share of the whole power that lies within 30 Hz of it, 0..=1.
    pub share: f32,
}

fn strongest(from: f32, to: f32, step: f32, power: impl Fn(f32) -> f32) -> f32 {
    let mut best = (from, -1.0f32);
    let mut hz = from;
    while hz <= to {
        let p = power(hz);
        if p > best.1 {
            best = (hz, p);
        }
        hz += step;
    }
    best.0
}

/// Mean power close to a frequency: the mean over blocks, so that a phase jump (a
/// concealed packet) does not hide a tone that is there.
fn power_near(samples: &[f32], sample_rate: u32, hz: f32) -> f32 {
    let block = sample_rate as usize / 20;
    let (mut sum, mut count) = (0.0f32, 0u32);
    for chunk in samples.chunks_exact(block) {
        sum += power_at(chunk, sample_rate, hz);
        count += 1;
    }
    sum / count.max(1) as f32
}

/// The longest stretch in milliseconds, in steps of 5 ms, that is quieter than
/// `threshold` (root mean square, -1..=1): how long the sound dropped out.
pub fn longest_gap_ms(samples: &[f32], sample_rate: u32, threshold: f32) -> u32 {
    let block = (sample_rate as usize / 200).max(1);
    let (mut longest, mut current) = (0u32, 0u32);
    for chunk in samples.chunks_exact(block) {
        current = if rms(chunk) < threshold {
            current + 5
        } else {
            0
        };
        longest = longest.max(current);
    }
    longest
}

/// Index of the first sample at which the sound becomes louder than `threshold` (root mean
/// square over 2 ms), `None` when it never does.
pub fn onset(samples: &[f32], sample_rate: u32, threshold: f32) -> Option<usize> {
    let block = (sample_rate as usize / 500).max(1);
    samples
        .chunks(block)
        .position(|chunk| rms(chunk) >= threshold)
        .map(|index| index * block)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f32, rate: u32, seconds: f32, amplitude: f32) -> Vec<f32> {
        (0..(rate as f32 * seconds) as usize)
            .map(|i| {
                let phase = f64::from(hz) * i as f64 / f64::from(rate);
                (phase.fract() * std::f64::consts::TAU).sin() as f32 * amplitude
            })
            .collect()
    }

    #[test]
    fn finds_the_frequency_of_a_tone_in_noise() {
        for (hz, rate) in [
            (440.0, 48_000),
            (1000.0, 48_000),
            (73.0, 16_000),
            (3333.0, 44_100),
        ] {
            let mut sound = sine(hz, rate, 1.5, 0.2);
            let mut seed = 1u32;
            for sample in &mut sound {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *sample += (seed as f32 / u32::MAX as f32 - 0.5) * 0.05;
            }
            let found = dominant_frequency(&sound, rate).expect("there is a tone");
            assert!((found.hz - hz).abs() <= 2.0, "{hz}: {found:?}");
            assert!(found.share > 0.8, "{hz}: {found:?}");
        }
    }

    #[test]
    fn silence_has_no_frequency() {
        assert_eq!(dominant_frequency(&[0.0; 48_000], 48_000), None);
        assert_eq!(dominant_frequency(&[0.5; 10], 48_000), None);
    }

    #[test]
    fn gaps_and_onsets_are_found() {
        let mut sound = vec![0.0; 4800];
        sound.extend(sine(500.0, 48_000, 0.5, 0.5));
        sound[14_400..16_800].fill(0.0);
        assert_eq!(onset(&sound, 48_000, 0.1), Some(4800));
        assert_eq!(longest_gap_ms(&sound[4800..], 48_000, 0.05), 50);
    }
}
