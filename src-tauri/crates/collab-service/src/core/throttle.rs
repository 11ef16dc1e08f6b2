//! Sending something again only after a pause.

use std::time::{Duration, Instant};

/// When something was sent last, and when it is to be sent next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Throttle {
    last: Option<Instant>,
    due: Option<Instant>,
}

impl Throttle {
    /// Asks to send. True when it may be sent at once; otherwise it is due later.
    pub(super) fn ask(&mut self, now: Instant, interval: Duration) -> bool {
        match self.last {
            Some(last) if last + interval > now => {
                self.due = Some(last + interval);
                false
            }
            _ => {
                self.sent(now);
                true
            }
        }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    pub(super) fn last(&self) -> Option<Instant> {
        self.last
    }

    pub(super) fn sent(&mut self, now: Instant) {
        self.last = Some(now);
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_goes_at_once_and_many_become_one() {
        let start = Instant::now();
        let interval = Duration::from_millis(100);
        let mut throttle = Throttle::default();
        assert!(throttle.ask(start, interval));
        let soon = start + Duration::from_millis(10);
        assert!(!throttle.ask(soon, interval));
        assert!(!throttle.ask(soon, interval));
        assert_eq!(throttle.due(), Some(start + interval));
        throttle.sent(start + interval);
        assert_eq!(throttle.due(), None);
        assert!(throttle.ask(start + 2 * interval, interval));
    }
}
