//! The doctor of a record against real collaboration services, one for each vocabulary, with what
//! can be wrong with them. See `tests/collab-services`.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use collab::link::CollabLink;
use collab::profile::Profile;
use collab::vocabulary::{Identity, Library};
use fieldtest::doctor::{self, Options, Progress, Record};
use fieldtest::report::{Language, Report, cause_words, json, text};
use fieldtest::{Rung, Verdict};
use socketio::Proxy;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Nothing of these may be in a report.
const SECRETS: [&str; 4] = [
    "benh-nhan-4711",
    "bac-si-0815",
    "Nguyễn An",
    "hunter2-hunter2",
];

/// A service on loopback; it ends when it is dropped.
struct Service {
    port: u16,
    _process: Child,
}

fn interpreter() -> PathBuf {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let usual = home.join(".cache/jbcall/venv/bin/python");
    let found = std::env::var_os("JBCALL_PYTHON").map_or(usual, PathBuf::from);
    assert!(
        found.exists(),
        "no Python environment at {}: run `make setup`, or set JBCALL_PYTHON",
        found.display()
    );
    found
}

async fn start(kind: &str, switches: &[&str]) -> Service {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/collab-services");
    let mut process = Command::new(interpreter())
        .arg("-B")
        .arg(folder.join(format!("{kind}.py")))
        .args(switches)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the service can be started");
    let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
    let line = lines.next_line().await.expect("a line").expect("a port");
    let port = line.trim().parse().expect("a port");
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Service {
        port,
        _process: process,
    }
}

/// The report of a service, spoken to as this deployment; `auto` finds it out.
async fn examined(service: &Service, deployment: &str) -> Report {
    let url = format!("http://127.0.0.1:{}", service.port);
    let link = CollabLink::to_record(&url, SECRETS[0]).expect("a link");
    let profile = Profile {
        url,
        deployment: deployment.to_owned(),
        identity: Identity {
            id: SECRETS[1].to_owned(),
            name: SECRETS[2].to_owned(),
            role: "doctor".to_owned(),
        },
        ..Profile::default()
    };
    let mut options = Options {
        link: link.share_link(),
        record: Some(Record {
            link,
            profile,
            library: Library::builtin(),
            credential: Some(SECRETS[3].to_owned()),
        }),
        ..Options::default()
    };
    options.network.proxy = Proxy::None;
    let mut told = Vec::new();
    let tell = |progress| told.push(progress);
    let report = doctor::run(options, tell, std::future::pending()).await;
    for progress in &told {
        let rung = match progress {
            Progress::Started { rung } => *rung,
            Progress::Judged { result, .. } => result.rung,
        };
        assert!(Rung::RECORD.contains(&rung), "no rung of a call: {rung:?}");
    }
    let rungs: Vec<_> = report.diagnosis.rungs.iter().map(|one| one.rung).collect();
    assert_eq!(rungs, Rung::RECORD);
    let told = serde_json::to_string(&told).expect("data");
    let shown = text::render(
        &report,
        &text::Layout {
            language: Language::Vi,
            width: 100,
            colour: false,
        },
    );
    for written in [&json::render(&report), &told, &shown] {
        for secret in SECRETS {
            assert!(!written.contains(secret), "{secret} in {written}");
        }
        assert!(!written.contains("jbcall-doctor-"), "{written}");
    }
    report
}

/// Verdict and first cause of a rung, after a look at the words of all.
fn found(report: &Report, rung: Rung) -> (Verdict, &str) {
    let result = report.result(rung).expect("a result");
    for finding in &result.findings {
        for language in [Language::En, Language::Vi] {
            let words = cause_words(finding, language);
            assert_ne!(words.what, finding.cause, "it has words");
            assert!(!words.what.contains('{'), "{words:?}");
        }
    }
    let first = result.findings.first();
    (result.verdict, first.map_or("", |finding| &finding.cause))
}

