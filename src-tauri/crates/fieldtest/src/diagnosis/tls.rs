//! TCP and TLS: each address by itself, the certificate, the clock, and whether this network lets
//! one through at all.

use url::Url;

use super::answer::Answer;
use super::{Evidence, Finding, RungResult};
use crate::facts::{Certificate, Connection, Exchange, Facts, Fault, FaultKind, Tls};
use crate::{Rung, Verdict};

/// A clock this far off is said; certificates and tokens depend on it.
const CLOCK_OFF_S: i64 = 60;

/// A certificate is said to end soon within this time.
const ENDS_SOON_S: i64 = 14 * 24 * 3600;

/// Judges [`Rung::Tls`].
pub(super) fn tls(facts: &Facts) -> RungResult {
    let hosts = hosts(facts);
    let shown: Vec<_> = hosts.iter().flat_map(shown).collect();
    if hosts.iter().all(|host| host.connections.is_empty()) {
        return RungResult::skipped(Rung::Tls, None);
    }
    if hosts.iter().all(blamed_on_address) {
        return RungResult {
            evidence: shown,
            ..RungResult::skipped(Rung::Tls, Some(Rung::Address))
        };
    }
    let mut findings = Vec::new();
    if let Some(host) = foreign_page(facts) {
        findings.push(Finding::new("captive-portal", Verdict::Failed).with("foreign", host));
    }
    for host in hosts.iter().filter(|host| !blamed_on_address(host)) {
        findings.extend(of_host(facts, host));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    RungResult::new(Rung::Tls, findings, shown)
}

/// The hosts that were tried; the gateway by the connection of its first request, if not otherwise.
fn hosts(facts: &Facts) -> Vec<Tls> {
    if !facts.tls.is_empty() {
        return facts.tls.clone();
    }
    let host = || {
        let signaling = facts.signaling.as_ref()?;
        let handshake = &signaling.polling.as_ref()?.handshake;
        let url = Url::parse(&signaling.server).ok()?;
        Some(Tls {
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
            expected: url.scheme() == "https",
            connections: vec![handshake.connection.clone()?],
            ..Tls::default()
        })
    };
    host().into_iter().collect()
}

/// Names and proxies have a rung of their own.
fn blamed_on_address(host: &Tls) -> bool {
    !host.connections.is_empty()
        && host.connections.iter().all(|connection| {
            let kind = connection.fault.as_ref().map(|fault| fault.kind);
            matches!(
                kind,
                Some(FaultKind::Resolve | FaultKind::Proxy | FaultKind::ProxyAuthentication)
            )
        })
}

fn of_host(facts: &Facts, host: &Tls) -> Vec<Finding> {
    let (failed, working): (Vec<_>, Vec<_>) = host
        .connections
        .iter()
        .partition(|connection| connection.fault.is_some());
    let mut findings = Vec::new();
    match (failed.first(), working.is_empty()) {
        (Some(connection), true) => findings.extend(fault(facts, host, connection)),
        (Some(_), false) => findings.push(partly(host, &failed, &working)),
        (None, _) => {}
    }
    if let Some(connection) = working.first() {
        findings.extend(ends_soon(host, connection));
        findings.extend(clock(host).map(|finding| Finding {
            verdict: Verdict::Warning,
            ..finding
        }));
        if host.alpn_of_choice.as_deref() == Some("h2") {
            findings.push(Finding::new("alpn", Verdict::Ok).with("host", &host.host));
        }
    }
    findings
}

/// No address of the host works.
fn fault(facts: &Facts, host: &Tls, connection: &Connection) -> Option<Finding> {
    let fault = connection.fault.as_ref()?;
    let failed = |cause: &str| {
        Finding::new(cause, Verdict::Failed)
            .with("host", &host.host)
            .with("port", host.port)
    };
    let seen = |cause: &str| failed(cause).with("seen", &fault.message);
    if fault.kind.is_certificate() {
        return certificate(facts, host, connection, fault);
    }
    Some(match fault.kind {
        FaultKind::Refused => failed("port-closed"),
        FaultKind::Filtered => failed("port-filtered"),
        FaultKind::Unreachable => seen("unreachable").or("port-filtered"),
        FaultKind::NotTls => failed("plain-http-on-tls-port"),
        // Some servers close without a word; then a plain request shows what they speak.
        FaultKind::Reset | FaultKind::Tls | FaultKind::TlsSilent if answers_plain(host) => {
            failed("plain-http-on-tls-port")
        }
        FaultKind::Settings => seen("unrecognised"),
        _ => seen("tls-failed"),
    })
}

fn answers_plain(host: &Tls) -> bool {
    let plain = host.plain.as_ref();
    plain.is_some_and(|plain| plain.status() > 0)
}

fn certificate(
    facts: &Facts,
    host: &Tls,
    connection: &Connection,
    fault: &Fault,
) -> Option<Finding> {
    let own = connection.chain.first().cloned().unwrap_or_default();
    // The finding about the page is made once, for the whole run.
    if foreign_page(facts).is_some() {
        return None;
    }
    if let Some(finding) = clock(host).filter(|_| fits_server_time(host, &own)) {
        return Some(finding.with("host", &host.host));
    }
    if is_everywhere(facts, &own) {
        return Some(Finding::new("intercepted", Verdict::Failed).with("issuer", &own.issuer));
    }
    let finding = |cause: &str| {
        Finding::new(cause, Verdict::Failed)
            .with("host", &host.host)
            .with("issuer", &own.issuer)
            .with("names", own.names.join(", "))
            .with("from", date(own.not_before))
            .with("until", date(own.not_after))
    };
    Some(match fault.kind {
        FaultKind::CertificateExpired => finding("certificate-expired").or("clock-skew"),
        FaultKind::CertificateNotYetValid => finding("certificate-not-yet-valid").or("clock-skew"),
        FaultKind::CertificateWrongName => finding("certificate-wrong-name")
            .or("captive-portal")
            .or("intercepted"),
        _ => finding("certificate-unknown-issuer").or("intercepted"),
    })
}

/// Whether several hosts show the same stranger's certificate, or his signature on all of them.
fn is_everywhere(facts: &Facts, own: &Certificate) -> bool {
    let refused = |host: &&Tls| {
        host.connections.iter().any(|connection| {
            let fault = connection.fault.as_ref().map(|fault| fault.kind);
            let stranger = matches!(
                fault,
                Some(FaultKind::CertificateUnknownIssuer | FaultKind::CertificateWrongName)
            );
            let shown = connection.chain.first();
            stranger && shown.is_some_and(|shown| shown.issuer == own.issuer)
        })
    };
    let mut names: Vec<_> = facts
        .tls
        .iter()
        .filter(refused)
        .map(|host| &host.host)
        .collect();
    names.sort_unstable();
    names.dedup();
    // Several services of one operator may share a bad certificate; only their sites differ.
    let domains = names.iter().map(|name| domain(name));
    let mut domains: Vec<_> = domains.collect();
    domains.dedup();
    domains.len() > 1
}

/// The last two labels: near enough to tell operators apart.
fn domain(host: &str) -> String {
    let labels: Vec<_> = host.rsplit('.').take(2).collect();
    labels.join(".")
}

/// The foreign host to which this network sends instead of letting one through.
pub(super) fn foreign_page(facts: &Facts) -> Option<String> {
    let refused = facts.tls.iter().filter_map(|host| {
        let behind = host.behind_refused_certificate.as_ref()?;
        foreign_location(&host.host, behind)
    });
    let plain = || {
        let signaling = facts.signaling.as_ref()?;
        let handshake = &signaling.polling.as_ref()?.handshake;
        let server = Url::parse(&signaling.server).ok()?;
        foreign_location(server.host_str()?, handshake)
    };
    refused.into_iter().next().or_else(plain)
}

/// The host in a `Location` that is neither the asked one nor keeps the path and query: a service
/// that moved keeps them, a sign-in page does not.
fn foreign_location(host: &str, exchange: &Exchange) -> Option<String> {
    let Answer::Redirect(location) = Answer::of(exchange) else {
        return None;
    };
    let target = Url::parse(&location).ok()?;
    let there = target.host_str()?;
    let query = target.query().map(|query| format!("?{query}"));
    let kept = format!("{}{}", target.path(), query.unwrap_or_default());
    let asked = &exchange.request.target;
    let moved = kept == *asked && asked != "/";
    (there != host && !moved && domain(there) != domain(host)).then(|| there.to_owned())
}

fn partly(host: &Tls, failed: &[&Connection], working: &[&Connection]) -> Finding {
    let six = |connection: &&&Connection| {
        let address = connection.address.as_deref().unwrap_or_default();
        address.starts_with('[')
    };
    let only_six = failed.iter().all(|connection| six(&connection))
        && !working.iter().any(|connection| six(&connection));
    let cause = match only_six {
        true => "ipv6-broken",
        false => "addresses-broken",
    };
    let addresses = failed
        .iter()
        .filter_map(|connection| connection.address.as_deref());
    Finding::new(cause, Verdict::Warning)
        .with("host", &host.host)
        .with("addresses", addresses.collect::<Vec<_>>().join(", "))
}

fn ends_soon(host: &Tls, connection: &Connection) -> Option<Finding> {
    let own = connection.chain.first()?;
    let left = own.not_after - host.local_time?;
    (left < ENDS_SOON_S).then(|| {
        Finding::new("certificate-ends-soon", Verdict::Warning)
            .with("host", &host.host)
            .with("until", date(own.not_after))
    })
}

fn clock(host: &Tls) -> Option<Finding> {
    let ahead = host.clock_ahead_s?;
    let minutes = (ahead.abs() + 30) / 60;
    (ahead.abs() >= CLOCK_OFF_S)
        .then(|| Finding::new("clock-skew", Verdict::Failed).with("minutes", minutes))
}

/// Whether the certificate would be valid if the server's clock were right.
fn fits_server_time(host: &Tls, own: &Certificate) -> bool {
    let (Some(local), Some(ahead)) = (host.local_time, host.clock_ahead_s) else {
        return false;
    };
    (own.not_before..=own.not_after).contains(&(local + ahead))
}

fn shown(host: &Tls) -> Vec<Evidence> {
    let mut lines = Vec::new();
    for connection in &host.connections {
        let address = connection.address.as_deref().unwrap_or("-");
        let what = format!("{}:{} at {address}", host.host, host.port);
        let mut seen = Vec::new();
        seen.extend(
            connection
                .proxy
                .as_ref()
                .map(|proxy| format!("through {proxy}")),
        );
        seen.extend(connection.tcp_ms.map(|time| format!("TCP {time:.0} ms")));
        seen.extend(connection.tls_ms.map(|time| format!("TLS {time:.0} ms")));
        seen.extend(connection.version.clone());
        seen.extend(connection.alpn.as_ref().map(|alpn| format!("ALPN {alpn}")));
        seen.extend(connection.fault.as_ref().map(|fault| fault.message.clone()));
        lines.push(Evidence::new(what, seen.join(" · ")));
    }
    let chain = host.connections.iter().map(|connection| &connection.chain);
    let chain = chain.filter(|chain| !chain.is_empty()).take(1).flatten();
    for certificate in chain {
        let names = certificate.names.join(", ");
        let seen = format!(
            "{} · names: {names} · issuer: {} · {} to {}",
            certificate.subject,
            certificate.issuer,
            date(certificate.not_before),
            date(certificate.not_after)
        );
        lines.push(Evidence::new("certificate", seen));
    }
    lines
}

/// A day in UTC (Howard Hinnant, "chrono-compatible low-level date algorithms").
pub(super) fn date(unix_s: i64) -> String {
    let days = unix_s.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests;
