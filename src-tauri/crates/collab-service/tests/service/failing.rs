//! Failing on purpose.

use std::time::Duration;

use collab_service::{Misbehaviour, Notice};
use serde_json::json;
use socketio::{ConnectError, Event, Payload, RequestError};

use crate::client::{Client, PATIENCE, TRANSPORTS, quick, service};

fn misbehaviour(text: &str) -> Misbehaviour {
    text.parse().expect("a misbehaviour")
}

#[tokio::test]
async fn acks_of_named_events_are_dropped() {
    let service = service(quick());
    let mut ann = Client::connect(&service, "u1", TRANSPORTS[0]).await;
    let mut bob = Client::connect(&service, "u2", TRANSPORTS[0]).await;
    ann.room("P1").await;
    bob.room("P1").await;
    service.misbehave(misbehaviour("drop-acks:field_completed"));
    let completed = json!({ "session_id": "P1", "field_name": "va", "final_value": 1 });
    let lost = ann.socket.request(
        "field_completed",
        vec![Payload::from(completed)],
        Duration::from_millis(500),
    );
    assert_eq!(bob.event("live_field_updated").await["final_value"], 1);
    assert!(matches!(lost.await, Err(RequestError::Timeout { .. })));
    ann.heard().await;
}

#[tokio::test]
async fn connects_are_refused_or_not_answered() {
    let service = service(quick());
    for transports in TRANSPORTS {
        service.misbehave(misbehaviour("refuse"));
        let mut options = Client::options(&service, None);
        options.transports = transports;
        let mut refused = Client::start(options);
        let Event::ConnectFailed { error, .. } = refused.next().await else {
            panic!("let in");
        };
        assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");

        service.misbehave(misbehaviour("silent-connect"));
        let mut options = Client::options(&service, None);
        options.transports = transports;
        options.connect_timeout = Duration::from_millis(700);
        let mut waiting = Client::start(options);
        let Event::ConnectFailed { error, .. } = waiting.next().await else {
            panic!("let in");
        };
        assert!(!matches!(error, ConnectError::Refused { .. }), "{error:?}");
        service.misbehave(Misbehaviour::default());
        waiting.connected().await;
    }
}

#[tokio::test]
async fn a_frozen_service_thaws() {
    let service = service(quick());
    let mut ann = Client::connect(&service, "u1", TRANSPORTS[0]).await;
    service.misbehave(misbehaviour("freeze-after:0ms"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let silent = ann
        .socket
        .request("ping", Vec::new(), Duration::from_millis(500));
    assert!(silent.await.is_err());
    service.misbehave(Misbehaviour::default());
    ann.heard().await;
}

#[tokio::test]
async fn a_planned_restart_closes_the_port_for_its_time() {
    let service = service(quick());
    let mut ann = Client::connect(&service, "u1", TRANSPORTS[0]).await;
    service.misbehave(misbehaviour("restart-after:50ms,300ms"));
    loop {
        if let Event::Disconnected { .. } = ann.next().await {
            break;
        }
    }
    ann.connected().await;
    assert_eq!(service.stats().restarts, 1);
    assert!(service.stats().listening);
}

#[tokio::test]
async fn notices_reach_listeners() {
    let service = service(quick());
    let mut listener = Client::start(Client::options(&service, None));
    listener.connected().await;
    assert_eq!(listener.event("connected").await["status"], "ok");
    service.notify(Notice {
        text: "Three wait".to_owned(),
        ..Notice::default()
    });
    let insight = listener.event("insight_generated").await;
    assert_eq!(insight["content"], "Three wait");
}

/// A client that does not read is dropped instead of left with holes.
#[tokio::test]
async fn who_does_not_read_is_dropped() {
    let service = service(quick());
    let url = format!(
        "http://{}/socket.io/?EIO=4&transport=polling",
        service.local_addr()
    );
    // A session of long polling that connects, joins and never asks again.
    let mut deaf = Client::options(&service, Some(json!({ "user_id": "u9" })));
    deaf.transports = TRANSPORTS[1];
    let opened = crate::many::post(&url, None).await;
    let sid = opened
        .split("\"sid\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let session = format!("{url}&sid={sid}");
    crate::many::post(&session, Some(r#"40{"user_id":"u9"}"#)).await;
    crate::many::post(&session, None).await;
    let join = r#"421["join_room",{"room":"P1"}]"#;
    crate::many::post(&session, Some(join)).await;

    let ann = Client::connect(&service, "u1", TRANSPORTS[0]).await;
    ann.room("P1").await;
    let dropped = tokio::time::timeout(PATIENCE, async {
        let mut number = 0;
        while service.stats().dropped == 0 {
            for _ in 0..200 {
                number += 1;
                let cursor = json!({ "session_id": "P1", "field_name": number.to_string() });
                let _ = ann.socket.emit("cursor_position", vec![cursor.into()]);
            }
            ann.ask("ping", Vec::new()).await;
        }
    });
    dropped.await.expect("the deaf client is dropped");
}
