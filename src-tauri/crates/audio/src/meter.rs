//! Levels: how loud sound is, in dBFS.

use std::sync::atomic::{AtomicU32, Ordering};

/// Loudness (root mean square of a frame) in dBFS, from -127 (silence) to 0 (full scale).
///
/// The range and meaning are those of the audio-level RTP header extension (RFC 6464), whose
/// field holds the same number without its sign.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Level(f32);

impl Level {
    /// No sound at all.
    pub const SILENCE: Level = Level(-127.0);

    /// From dBFS; clamped to -127..=0, NaN is silence.
    pub fn from_dbfs(dbfs: f32) -> Self {
        if dbfs.is_nan() {
            return Self::SILENCE;
        }
        Self(dbfs.clamp(-127.0, 0.0))
    }

    /// Of samples in -1..=1.
    pub fn of(samples: &[f32]) -> Self {
        Self::from_rms(crate::analysis::rms(samples))
    }

    fn from_rms(rms: f32) -> Self {
        if rms <= 0.0 {
            return Self::SILENCE;
        }
        Self::from_dbfs(20.0 * rms.log10())
    }

    /// dBFS, -127..=0.
    pub fn dbfs(self) -> f32 {
        self.0
    }

    /// -dBov as RFC 6464 puts it on the wire: 0 is loudest, 127 silence.
    pub fn dbov(self) -> u8 {
        (-self.0).round() as u8
    }
}

/// A level that one thread writes and others read. Rises at once and falls slowly, so that
/// a reader at 10 Hz does not miss a short word.
#[derive(Debug)]
pub(crate) struct SharedLevel(AtomicU32);

/// How fast a shown level falls: 60 dB in 2 s.
const FALL_DB_PER_SECOND: f32 = 30.0;

impl SharedLevel {
    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Level::SILENCE.0.to_bits()))
    }

    pub(crate) fn get(&self) -> Level {
        Level(f32::from_bits(self.0.load(Ordering::Relaxed)))
    }

    /// Takes one more frame of so many samples into account.
    pub(crate) fn update(&self, frame: Level, samples: usize) {
        let seconds = samples as f32 / crate::SAMPLE_RATE as f32;
        let fallen = self.get().0 - FALL_DB_PER_SECOND * seconds;
        let shown = if frame == Level::SILENCE && fallen < -70.0 {
            Level::SILENCE.0
        } else {
            frame.0.max(fallen)
        };
        self.0.store(shown.to_bits(), Ordering::Relaxed);
    }

    pub(crate) fn clear(&self) {
        self.0.store(Level::SILENCE.0.to_bits(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_rms_in_dbfs() {
        assert_eq!(Level::of(&[]), Level::SILENCE);
        assert_eq!(Level::of(&[0.0; 960]), Level::SILENCE);
        assert_eq!(Level::of(&[1.0; 960]).dbfs(), 0.0);
        assert_eq!(Level::of(&[f32::NAN; 4]), Level::SILENCE);
        let sine: Vec<f32> = (0..960)
            .map(|i| (i as f32 * std::f32::consts::TAU / 48.0).sin())
            .collect();
        assert!((Level::of(&sine).dbfs() + 3.01).abs() < 0.05);
        assert_eq!(Level::of(&[0.1; 960]).dbov(), 20);
        assert_eq!(Level::SILENCE.dbov(), 127);
    }

    #[test]
    fn a_shown_level_rises_at_once_and_falls_slowly() {
        let shown = SharedLevel::new();
        shown.update(Level::from_dbfs(-10.0), 960);
        assert_eq!(shown.get().dbfs(), -10.0);
        for _ in 0..10 {
            shown.update(Level::SILENCE, 960);
        }
        assert!((shown.get().dbfs() + 16.0).abs() < 0.01);
        for _ in 0..200 {
            shown.update(Level::SILENCE, 960);
        }
        assert_eq!(shown.get(), Level::SILENCE);
    }
}
