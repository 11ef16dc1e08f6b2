//! What participants say: a loop of Opus packets, encoded once and shared by all.

use std::f32::consts::TAU;
use std::sync::Arc;

use bytes::Bytes;
use media::EncodedAudio;
use opus::{Application, Bitrate, Channels};

use audio::{FRAME_SAMPLES, SAMPLE_RATE};

/// As a call sends by default, bit/s.
const BITRATE: i32 = 32_000;
/// Larger than any packet at that bitrate.
const LARGEST_PACKET: usize = 1200;
/// Length of the loops, seconds.
const LOOP_SECONDS: usize = 2;
/// The chirp: from this to that frequency, Hz, within so many seconds of each second.
const CHIRP: (f32, f32, f32) = (300.0, 3_000.0, 0.6);
/// The lowest harmonics of the speech-like sound and their loudness.
const HARMONICS: [f32; 8] = [0.5, 0.9, 1.0, 0.6, 0.35, 0.5, 0.3, 0.15];

/// A loop of encoded sound in frames of 20 ms. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Voice {
    frames: Arc<[EncodedAudio]>,
}

impl Voice {
    /// Something like continuous speech: as large on the wire as somebody who talks.
    ///
    /// # Errors
    /// The encoder's own words, if it cannot be made.
    pub fn speech() -> Result<Self, opus::Error> {
        Self::encode(&speech())
    }

    /// Rising chirps with pauses between them, one a second: easily recognised and timed.
    ///
    /// # Errors
    /// As [`Self::speech`].
    pub fn chirps() -> Result<Self, opus::Error> {
        Self::encode(&chirps())
    }

    /// Encodes samples at 48 kHz, -1..=1; the end is cut to whole frames.
    ///
    /// # Errors
    /// As [`Self::speech`].
    pub fn encode(samples: &[f32]) -> Result<Self, opus::Error> {
        let mut encoder = opus::Encoder::new(SAMPLE_RATE, Channels::Mono, Application::Voip)?;
        encoder.set_bitrate(Bitrate::Bits(BITRATE))?;
        encoder.set_inband_fec(true)?;
        encoder.set_packet_loss_perc(5)?;
        let mut buffer = [0; LARGEST_PACKET];
        let encode = |frame: &[f32]| {
            let length = encoder.encode_float(frame, &mut buffer)?;
            let level = loudness(frame);
            Ok(EncodedAudio {
                payload: Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default()),
                samples: FRAME_SAMPLES as u32,
                audio_level_dbov: level,
                voice: level < super::policy::AUDIBLE_DBOV,
            })
        };
        let frames = samples.chunks_exact(FRAME_SAMPLES).map(encode);
        let frames: Result<Vec<_>, opus::Error> = frames.collect();
        Ok(Self {
            frames: frames?.into(),
        })
    }

    /// The frame of a moment, counted in frames since any beginning; none if there is no sound.
    pub(super) fn frame(&self, index: u64) -> Option<EncodedAudio> {
        let length = self.frames.len() as u64;
        let at = index.checked_rem(length)?;
        self.frames.get(usize::try_from(at).ok()?).cloned()
    }

    /// Length of the loop in frames of 20 ms.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

/// -dBov of a frame, 0 (loudest) to 127 (silence).
fn loudness(frame: &[f32]) -> u8 {
    let power = frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len().max(1) as f32;
    let below = -10.0 * power.max(1e-13).log10();
    below.clamp(0.0, 127.0) as u8
}

fn loop_of(sample: impl Fn(f32) -> f32) -> Vec<f32> {
    let count = LOOP_SECONDS * SAMPLE_RATE as usize;
    (0..count)
        .map(|at| sample(at as f32 / SAMPLE_RATE as f32))
        .collect()
}

/// Harmonics of a voice of 120 Hz, in syllables of a quarter of a second.
fn speech() -> Vec<f32> {
    loop_of(|time| {
        let syllable = 0.55 - 0.45 * (TAU * 4.0 * time).cos();
        let voice: f32 = HARMONICS
            .iter()
            .zip(1_u8..)
            .map(|(loud, n)| loud * (TAU * 120.0 * f32::from(n) * time).sin())
            .sum();
        0.12 * syllable * voice
    })
}

/// The samples of [`Voice::chirps`], to compare what is received with.
pub fn chirps() -> Vec<f32> {
    let (low, high, length) = CHIRP;
    loop_of(|time| {
        let time = time.fract();
        if time >= length {
            return 0.0;
        }
        let place = time / length;
        let phase = low * time + 0.5 * (high - low) * place * time;
        let envelope = (TAU * 0.5 * place).sin();
        0.4 * envelope * (TAU * phase).sin()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_loud_all_the_time_and_of_the_usual_size() {
        let voice = Voice::speech().expect("it can be encoded");
        assert_eq!(voice.len(), 100);
        let frames: Vec<_> = (0..100).filter_map(|at| voice.frame(at)).collect();
        assert!(frames.iter().all(|frame| frame.audio_level_dbov < 50));
        let bytes: usize = frames.iter().map(|frame| frame.payload.len()).sum();
        assert!((3_000..12_000).contains(&bytes), "{bytes} in two seconds");
        assert!(speech().iter().all(|sample| sample.abs() < 1.0));
    }

    #[test]
    fn chirps_have_pauses_and_repeat() {
        let voice = Voice::chirps().expect("it can be encoded");
        let level = |at| voice.frame(at).map(|frame| frame.audio_level_dbov);
        assert!(level(15) < Some(20) && level(45) > Some(90));
        assert_eq!(level(15), level(115));
        assert!(Voice::encode(&[]).expect("nothing").frame(3).is_none());
    }
}
