//! Getting in, and the pages.

use collab_service::{Database, ServiceOptions};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use socketio::{ConnectError, Event};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, PATIENCE, TRANSPORTS, page, quick, service};

/// A websocket without a client library above it.
pub struct Raw(
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
);

impl Raw {
    pub async fn open(url: &str) -> Self {
        let opened = tokio_tungstenite::connect_async(url).await;
        let mut raw = Self(opened.expect("a websocket").0);
        raw.until("0{").await;
        raw
    }

    pub async fn send(&mut self, frame: &str) {
        let sent = self.0.send(Message::text(frame)).await;
        sent.expect("the service listens");
    }

    /// The next frame that begins so.
    pub async fn until(&mut self, start: &str) -> String {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
            let next = next.expect("in time").expect("a frame").expect("a frame");
            if let Message::Text(text) = next
                && text.starts_with(start)
            {
                return text.to_string();
            }
        }
    }
}

#[tokio::test]
async fn without_the_token_nobody_comes_in() {
    let service = service(ServiceOptions {
        token: Some("open sesame".to_owned()),
        ..quick()
    });
    for transports in TRANSPORTS {
        for (auth, expected) in [
            (None, "A token is needed"),
            (Some(json!({ "user_id": "u1" })), "A token is needed"),
            (Some(json!({ "token": "sesame" })), "The token is wrong"),
        ] {
            let mut options = Client::options(&service, auth);
            options.transports = transports;
            let mut client = Client::start(options);
            let Event::ConnectFailed { error, .. } = client.next().await else {
                panic!("let in");
            };
            let message = expected.to_owned();
            assert_eq!(
                error,
                ConnectError::Refused {
                    message,
                    data: None
                }
            );
        }
        let auth = json!({ "user_id": "u1", "token": "open sesame" });
        let mut options = Client::options(&service, Some(auth));
        options.transports = transports;
        let mut client = Client::start(options);
        client.connected().await;
        client.room("P1").await;
    }
}

#[tokio::test]
async fn the_refusal_is_an_object_with_a_message() {
    let service = service(ServiceOptions {
        token: Some("key".to_owned()),
        ..quick()
    });
    let url = format!(
        "ws://{}/socket.io/?EIO=4&transport=websocket",
        service.local_addr()
    );
    let mut raw = Raw::open(&url).await;
    raw.send("40").await;
    let refusal = raw.until("44").await;
    assert_eq!(refusal, r#"44{"message":"A token is needed"}"#);
    raw.send(r#"40{"token":"key"}"#).await;
    raw.until("40{").await;
}

#[tokio::test]
async fn frames_have_the_shapes_of_the_vocabularies() {
    let service = service(quick());
    let url = format!(
        "ws://{}/socket.io/?EIO=4&transport=websocket",
        service.local_addr()
    );
    let mut raw = Raw::open(&url).await;
    raw.send("40").await;
    raw.until("40{").await;
    assert_eq!(raw.until("42").await, r#"42["connected",{"status":"ok"}]"#);
    raw.send(r#"421["ping"]"#).await;
    assert_eq!(raw.until("42").await, r#"42["pong"]"#);
    assert_eq!(raw.until("43").await, "431[]");
    raw.send(r#"422["ping",{}]"#).await;
    assert!(
        raw.until("42")
            .await
            .starts_with(r#"42["pong",{"timestamp":"#)
    );
    assert_eq!(raw.until("43").await, "432[]");
    raw.send(r#"423["live_typing",{"session_id":"HMS1"}]"#)
        .await;
    let error = raw.until("42").await;
    let error: Value = serde_json::from_str(&error[2..]).unwrap();
    assert_eq!(error[0], "error");
    assert_eq!(error[1]["required"].as_array().unwrap().len(), 5);
    assert!(raw.until("43").await.starts_with(r#"433[{"#));
    raw.send(r#"424["no_such_event",1,2,3]"#).await;
    assert!(raw.until("43").await.contains("unknown_event"));
    raw.send(r#"425["join_room",{"room":"screening_P1"}]"#)
        .await;
    let joined: Value = serde_json::from_str(&raw.until("42").await[2..]).unwrap();
    let room = json!({ "room": "screening_P1", "message": "Joined room: screening_P1" });
    assert_eq!(joined, json!(["room_joined", room]));
    assert_eq!(raw.until("43").await, "435[]");
}

#[tokio::test]
async fn activity_is_for_who_has_the_token() {
    let open = service(quick());
    assert_eq!(page(&open, "/records/P1/activity", Some("x")).await.0, 403);
    assert_eq!(page(&open, "/nowhere", None).await.0, 404);
    let (status, health) = page(&open, "/health", None).await;
    assert_eq!(status, 200);
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["database"], "memory");
    assert_eq!(health["connected_clients"], 0);

    let closed = service(ServiceOptions {
        token: Some("key".to_owned()),
        ..quick()
    });
    assert_eq!(page(&closed, "/records/P1/activity", None).await.0, 401);
    assert_eq!(
        page(&closed, "/records/P1/activity", Some("kex")).await.0,
        401
    );
    assert_eq!(
        page(&closed, "/records/P1/activity", Some("key")).await.0,
        404
    );
}

#[test]
fn what_cannot_be_had_is_told_by_its_code() {
    let first = service(ServiceOptions::default());
    let second = collab_service::start(ServiceOptions {
        bind: first.local_addr(),
        ..ServiceOptions::default()
    });
    assert_eq!(second.unwrap_err().code(), "collab_service.cannot_listen");
    let folder = tempfile::tempdir().unwrap();
    let with_database = || ServiceOptions {
        database: Database::File(folder.path().join("collab.db")),
        ..ServiceOptions::default()
    };
    let _first = service(with_database());
    let second = collab_service::start(with_database());
    assert_eq!(second.unwrap_err().code(), "collab_service.database_in_use");
}
