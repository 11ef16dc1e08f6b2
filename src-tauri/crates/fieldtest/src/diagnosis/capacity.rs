//! Media ports and people on the server.

use super::{Evidence, Finding, RungResult, unless_blocked};
use crate::facts::{CapacityFacts, Facts, GatewayRequest, Refusal, RequestOutcome};
use crate::{Rung, Verdict};

pub(super) fn judge(facts: &Facts) -> RungResult {
    let Some(capacity) = &facts.capacity else {
        return unless_blocked(Rung::Capacity, facts, &[Rung::Room]);
    };
    let people = capacity.load.map_or(0, |load| load.participants);
    let mut findings = Vec::new();
    if capacity.refrained {
        let busy = Finding::new("busy-server", Verdict::Warning);
        findings.push(busy.with("people", people));
    }
    let asked = capacity.transports.iter().chain(&capacity.produce);
    if let Some(finding) = asked.filter_map(|request| refused(request, people)).next() {
        findings.push(finding);
    }
    let workers = capacity.load.and_then(|load| load.workers);
    if workers == Some(0) && findings.is_empty() {
        findings.push(Finding::new("no-workers", Verdict::Warning).with("said", "/health"));
    }
    RungResult::new(Rung::Capacity, findings, evidence(capacity))
}

fn refused(request: &GatewayRequest, people: u64) -> Option<Finding> {
    let failed = |cause| Finding::new(cause, Verdict::Failed);
    match &request.outcome {
        RequestOutcome::Refused { why, said } => match why {
            Refusal::NoPorts => Some(failed("server-full").with("people", people)),
            Refusal::NoPortsForTap => Some(failed("server-full-for-sound").with("people", people)),
            Refusal::WorkerDead => Some(failed("worker-dead").with("said", said)),
            Refusal::NoWorkers => Some(failed("no-workers").with("said", said)),
            // What else a produce is refused for is told with the sound.
            _ if request.name == "produce" => None,
            _ => Some(failed("transport-refused").with("said", said)),
        },
        RequestOutcome::Silent | RequestOutcome::Disconnected if request.name != "produce" => {
            let seconds = (request.took_ms / 1_000.0).round();
            Some(failed("transport-silent").with("seconds", seconds))
        }
        RequestOutcome::Unreadable { path, .. } if request.name != "produce" => {
            Some(failed("transport-refused").with("said", path))
        }
        _ => None,
    }
}

fn evidence(capacity: &CapacityFacts) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    if let Some(load) = capacity.load {
        evidence.push(Evidence::new("people on the server", load.participants));
        for (what, number) in [
            ("rooms", load.rooms),
            ("media workers", load.workers),
            ("microphones listened to", load.streams),
        ] {
            evidence.extend(number.map(|number| Evidence::new(what, number)));
        }
    }
    for request in capacity.transports.iter().chain(&capacity.produce) {
        evidence.push(Evidence::new(request.name.clone(), request.seen()));
    }
    if capacity.ports_per_transport > 0 {
        let ports = capacity.ports_per_transport;
        evidence.push(Evidence::new("ports of one transport", ports));
    }
    evidence
}
