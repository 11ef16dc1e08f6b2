//! DTLS of the transports.

use super::{Evidence, Finding, RungResult, unless_blocked};
use crate::facts::{DtlsFacts, Facts, RequestOutcome, TransportFacts};
use crate::{Rung, Verdict};

/// The only hash that the media engine checks certificates with.
const FINGERPRINT: &str = "sha-256";
/// Slower than this is a lost flight, which DTLS repeats after a second.
const SLOW_MS: f64 = 1_000.0;

pub(super) fn judge(facts: &Facts) -> RungResult {
    let below = [Rung::Room, Rung::Capacity, Rung::Ice];
    let Some(dtls) = &facts.dtls else {
        return unless_blocked(Rung::Dtls, facts, &below);
    };
    let too_large = sizes(facts).any(|(_, passes)| !passes);
    let findings: Vec<_> = cause(dtls, too_large).into_iter().collect();
    RungResult::new(Rung::Dtls, findings, evidence(dtls, facts))
}

/// Which sizes of packets got there, over the candidates that answer.
fn sizes(facts: &Facts) -> impl Iterator<Item = (usize, bool)> {
    let candidates = facts.ice.iter().flat_map(|ice| &ice.candidates);
    candidates
        .flat_map(|candidate| &candidate.sizes)
        .filter(|size| size.bytes <= 1_200)
        .map(|size| (size.bytes, size.answered))
}

fn cause(dtls: &DtlsFacts, too_large: bool) -> Option<Finding> {
    let found = |cause, verdict, transport: &TransportFacts| {
        Some(Finding::new(cause, verdict).with("transport", &transport.name))
    };
    let failed = |cause, transport| found(cause, Verdict::Failed, transport);
    for transport in &dtls.transports {
        if let Some(code) = &transport.refused {
            let offered = &dtls.fingerprints;
            let known = |offered: &String| offered.eq_ignore_ascii_case(FINGERPRINT);
            let cause = if offered.iter().any(known) {
                "dtls-parameters-unusable"
            } else {
                "no-usable-fingerprint"
            };
            return failed(cause, transport).map(|finding| finding.with("code", code));
        }
        match &transport.connect.outcome {
            RequestOutcome::Answered => {}
            outcome => {
                let said = match outcome {
                    RequestOutcome::Refused { said, .. } => said.clone(),
                    _ => transport.connect.seen(),
                };
                return failed("connect-refused", transport)
                    .map(|finding| finding.with("said", said));
            }
        }
        if transport.connected_ms.is_none() {
            let finding = if transport.failed && transport.path.is_some() {
                failed("dtls-failed", transport).map(|finding| finding.or("dtls-silent"))
            } else {
                failed("dtls-silent", transport).map(|finding| finding.or("dtls-failed"))
            };
            return finding.map(|finding| {
                if too_large {
                    finding.or("packets-too-large")
                } else {
                    finding
                }
            });
        }
    }
    let slow = dtls
        .transports
        .iter()
        .find(|transport| transport.connected_ms > Some(SLOW_MS));
    if too_large {
        let transport = dtls.transports.first()?;
        return found("packets-too-large", Verdict::Warning, transport);
    }
    let slow = slow?;
    let milliseconds = slow.connected_ms.unwrap_or_default().round();
    found("dtls-slow", Verdict::Warning, slow).map(|finding| finding.with("ms", milliseconds))
}

fn evidence(dtls: &DtlsFacts, facts: &Facts) -> Vec<Evidence> {
    let mut evidence = vec![
        Evidence::new("role of the media server", &dtls.role),
        Evidence::new("fingerprints", dtls.fingerprints.join(", ")),
    ];
    for transport in &dtls.transports {
        let path = transport.path.as_deref().unwrap_or("no path");
        let seen = match (&transport.refused, transport.connected_ms) {
            (Some(code), _) => format!("refused here: {code}"),
            (None, Some(took)) => format!("{path}, keys after {took:.0} ms"),
            (None, None) => format!("{path}, no keys"),
        };
        evidence.push(Evidence::new(format!("transport {}", transport.name), seen));
    }
    for (bytes, passes) in sizes(facts) {
        let seen = if passes { "passes" } else { "is lost" };
        evidence.push(Evidence::new(format!("packet of {bytes} bytes"), seen));
    }
    evidence
}
