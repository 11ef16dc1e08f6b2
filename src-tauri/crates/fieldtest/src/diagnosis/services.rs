//! The gateway's own account of itself, and the services around it.
//!
//! A call needs none of these pages: a missing one is no fault, and a healthy one proves nothing
//! about the rungs above.

use super::site::answer;
use super::{Evidence, Finding, RungResult};
use crate::facts::{
    Exchange, FaultKind, GatewayHealth, GatewayKind, HostRole, ServiceFacts, ServiceState,
    ServicesFacts,
};
use crate::{Rung, Verdict};

/// So many empty rooms are not those of people who have just left.
const MANY_EMPTY_ROOMS: u64 = 10;

/// Judges the services.
pub(super) fn judge(facts: Option<&ServicesFacts>) -> RungResult {
    let Some(facts) = facts else {
        return RungResult::skipped(Rung::Services, None);
    };
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(facts.health.iter().flat_map(gateway));
    for service in &facts.services {
        findings.extend(judge_service(service));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let evidence = evidence(facts);
    if findings.is_empty()
        && let Some(below) = nobody_answered(facts)
    {
        let mut result = RungResult::skipped(Rung::Services, Some(below));
        result.evidence = evidence;
        return result;
    }
    RungResult::new(Rung::Services, findings, evidence)
}

/// The rung to blame when there is no answer at all.
fn nobody_answered(facts: &ServicesFacts) -> Option<Rung> {
    let services = facts.services.iter().map(|service| &service.health);
    let mut asked = facts.gateway_health.iter().chain(services).peekable();
    let first = asked.peek()?.fault.as_ref()?.kind;
    if asked.any(|exchange| exchange.response.is_some()) {
        return None;
    }
    match first {
        FaultKind::NoAnswer | FaultKind::Closed | FaultKind::NotHttp => None,
        FaultKind::Resolve => Some(Rung::Address),
        _ => Some(Rung::Tls),
    }
}

fn gateway(health: &GatewayHealth) -> Vec<Finding> {
    let mut findings = Vec::new();
    let older = match health.kind {
        GatewayKind::Gateway | GatewayKind::Other => None,
        GatewayKind::Hybrid => Some("signaling-hybrid"),
        GatewayKind::PythonSocketio => Some("signaling-socketio"),
        GatewayKind::RawWebsocket => Some("signaling-server"),
    };
    if let Some(service) = older {
        let finding = Finding::new("older-server", Verdict::Failed);
        findings.push(finding.with("service", service));
    }
    if health.workers == Some(0) {
        findings.push(Finding::new("no-media-worker", Verdict::Failed));
    }
    if let Some(rooms) = health
        .empty_rooms
        .filter(|rooms| *rooms >= MANY_EMPTY_ROOMS)
    {
        let finding = Finding::new("empty-rooms", Verdict::Warning);
        findings.push(finding.with("rooms", rooms));
    }
    findings
}

/// What is wrong with a service, and what people miss without it.
fn judge_service(service: &ServiceFacts) -> Vec<Finding> {
    let Some(trouble) = trouble(service) else {
        return Vec::new();
    };
    let missed = match service.role {
        HostRole::Translation => "without-translation",
        HostRole::Synthesis => "without-spoken-translation",
        _ => "without-captions",
    };
    let is_missed = trouble.verdict == Verdict::Failed;
    let missed = is_missed.then(|| Finding::new(missed, Verdict::Warning));
    std::iter::once(trouble.with("host", &service.host))
        .chain(missed)
        .collect()
}

fn trouble(service: &ServiceFacts) -> Option<Finding> {
    let health = &service.health;
    let Some(response) = &health.response else {
        return silence(health);
    };
    if response.status >= 500 {
        let cause = match response.status {
            502..=504 => "service-down",
            _ => "service-failing",
        };
        let finding = Finding::new(cause, Verdict::Failed);
        return Some(finding.with("reason", format!("HTTP {}", response.status)));
    }
    match service.state {
        Some(ServiceState::Unhealthy) => {
            let finding = Finding::new("service-failing", Verdict::Failed);
            return Some(finding.with("reason", "unhealthy"));
        }
        Some(ServiceState::Starting) => {
            return Some(Finding::new("service-starting", Verdict::Warning));
        }
        Some(ServiceState::Ready) | None => {}
    }
    if !service.missing.is_empty() {
        let finding = Finding::new("part-missing", Verdict::Warning);
        return Some(finding.with("parts", service.missing.join(", ")));
    }
    // An application without such a page says so in JSON; a proxy or a web site does not.
    let of_application = response.body.trim_start().starts_with(['{', '[', '"']);
    if service.state.is_none() && !of_application && response.status != 401 {
        let finding = Finding::new("service-not-there", Verdict::Warning);
        return Some(finding.with("reason", format!("HTTP {}", response.status)));
    }
    None
}

fn silence(health: &Exchange) -> Option<Finding> {
    let fault = health.fault.as_ref()?;
    let finding = match fault.kind {
        // Told by the rung of names.
        FaultKind::Resolve => return None,
        FaultKind::NoAnswer => {
            let seconds = format!("{:.1}", health.took_ms / 1_000.0);
            let finding = Finding::new("service-hanging", Verdict::Failed);
            return Some(finding.with("seconds", seconds).or("service-busy"));
        }
        FaultKind::Refused | FaultKind::Reset | FaultKind::Closed | FaultKind::NotHttp => {
            Finding::new("service-down", Verdict::Failed)
        }
        _ => Finding::new("service-unreachable", Verdict::Failed),
    };
    Some(finding.with("reason", &fault.message))
}

fn evidence(facts: &ServicesFacts) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut add = |what: &str, seen: String| evidence.push(Evidence::new(what, seen));
    if let Some(exchange) = &facts.gateway_health {
        add("gateway /health", answer(exchange));
    }
    if let Some(health) = &facts.health {
        add("gateway", numbers(health));
    }
    if let Some(exchange) = &facts.gateway_metrics {
        add("gateway /metrics", answer(exchange));
    }
    if let (None, Some(metrics)) = (&facts.health, &facts.metrics) {
        add("gateway", numbers(metrics));
    }
    for service in &facts.services {
        let role = match service.role {
            HostRole::Translation => "translation",
            HostRole::Synthesis => "speech synthesis",
            _ => "speech recognition",
        };
        let mut seen = format!("{} /health: {}", service.host, answer(&service.health));
        if let Some(kind) = &service.kind {
            seen.push_str(&format!(", {kind}"));
        }
        if let Some(state) = service.state {
            let state = match state {
                ServiceState::Ready => "ready",
                ServiceState::Starting => "starting",
                ServiceState::Unhealthy => "unhealthy",
            };
            seen.push_str(&format!(", says {state}"));
        }
        if !service.missing.is_empty() {
            seen.push_str(&format!(", missing: {}", service.missing.join(", ")));
        }
        add(role, seen);
    }
    evidence
}

