//! Many durations in little memory.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Buckets for each doubling: a quantile is off by at most 9 %.
const STEPS: u32 = 8;
/// From 1 µs to 2^26 µs, more than a minute.
const DOUBLINGS: u32 = 26;

/// How often each duration occurred, in buckets that widen with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; (STEPS * DOUBLINGS) as usize],
            total: 0,
        }
    }
}

impl Histogram {
    /// Counts one.
    pub fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        if let Some(count) = self.counts.get_mut(bucket(micros)) {
            *count = count.saturating_add(1);
            self.total += 1;
        }
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.total += other.total;
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The duration below which this share (0..=1) of all lies; none if nothing was counted.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        if self.total == 0 {
            return None;
        }
        let wanted = (share.clamp(0.0, 1.0) * self.total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= wanted {
                return Some(middle(index));
            }
        }
        None
    }
}

fn bucket(micros: u64) -> usize {
    let place = (micros.max(1) as f64).log2() * f64::from(STEPS);
    (place as usize).min((STEPS * DOUBLINGS - 1) as usize)
}

fn middle(bucket: usize) -> Duration {
    let place = (bucket as f64 + 0.5) / f64::from(STEPS);
    Duration::from_secs_f64(place.exp2() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_near_the_truth() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        for millis in 1..=1_000 {
            histogram.record(Duration::from_millis(millis));
        }
        for (share, truth) in [(0.5, 500.0), (0.9, 900.0), (0.99, 990.0)] {
            let found = histogram.quantile(share).map_or(0.0, |d| d.as_secs_f64());
            assert!((found * 1_000.0 / truth - 1.0).abs() < 0.09, "{found}");
        }
    }

    #[test]
    fn two_are_merged_and_extremes_fit_in() {
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.record(Duration::ZERO);
        other.record(Duration::MAX);
        one.merge(&other);
        assert_eq!(one.total(), 2);
        assert!(one.quantile(0.0) < Some(Duration::from_micros(2)));
        assert!(one.quantile(1.0) > Some(Duration::from_secs(60)));
    }
}
