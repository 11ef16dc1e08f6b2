//! Who is speaking, from levels, with hysteresis and a hold so that a ring does not flicker.

use std::time::Duration;

use super::policy;

/// Speaking or not, of one voice.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Speaking {
    active: bool,
    loud_at: Duration,
}

impl Speaking {
    /// Takes a level in dBFS; says whether the state changed.
    pub(crate) fn level(&mut self, now: Duration, level: f32) -> bool {
        if level >= policy::SPEAKING_ON {
            self.loud_at = now;
            return !std::mem::replace(&mut self.active, true);
        }
        if !self.active {
            return false;
        }
        if level >= policy::SPEAKING_OFF {
            self.loud_at = now;
            return false;
        }
        if now.saturating_sub(self.loud_at) < policy::SPEAKING_HOLD {
            return false;
        }
        self.active = false;
        true
    }

    /// Silence by decision (mute, departure); says whether the state changed.
    pub(crate) fn stop(&mut self) -> bool {
        std::mem::take(&mut self.active)
    }

    /// Whether speech is heard.
    pub(crate) fn active(self) -> bool {
        self.active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_pause_between_words_does_not_end_speech() {
        let mut voice = Speaking::default();
        assert!(voice.level(ms(0), -20.0));
        assert!(!voice.level(ms(100), -90.0));
        assert!(!voice.level(ms(400), -90.0));
        assert!(voice.active());
        assert!(!voice.level(ms(450), -30.0));
        assert!(!voice.level(ms(940), -90.0));
        assert!(voice.level(ms(960), -90.0));
        assert!(!voice.active());
    }

    #[test]
    fn between_the_thresholds_nothing_changes() {
        let mut voice = Speaking::default();
        assert!(!voice.level(ms(0), -45.0));
        voice.level(ms(100), -30.0);
        assert!(!voice.level(ms(5_000), -45.0));
        assert!(voice.active());
    }
}
