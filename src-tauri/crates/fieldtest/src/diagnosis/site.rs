//! The web site: does it say which gateway to use, and what does it say that it should not?

use super::{Evidence, Finding, RungResult};
use crate::facts::{Exchange, FaultKind, SiteFacts};
use crate::{Rung, Verdict};

/// Status of a network that wants people to sign in first (RFC 6585).
const NETWORK_AUTHENTICATION_REQUIRED: u16 = 511;

/// Judges the site.
pub(super) fn judge(facts: Option<&SiteFacts>) -> RungResult {
    let Some(site) = facts else {
        return RungResult::skipped(Rung::Site, None);
    };
    if let Some(lower) = below(site) {
        let mut result = RungResult::skipped(Rung::Site, Some(lower));
        result.evidence = evidence(site);
        return result;
    }
    RungResult::new(Rung::Site, findings(site), evidence(site))
}

/// The rung to blame when the site could not even be asked.
fn below(site: &SiteFacts) -> Option<Rung> {
    let pages = [site.page(), site.file()];
    let faults: Vec<FaultKind> = pages
        .into_iter()
        .flatten()
        .filter(|page| page.response.is_none())
        .filter_map(|page| Some(page.fault.as_ref()?.kind))
        .collect();
    if faults.len() < 2 {
        return None;
    }
    match faults.first()? {
        FaultKind::NoAnswer | FaultKind::Closed | FaultKind::NotHttp => None,
        FaultKind::Resolve => Some(Rung::Address),
        _ => Some(Rung::Tls),
    }
}

fn findings(site: &SiteFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(portal) = portal(site) {
        return vec![portal];
    }
    if let Some(gateway) = &site.insecure_gateway {
        let finding = Finding::new("gateway-insecure", Verdict::Failed);
        findings.push(finding.with("gateway", gateway));
    }
    findings.extend(failing(site));
    if !site.published_secrets.is_empty() {
        let finding = Finding::new("secret-published", Verdict::Warning);
        findings.push(finding.with("keys", site.published_secrets.join(", ")));
    }
    match &site.env_config {
        Some(config) if config.gateway.is_none() => {
            findings.push(Finding::new("gateway-not-named", Verdict::Warning));
        }
        Some(_) => {}
        // Both may be as intended: then the gateway is at the site's own address.
        None if site.file().is_some_and(is_page) => {
            findings.push(Finding::new("env-config-is-page", Verdict::Ok));
        }
        None if site.page().is_some_and(is_page) => {
            findings.push(Finding::new("env-config-missing", Verdict::Ok));
        }
        None => {}
    }
    findings
}

fn portal(site: &SiteFacts) -> Option<Finding> {
    let asks_to_sign_in = [site.page(), site.file()]
        .into_iter()
        .flatten()
        .any(|page| page.status() == NETWORK_AUTHENTICATION_REQUIRED);
    let foreign = site.foreign_host.as_deref();
    if site.env_config.is_some() || foreign.is_none() && !asks_to_sign_in {
        return None;
    }
    let finding = Finding::new("captive-portal", Verdict::Failed);
    let finding = finding.with("host", foreign.unwrap_or("?"));
    Some(if asks_to_sign_in {
        finding
    } else {
        finding.or("site-moved")
    })
}

/// A site that answers with errors or not at all. Where the gateway has the same address, the rungs
/// above judge the same server better; otherwise only browsers miss the site.
fn failing(site: &SiteFacts) -> Option<Finding> {
    let page = site.page()?;
    let verdict = if site.own_gateway {
        Verdict::Unknown
    } else {
        Verdict::Warning
    };
    match &page.response {
        Some(response) if response.status >= 500 => {
            let finding = Finding::new("site-failing", verdict);
            Some(finding.with("status", response.status))
        }
        Some(_) => None,
        None => {
            let finding = Finding::new("site-silent", verdict);
            Some(finding.with("seconds", format!("{:.1}", page.took_ms / 1_000.0)))
        }
    }
}

/// Whether an answer is a web page.
fn is_page(answer: &Exchange) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    let body = answer.body().trim_start().to_ascii_lowercase();
    answer.status() == 200
        && (kind.to_ascii_lowercase().contains("html")
            || body.starts_with("<!doctype html")
            || body.starts_with("<html"))
}

fn evidence(site: &SiteFacts) -> Vec<Evidence> {
    let mut evidence = vec![Evidence::new("site", &site.url)];
    for (what, hops) in [
        ("start page", &site.start_page),
        ("env-config.js", &site.env_config_file),
    ] {
        for hop in hops {
            evidence.push(Evidence::new(what, answer(hop)));
        }
    }
    if let Some(config) = &site.env_config {
        let named = [
            ("gateway", &config.gateway),
            ("translation", &config.translation),
            ("speech synthesis", &config.synthesis),
            ("speech recognition", &config.recognition),
        ];
        for (what, address) in named {
            if let Some(address) = address {
                evidence.push(Evidence::new(what, address));
            }
        }
    }
    if !site.published_secrets.is_empty() {
        let keys = site.published_secrets.join(", ");
        evidence.push(Evidence::new("published keys", keys));
    }
    evidence
}