fn numbers(health: &GatewayHealth) -> String {
    let counts = [
        ("workers", health.workers),
        ("rooms", health.rooms),
        ("participants", health.participants),
        ("empty rooms", health.empty_rooms),
        ("audio streams", health.audio_streams),
    ];
    let mut said: Vec<String> = counts
        .into_iter()
        .filter_map(|(what, count)| Some(format!("{} {what}", count?)))
        .collect();
    if let Some(uptime) = health.uptime_s {
        said.insert(0, format!("up {uptime:.0} s"));
    }
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fault, Response};

    fn page(status: u16, body: &str) -> Exchange {
        Exchange {
            response: Some(Response {
                status,
                body: body.into(),
                ..Response::default()
            }),
            ..Exchange::default()
        }
    }

    fn silent(kind: FaultKind) -> Exchange {
        Exchange {
            fault: Some(Fault::new(kind, "its words")),
            took_ms: 5_000.0,
            ..Exchange::default()
        }
    }

    fn service(role: HostRole, health: Exchange, state: Option<ServiceState>) -> ServicesFacts {
        ServicesFacts {
            gateway_health: Some(page(404, "{}")),
            services: vec![ServiceFacts {
                role,
                url: "https://s.example/".into(),
                host: "s.example".into(),
                health,
                about: None,
                state,
                missing: Vec::new(),
                kind: None,
            }],
            ..ServicesFacts::default()
        }
    }

    fn judged(facts: &ServicesFacts) -> (Verdict, Vec<String>) {
        let result = judge(Some(facts));
        let causes = result.findings.into_iter().map(|finding| finding.cause);
        (result.verdict, causes.collect())
    }

    fn of_gateway(health: GatewayHealth) -> (Verdict, Vec<String>) {
        judged(&ServicesFacts {
            gateway_health: Some(page(200, "")),
            health: Some(health),
            ..ServicesFacts::default()
        })
    }

    #[test]
    fn a_missing_or_odd_health_page_is_no_fault() {
        for health in [
            page(404, "{}"),
            page(200, "<!doctype html>"),
            page(502, "<html>"),
        ] {
            let facts = ServicesFacts {
                gateway_health: Some(health),
                ..ServicesFacts::default()
            };
            assert_eq!(judged(&facts), (Verdict::Ok, vec![]));
        }
        assert_eq!(judge(None).verdict, Verdict::Skipped);
    }

    #[test]
    fn what_the_gateway_says_is_judged() {
        let well = GatewayHealth {
            kind: GatewayKind::Gateway,
            workers: Some(2),
            empty_rooms: Some(2),
            ..GatewayHealth::default()
        };
        assert_eq!(of_gateway(well.clone()), (Verdict::Ok, vec![]));
        let judgement = of_gateway(GatewayHealth {
            workers: Some(0),
            empty_rooms: Some(50),
            ..well
        });
        let causes = vec!["no-media-worker".to_owned(), "empty-rooms".to_owned()];
        assert_eq!(judgement, (Verdict::Failed, causes));
        let older = of_gateway(GatewayHealth {
            kind: GatewayKind::Hybrid,
            ..GatewayHealth::default()
        });
        assert_eq!(older, (Verdict::Failed, vec!["older-server".into()]));
    }

    #[test]
    fn services_are_told_apart() {
        use ServiceState::{Ready, Starting, Unhealthy};
        for (health, state, verdict, cause) in [
            (page(200, "{}"), Some(Ready), Verdict::Ok, None),
            (
                page(404, "{\"detail\":\"Not Found\"}"),
                None,
                Verdict::Ok,
                None,
            ),
            (
                page(200, "{}"),
                Some(Starting),
                Verdict::Warning,
                Some("service-starting"),
            ),
            (
                page(200, "{}"),
                Some(Unhealthy),
                Verdict::Failed,
                Some("service-failing"),
            ),
            (
                page(500, "oops"),
                None,
                Verdict::Failed,
                Some("service-failing"),
            ),
            (page(503, "no"), None, Verdict::Failed, Some("service-down")),
            (
                page(404, "404 page not found"),
                None,
                Verdict::Warning,
                Some("service-not-there"),
            ),
            (
                silent(FaultKind::NoAnswer),
                None,
                Verdict::Failed,
                Some("service-hanging"),
            ),
            (
                silent(FaultKind::Refused),
                None,
                Verdict::Failed,
                Some("service-down"),
            ),
            (
                silent(FaultKind::Filtered),
                None,
                Verdict::Failed,
                Some("service-unreachable"),
            ),
            (silent(FaultKind::Resolve), None, Verdict::Ok, None),
        ] {
            let facts = service(HostRole::Synthesis, health, state);
            let (found, causes) = judged(&facts);
            assert_eq!(found, verdict, "{causes:?}");
            assert_eq!(causes.first().map(String::as_str), cause);
            let missed = causes
                .iter()
                .any(|cause| cause == "without-spoken-translation");
            assert_eq!(missed, verdict == Verdict::Failed);
        }
    }

    #[test]
    fn a_missing_voice_is_named() {
        let mut facts = service(
            HostRole::Synthesis,
            page(200, "{}"),
            Some(ServiceState::Ready),
        );
        facts.services[0].missing = vec!["vi".into()];
        let result = judge(Some(&facts));
        assert_eq!(result.findings[0].cause, "part-missing");
        assert_eq!(result.findings[0].values["parts"], "vi");
    }

    #[test]
    fn nobody_is_blamed_for_what_a_lower_rung_does() {
        for (kind, below) in [
            (FaultKind::Resolve, Rung::Address),
            (FaultKind::Refused, Rung::Tls),
        ] {
            let facts = ServicesFacts {
                gateway_health: Some(silent(kind)),
                ..ServicesFacts::default()
            };
            let result = judge(Some(&facts));
            assert_eq!(result.verdict, Verdict::Skipped);
            assert_eq!(result.blocked_by, Some(below));
        }
    }
}
