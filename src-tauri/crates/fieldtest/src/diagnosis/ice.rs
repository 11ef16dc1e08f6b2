//! The media server's candidates: which answer, and why the others do not.

use super::{Evidence, Finding, RungResult, unless_blocked};
use crate::facts::{CandidateFacts, CandidateProtocol, Facts, IceFacts, SocketError, StunCount};
use crate::{Rung, Verdict};

/// Share of STUN requests that may be lost before it is worth a word.
const LOSS_WORTH_A_WORD: f64 = 0.34;

pub(super) fn judge(facts: &Facts) -> RungResult {
    let Some(ice) = &facts.ice else {
        return unless_blocked(Rung::Ice, facts, &[Rung::Room, Rung::Capacity]);
    };
    let relays = facts.turn.as_deref().unwrap_or_default();
    let relayed = relays.iter().any(|relay| relay.works());
    let findings = if ice.candidates.is_empty() {
        vec![Finding::new("no-candidates", Verdict::Failed)]
    } else if ice.alive() {
        partly(ice)
    } else {
        // With a relay people still hear each other.
        let verdict = if relayed {
            Verdict::Warning
        } else {
            Verdict::Failed
        };
        vec![dead(ice, verdict)]
    };
    let evidence = ice.candidates.iter().map(|one| evidence(one, ice));
    RungResult::new(Rung::Ice, findings, evidence.collect())
}

/// Something answers: what does not?
fn partly(ice: &IceFacts) -> Vec<Finding> {
    let warning = |cause| Finding::new(cause, Verdict::Warning);
    let path = |protocol, v6| -> Vec<&CandidateFacts> {
        let all = ice.candidates.iter();
        all.filter(|one| one.protocol == protocol && one.is_v6() == v6 && !one.no_route)
            .collect()
    };
    let dead = |candidates: &[&CandidateFacts]| {
        !candidates.is_empty() && !candidates.iter().any(|one| one.alive())
    };
    let announced = |candidates: &[&CandidateFacts]| {
        candidates
            .first()
            .map(|one| one.announced.clone())
            .unwrap_or_default()
    };
    let (udp4, udp6) = (
        path(CandidateProtocol::Udp, false),
        path(CandidateProtocol::Udp, true),
    );
    let mut tcp = path(CandidateProtocol::Tcp, false);
    tcp.extend(path(CandidateProtocol::Tcp, true));
    let mut findings = Vec::new();
    let udp_alive = udp4.iter().chain(&udp6).any(|one| one.alive());
    if dead(&[udp4.as_slice(), &udp6].concat()) {
        findings.push(warning("udp-blocked-tcp-works").or("media-ports-closed"));
        return findings;
    }
    if dead(&udp6) {
        findings.push(warning("ipv6-broken").with("address", announced(&udp6)));
    }
    if dead(&udp4) {
        findings.push(warning("ipv4-broken").with("address", announced(&udp4)));
    }
    // The TCP candidates of a family that is dead say nothing more.
    let told = |one: &&CandidateFacts| {
        let udp = if one.is_v6() { &udp6 } else { &udp4 };
        !dead(udp)
    };
    let tcp: Vec<_> = tcp.into_iter().filter(told).collect();
    if udp_alive && dead(&tcp) {
        findings.push(warning("tcp-candidate-dead").with("address", announced(&tcp)));
    }
    let lossy = ice.candidates.iter().filter(|one| one.alive());
    if let Some(worst) = lossy.map(|one| loss(&one.stun)).max_by(f64::total_cmp)
        && worst > LOSS_WORTH_A_WORD
    {
        let percent = (worst * 100.0).round();
        findings.push(warning("checks-lost").with("percent", percent));
    }
    findings
}

/// Share of requests without answer. The last may have been stopped by the end of the test.
fn loss(count: &StunCount) -> f64 {
    let missing = count.sent.saturating_sub(count.answered).saturating_sub(1);
    f64::from(missing) / f64::from(count.sent.max(1))
}

/// Nothing answers: why?
fn dead(ice: &IceFacts, verdict: Verdict) -> Finding {
    let all = &ice.candidates;
    let usable = || all.iter().filter(|one| !one.no_route);
    let first = usable().next().or(all.first());
    let announced = first.map(|one| one.announced.as_str()).unwrap_or_default();
    let resolved: Vec<String> = ice.resolved.iter().map(ToString::to_string).collect();
    let finding = |cause: &str| {
        Finding::new(cause, verdict)
            .with("address", announced)
            .with("resolved", resolved.join(", "))
    };
    let says = |error| {
        let mut udp = usable().filter(|one| one.protocol == CandidateProtocol::Udp);
        udp.any(|one| one.stun.errors.contains(&error))
    };
    let gateway_private = ice
        .resolved
        .iter()
        .copied()
        .any(crate::probes::ice::is_private);
    if usable().next().is_none() {
        return finding("no-route-to-media").or("announced-address-wrong");
    }
    if all.iter().all(|one| one.address.is_none()) {
        return finding("announced-name-unresolved");
    }
    if usable().all(|one| one.private) && !gateway_private && !ice.resolved.is_empty() {
        return finding("announced-address-private");
    }
    if usable().all(|one| one.of_gateway == Some(false)) {
        return finding("announced-address-wrong").or("udp-blocked");
    }
    if says(SocketError::NotPermitted) {
        return finding("udp-blocked-here").or("udp-blocked");
    }
    if says(SocketError::Refused) {
        return finding("media-ports-closed").or("announced-address-wrong");
    }
    let codes = usable().flat_map(|one| &one.stun.error_codes).next();
    if let Some(code) = codes {
        return finding("checks-refused").with("code", code);
    }
    finding("udp-blocked")
        .or("media-ports-closed")
        .or("udp-one-way")
}

fn evidence(one: &CandidateFacts, ice: &IceFacts) -> Evidence {
    let what = format!("{} {} port {}", one.path(), one.announced, one.port);
    let stun = &one.stun;
    let mut seen = format!("{} of {} STUN requests answered", stun.answered, stun.sent);
    let fastest = stun.round_trips_ms.iter().copied().min_by(f64::total_cmp);
    if let Some(fastest) = fastest {
        seen += &format!(", {fastest:.1} ms");
    }
    if one.no_route {
        seen += ", no route from this computer";
    }
    if one.private {
        seen += ", a private address";
    }
    if one.of_gateway == Some(false) {
        let resolved: Vec<_> = ice.resolved.iter().map(ToString::to_string).collect();
        seen += &format!(", the gateway's host is {}", resolved.join(", "));
    }
    for error in &stun.errors {
        let name = serde_json::to_value(error).unwrap_or_default();
        seen += &format!(", {}", name.as_str().unwrap_or_default());
    }
    for code in &stun.error_codes {
        seen += &format!(", STUN error {code}");
    }
    Evidence::new(what, seen)
}
