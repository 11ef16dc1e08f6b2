//! From one sample rate to another, as a stream.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

use crate::AudioError;

/// Taps of the filter: 32 samples of delay, cheap, and enough for speech.
const SINC_TAPS: usize = 64;

/// Rates that make sense; anything else in a file is nonsense.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// Resamples mono sound. Equal rates pass through untouched.
pub(crate) struct Resampler {
    stages: Option<Stages>,
}

struct Stages {
    sinc: Async<f32>,
    /// Input that does not fill a chunk yet.
    pending: Vec<f32>,
    /// Where one chunk's output lands.
    chunk_out: Vec<f32>,
}

impl Resampler {
    pub(crate) fn new(from: u32, to: u32) -> Result<Self, AudioError> {
        if !RATES.contains(&from) || !RATES.contains(&to) {
            return Err(AudioError::Format {
                details: format!("sample rate of {from} Hz"),
            });
        }
        if from == to {
            return Ok(Self { stages: None });
        }
        let parameters = SincInterpolationParameters::new(SINC_TAPS, WindowFunction::Blackman2)
            .oversampling_factor(128)
            .interpolation(SincInterpolationType::Linear);
        // Chunks of 10 ms: what does not fill one waits for the next.
        let chunk = (from / 100) as usize;
        let sinc = Async::new_sinc(
            f64::from(to) / f64::from(from),
            1.0,
            &parameters,
            chunk,
            1,
            FixedAsync::Input,
        )
        .map_err(|error| AudioError::Format {
            details: format!("{from} Hz to {to} Hz: {error}"),
        })?;
        let chunk_out = vec![0.0; sinc.output_frames_max()];
        Ok(Self {
            stages: Some(Stages {
                sinc,
                pending: Vec::with_capacity(4 * chunk),
                chunk_out,
            }),
        })
    }

    /// Resamples `input`, appending what is ready to `output`.
    pub(crate) fn process(&mut self, input: &[f32], output: &mut Vec<f32>) {
        let Some(stages) = &mut self.stages else {
            output.extend_from_slice(input);
            return;
        };
        stages.pending.extend_from_slice(input);
        let mut used = 0;
        loop {
            let wanted = stages.sinc.input_frames_next();
            let Some(chunk) = stages.pending.get(used..used + wanted) else {
                break;
            };
            used += wanted;
            let room = stages.chunk_out.len();
            let (Ok(source), Ok(mut target)) = (
                InterleavedSlice::new(chunk, 1, wanted),
                InterleavedSlice::new_mut(&mut stages.chunk_out, 1, room),
            ) else {
                break;
            };
            match stages.sinc.process_into_buffer(&source, &mut target, None) {
                Ok((_, written)) => output.extend_from_slice(&stages.chunk_out[..written]),
                Err(error) => {
                    // Cannot happen with the sizes it asked for.
                    tracing::error!(%error, "resampler");
                    break;
                }
            }
        }
        stages.pending.drain(..used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{dominant_frequency, rms};

    fn sine(hz: f32, rate: u32, samples: usize) -> Vec<f32> {
        (0..samples)
            .map(|i| {
                let phase = f64::from(hz) * i as f64 / f64::from(rate);
                (phase.fract() * std::f64::consts::TAU).sin() as f32 * 0.5
            })
            .collect()
    }

    #[test]
    fn a_tone_keeps_pitch_loudness_and_length_in_any_rate() {
        for (from, to) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (8_000, 48_000),
            (16_000, 48_000),
            (11_025, 48_000),
            (96_000, 48_000),
            (48_000, 48_000),
        ] {
            let input = sine(997.0, from, 2 * from as usize);
            let mut resampler = Resampler::new(from, to).expect("a usual rate");
            let mut output = Vec::new();
            // Odd pieces, as devices give them.
            for piece in input.chunks(331) {
                resampler.process(piece, &mut output);
            }
            let expected = 2 * to as usize;
            assert!(
                output.len().abs_diff(expected) < to as usize / 50,
                "{from} to {to}: {} samples",
                output.len()
            );
            let found = dominant_frequency(&output, to).expect("the tone");
            assert!((found.hz - 997.0).abs() < 2.0, "{from} to {to}: {found:?}");
            assert!(found.share > 0.95, "{from} to {to}: {found:?}");
            let loudness = rms(&output[to as usize / 2..to as usize]);
            assert!((loudness - 0.3536).abs() < 0.01, "{from}: {loudness}");
        }
    }

    #[test]
    fn what_the_target_rate_cannot_hold_is_filtered_out() {
        let input = sine(20_000.0, 48_000, 48_000);
        let mut resampler = Resampler::new(48_000, 16_000).expect("a usual rate");
        let mut output = Vec::new();
        resampler.process(&input, &mut output);
        assert!(rms(&output[1000..]) < 0.002, "no alias");
    }

    #[test]
    fn nonsense_rates_are_refused() {
        for rate in [0, 1, 3_999, 1_000_000] {
            assert!(Resampler::new(rate, 48_000).is_err(), "{rate}");
        }
    }
}
