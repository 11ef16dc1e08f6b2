//! From the instants that decide to the times that are shown.

use std::time::{Duration, Instant};

/// Where the model's time began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    started: Instant,
    epoch_ms: u64,
}

impl Clock {
    pub(crate) fn new(started: Instant, epoch_ms: u64) -> Self {
        Self { started, epoch_ms }
    }

    /// Milliseconds since 1970. Something may have happened before the model began.
    pub(crate) fn ms(&self, at: Instant) -> u64 {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        match at.checked_duration_since(self.started) {
            Some(after) => self.epoch_ms.saturating_add(ms(after)),
            None => self.epoch_ms.saturating_sub(ms(self.started - at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_and_after_the_beginning() {
        let started = Instant::now() + Duration::from_secs(100);
        let clock = Clock::new(started, 50_000);
        assert_eq!(clock.ms(started + Duration::from_millis(7)), 50_007);
        assert_eq!(clock.ms(started - Duration::from_secs(20)), 30_000);
        assert_eq!(clock.ms(started - Duration::from_secs(90)), 0);
    }
}
