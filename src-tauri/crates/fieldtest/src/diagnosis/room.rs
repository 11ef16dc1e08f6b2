//! Joining a room of one's own.

use super::{Evidence, Finding, RungResult};
use crate::facts::{Facts, Refusal, RequestOutcome, RoomFacts};
use crate::{Rung, Verdict};

/// Judges the join. Whether the socket works at all is the business of lower rungs.
pub(super) fn judge(facts: &Facts) -> RungResult {
    let Some(room) = &facts.room else {
        return RungResult::skipped(Rung::Room, None);
    };
    if room.join.outcome == RequestOutcome::NotSent && !room.older {
        return RungResult::skipped(Rung::Room, Some(Rung::Namespace));
    }
    let mut findings: Vec<_> = cause(room).into_iter().collect();
    if room.same_id == Some(false) {
        findings.push(Finding::new("room-id-changed", Verdict::Warning));
    }
    if room.leave.as_ref().is_some_and(|leave| !leave.answered()) {
        findings.push(Finding::new("leave-silent", Verdict::Warning));
    }
    RungResult::new(Rung::Room, findings, evidence(room))
}

fn cause(room: &RoomFacts) -> Option<Finding> {
    let failed = |cause| Some(Finding::new(cause, Verdict::Failed));
    if room.older {
        return failed("older-dialect");
    }
    match &room.join.outcome {
        RequestOutcome::Answered => {}
        RequestOutcome::Refused { why, said } => {
            let cause = match why {
                Refusal::NoWorkers => "no-workers",
                Refusal::WorkerDead => "worker-dead",
                _ => "room-refused",
            };
            return failed(cause).map(|finding| finding.with("said", said));
        }
        RequestOutcome::Silent => {
            return failed("room-silent").map(|finding| {
                finding
                    .with("seconds", (room.join.took_ms / 1_000.0).round())
                    .or("older-dialect")
            });
        }
        RequestOutcome::Unreadable { path, .. } => {
            return failed("room-unreadable")
                .map(|finding| finding.with("field", path).or("older-dialect"));
        }
        RequestOutcome::Disconnected | RequestOutcome::NotSent => return failed("room-cut"),
    }
    if room.can_send_audio == Some(false) || room.can_receive_audio == Some(false) {
        let codecs = room.codecs.join(", ");
        return failed("no-common-codec").map(|finding| finding.with("codecs", codecs));
    }
    None
}

fn evidence(room: &RoomFacts) -> Vec<Evidence> {
    let mut evidence = vec![Evidence::new("join-room", room.join.seen())];
    if !room.codecs.is_empty() {
        evidence.push(Evidence::new("codecs", room.codecs.join(", ")));
    }
    if let Some(id) = room.audio_level_id {
        evidence.push(Evidence::new("id of the audio level extension", id));
    }
    if let Some(leave) = &room.leave {
        evidence.push(Evidence::new("leave-room", leave.seen()));
    }
    evidence
}
