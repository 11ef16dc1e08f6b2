//! Every misconfigured deployment, built with the real servers on loopback, asked and diagnosed.

use std::time::{Duration, Instant};

use fieldtest::diagnosis::{Diagnosis, diagnose};
use fieldtest::facts::{Facts, PollingSession, Signaling};
use fieldtest::probes::signaling::{Question, signaling};
use fieldtest::probes::tls::tls;
use fieldtest::probes::{Endpoint, Network, exchange, http};
use fieldtest::{Rung, Verdict};
use url::Url;

use crate::lab::{Deployment, Lab, Python};

/// An origin that no allow-list of the deployments has.
const SITE: &str = "https://evil.example";

/// For a loaded machine; what a run may take is asserted where it is demanded.
const PATIENCE: Duration = Duration::from_secs(60);

/// Most requests of one run.
const MOST_REQUESTS: usize = 35;

struct Case {
    id: &'static str,
    deployment: Deployment,
    path: &'static str,
    expected: Option<(Rung, &'static str, Verdict)>,
}

const fn case(
    id: &'static str,
    deployment: Deployment,
    rung: Rung,
    cause: &'static str,
    verdict: Verdict,
) -> Case {
    Case {
        id,
        deployment,
        path: "/socket.io/",
        expected: Some((rung, cause, verdict)),
    }
}

const fn control(id: &'static str, deployment: Deployment, path: &'static str) -> Case {
    Case {
        id,
        deployment,
        path,
        expected: None,
    }
}

fn cases() -> Vec<Case> {
    use Rung::{Cors, Namespace, Polling, Tls, Websocket};
    use Verdict::{Failed, Ok, Warning};
    let alone = Deployment::alone;
    let behind = Deployment::behind;
    let hanging = Deployment {
        silent: true,
        ..behind("case08a.conf", &[])
    };
    let sticky = Deployment {
        ip_hash: true,
        ..behind("case07a.conf", &["case11", "case11"])
    };
    let newer = Deployment {
        python: Python::Newer,
        ..alone(&["case03a"])
    };
    vec![
        case(
            "01",
            alone(&["case01"]),
            Polling,
            "socketio-not-served",
            Failed,
        ),
        case("02a", alone(&["case02a"]), Cors, "origin-refused", Warning),
        case("02c", alone(&["case02c"]), Cors, "cors-off", Warning),
        case("03a", alone(&["case03a"]), Polling, "path-doubled", Failed),
        case(
            "04a",
            alone(&["case04a"]),
            Polling,
            "route-shadowed",
            Failed,
        ),
        case(
            "04b",
            alone(&["case04b"]),
            Polling,
            "polling-shadowed",
            Warning,
        ),
        Case {
            path: "/api/socket.io/",
            ..case("05a", alone(&["case05a"]), Polling, "wrong-path", Failed)
        },
        case(
            "06a",
            behind("case06a.conf", &["case11"]),
            Websocket,
            "upgrade-stripped",
            Warning,
        ),
        case("06c", behind("case06c.conf", &["case11"]), Tls, "alpn", Ok),
        case(
            "07a",
            behind("case07a.conf", &["case11", "case11"]),
            Polling,
            "no-affinity",
            Warning,
        ),
        case("08a", hanging, Polling, "upstream-timeout", Failed),
        case(
            "08b",
            behind("case08b.conf", &[]),
            Polling,
            "upstream-down",
            Failed,
        ),
        case(
            "09",
            behind("case09.conf", &[]),
            Polling,
            "web-page",
            Failed,
        ),
        case("11", alone(&["case11"]), Polling, "bad-request", Failed),
        case("12", alone(&["case12"]), Namespace, "refused", Failed),
        case(
            "14",
            alone(&["case14"]),
            Namespace,
            "refused-with-reason",
            Failed,
        ),
        case(
            "16",
            behind("case16.conf", &[]),
            Polling,
            "redirect",
            Failed,
        ),
        case(
            "17a",
            alone(&["case17a"]),
            Websocket,
            "polling-only",
            Warning,
        ),
        case(
            "moved",
            behind("moved.conf", &["case11"]),
            Polling,
            "redirect",
            Warning,
        ),
        case(
            "mute",
            alone(&["mute"]),
            Namespace,
            "namespace-silent",
            Failed,
        ),
        case(
            "thrown",
            alone(&["thrown_out"]),
            Namespace,
            "disconnected",
            Failed,
        ),
        control(
            "sticky",
            behind("sticky.conf", &["case11", "case11"]),
            "/socket.io/",
        ),
        control("03b", newer, "/socket.io/"),
        control(
            "05b",
            behind("case05b.conf", &["case05a"]),
            "/api/socket.io/",
        ),
        control("07b", sticky, "/socket.io/"),
    ]
}

impl Case {
    fn is_tls(&self) -> bool {
        self.id == "06c"
    }

