//! How long everything may take.

use std::time::Duration;

use crate::Rung;

/// A whole run, the leaving of rooms included.
pub const RUN_LIMIT: Duration = Duration::from_secs(30);
/// Of it, for what must still be done when the probes have ended or were dropped: rooms are left,
/// sockets closed.
pub const LEAVE_LIMIT: Duration = Duration::from_secs(2);
/// A fault on a lower rung is named by then, counted from the start of the run.
pub const NAMED_WITHIN: Duration = Duration::from_secs(8);
/// Judging and telling come out of [`NAMED_WITHIN`].
const TELLING: Duration = Duration::from_millis(500);
/// What a lower rung gets even when those below it took long, so that a slow name server is not
/// blamed on the gateway.
pub const AT_LEAST: Duration = Duration::from_secs(3);
/// The highest of the rungs that are decided within [`NAMED_WITHIN`].
const HIGHEST_LOWER: Rung = Rung::Cors;

/// When the probe of a rung is cut off, counted from the start of the run.
///
/// `started`: when the probe began; `run`: when all probes are.
pub fn deadline(rung: Rung, started: Duration, run: Duration) -> Duration {
    if rung > HIGHEST_LOWER {
        return run;
    }
    (NAMED_WITHIN - TELLING).max(started + AT_LEAST).min(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Duration = Duration::from_secs(28);

    #[test]
    fn lower_rungs_are_decided_within_eight_seconds() {
        let early = deadline(Rung::Polling, Duration::from_millis(300), RUN);
        assert!(early < NAMED_WITHIN);
        let late = deadline(Rung::Polling, Duration::from_secs(7), RUN);
        assert_eq!(late, Duration::from_secs(10));
        assert_eq!(deadline(Rung::Media, Duration::ZERO, RUN), RUN);
        assert_eq!(deadline(Rung::Link, Duration::from_secs(27), RUN), RUN);
    }
}
