//! Relays.

use super::{Evidence, Finding, RungResult, unless_blocked};
use crate::facts::{Allocation, Facts, TurnFacts, TurnTransport, TurnUser};
use crate::{Rung, Verdict};

const UNAUTHORIZED: [u16; 2] = [401, 441];
const FULL: [u16; 2] = [486, 508];

pub(super) fn judge(facts: &Facts) -> RungResult {
    let Some(relays) = &facts.turn else {
        return unless_blocked(Rung::Turn, facts, &[Rung::Room, Rung::Capacity]);
    };
    if relays.is_empty() {
        return RungResult::skipped(Rung::Turn, None);
    }
    let findings = relays.iter().filter_map(cause).collect();
    let evidence = relays.iter().flat_map(evidence).collect();
    RungResult::new(Rung::Turn, findings, evidence)
}

fn cause(relay: &TurnFacts) -> Option<Finding> {
    let found = |cause, verdict| Some(Finding::new(cause, verdict).with("server", &relay.server));
    let failed = |cause| found(cause, Verdict::Failed);
    match relay.transport {
        TurnTransport::Udp => {}
        TurnTransport::Tcp => return found("turn-tcp-unsupported", Verdict::Warning),
        TurnTransport::Tls => return found("turn-tls-unsupported", Verdict::Warning),
        TurnTransport::Invalid => return failed("turn-url-invalid"),
    }
    if !relay.resolved {
        return failed("turn-unresolved");
    }
    match &relay.allocation {
        Allocation::NotAsked => return None,
        Allocation::Silent => return failed("turn-silent"),
        Allocation::Refused { code, reason } => return refused(relay, *code, reason),
        Allocation::Granted => {}
    }
    if let Some(Allocation::Refused { code, .. }) = relay.permission {
        return failed("turn-permission-refused").map(|finding| finding.with("code", code));
    }
    let echoed = relay.echo.is_some_and(|echo| echo.came_back > 0);
    match &relay.media_server {
        Some(count) if count.answered == 0 && !echoed => failed("turn-relay-silent"),
        Some(count) if count.answered == 0 => failed("turn-cannot-reach-media"),
        Some(_) => None,
        None if !echoed => failed("turn-relay-silent"),
        None => None,
    }
}

fn refused(relay: &TurnFacts, code: u16, reason: &str) -> Option<Finding> {
    let failed = |cause| {
        let finding = Finding::new(cause, Verdict::Failed);
        finding
            .with("server", &relay.server)
            .with("code", code)
            .with("said", reason)
    };
    if FULL.contains(&code) {
        return Some(failed("turn-full"));
    }
    if !UNAUTHORIZED.contains(&code) {
        return Some(failed("turn-refused"));
    }
    Some(match relay.user {
        TurnUser::Missing => Finding {
            verdict: Verdict::Unknown,
            ..failed("turn-needs-credentials")
        },
        TurnUser::TimeLimited { expires_in_s } if expires_in_s <= 0 => {
            failed("turn-credentials-expired").with("minutes", (-expires_in_s) / 60)
        }
        TurnUser::TimeLimited { .. } => failed("turn-credentials-refused"),
        // A relay that issues time-limited credentials refuses the raw secret like this.
        TurnUser::Plain => failed("turn-credentials-refused").or("turn-secret-not-credential"),
    })
}

fn evidence(relay: &TurnFacts) -> Vec<Evidence> {
    let name = |what: &str| format!("{what}, {}", relay.server);
    let status = |allocation: &Allocation| match allocation {
        Allocation::NotAsked => "not asked".to_owned(),
        Allocation::Silent => "no answer".to_owned(),
        Allocation::Granted => "granted".to_owned(),
        Allocation::Refused { code, reason } => format!("{code} {reason}"),
    };
    let allocation = status(&relay.allocation);
    let mut evidence = vec![Evidence::new(
        name("allocation"),
        format!("{allocation}, {:.0} ms", relay.took_ms),
    )];
    if let Some(permission) = &relay.permission {
        evidence.push(Evidence::new(name("permission"), status(permission)));
    }
    if let Some(echo) = relay.echo {
        let mut seen = format!(
            "{} packets sent, {} came out, {} came back",
            echo.sent, echo.came_out, echo.came_back
        );
        if echo.other_address {
            seen += ", from another address than announced";
        }
        evidence.push(Evidence::new(name("relay"), seen));
    }
    if let Some(count) = &relay.media_server {
        let seen = format!(
            "{} of {} STUN requests answered",
            count.answered, count.sent
        );
        evidence.push(Evidence::new(name("media server through the relay"), seen));
    }
    evidence
}
