//! Idle connections: who cuts them, and that a healthy server cuts none.

use std::time::Duration;

use fieldtest::diagnosis::judge;
use fieldtest::facts::{Facts, HoldEnd, IdleFacts, Signaling};
use fieldtest::probes::signaling::{Question, signaling};
use fieldtest::probes::{Network, idle};
use fieldtest::{Rung, Verdict};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};
use url::Url;

use crate::lab::{Deployment, node};

/// What a line does when its time is over.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Cut,
    Forget,
}

/// A line to a port that lives for so long, whatever passes.
async fn mortal_line(to: u16, life: Duration, fate: Fate) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let end = Instant::now() + life;
                let mut far = TcpStream::connect(("127.0.0.1", to)).await.ok()?;
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    () = sleep_until(end) => {}
                }
                if matches!(fate, Fate::Forget) {
                    let mut unheard = Vec::new();
                    let _ = near.read_to_end(&mut unheard).await;
                }
                near.shutdown().await.ok()
            });
        }
    });
    port
}

async fn held(port: u16, duration: Duration) -> IdleFacts {
    let server = Url::parse(&format!("http://127.0.0.1:{port}")).expect("an address");
    idle::hold(&Network::default(), &server, "/socket.io/", duration).await
}

/// Verdict and causes of both transports.
async fn judged(port: u16, seen: IdleFacts) -> [(Verdict, Vec<String>); 2] {
    let question = Question {
        server: Url::parse(&format!("http://127.0.0.1:{port}")).expect("an address"),
        path: "/socket.io/".to_owned(),
        query: Vec::new(),
        auth: None,
        site_origin: None,
    };
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    let asked: Signaling = signaling(&Network::default(), &question, deadline, |_| {}).await;
    let facts = Facts {
        signaling: Some(asked),
        idle: Some(seen),
        ..Facts::default()
    };
    [Rung::Polling, Rung::Websocket].map(|rung| {
        let result = judge(rung, &facts);
        let causes = result.findings.into_iter().map(|finding| finding.cause);
        (result.verdict, causes.collect())
    })
}

fn well() -> (Verdict, Vec<String>) {
    (Verdict::Ok, vec![])
}

fn cut(cause: &str) -> (Verdict, Vec<String>) {
    (Verdict::Warning, vec![cause.to_owned()])
}

#[tokio::test]
async fn a_proxy_with_less_patience_than_the_server_is_found() {
    let lab = Deployment::behind("idle.conf", &["case11"]).start().await;
    let seen = held(lab.port, Duration::from_secs(20)).await;
    assert_eq!(seen.ping_interval_s, Some(25.0));
    let websocket = seen.websocket.clone().expect("it was opened");
    assert_eq!((websocket.end, websocket.pings), (HoldEnd::Closed, 0));
    assert!(websocket.held_s > 2.5 && websocket.held_s < 20.0);
    let polling = seen.polling.clone().expect("it was opened");
    assert_eq!(polling.end, HoldEnd::Status { status: 504 });
    let facts = Facts {
        idle: Some(seen.clone()),
        ..Facts::default()
    };
    assert!(judge(Rung::Websocket, &facts).findings.is_empty());
    // One cause, told once.
    assert_eq!(judged(lab.port, seen).await, [well(), cut("idle-cut")]);
}

#[tokio::test]
async fn a_healthy_server_cuts_nothing() {
    let lab = Deployment::alone(&["case11"]).start().await;
    let seen = held(lab.port, Duration::from_secs(5)).await;
    for held in [&seen.websocket, &seen.polling] {
        let held = held.as_ref().expect("it was opened");
        assert_eq!(held.end, HoldEnd::Held, "{held:?}");
        assert!(held.held_s >= 4.5, "{held:?}");
    }
    assert_eq!(judged(lab.port, seen).await, [well(), well()]);
}

#[tokio::test]
async fn pings_are_answered_over_both_transports() {
    let lab = node(json!({ "pingInterval": 500, "pingTimeout": 20_000 })).await;
    let seen = held(lab.port, Duration::from_secs(5)).await;
    let websocket = seen.websocket.clone().expect("it was opened");
    assert_eq!(websocket.end, HoldEnd::Held);
    assert!(websocket.pings >= 2, "{websocket:?}");
    let polling = seen.polling.clone().expect("it was opened");
    // Left after two: each one costs two requests.
    assert_eq!((polling.end, polling.pings), (HoldEnd::Held, 2));
    assert_eq!(judged(lab.port, seen).await, [well(), well()]);
}

#[tokio::test]
async fn a_limit_on_the_age_of_connections_is_told_from_one_on_silence() {
    let lab = node(json!({ "pingInterval": 500, "pingTimeout": 1_000 })).await;
    let life = Duration::from_secs(3);
    let line = mortal_line(lab.port, life, Fate::Cut).await;
    let seen = held(line, Duration::from_secs(20)).await;
    let websocket = seen.websocket.clone().expect("it was opened");
    assert_eq!(websocket.end, HoldEnd::Closed);
    assert!(websocket.pings > 0, "{websocket:?}");
    let found = judged(lab.port, seen).await;
    assert_eq!(found, [well(), cut("connection-age-limited")]);

    let line = mortal_line(lab.port, life, Fate::Forget).await;
    let seen = held(line, Duration::from_secs(20)).await;
    let websocket = seen.websocket.clone().expect("it was opened");
    assert_eq!(websocket.end, HoldEnd::Silent);
    let found = judged(lab.port, seen).await;
    assert_eq!(found, [well(), cut("idle-went-silent")]);
}
