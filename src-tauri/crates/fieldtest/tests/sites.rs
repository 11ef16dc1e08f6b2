//! Sites, services and names: real servers on loopback, observed and judged.

mod pages;

use std::process::Stdio;

use fieldtest::diagnosis::{RungResult, judge};
use fieldtest::facts::{Facts, GatewayKind, HostRole, ServiceState};
use fieldtest::probes::{Network, address, link, services, site};
use fieldtest::report::{Language, cause_words};
use fieldtest::{Rung, Verdict};
use pages::{Page, nobody, serve};
use signaling::{DiscoveryOptions, Endpoints, RoomId, RoomLink};
use socketio::Proxy;
use tokio::io::{AsyncBufReadExt, BufReader};
use url::Url;

fn direct() -> Network {
    Network::new(Proxy::None, None)
}

fn room(site: &Url) -> RoomLink {
    let room = RoomId::new("k3vd-9xwq-mh7t").expect("an id");
    RoomLink::to_room(room, Some(site.clone()))
}

fn causes(result: &RungResult) -> Vec<&str> {
    for finding in &result.findings {
        let words = cause_words(finding, Language::Vi);
        assert_ne!(words.what, finding.cause, "it has words");
        assert!(!words.what.contains('{'), "{words:?}");
    }
    result
        .findings
        .iter()
        .map(|finding| finding.cause.as_str())
        .collect()
}

/// Asks a site and judges it.
async fn observed(site: &Url) -> (Facts, RungResult, Option<Endpoints>) {
    let probe = site::ask(&direct(), &room(site), &DiscoveryOptions::default()).await;
    let facts = Facts {
        site: Some(probe.facts),
        ..Facts::default()
    };
    let result = judge(Rung::Site, &facts);
    (facts, result, probe.endpoints)
}

/// Asks the services that a site names, and judges them.
async fn health(gateway: &Url, named: &[(HostRole, &Url)]) -> (Facts, RungResult) {
    let service = |role| {
        named
            .iter()
            .find(|(of, _)| *of == role)
            .map(|(_, url)| (*url).clone())
    };
    let probe = site::ask(&direct(), &room(gateway), &DiscoveryOptions::default()).await;
    let endpoints = Endpoints {
        gateway: gateway.clone(),
        translation: service(HostRole::Translation),
        speech: service(HostRole::Synthesis),
        recognition: service(HostRole::Recognition),
        ..probe.endpoints.expect("an address")
    };
    let facts = Facts {
        services: Some(services::ask(&direct(), &endpoints).await),
        ..Facts::default()
    };
    let result = judge(Rung::Services, &facts);
    (facts, result)
}

#[tokio::test]
async fn a_page_in_place_of_everything_is_said_and_no_fault() {
    let url = serve(&[], Page::html()).await;
    let (_, result, endpoints) = observed(&url).await;
    assert_eq!(result.verdict, Verdict::Ok, "{result:?}");
    assert_eq!(causes(&result), ["env-config-is-page"]);
    assert_eq!(endpoints.expect("its own address").gateway, url);
}

#[tokio::test]
async fn a_site_without_a_configuration_and_a_gateway_alone_are_well() {
    let missing = Page::status("404 Not Found", "no");
    let url = serve(&[("/", Page::html())], missing).await;
    let (_, result, _) = observed(&url).await;
    assert_eq!(causes(&result), ["env-config-missing"]);
    assert_eq!(result.verdict, Verdict::Ok);
    let gateway = gateway::start(gateway::GatewayOptions::default()).expect("it starts");
    let url = gateway.url().parse().expect("an address");
    let (_, result, _) = observed(&url).await;
    assert_eq!((result.verdict, causes(&result)), (Verdict::Ok, vec![]));
}

#[tokio::test]
async fn a_published_secret_is_named_and_never_kept() {
    let script = r#"window._env_ = {
        REACT_APP_GATEWAY_URL: "https://g.example",
        REACT_APP_TTS_SERVICE_URL: "https://tts.example",
        REACT_APP_TURN_SECRET: "hunter2-hunter2",
    };"#;
    let page = "<!doctype html><script>window.config = {apiToken: 'abcdef-123456'}</script>";
    let pages = [
        ("/env-config.js", Page::script(script)),
        ("/", Page::status("200 OK", page)),
    ];
    let url = serve(&pages, Page::html()).await;
    let (facts, result, endpoints) = observed(&url).await;
    assert_eq!(causes(&result), ["secret-published"]);
    assert_eq!(
        result.findings[0].values["keys"],
        "apiToken, REACT_APP_TURN_SECRET"
    );
    let kept = serde_json::to_string(&(facts, result)).expect("data");
    assert!(
        !kept.contains("hunter2") && !kept.contains("abcdef"),
        "{kept}"
    );
    let endpoints = endpoints.expect("services");
    assert_eq!(endpoints.gateway.as_str(), "https://g.example/");
    assert!(endpoints.speech.is_some());
}

#[tokio::test]
async fn a_portal_and_an_insecure_gateway_are_found() {
    let to = "http://login.hotel.invalid/?mac=00-11-22&ip=10.0.0.7";
    let url = serve(&[], Page::Redirect(to.into())).await;
    let (facts, result, _) = observed(&url).await;
    assert_eq!(causes(&result), ["captive-portal"]);
    assert_eq!(result.findings[0].values["host"], "login.hotel.invalid");
    let kept = serde_json::to_string(&facts).expect("data");
    assert!(!kept.contains("00-11-22"), "{kept}");
}

