//! Recordings, and what is in them.

use std::path::Path;
use std::time::{Duration, SystemTime};

use audio::analysis;

/// Mono sound read from a WAV file that may still be written.
#[derive(Debug, Clone)]
pub struct Recording {
    samples: Vec<f32>,
    rate: u32,
    created: Option<SystemTime>,
}

/// A sine is present when this much of the power of a full-scale one is there (-46 dBFS).
const TONE_POWER: f32 = 1e-5;
/// Louder than this (root mean square) is sound, quieter a gap.
const AUDIBLE: f32 = 0.005;

impl Recording {
    /// Everything in the file so far; nothing when it does not exist yet.
    pub fn read(file: &Path) -> Self {
        let created = std::fs::metadata(file).and_then(|meta| meta.created()).ok();
        let Ok(reader) = hound::WavReader::open(file) else {
            return Self {
                samples: Vec::new(),
                rate: 48_000,
                created,
            };
        };
        let rate = reader.spec().sample_rate;
        let samples = reader.into_samples::<i16>().map_while(Result::ok);
        Self {
            samples: samples.map(|sample| f32::from(sample) / 32_768.0).collect(),
            rate,
            created,
        }
    }

    /// The last part of it; `None` while it is shorter.
    pub fn last(&self, length: Duration) -> Option<Self> {
        let wanted = (length.as_secs_f64() * f64::from(self.rate)) as usize;
        let from = self.samples.len().checked_sub(wanted)?;
        Some(Self {
            samples: self.samples[from..].to_vec(),
            rate: self.rate,
            created: None,
        })
    }

    /// Length.
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(self.rate))
    }

    /// True when a tone of this frequency is in it, whatever else is.
    pub fn has_tone(&self, hz: f32) -> bool {
        analysis::power_at(&self.samples, self.rate, hz) > TONE_POWER
    }

    /// The strongest frequency in Hz and its share (0..=1) of the whole power.
    pub fn dominant(&self) -> Option<(f32, f32)> {
        analysis::dominant_frequency(&self.samples, self.rate).map(|found| (found.hz, found.share))
    }

    /// When the first audible sample was played, by the file's time of creation: the sink
    /// writes in real time from then on.
    pub fn first_audible(&self) -> Option<SystemTime> {
        let onset = analysis::onset(&self.samples, self.rate, AUDIBLE)?;
        let offset = Duration::from_secs_f64(onset as f64 / f64::from(self.rate));
        Some(self.created? + offset)
    }

    /// The longest stretch without sound between the first and the last audible sample.
    pub fn longest_gap(&self) -> Duration {
        let Some(first) = analysis::onset(&self.samples, self.rate, AUDIBLE) else {
            return Duration::ZERO;
        };
        let last = self
            .samples
            .iter()
            .rposition(|s| s.abs() > AUDIBLE)
            .unwrap_or(first);
        let heard = &self.samples[first..=last.max(first)];
        Duration::from_millis(analysis::longest_gap_ms(heard, self.rate, AUDIBLE).into())
    }

    /// The samples, -1 to 1.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Samples per second.
    pub fn rate(&self) -> u32 {
        self.rate
    }
}
