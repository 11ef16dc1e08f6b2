//! Each way in which a connection can end has its own reason.

use crate::common_ground::options;
use crate::peer::Peer;
use crate::servers::{PATIENCE, node, python, quick_pings};
use serde_json::json;
use socketio::{DisconnectReason, EmitError, Event, ReconnectPolicy, RequestError, Transports};
use std::io::ErrorKind;
use std::time::Duration;

#[tokio::test]
async fn every_end_made_by_the_server_is_told_apart() {
    let server = node(json!({})).await;
    for (event, args, code) in [
        ("leave me", vec![], "socket.server-disconnect"),
        ("close", vec![], "socket.engine-close"),
        ("reset", vec![], "socket.transport-lost"),
        ("drop", vec![], "socket.transport-lost"),
        (
            "garbage",
            vec!["nonsense".into()],
            "socket.protocol-violation",
        ),
        ("garbage", vec!["2{}".into()], "socket.protocol-violation"),
    ] {
        let mut options = options(&server.url());
        options.reconnect = ReconnectPolicy::never();
        let (mut peer, _) = Peer::connected(options).await;
        let waiting = peer.socket.request("ignore", vec![], PATIENCE);
        peer.socket.emit(event, args).unwrap();
        let (reason, retry) = peer.next_disconnected().await;
        assert_eq!((reason.code(), retry), (code, None), "{event}: {reason:?}");
        let kind = match &reason {
            DisconnectReason::TransportLost { kind, .. } => Some(*kind),
            _ => None,
        };
        match event {
            "reset" => assert_eq!(kind, Some(ErrorKind::ConnectionReset)),
            "drop" => assert_eq!(kind, Some(ErrorKind::UnexpectedEof)),
            _ => assert_eq!(kind, None),
        }
        assert_eq!(waiting.await, Err(RequestError::Disconnected(reason)));
        assert_eq!(
            peer.socket.emit("echo", vec![]),
            Err(EmitError::NotConnected)
        );
        let late = peer.socket.request("echo", vec![], PATIENCE).await;
        assert_eq!(late, Err(RequestError::NotSent(EmitError::NotConnected)));
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_polling_session_that_the_server_forgot_is_refused() {
    let server = node(json!({})).await;
    let port = server.port;
    let mut polling = options(&server.url());
    polling.transports = Transports::PollingOnly;
    polling.reconnect = ReconnectPolicy::never();
    // Another process on the same port stands for another replica.
    let (mut peer, _) = Peer::connected(polling).await;
    server.stop().await;
    let (reason, _) = peer.next_disconnected().await;
    assert_eq!(reason.code(), "socket.transport-lost", "{reason:?}");
    let _other = node(json!({"port": port})).await;
    peer.socket.reconnect_now();
    peer.next_connected().await;
    peer.socket.emit("close", vec![]).unwrap();
    let (reason, _) = peer.next_disconnected().await;
    let refused = matches!(
        reason.code(),
        "socket.engine-close" | "socket.session-refused"
    );
    assert!(refused, "{reason:?}");
    peer.stop().await;
}

#[tokio::test]
async fn a_frozen_server_is_lost_after_interval_and_timeout_and_found_again() {
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let server = node(quick_pings(0)).await;
        let mut options = options(&server.url());
        options.transports = transports;
        options.connect_timeout = Duration::from_secs(2);
        let (mut peer, session) = Peer::connected(options).await;
        assert_eq!(session.ping_interval, Duration::from_millis(300));
        // It stays connected while the pings come.
        peer.message("connected").await;
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        assert_eq!(
            peer.request("echo", vec![json!(1).into()]).await,
            [json!(1)]
        );

        server.signal("STOP");
        let waiting = peer.socket.request("echo", vec![], PATIENCE);
        let (reason, retry) = peer.next_disconnected().await;
        let after = Duration::from_secs(1);
        assert_eq!(reason, DisconnectReason::PingTimeout { after });
        assert!(retry.is_some());
        assert_eq!(waiting.await, Err(RequestError::Disconnected(reason)));
        // The kernel still accepts connections for the frozen process; nobody answers on them.
        let (error, _) = peer.next_failure().await;
        assert_eq!(error.code(), "socket.timeout", "{error:?}");
        server.signal("CONT");
        peer.eventually_connected().await;
        assert_eq!(
            peer.request("echo", vec![json!(2).into()]).await,
            [json!(2)]
        );
        peer.stop().await;
    }
}

#[tokio::test]
async fn dropping_every_handle_stops_the_client() {
    let server = node(json!({})).await;
    let (peer, _) = Peer::connected(options(&server.url())).await;
    let Peer { socket, mut events } = peer;
    let waiting = socket.request("ignore", vec![], PATIENCE);
    let clone = socket.clone();
    drop(socket);
    assert!(clone.is_connected());
    drop(clone);
    assert_eq!(
        waiting.await,
        Err(RequestError::Disconnected(DisconnectReason::Stopped))
    );
    let mut ends = Vec::new();
    while let Some(event) = events.next().await {
        ends.push(event);
    }
    let [
        ..,
        Event::Disconnected {
            reason,
            retry: None,
        },
        Event::Stopped,
    ] = ends.as_slice()
    else {
        panic!("{ends:?}");
    };
    assert_eq!(*reason, DisconnectReason::Stopped);
}

#[tokio::test]
async fn a_client_that_is_still_trying_stops_at_once() {
    let port = crate::servers::free_port();
    let mut peer = Peer::start(options(&crate::servers::url(port)));
    peer.next_failure().await;
    peer.stop().await;
    let Peer { socket, mut events } = Peer::start(options(&crate::servers::url(port)));
    drop(socket);
    while let Some(event) = events.next().await {
        assert!(!matches!(event, Event::Connected(_)), "{event:?}");
    }
}

#[tokio::test]
async fn what_was_queued_leaves_before_a_deliberate_disconnect() {
    // Node's server ignores events that come in one go with the leaving; python-socketio does not.
    let server = python(json!({})).await;
    let (mut listener, _) = Peer::connected(options(&server.url())).await;
    listener.message("connected").await;
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let mut options = options(&server.url());
        options.transports = transports;
        let (peer, _) = Peer::connected(options).await;
        for number in 0..500 {
            let sent = peer.socket.emit("broadcast", vec![json!(number).into()]);
            sent.unwrap();
        }
        peer.stop().await;
        for _ in 0..500 {
            assert_eq!(listener.next_message().await.event, "news");
        }
    }
    listener.stop().await;
}
