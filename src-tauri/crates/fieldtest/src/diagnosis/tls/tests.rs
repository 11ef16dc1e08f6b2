use super::*;
use crate::diagnosis::diagnose;
use crate::facts::{PollingSession, Request, Response, Signaling};
use crate::report::{Language, cause_words};

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;
const YEAR: i64 = 365 * 24 * 3600;

fn certificate(from: i64, until: i64) -> Certificate {
    Certificate {
        subject: "CN=gateway.example".to_owned(),
        issuer: "CN=Some Authority".to_owned(),
        names: vec!["gateway.example".to_owned()],
        not_before: from,
        not_after: until,
    }
}

fn connection(kind: Option<FaultKind>) -> Connection {
    Connection {
        address: Some("192.0.2.1:443".to_owned()),
        chain: vec![certificate(NOW - YEAR, NOW + YEAR)],
        fault: kind.map(|kind| Fault::new(kind, "as the system says it")),
        ..Connection::default()
    }
}

fn host(name: &str, connections: Vec<Connection>) -> Tls {
    Tls {
        host: name.to_owned(),
        port: 443,
        expected: true,
        connections,
        local_time: Some(NOW),
        ..Tls::default()
    }
}

// Facts of other rungs are looked at elsewhere.
#[allow(clippy::needless_update)]
fn judged(hosts: Vec<Tls>) -> RungResult {
    let facts = Facts {
        tls: hosts,
        ..Facts::default()
    };
    tls(&facts)
}

fn causes(result: &RungResult) -> Vec<&str> {
    let findings = result.findings.iter();
    findings.map(|finding| finding.cause.as_str()).collect()
}

fn redirect(target: &str, location: &str) -> Exchange {
    Exchange {
        request: Request {
            method: "GET".to_owned(),
            target: target.to_owned(),
            ..Request::default()
        },
        response: Some(Response {
            status: 302,
            headers: vec![("Location".to_owned(), location.to_owned())],
            body: String::new(),
        }),
        ..Exchange::default()
    }
}

#[test]
fn each_fault_has_its_cause() {
    for (kind, cause) in [
        (FaultKind::Refused, "port-closed"),
        (FaultKind::Filtered, "port-filtered"),
        (FaultKind::Unreachable, "unreachable"),
        (FaultKind::NotTls, "plain-http-on-tls-port"),
        (FaultKind::Reset, "tls-failed"),
        (FaultKind::TlsSilent, "tls-failed"),
        (FaultKind::CertificateExpired, "certificate-expired"),
        (
            FaultKind::CertificateNotYetValid,
            "certificate-not-yet-valid",
        ),
        (FaultKind::CertificateWrongName, "certificate-wrong-name"),
        (
            FaultKind::CertificateUnknownIssuer,
            "certificate-unknown-issuer",
        ),
    ] {
        let result = judged(vec![host("gateway.example", vec![connection(Some(kind))])]);
        assert_eq!(result.verdict, Verdict::Failed);
        assert_eq!(causes(&result), [cause]);
        for language in [Language::En, Language::Vi] {
            let words = cause_words(&result.findings[0], language);
            let told = [Some(words.what), words.person, words.operator];
            for text in told.into_iter().flatten() {
                assert!(!text.contains('{'), "{text}");
                assert_ne!(text, cause);
            }
        }
    }
}

#[test]
fn names_and_proxies_are_blamed_below() {
    let result = judged(vec![host("h", vec![connection(Some(FaultKind::Resolve))])]);
    assert_eq!(result.verdict, Verdict::Skipped);
    assert_eq!(result.blocked_by, Some(Rung::Address));
}

#[test]
fn one_family_that_fails_is_a_warning() {
    let mut six = connection(Some(FaultKind::Unreachable));
    six.address = Some("[2001:db8::1]:443".to_owned());
    let result = judged(vec![host("gateway.example", vec![six, connection(None)])]);
    assert_eq!(causes(&result), ["ipv6-broken"]);
    assert_eq!(result.verdict, Verdict::Warning);
    let result = judged(vec![host(
        "gateway.example",
        vec![connection(Some(FaultKind::Refused)), connection(None)],
    )]);
    assert_eq!(causes(&result), ["addresses-broken"]);
}