#[tokio::test]
async fn every_service_is_well_in_its_own_vocabulary_and_when_it_is_found_out() {
    for (kind, deployment) in [
        ("deployed", "deployed"),
        ("panel", "screening"),
        ("service", "live-editing"),
        ("kilo", "insights"),
    ] {
        let service = start(kind, &[]).await;
        for chosen in [deployment, "auto"] {
            let report = examined(&service, chosen).await;
            assert_eq!(
                report.culprit,
                None,
                "{kind} {chosen}: {}",
                json::render(&report)
            );
            let vocabulary = found(&report, Rung::Vocabulary);
            assert_eq!(vocabulary, (Verdict::Ok, ""), "{kind} {chosen}");
        }
    }
}

#[tokio::test]
async fn a_service_at_another_path_is_found_there() {
    let service = start("panel", &["--wrong-path"]).await;
    let report = examined(&service, "screening").await;
    assert_eq!(report.culprit, Some(Rung::Endpoint));
    assert_eq!(
        found(&report, Rung::Endpoint),
        (Verdict::Failed, "path-doubled")
    );
    for rung in [Rung::Polling, Rung::Namespace, Rung::Vocabulary] {
        let result = report.result(rung).expect("a result");
        assert_eq!(result.blocked_by, Some(Rung::Endpoint), "{rung:?}");
    }
}

#[tokio::test]
async fn a_service_without_websockets_works_with_a_warning() {
    let service = start("panel", &["--polling-only"]).await;
    let report = examined(&service, "screening").await;
    assert_eq!(report.culprit, None, "{}", json::render(&report));
    assert_eq!(found(&report, Rung::Websocket).0, Verdict::Warning);
    assert_eq!(found(&report, Rung::Vocabulary), (Verdict::Ok, ""));
}

#[tokio::test]
async fn a_service_that_refuses_is_told_from_one_that_is_silent() {
    let service = start("panel", &["--refuse", "Your account is closed"]).await;
    let report = examined(&service, "screening").await;
    assert_eq!(report.culprit, Some(Rung::Namespace));
    let namespace = found(&report, Rung::Namespace);
    assert_eq!(namespace, (Verdict::Failed, "refused-with-reason"));
    let service = start("panel", &["--silent"]).await;
    let report = examined(&service, "screening").await;
    assert_eq!(report.culprit, Some(Rung::Namespace));
    let (verdict, cause) = found(&report, Rung::Namespace);
    assert_eq!(verdict, Verdict::Failed);
    assert!(cause.starts_with("connect-silent"), "{cause}");
}

#[tokio::test]
async fn the_deployment_that_fits_is_named_where_another_is_chosen() {
    let service = start("kilo", &[]).await;
    let report = examined(&service, "screening").await;
    let silent = found(&report, Rung::Namespace);
    assert_eq!(silent, (Verdict::Failed, "connect-silent-to-vocabulary"));
    let result = report.result(Rung::Namespace).expect("a result");
    assert_eq!(result.findings[0].values["fits"], "insights");

    let service = start("deployed", &[]).await;
    let report = examined(&service, "live-editing").await;
    let mismatch = found(&report, Rung::Vocabulary);
    assert_eq!(mismatch, (Verdict::Failed, "vocabulary-mismatch"));
    let result = report.result(Rung::Vocabulary).expect("a result");
    assert_eq!(result.findings[0].values["fits"], "deployed");
}

#[tokio::test]
async fn the_relay_in_place_of_the_gateway_is_told() {
    let service = start("kilo", &["--relay"]).await;
    let report = examined(&service, "insights").await;
    assert_eq!(report.culprit, Some(Rung::Vocabulary));
    assert_eq!(
        found(&report, Rung::Vocabulary),
        (Verdict::Failed, "wrong-half")
    );
    let result = report.result(Rung::Vocabulary).expect("a result");
    assert_eq!(result.findings[0].values["found"], "relay");
}