/// An answer in one line.
pub(super) fn answer(exchange: &Exchange) -> String {
    let took = format!("{:.0} ms", exchange.took_ms);
    if exchange.response.is_none() {
        let error = exchange.error.as_deref().unwrap_or("no answer");
        return format!("{error} ({took})");
    }
    let mut line = exchange.status().to_string();
    for header in ["content-type", "location", "server"] {
        if let Some(value) = exchange.header(header) {
            line.push_str(&format!(", {header}: {value}"));
        }
    }
    format!("{line} ({took})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{EnvConfigFacts, Fault, Response};

    fn answered(status: u16, kind: &str, body: &str) -> Exchange {
        Exchange {
            response: Some(Response {
                status,
                headers: vec![("Content-Type".into(), kind.into())],
                body: body.into(),
            }),
            ..Exchange::default()
        }
    }

    fn silent(kind: FaultKind) -> Exchange {
        Exchange {
            fault: Some(Fault::new(kind, "its words")),
            ..Exchange::default()
        }
    }

    fn site(page: Exchange, file: Exchange) -> SiteFacts {
        SiteFacts {
            start_page: vec![page],
            env_config_file: vec![file],
            ..SiteFacts::default()
        }
    }

    fn html() -> Exchange {
        answered(200, "text/html", "<!doctype html>")
    }

    fn not_found() -> Exchange {
        answered(404, "application/json", "{\"error\":\"Not Found\"}")
    }

    fn configured() -> SiteFacts {
        SiteFacts {
            env_config: Some(EnvConfigFacts {
                gateway: Some("https://g.example/".into()),
                ..EnvConfigFacts::default()
            }),
            ..site(
                html(),
                answered(200, "application/javascript", "window._env_"),
            )
        }
    }

    fn judged(facts: &SiteFacts) -> (Verdict, Vec<String>) {
        let result = judge(Some(facts));
        let causes = result.findings.into_iter().map(|finding| finding.cause);
        (result.verdict, causes.collect())
    }

    fn one(verdict: Verdict, cause: &str) -> (Verdict, Vec<String>) {
        (verdict, vec![cause.into()])
    }

    #[test]
    fn a_site_and_a_gateway_alone_are_well() {
        assert_eq!(judged(&configured()), (Verdict::Ok, vec![]));
        let alone = site(not_found(), not_found());
        assert_eq!(judged(&alone), (Verdict::Ok, vec![]));
        assert_eq!(judge(None).verdict, Verdict::Skipped);
    }

    #[test]
    fn a_missing_configuration_is_said_and_no_fault() {
        let everywhere = site(html(), html());
        assert_eq!(judged(&everywhere), one(Verdict::Ok, "env-config-is-page"));
        let missing = site(html(), not_found());
        assert_eq!(judged(&missing), one(Verdict::Ok, "env-config-missing"));
    }

    #[test]
    fn published_secrets_and_odd_gateways_are_told() {
        let mut facts = configured();
        facts.published_secrets = vec!["REACT_APP_TURN_SECRET".into()];
        assert_eq!(judged(&facts), one(Verdict::Warning, "secret-published"));
        let mut facts = configured();
        facts.env_config = Some(EnvConfigFacts::default());
        assert_eq!(judged(&facts), one(Verdict::Warning, "gateway-not-named"));
        let mut facts = configured();
        facts.insecure_gateway = Some("http://g.example/".into());
        assert_eq!(judged(&facts), one(Verdict::Failed, "gateway-insecure"));
    }

    #[test]
    fn a_portal_is_told_from_a_moved_site() {
        let mut portal = site(
            answered(302, "text/html", ""),
            answered(302, "text/html", ""),
        );
        portal.foreign_host = Some("login.hotel.example".into());
        assert_eq!(judged(&portal), one(Verdict::Failed, "captive-portal"));
        let asked = site(
            answered(511, "text/html", ""),
            answered(511, "text/html", ""),
        );
        assert_eq!(judged(&asked), one(Verdict::Failed, "captive-portal"));
        let mut moved = configured();
        moved.foreign_host = Some("new.example".into());
        assert_eq!(judged(&moved), (Verdict::Ok, vec![]));
    }

    #[test]
    fn a_failing_site_is_blamed_only_where_nothing_else_is() {
        let mut failing = site(
            answered(502, "text/html", ""),
            answered(502, "text/html", ""),
        );
        assert_eq!(judged(&failing), one(Verdict::Warning, "site-failing"));
        failing.own_gateway = true;
        assert_eq!(judged(&failing), one(Verdict::Unknown, "site-failing"));
        let hanging = site(silent(FaultKind::NoAnswer), silent(FaultKind::NoAnswer));
        assert_eq!(judged(&hanging), one(Verdict::Warning, "site-silent"));
        for (kind, lower) in [
            (FaultKind::Resolve, Rung::Address),
            (FaultKind::Refused, Rung::Tls),
            (FaultKind::CertificateExpired, Rung::Tls),
        ] {
            let result = judge(Some(&site(silent(kind), silent(kind))));
            assert_eq!(result.verdict, Verdict::Skipped);
            assert_eq!(result.blocked_by, Some(lower));
        }
    }
}
