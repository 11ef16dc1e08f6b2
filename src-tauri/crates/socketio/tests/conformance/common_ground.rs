//! What every server does alike.

use crate::peer::Peer;
use crate::servers::PATIENCE;
use serde_json::json;
use socketio::{DisconnectReason, Options, Payload, ReconnectPolicy, TransportKind, Transports};
use std::collections::HashSet;
use url::Url;

pub fn options(url: &Url) -> Options {
    let mut options = Options::new(url.clone());
    options.connect_timeout = PATIENCE;
    options
}

/// One argument, none at all, and a large one, in both directions.
pub async fn acks(url: &Url) {
    let (mut peer, session) = Peer::connected(options(url)).await;
    assert_eq!(session.transport, TransportKind::WebSocket);
    let greeting = peer.message("connected").await;
    assert_eq!(greeting.args[0]["socketId"], json!(session.id));
    let value = json!({"text": "ü€😀\u{1e}", "list": [1, null, true]});
    let reply = peer.request("echo", vec![value.clone().into()]).await;
    assert_eq!(reply, [value]);
    assert_eq!(
        peer.request("nothing", vec![]).await,
        [] as [serde_json::Value; 0]
    );
    let large = "x".repeat(500_000);
    let reply = peer
        .request("echo", vec![Payload::from(large.clone())])
        .await;
    assert_eq!(reply, [json!(large)]);
    peer.stop().await;
}

pub async fn namespaces(url: &Url) {
    let mut admin = options(url);
    admin.namespace = "/admin".to_owned();
    let (mut peer, session) = Peer::connected(admin).await;
    let greeting = peer.message("connected").await;
    assert_eq!(greeting.args[0]["socketId"], json!(session.id));
    assert_eq!(
        peer.request("echo", vec![json!(1).into()]).await,
        [json!(1)]
    );
    peer.stop().await;
}

pub async fn a_server_that_disconnects_us(url: &Url) {
    let mut options = options(url);
    options.reconnect = ReconnectPolicy {
        after_server_disconnect: false,
        ..ReconnectPolicy::default()
    };
    let (mut peer, _) = Peer::connected(options).await;
    let waiting = peer.socket.request(
        "later",
        vec![json!(0).into(), json!(60_000).into()],
        PATIENCE,
    );
    peer.socket.emit("leave me", vec![]).unwrap();
    let (reason, retry) = peer.next_disconnected().await;
    assert_eq!(
        (reason.clone(), retry),
        (DisconnectReason::ServerDisconnect, None)
    );
    let outcome = waiting.await;
    assert_eq!(outcome, Err(socketio::RequestError::Disconnected(reason)));
    peer.stop().await;
}

/// Each way to carry packets: connects, is what it should be in the server's eyes too, and moves
/// acks and events.
pub async fn transports(url: &Url) {
    for (transports, first, last) in [
        (
            Transports::WebSocketThenPolling,
            TransportKind::WebSocket,
            "websocket",
        ),
        (
            Transports::WebSocketOnly,
            TransportKind::WebSocket,
            "websocket",
        ),
        (Transports::PollingOnly, TransportKind::Polling, "polling"),
        (
            Transports::PollingUpgraded,
            TransportKind::Polling,
            "websocket",
        ),
    ] {
        let mut options = options(url);
        options.transports = transports;
        let (mut peer, session) = Peer::connected(options).await;
        // An upgrade may be over before the namespace has answered.
        if transports != Transports::PollingUpgraded {
            assert_eq!(session.transport, first, "{transports:?}");
        }
        assert_eq!(session.websocket_error, None);
        peer.message("connected").await;
        // Requests and events run on while the upgrade happens under them.
        peer.socket
            .emit("flood", vec![json!(2_000).into()])
            .unwrap();
        let mut names = HashSet::new();
        for number in 0.. {
            assert_eq!(
                peer.request("echo", vec![json!(number).into()]).await,
                [json!(number)]
            );
            let name = peer.request("transport", vec![]).await;
            let name = name[0].as_str().expect("a name").to_owned();
            names.insert(name.clone());
            if name == last && number >= 20 {
                break;
            }
        }
        assert!(names.contains(last), "{transports:?}: {names:?}");
        for expected in 0..2_000 {
            let tick = peer.message("tick").await;
            assert_eq!(tick.args, [json!(expected)], "{transports:?}");
        }
        peer.stop().await;
    }
}

/// Answered by the server in an order that has nothing to do with that of the requests.
pub async fn a_thousand_concurrent_acks(url: &Url) {
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let mut options = options(url);
        options.transports = transports;
        let (peer, _) = Peer::connected(options).await;
        let requests: Vec<_> = (0..1_000u64)
            .map(|number| {
                let delay = number.wrapping_mul(7_919) % 200;
                let args = vec![json!(number).into(), json!(delay).into()];
                peer.socket.request("later", args, PATIENCE)
            })
            .collect();
        for (number, request) in requests.into_iter().enumerate() {
            let reply = request
                .await
                .unwrap_or_else(|error| panic!("{number}: {error}"));
            assert_eq!(reply, [json!(number)]);
        }
        peer.stop().await;
    }
}
