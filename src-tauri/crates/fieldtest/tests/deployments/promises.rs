//! How long the signaling probe may take, and what it keeps to itself.

use std::time::{Duration, Instant};

use fieldtest::Rung;
use fieldtest::diagnosis::judge;
use fieldtest::facts::{Facts, Signaling};
use fieldtest::probes::Network;
use fieldtest::probes::signaling::{Question, signaling};
use serde_json::json;
use tokio::net::TcpListener;

use crate::lab::Deployment;

fn question(port: u16) -> Question {
    Question {
        server: format!("http://127.0.0.1:{port}").parse().expect("a URL"),
        path: "socket.io".to_owned(),
        query: Vec::new(),
        auth: None,
        site_origin: None,
    }
}

// Facts of other rungs are looked at elsewhere.
#[allow(clippy::needless_update)]
fn cause(rung: Rung, asked: Signaling) -> Option<String> {
    let facts = Facts {
        signaling: Some(asked),
        ..Facts::default()
    };
    let result = judge(rung, &facts);
    result.findings.first().map(|finding| finding.cause.clone())
}

/// The limit is a promise to the person who waits.
#[tokio::test]
async fn a_server_that_hangs_is_named_within_eight_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let started = Instant::now();
    let mut known = None;
    let network = Network::default();
    let deadline = started + Duration::from_secs(9);
    let question = question(port);
    let asked = signaling(&network, &question, deadline, |so_far| {
        if so_far.websocket.is_some() && known.is_none() {
            known = Some((started.elapsed(), so_far.clone()));
        }
    });
    let asked = asked.await;
    let (after, so_far) = known.expect("both transports were asked");
    assert!(after < Duration::from_secs(8), "{after:?}");
    assert_eq!(cause(Rung::Polling, so_far).as_deref(), Some("no-answer"));
    assert_eq!(cause(Rung::Polling, asked).as_deref(), Some("no-answer"));
    assert_eq!(cause(Rung::Namespace, Signaling::default()), None);
    held.abort();
}

#[tokio::test]
async fn what_is_sent_to_the_namespace_is_not_kept() {
    let lab = Deployment::alone(&["case14"]).start().await;
    let mut question = question(lab.port);
    question.auth = Some(json!({"token": "abracadabra", "user": "jane"}));
    let deadline = Instant::now() + Duration::from_secs(60);
    let network = Network::default();
    let asked = signaling(&network, &question, deadline, |_| {}).await;
    let text = serde_json::to_string(&asked).expect("plain data");
    assert!(
        !text.contains("abracadabra") && !text.contains("jane"),
        "{text}"
    );
    assert!(text.contains("40{…}"));
    let cause = cause(Rung::Namespace, asked);
    assert_eq!(cause.as_deref(), Some("refused-with-reason"));
}

/// Node's socket.io says some things otherwise than python-socketio.
#[tokio::test]
async fn a_healthy_node_server_has_no_fault() {
    let lab = crate::lab::node(json!({})).await;
    let mut question = question(lab.port);
    question.site_origin = Some("https://panel.example".to_owned());
    let deadline = Instant::now() + Duration::from_secs(60);
    let network = Network::default();
    let asked = signaling(&network, &question, deadline, |_| {}).await;
    assert_eq!(cause(Rung::Polling, asked.clone()), None);
    assert_eq!(cause(Rung::Websocket, asked.clone()), None);
    assert_eq!(cause(Rung::Namespace, asked.clone()), None);
    assert_eq!(
        cause(Rung::Cors, asked.clone()).as_deref(),
        Some("cors-off")
    );
    let polling = asked.polling.expect("asked");
    assert!(polling.poll.is_some() && polling.upgrade.is_some());
    assert_eq!(asked.repeats.len(), 2);
}
