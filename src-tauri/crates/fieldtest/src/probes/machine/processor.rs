//! How much of the processor this program gets.

use std::time::{Duration, Instant};

use crate::facts::ProcessorFacts;

/// How long a thread is kept busy.
const BUSY: Duration = Duration::from_millis(200);

/// Measures; takes [`BUSY`].
pub(super) fn measure() -> ProcessorFacts {
    ProcessorFacts {
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        load: load(),
        share: share(),
    }
}

fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Which share of the time a thread runs that wants to run all the time.
fn share() -> Option<f64> {
    let before = on_processor()?;
    let started = Instant::now();
    while started.elapsed() < BUSY {
        std::hint::spin_loop();
    }
    let wanted = started.elapsed();
    let got = on_processor()?.saturating_sub(before);
    Some((got.as_secs_f64() / wanted.as_secs_f64()).min(1.0))
}

/// Time that this thread has run so far.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_share() {
        let facts = measure();
        assert!(facts.cores >= 1);
        if let Some(share) = facts.share {
            assert!((0.0..=1.0).contains(&share), "{share}");
        }
    }
}
