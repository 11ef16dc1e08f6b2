//! A known sound through the SFU.

use super::{Evidence, Finding, RungResult, unless_blocked};
use crate::facts::{Facts, MediaFacts, Reception, RequestOutcome};
use crate::{Rung, Verdict};

/// Loss that is heard in spite of error correction.
const LOSS: f64 = 0.03;
/// Delay through the SFU and back that makes people talk over each other.
const DELAY_MS: f64 = 400.0;
/// `produce` waits for the speech service; more than this is a service in trouble.
const PRODUCE_MS: f64 = 3_000.0;

pub(super) fn judge(facts: &Facts) -> RungResult {
    let below = [Rung::Room, Rung::Capacity, Rung::Ice, Rung::Dtls];
    let Some(media) = &facts.media else {
        return unless_blocked(Rung::Media, facts, &below);
    };
    // A refusal for lack of ports is told there.
    let capacity = super::capacity::judge(facts);
    if media.received.is_empty() && capacity.verdict == Verdict::Failed {
        return RungResult::skipped(Rung::Media, Some(Rung::Capacity));
    }
    let findings = match broken(media) {
        Some(finding) => vec![finding],
        None => impaired(media),
    };
    RungResult::new(Rung::Media, findings, evidence(media))
}

/// Why no sound came through.
fn broken(media: &MediaFacts) -> Option<Finding> {
    let failed = |cause| Some(Finding::new(cause, Verdict::Failed));
    match &media.produce.outcome {
        RequestOutcome::Answered => {}
        RequestOutcome::Refused { said, .. } => {
            return failed("produce-refused").map(|finding| finding.with("said", said));
        }
        _ => {
            let seconds = (media.produce.took_ms / 1_000.0).round();
            return failed("produce-silent").map(|finding| finding.with("seconds", seconds));
        }
    }
    if media.sent == 0 {
        return failed("nothing-sent");
    }
    let by = |one: &Reception, finding: Finding| finding.with("by", &one.by);
    for one in &media.received {
        if !one.consume.answered() {
            let said = one.consume.seen();
            return failed("consume-refused").map(|finding| by(one, finding.with("said", said)));
        }
    }
    let silent: Vec<_> = media
        .received
        .iter()
        .filter(|one| one.packets == 0)
        .collect();
    if let Some(one) = silent.first() {
        // The router's reports travel back like sound does: with them, both directions are open.
        let cause = if media.uplink.is_none() && silent.len() == media.received.len() {
            "udp-one-way"
        } else if one.resumes.iter().any(|resume| !resume.answered()) {
            "resume-silent"
        } else {
            "consumer-not-resumed"
        };
        return failed(cause).map(|finding| by(one, finding.or("no-packets")));
    }
    for one in &media.received {
        if one.level_dbfs.is_none() {
            return failed("silence-received").map(|finding| by(one, finding));
        }
        if one.right == 0 && one.wrong > 0 {
            return failed("wrong-sound").map(|finding| by(one, finding));
        }
    }
    None
}

/// What is wrong with the sound that came through.
fn impaired(media: &MediaFacts) -> Vec<Finding> {
    let warning = |cause| Finding::new(cause, Verdict::Warning);
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    let mut findings = Vec::new();
    let up = media.uplink.map_or(0.0, |report| report.loss);
    if up > LOSS {
        findings.push(warning("loss-up").with("percent", percent(up)));
    }
    let down = media.received.iter();
    let down = down
        .map(|one| media.downlink_loss(one))
        .max_by(f64::total_cmp);
    if let Some(down) = down.filter(|down| *down > LOSS) {
        let finding = warning("loss-down").with("percent", percent(down));
        findings.push(if media.uplink.is_none() {
            finding.or("loss-up")
        } else {
            finding
        });
    }
    let delay = media.received.iter().filter_map(Reception::delay_ms);
    if let Some(delay) = delay
        .max_by(f64::total_cmp)
        .filter(|delay| *delay > DELAY_MS)
    {
        findings.push(warning("high-delay").with("ms", delay.round()));
    }
    if media.produce.took_ms > PRODUCE_MS {
        let seconds = (media.produce.took_ms / 1_000.0).round();
        findings.push(warning("produce-slow").with("seconds", seconds));
    }
    if media.received.iter().any(|one| one.wrong > 0) {
        findings.push(warning("sound-disturbed"));
    }
    findings
}

fn evidence(media: &MediaFacts) -> Vec<Evidence> {
    let mut evidence = vec![
        Evidence::new("produce", media.produce.seen()),
        Evidence::new("packets sent", media.sent),
    ];
    match &media.uplink {
        Some(report) => evidence.push(Evidence::new(
            "the router's report",
            format!(
                "{} lost, jitter {:.1} ms, round trip {}",
                report.lost,
                report.jitter_ms,
                report
                    .round_trip_ms
                    .map_or("unknown".into(), |trip| format!("{trip:.1} ms")),
            ),
        )),
        None => evidence.push(Evidence::new("the router's report", "none came")),
    }
    for one in &media.received {
        let level = one
            .level_dbfs
            .map_or("silent".into(), |level| format!("{level:.0} dBFS"));
        let delay = one
            .delay_ms()
            .map_or("unknown".into(), |delay| format!("{delay:.0} ms"));
        let seen = format!(
            "{} packets, {:.1} % lost, jitter {:.1} ms, delay {delay}, {level}, sounds: {} right, \
             {} wrong, {} missing",
            one.packets,
            one.loss * 100.0,
            one.jitter_ms,
            one.right,
            one.wrong,
            one.missing,
        );
        evidence.push(Evidence::new(format!("received by {}", one.by), seen));
    }
    evidence
}
