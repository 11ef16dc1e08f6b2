//! Whether somebody speaks: a simple detector on levels.

use crate::Level;

/// How much louder than the noise floor speech is.
const OVER_FLOOR_DB: f32 = 10.0;
/// Nothing quieter counts as speech.
const QUIETEST_SPEECH_DBFS: f32 = -55.0;
/// The floor never rises above this, so that steady loud sound stays "voice".
const HIGHEST_FLOOR_DBFS: f32 = -45.0;
/// How fast the floor rises while it is louder: 2 dB a second.
const FLOOR_RISE_DB: f32 = 0.04;
/// Frames of 20 ms that pauses between syllables last.
const HANGOVER_FRAMES: u8 = 12;

/// Judges frames of 20 ms by their level.
#[derive(Debug)]
pub(crate) struct VoiceDetector {
    floor: f32,
    hangover: u8,
}

impl VoiceDetector {
    pub(crate) fn new() -> Self {
        Self {
            floor: -60.0,
            hangover: 0,
        }
    }

    /// Takes the next frame's level; true while somebody speaks.
    pub(crate) fn update(&mut self, level: Level) -> bool {
        let level = level.dbfs().max(-90.0);
        let speech = level > (self.floor + OVER_FLOOR_DB).max(QUIETEST_SPEECH_DBFS);
        if level < self.floor {
            self.floor += (level - self.floor) * 0.2;
        } else {
            self.floor = (self.floor + FLOOR_RISE_DB).min(HIGHEST_FLOOR_DBFS);
        }
        self.hangover = if speech {
            HANGOVER_FRAMES
        } else {
            self.hangover.saturating_sub(1)
        };
        self.hangover > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(detector: &mut VoiceDetector, dbfs: f32, frames: usize) -> bool {
        let mut voice = false;
        for _ in 0..frames {
            voice = detector.update(Level::from_dbfs(dbfs));
        }
        voice
    }

    #[test]
    fn speech_over_noise_is_voice_and_ends_soon() {
        let mut detector = VoiceDetector::new();
        assert!(!feed(&mut detector, -58.0, 500), "quiet noise");
        assert!(feed(&mut detector, -25.0, 1), "at the first syllable");
        assert!(feed(&mut detector, -58.0, 5), "between words");
        assert!(!feed(&mut detector, -58.0, 20), "afterwards");
    }

    #[test]
    fn steady_noise_stops_being_voice_but_a_loud_tone_stays() {
        let mut detector = VoiceDetector::new();
        feed(&mut detector, -42.0, 1000);
        assert!(!feed(&mut detector, -42.0, 100), "a fan");
        let mut detector = VoiceDetector::new();
        assert!(feed(&mut detector, -15.0, 5000), "a test tone");
    }
}
