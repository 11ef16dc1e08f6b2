//! A rung that is done, and what follows for those above it.

use std::time::Duration;

use super::climb::Ladder;
use crate::diagnosis::{Finding, RungResult};
use crate::{Rung, Verdict};

/// A verdict with its times.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub result: RungResult,
    /// Whether a probe came to its end, so that the facts tell everything about this rung.
    pub looked: bool,
    /// When the probe began, counted from the start of the run.
    pub started: Option<Duration>,
    pub took: Duration,
}

impl Judged {
    pub fn skipped(rung: Rung, blocked_by: Option<Rung>) -> Self {
        Self {
            result: RungResult::skipped(rung, blocked_by),
            looked: false,
            started: None,
            took: Duration::ZERO,
        }
    }
}

/// The failed rung that keeps this one from being looked at: of a group that it stands on, none
/// carries and one failed, or is itself kept back.
pub(super) fn blocker(rung: Rung, ladder: &Ladder) -> Option<Rung> {
    rung.stands_on().iter().find_map(|group| {
        let results = group
            .iter()
            .filter_map(|lower| ladder[lower.index()].as_ref())
            .map(|judged| &judged.result);
        let carries = |result: &RungResult| {
            matches!(
                result.verdict,
                Verdict::Ok | Verdict::Unknown | Verdict::Warning
            )
        };
        if results.clone().any(carries) {
            return None;
        }
        results
            .clone()
            .find(|result| result.verdict == Verdict::Failed)
            .map(|result| result.rung)
            .or_else(|| results.clone().find_map(|result| result.blocked_by))
    })
}

/// The verdict on a probe that was cut off. What its facts show already counts; silence of what a
/// call cannot do without is a failure, of other things no judgement.
pub(super) fn cut_off(mut result: RungResult, after: Duration) -> RungResult {
    if matches!(result.verdict, Verdict::Warning | Verdict::Failed) {
        return result;
    }
    let needed = matches!(
        result.rung,
        Rung::Address | Rung::Tls | Rung::Polling | Rung::Websocket | Rung::Namespace
    );
    let verdict = if needed && result.verdict == Verdict::Skipped {
        Verdict::Failed
    } else {
        Verdict::Unknown
    };
    let silent = Finding::new("no-answer-in-time", verdict)
        .with("seconds", format!("{:.1}", after.as_secs_f64()));
    result.findings.insert(0, silent);
    result.verdict = verdict;
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(results: &[(Rung, Verdict, Option<Rung>)]) -> Ladder {
        let mut ladder = Ladder::default();
        for (rung, verdict, blocked_by) in results {
            let mut judged = Judged::skipped(*rung, *blocked_by);
            judged.result.verdict = *verdict;
            ladder[rung.index()] = Some(judged);
        }
        ladder
    }

    #[test]
    fn one_of_two_transports_is_enough() {
        let one = ladder(&[
            (Rung::Polling, Verdict::Failed, None),
            (Rung::Websocket, Verdict::Ok, None),
        ]);
        assert_eq!(blocker(Rung::Namespace, &one), None);
        let none = ladder(&[
            (Rung::Polling, Verdict::Failed, None),
            (Rung::Websocket, Verdict::Failed, None),
        ]);
        assert_eq!(blocker(Rung::Namespace, &none), Some(Rung::Polling));
    }

    #[test]
    fn what_was_not_asked_for_blocks_nobody() {
        let no_tls = ladder(&[(Rung::Tls, Verdict::Skipped, None)]);
        assert_eq!(blocker(Rung::Polling, &no_tls), None);
        let no_relay = ladder(&[
            (Rung::Ice, Verdict::Failed, None),
            (Rung::Turn, Verdict::Skipped, None),
        ]);
        assert_eq!(blocker(Rung::Dtls, &no_relay), Some(Rung::Ice));
    }

    #[test]
    fn the_root_is_named_not_the_next_rung_below() {
        let held = ladder(&[(Rung::Dtls, Verdict::Skipped, Some(Rung::Namespace))]);
        assert_eq!(blocker(Rung::Media, &held), Some(Rung::Namespace));
    }

    #[test]
    fn silence_fails_only_what_a_call_needs() {
        let after = Duration::from_millis(7_500);
        let silent = |rung| cut_off(RungResult::skipped(rung, None), after);
        assert_eq!(silent(Rung::Polling).verdict, Verdict::Failed);
        assert_eq!(silent(Rung::Services).verdict, Verdict::Unknown);
        let finding = &silent(Rung::Polling).findings[0];
        assert_eq!(finding.values["seconds"], "7.5");
    }
}