#[tokio::test]
async fn a_site_that_cannot_be_reached_is_left_to_the_rungs_below() {
    let (_, result, _) = observed(&nobody()).await;
    assert_eq!(result.verdict, Verdict::Skipped);
    assert_eq!(result.blocked_by, Some(Rung::Tls));
    let url = serve(&[], Page::status("502 Bad Gateway", "<html>nginx")).await;
    let (_, result, _) = observed(&url).await;
    assert_eq!(causes(&result), ["site-failing"]);
    assert_eq!(
        result.verdict,
        Verdict::Unknown,
        "the gateway is the same server"
    );
}

#[tokio::test]
async fn the_embedded_gateway_s_health_is_read() {
    let gateway = gateway::start(gateway::GatewayOptions::default()).expect("it starts");
    let url: Url = gateway.url().parse().expect("an address");
    let (facts, result) = health(&url, &[]).await;
    assert_eq!((result.verdict, causes(&result)), (Verdict::Ok, vec![]));
    let services = facts.services.expect("asked");
    let said = services.health.expect("read");
    assert_eq!(
        (said.workers, said.rooms, said.participants),
        (Some(1), Some(0), Some(0))
    );
    assert_eq!(services.metrics.expect("read").workers, Some(1));
}

/// The reference gateway on the real media server; ends with the test, and with its input.
async fn reference_gateway() -> (tokio::process::Child, Url) {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/reference-gateway/src/server.mjs"
    );
    let mut child = tokio::process::Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is needed for this test: run `make setup`");
    let output = child.stdout.take().expect("it was asked for");
    let mut lines = BufReader::new(output).lines();
    let line = lines
        .next_line()
        .await
        .expect("a line")
        .expect("it started");
    // Nobody may write into a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let ready: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let url = ready["url"].as_str().expect("an address").parse();
    (child, url.expect("an address"))
}

#[tokio::test]
async fn the_reference_gateway_s_health_is_read() {
    let (_child, url) = reference_gateway().await;
    let (facts, result) = health(&url, &[]).await;
    assert_eq!((result.verdict, causes(&result)), (Verdict::Ok, vec![]));
    let services = facts.services.expect("asked");
    let said = services.health.expect("read");
    assert_eq!(said.kind, GatewayKind::Gateway);
    assert!(said.workers.is_some_and(|workers| workers > 0), "{said:?}");
    assert_eq!((said.rooms, said.participants), (Some(0), Some(0)));
    assert!(said.uptime_s.is_some());
}

#[tokio::test]
async fn services_are_told_apart_by_what_they_answer() {
    let starting = r#"{"status":"starting","models_loaded":false,"redis_connected":true}"#;
    let vinai = [
        ("/health", Page::json(starting)),
        ("/", Page::json(r#"{"service":"VinAI Translation"}"#)),
    ];
    let translation = serve(&vinai, Page::json("{}")).await;
    let voice = r#"{"status":"healthy","loaded_models":{"vi":false,"en":true}}"#;
    let synthesis = serve(&[("/health", Page::json(voice))], Page::json("{}")).await;
    let recognition = serve(&[("/health", Page::Silence)], Page::json("{}")).await;
    let gateway = serve(&[], Page::status("404 Not Found", "{}")).await;
    let named = [
        (HostRole::Translation, &translation),
        (HostRole::Synthesis, &synthesis),
        (HostRole::Recognition, &recognition),
    ];
    let (facts, result) = health(&gateway, &named).await;
    let expected = [
        "service-hanging",
        "service-starting",
        "part-missing",
        "without-captions",
    ];
    assert_eq!(causes(&result), expected, "{result:?}");
    let services = facts.services.expect("asked").services;
    assert_eq!(services[0].kind.as_deref(), Some("VinAI"));
    assert_eq!(services[0].state, Some(ServiceState::Starting));
    assert_eq!(services[1].missing, ["vi"]);
}

#[tokio::test]
async fn a_failing_and_an_absent_service_are_failures_of_this_rung() {
    let failing = serve(&[], Page::status("500 Internal Server Error", "oops")).await;
    let absent = nobody();
    let gateway = serve(&[], Page::html()).await;
    let named = [
        (HostRole::Translation, &failing),
        (HostRole::Synthesis, &absent),
    ];
    let (_, result) = health(&gateway, &named).await;
    assert_eq!(result.verdict, Verdict::Failed);
    let found = causes(&result);
    assert!(
        found.contains(&"service-failing") && found.contains(&"service-down"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_blamed_on_its_rung() {
    let (facts, target) = link::read("https://name.invalid/room/k3vd-9xwq-mh7t");
    let site = target.expect("a link").site();
    let servers = [
        (HostRole::Site, site.clone()),
        (HostRole::Gateway, site.clone()),
    ];
    let facts = Facts {
        link: Some(facts),
        address: Some(address::look_up(&direct(), &servers).await),
        ..Facts::default()
    };
    let result = judge(Rung::Address, &facts);
    assert_eq!(result.verdict, Verdict::Failed, "{result:?}");
    // Which of them depends on the resolver of the machine that this test runs on.
    let found = causes(&result);
    let expected = ["name-unknown", "resolver-silent", "offline"];
    assert!(
        found.len() == 1 && expected.contains(&found[0]),
        "{found:?}"
    );
    assert_eq!(judge(Rung::Link, &facts).verdict, Verdict::Ok);
    let (_, result, _) = observed(&site).await;
    assert_eq!(result.blocked_by, Some(Rung::Address));
}

#[tokio::test]
async fn loopback_is_well() {
    let url: Url = "http://localhost:3000/".parse().expect("an address");
    let servers = [(HostRole::Gateway, url)];
    let facts = Facts {
        address: Some(address::look_up(&direct(), &servers).await),
        ..Facts::default()
    };
    assert_eq!(judge(Rung::Address, &facts).verdict, Verdict::Ok);
}
