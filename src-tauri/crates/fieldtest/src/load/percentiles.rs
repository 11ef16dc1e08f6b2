//! Percentiles of some measurements.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::participant::Histogram;

/// How some measurements are distributed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Percentiles {
    /// How many measurements there are.
    pub count: u64,
    /// Half of them are below.
    pub p50: f64,
    /// Nine of ten are below.
    pub p90: f64,
    /// 99 of 100 are below.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

impl Percentiles {
    /// Of some numbers, by the nearest rank; all zero if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let rank = |share: f64| {
            let rank = (share * values.len() as f64).ceil().max(1.0) as usize;
            values.get(rank - 1).copied().unwrap_or_default()
        };
        Self {
            count: values.len() as u64,
            p50: rank(0.5),
            p90: rank(0.9),
            p99: rank(0.99),
            max: values.last().copied().unwrap_or_default(),
        }
    }

    /// Of counted durations, in milliseconds.
    pub fn of_histogram(histogram: &Histogram) -> Self {
        let at = |share| {
            let duration = histogram.quantile(share);
            duration.map_or(0.0, |d: Duration| d.as_secs_f64() * 1_000.0)
        };
        Self {
            count: histogram.total(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            max: at(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rank_is_taken() {
        let percentiles = Percentiles::of((1..=200).rev().map(f64::from));
        assert_eq!(percentiles.count, 200);
        assert_eq!((percentiles.p50, percentiles.p90), (100.0, 180.0));
        assert_eq!((percentiles.p99, percentiles.max), (198.0, 200.0));
        let one = Percentiles::of([7.0]);
        assert_eq!((one.p50, one.p99, one.max), (7.0, 7.0, 7.0));
    }

    #[test]
    fn nothing_and_nonsense_are_left_out() {
        assert_eq!(Percentiles::of([]), Percentiles::default());
        assert_eq!(Percentiles::of([f64::NAN, 3.0]).count, 1);
    }
}