    // Facts of other rungs are looked at elsewhere.
    #[allow(clippy::needless_update)]
    async fn observe(&self, lab: &Lab, trusting: bool) -> Facts {
        let scheme = if self.is_tls() { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{}", lab.port);
        let server: Url = url.parse().expect("a URL");
        let extra_ca = (self.is_tls() && trusting).then(|| lab.certificate.clone());
        let network = Network::new(socketio::Proxy::None, extra_ca);
        let address = ([127, 0, 0, 1], lab.port).into();
        let reached = tls(&network, &server, &[address], PATIENCE).await;
        let question = Question {
            server: server.clone(),
            path: self.path.to_owned(),
            query: Vec::new(),
            auth: None,
            site_origin: Some(SITE.to_owned()),
        };
        let mut steps = 0;
        let asked = signaling(&network, &question, Instant::now() + PATIENCE, |_| {
            steps += 1
        });
        let mut asked = asked.await;
        if self.id == "11" {
            asked = self.asked_wrongly(&network, server, asked).await;
        }
        Facts {
            tls: vec![reached],
            signaling: Some(asked),
            ..Facts::default()
        }
    }

    /// No probe of ours asks so; this is how such a fault of ours would look.
    async fn asked_wrongly(&self, network: &Network, server: Url, good: Signaling) -> Signaling {
        assert!(good.polling.is_some_and(|session| session.poll.is_some()));
        let target = "/socket.io/?EIO=3&transport=polling";
        let asked = http::request("GET", target, &[("Accept", "*/*")]);
        let handshake = exchange(network, &Endpoint::new(server), asked, PATIENCE).await;
        Signaling {
            server: good.server,
            path: good.path,
            polling: Some(PollingSession {
                handshake,
                ..PollingSession::default()
            }),
            ..Signaling::default()
        }
    }
}

fn found(diagnosis: &Diagnosis) -> Vec<(Rung, String, Verdict)> {
    let results = diagnosis.rungs.iter();
    let findings = results.flat_map(|result| {
        let told = result.findings.iter();
        told.map(|finding| (result.rung, finding.cause.clone(), finding.verdict))
    });
    findings.collect()
}

/// Requests over HTTP, websockets included; leaving is not among the facts and is counted by the
/// sessions that were opened.
fn requests(signaling: &Signaling) -> usize {
    let session = |session: &PollingSession| {
        let steps = [&session.connect, &session.poll, &session.upgrade];
        2 + steps.into_iter().flatten().count()
    };
    let sessions = signaling.polling.iter().chain(&signaling.repeats);
    let sessions = sessions.chain(&signaling.without_cookies).map(session);
    let cors = signaling.cors.iter().map(|_| 6);
    sessions.chain(cors).sum::<usize>()
        + signaling.redirects.len()
        + 3 * signaling.other_paths.len()
        + signaling.websocket.iter().count()
        + signaling.random_path.iter().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_deployment_has_its_layer_and_cause() {
    println!(
        "{:<8}{:<12}{:<22}{:<10}requests",
        "case", "rung", "cause", "verdict"
    );
    let mut wrong = Vec::new();
    for case in cases() {
        let lab = case.deployment.start().await;
        let facts = case.observe(&lab, true).await;
        let diagnosis = diagnose(&facts);
        let found = found(&diagnosis);
        let asked = requests(facts.signaling.as_ref().expect("asked"));
        if found.is_empty() {
            println!("{:<8}{:<44}{asked}", case.id, "-");
        }
        for (rung, cause, verdict) in &found {
            let (rung, verdict) = (format!("{rung:?}"), format!("{verdict:?}"));
            println!("{:<8}{rung:<12}{cause:<22}{verdict:<10}{asked}", case.id);
        }
        let expected = case
            .expected
            .map(|(rung, cause, verdict)| (rung, cause.to_owned(), verdict));
        if found != Vec::from_iter(expected) {
            wrong.push(format!("{}: {found:?}\n{:#?}", case.id, facts.signaling));
        }
        assert!(asked <= MOST_REQUESTS, "{}: {asked} requests", case.id);
        if case.expected.is_none() || case.id == "06c" {
            let working = |rung: Rung| {
                let mut results = diagnosis.rungs.iter();
                results.any(|result| result.rung == rung && result.verdict == Verdict::Ok)
            };
            for rung in [
                Rung::Tls,
                Rung::Polling,
                Rung::Websocket,
                Rung::Namespace,
                Rung::Cors,
            ] {
                assert!(working(rung), "{} {rung:?}: {diagnosis:#?}", case.id);
            }
        }
        if case.is_tls() {
            let facts = case.observe(&lab, false).await;
            let diagnosis = diagnose(&facts);
            let culprit = diagnosis.culprit().expect("a failure");
            assert_eq!(culprit.rung, Rung::Tls);
            assert_eq!(culprit.findings[0].cause, "certificate-unknown-issuer");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