#[test]
fn a_wrong_clock_is_told_from_an_expired_certificate() {
    let shown = |ahead| {
        let mut seen = connection(Some(FaultKind::CertificateNotYetValid));
        seen.chain = vec![certificate(NOW + YEAR, NOW + 2 * YEAR)];
        let mut host = host("gateway.example", vec![seen]);
        host.clock_ahead_s = Some(ahead);
        judged(vec![host])
    };
    assert_eq!(causes(&shown(YEAR + 3_600)), ["clock-skew"]);
    assert_eq!(causes(&shown(0)), ["certificate-not-yet-valid"]);
    // The clock is off, and the certificate would not be valid with the server's either.
    assert_eq!(causes(&shown(3_600)), ["certificate-not-yet-valid"]);
}

#[test]
fn a_healthy_host_may_have_notes() {
    let mut fine = host("gateway.example", vec![connection(None)]);
    assert_eq!(judged(vec![fine.clone()]).findings, []);
    fine.alpn_of_choice = Some("h2".to_owned());
    let result = judged(vec![fine.clone()]);
    assert_eq!(
        (causes(&result), result.verdict),
        (vec!["alpn"], Verdict::Ok)
    );
    fine.clock_ahead_s = Some(-600);
    fine.connections[0].chain[0].not_after = NOW + 24 * 3600;
    let result = judged(vec![fine]);
    assert_eq!(result.verdict, Verdict::Warning);
    assert_eq!(
        causes(&result),
        ["certificate-ends-soon", "clock-skew", "alpn"]
    );
}

#[test]
fn strangers_on_several_sites_are_this_networks_doing() {
    let refused = || vec![connection(Some(FaultKind::CertificateUnknownIssuer))];
    let hosts = vec![
        host("gateway.example", refused()),
        host("panel.test", refused()),
    ];
    let result = judged(hosts);
    assert_eq!(causes(&result)[0], "intercepted");
    // Services of one operator share a certificate, good or bad.
    let hosts = vec![
        host("a.site.example", refused()),
        host("b.site.example", refused()),
    ];
    assert_eq!(causes(&judged(hosts))[0], "certificate-unknown-issuer");
}

// Facts of other rungs are looked at elsewhere.
#[allow(clippy::needless_update)]
#[test]
fn a_sign_in_page_is_told_from_a_moved_service() {
    let mut caught = host(
        "gateway.example",
        vec![connection(Some(FaultKind::CertificateWrongName))],
    );
    let page = redirect("/", "http://login.hotel.test/welcome");
    caught.behind_refused_certificate = Some(page);
    let result = judged(vec![caught]);
    assert_eq!(causes(&result), ["captive-portal"]);
    assert_eq!(result.findings[0].values["foreign"], "login.hotel.test");

    let target = "/socket.io/?EIO=4&transport=polling";
    let by_http = |location: &str| {
        let signaling = Some(Signaling {
            server: "http://gateway.example".to_owned(),
            path: "/socket.io/".to_owned(),
            polling: Some(PollingSession {
                handshake: redirect(target, location),
                ..PollingSession::default()
            }),
            ..Signaling::default()
        });
        diagnose(&Facts {
            tls: vec![host("gateway.example", vec![connection(None)])],
            signaling,
            ..Facts::default()
        })
    };
    let diagnosis = by_http("http://login.hotel.test/welcome");
    let culprit = diagnosis.culprit().expect("a failure");
    assert_eq!(
        (culprit.rung, causes(culprit)),
        (Rung::Tls, vec!["captive-portal"])
    );
    let moved = by_http(&format!("https://other.test{target}"));
    let culprit = moved.culprit().expect("a failure");
    assert_eq!(
        (culprit.rung, causes(culprit)),
        (Rung::Polling, vec!["redirect"])
    );
    assert_eq!(culprit.findings[0].values["target"], "https://other.test");
}

#[test]
fn days_are_those_of_the_calendar() {
    for (unix_s, expected) in [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (951_782_400, "2000-02-29"),
        (NOW, "2026-01-01"),
        (4_102_444_799, "2099-12-31"),
    ] {
        assert_eq!(date(unix_s), expected);
    }
}
