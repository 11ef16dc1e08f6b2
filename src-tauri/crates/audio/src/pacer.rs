//! Real time for what has no clock of its own: files and generators.

use std::time::{Duration, Instant};

/// Says when the next period is due. It keeps to its schedule, so it never drifts; after a
/// stall it catches up at twice the speed, so that nothing is dropped and nobody is flooded.
#[derive(Debug)]
pub(crate) struct Pacer {
    period: Duration,
    next: Instant,
    last: Option<Instant>,
}

impl Pacer {
    /// The first period is due at `start`.
    pub(crate) fn new(start: Instant, period: Duration) -> Self {
        Self {
            period,
            next: start,
            last: None,
        }
    }

    /// `None` when a period is due (and thereby taken), else when to ask again.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Instant> {
        let earliest = match self.last {
            Some(last) => self.next.max(last + self.period / 2),
            None => self.next,
        };
        if now < earliest {
            return Some(earliest);
        }
        self.next += self.period;
        self.last = Some(now);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Runs a pacer of 20 ms, waking as told but not within the stall; returns the times
    /// (ms) of each period.
    fn run(until_ms: u32, stall: std::ops::Range<u32>) -> Vec<u32> {
        let start = Instant::now();
        let mut pacer = Pacer::new(start, 20 * MS);
        let mut taken = Vec::new();
        let mut now = 0;
        while now < until_ms {
            if stall.contains(&now) {
                now = stall.end;
            }
            match pacer.poll(start + now * MS) {
                None => taken.push(now),
                Some(at) => now = (at - start).as_millis() as u32,
            }
        }
        taken
    }

    #[test]
    fn periods_are_even() {
        let taken = run(1000, 0..0);
        assert_eq!(taken.len(), 50);
        assert!(taken.iter().enumerate().all(|(i, t)| *t == i as u32 * 20));
    }

    #[test]
    fn after_a_stall_nothing_is_lost_and_nothing_bursts() {
        let taken = run(2000, 500..800);
        assert_eq!(taken.len(), 100, "all periods of two seconds");
        for pair in taken.windows(2) {
            assert!(pair[1] - pair[0] >= 10, "twice the speed at most: {pair:?}");
        }
        assert_eq!(taken[99], 1980, "back on schedule");
    }
}
