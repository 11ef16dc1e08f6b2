//! Engine.IO by websocket, from nothing and as upgrade of a polling session.

use super::answer::{Answer, blocked_below, evidence, is_unknown_session, seen};
use super::{Evidence, Finding, RungResult, polling};
use crate::facts::{Exchange, Facts, Signaling};
use crate::{Rung, Verdict};

/// Judges [`Rung::Websocket`].
pub(super) fn websocket(facts: &Facts) -> RungResult {
    let asked = facts
        .signaling
        .as_ref()
        .and_then(|signaling| Some((signaling, signaling.websocket.as_ref()?)));
    let Some((signaling, fresh)) = asked else {
        return RungResult::skipped(Rung::Websocket, None);
    };
    let session = signaling.polling.as_ref();
    let upgrade = session.and_then(|session| session.upgrade.as_ref());
    let evidence: Vec<Evidence> = [Some(fresh), upgrade]
        .into_iter()
        .flatten()
        .map(evidence)
        .collect();
    let skipped = |rung| RungResult {
        evidence: evidence.clone(),
        ..RungResult::skipped(Rung::Websocket, Some(rung))
    };
    if let Some(rung) = blocked_below(facts) {
        return skipped(rung);
    }
    let answer = Answer::of(fresh);
    // The same cause stops both transports, and is told once.
    if !answer.is_open() && polling::polling(facts).verdict == Verdict::Failed {
        return skipped(Rung::Polling);
    }
    let finding = match answer {
        Answer::Open(_) => failed_upgrade(upgrade),
        _ => Some(refused(signaling, fresh, upgrade, &answer)),
    };
    RungResult::new(Rung::Websocket, finding.into_iter().collect(), evidence)
}

/// Polling works, a websocket from nothing does not.
fn refused(
    signaling: &Signaling,
    fresh: &Exchange,
    upgrade: Option<&Exchange>,
    answer: &Answer,
) -> Finding {
    let by_upgrade = upgrade.map(Answer::of);
    let cause = match answer {
        // The request arrived as a plain one. Over HTTP/2 there is no Upgrade at all.
        Answer::Engine(_) if over_http2(fresh) => "alpn",
        Answer::Engine(words) if is_missing_upgrade(words) => "upgrade-stripped",
        // It arrived complete, and is refused for every session.
        Answer::EmptyForbidden
            if by_upgrade
                .as_ref()
                .is_none_or(|answer| *answer == Answer::EmptyForbidden) =>
        {
            "polling-only"
        }
        Answer::Engine(words) if words == "Transport unknown" => "polling-only",
        Answer::Nothing(crate::facts::FaultKind::NoAnswer) => {
            let seconds = format!("{:.0}", fresh.took_ms / 1_000.0);
            return Finding::new("no-answer", Verdict::Warning)
                .with("seconds", seconds)
                .or("upgrade-stripped");
        }
        _ => "unrecognised",
    };
    let path = &signaling.path;
    let finding = Finding::new(cause, Verdict::Warning)
        .with("path", path)
        .with("seen", seen(fresh));
    match cause {
        "unrecognised" => finding.or("upgrade-stripped"),
        "polling-only" => finding.or("upgrade-stripped"),
        _ => finding,
    }
}

fn over_http2(exchange: &Exchange) -> bool {
    let connection = exchange.connection.as_ref();
    connection.is_some_and(|connection| connection.alpn.as_deref() == Some("h2"))
}

/// Words of python-engineio and Node's engine.io for a websocket request without its Upgrade.
fn is_missing_upgrade(words: &str) -> bool {
    matches!(
        words,
        "Invalid websocket upgrade" | "Invalid transport" | "Bad request"
    )
}

fn failed_upgrade(upgrade: Option<&Exchange>) -> Option<Finding> {
    let upgrade = upgrade?;
    let probed = upgrade
        .frames
        .iter()
        .any(|frame| frame.from_server && frame.text == "3probe");
    let answer = Answer::of(upgrade);
    // A session that is not known there is blamed on polling, whose session it is.
    if probed || answer == Answer::EmptyForbidden || is_unknown_session(&answer) {
        return None;
    }
    let finding = Finding::new("unrecognised", Verdict::Warning);
    Some(finding.with("seen", seen(upgrade)))
}
