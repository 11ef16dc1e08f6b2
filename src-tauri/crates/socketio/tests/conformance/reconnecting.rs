//! Losing a server and finding it again.

use crate::common_ground::options;
use crate::peer::Peer;
use crate::servers::{PATIENCE, free_port, node, url};
use serde_json::json;
use socketio::{DisconnectReason, Event, ReconnectPolicy, RequestError, TransportKind, Transports};
use std::time::{Duration, Instant};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_server_that_is_stopped_for_twenty_seconds_is_found_again() {
    let port = free_port();
    let server = node(json!({"port": port})).await;
    let mut peers = Vec::new();
    for transports in [
        Transports::WebSocketThenPolling,
        Transports::PollingUpgraded,
    ] {
        let mut options = options(&server.url());
        options.transports = transports;
        peers.push(Peer::connected(options).await.0);
    }
    let waiting: Vec<_> = peers
        .iter()
        .map(|peer| peer.socket.request("ignore", vec![], PATIENCE))
        .collect();
    server.stop().await;
    let stopped = Instant::now();
    for request in waiting {
        let Err(RequestError::Disconnected(reason)) = request.await else {
            panic!("an answer from a server that is gone");
        };
        assert_eq!(reason.code(), "socket.transport-lost", "{reason:?}");
    }
    tokio::time::sleep(Duration::from_secs(20).saturating_sub(stopped.elapsed())).await;
    let _server = node(json!({"port": port})).await;
    for peer in &mut peers {
        let (_, retry) = peer.next_disconnected().await;
        assert_eq!(retry.map(|retry| retry.attempt), Some(1));
        let mut attempts = Vec::new();
        loop {
            match peer.next().await {
                Some(Event::ConnectFailed {
                    error,
                    retry: Some(retry),
                }) => {
                    assert_eq!(error.code(), "socket.unreachable", "{error:?}");
                    assert!(retry.delay <= ReconnectPolicy::default().cap);
                    attempts.push(retry.attempt);
                }
                Some(Event::Connected(_)) => break,
                other => panic!("{other:?}"),
            }
        }
        let expected: Vec<u32> = (2..).take(attempts.len()).collect();
        assert_eq!(attempts, expected);
        // Unlimited, but not wild: 20 s of full jitter up to 3 s are about 15 attempts.
        assert!((5..60).contains(&attempts.len()), "{attempts:?}");
        assert_eq!(
            peer.request("echo", vec![json!(1).into()]).await,
            [json!(1)]
        );
    }
    for peer in peers {
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_new_network_ends_the_wait_at_once() {
    let port = free_port();
    let hour = Duration::from_secs(3_600);
    let mut options = options(&url(port));
    options.reconnect = ReconnectPolicy {
        base: hour,
        cap: hour,
        ..ReconnectPolicy::default()
    };
    let mut peer = Peer::start(options);
    let (_, retry) = peer.next_failure().await;
    assert!(retry.is_some());
    let _server = node(json!({"port": port})).await;
    peer.socket.network_changed();
    peer.next_connected().await;
    peer.stop().await;
}

#[tokio::test]
async fn a_new_network_checks_an_open_websocket() {
    let server = node(json!({})).await;
    let mut options = options(&server.url());
    options.connect_timeout = Duration::from_secs(2);
    let (mut peer, _) = Peer::connected(options).await;
    peer.message("connected").await;
    // It works: nothing happens, and the connection is the same afterwards.
    peer.socket.network_changed();
    for number in 0..20 {
        assert_eq!(
            peer.request("echo", vec![json!(number).into()]).await,
            [json!(number)]
        );
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    // It does not: the loss is noticed long before the pings (25 + 20 s) would tell.
    server.signal("STOP");
    peer.socket.network_changed();
    let (reason, retry) = peer.next_disconnected().await;
    assert_eq!(reason, DisconnectReason::NetworkChanged);
    assert_eq!(retry.map(|retry| retry.delay), Some(Duration::ZERO));
    server.signal("CONT");
    peer.eventually_connected().await;
    peer.stop().await;
}

#[tokio::test]
async fn a_new_network_replaces_a_polling_session() {
    let server = node(json!({})).await;
    let mut options = options(&server.url());
    options.transports = Transports::PollingOnly;
    let (mut peer, first) = Peer::connected(options).await;
    peer.socket.network_changed();
    assert_eq!(
        peer.next_disconnected().await.0,
        DisconnectReason::NetworkChanged
    );
    assert_ne!(peer.next_connected().await.id, first.id);
    peer.stop().await;
}

#[tokio::test]
async fn an_existing_connection_is_replaced_on_request() {
    let server = node(json!({})).await;
    let (mut peer, first) = Peer::connected(options(&server.url())).await;
    let waiting = peer.socket.request("ignore", vec![], PATIENCE);
    peer.socket.reconnect_now();
    let reason = DisconnectReason::ReconnectRequested;
    assert_eq!(
        waiting.await,
        Err(RequestError::Disconnected(reason.clone()))
    );
    assert_eq!(peer.next_disconnected().await.0, reason);
    assert_ne!(peer.next_connected().await.id, first.id);
    peer.stop().await;
}

#[tokio::test]
async fn a_limited_policy_gives_up_until_told() {
    let port = free_port();
    let mut options = options(&url(port));
    options.reconnect = ReconnectPolicy {
        base: Duration::from_millis(10),
        max_attempts: Some(2),
        ..ReconnectPolicy::default()
    };
    let mut peer = Peer::start(options);
    for expected in [Some(1), Some(2), None] {
        let (_, retry) = peer.next_failure().await;
        assert_eq!(retry.map(|retry| retry.attempt), expected);
    }
    let _server = node(json!({"port": port})).await;
    peer.socket.network_changed();
    peer.socket.reconnect_now();
    peer.next_connected().await;
    peer.stop().await;
}

#[tokio::test]
async fn a_session_is_recovered_with_what_it_missed() {
    let recovery = json!({"connectionStateRecovery": {"maxDisconnectionDuration": 120_000}});
    let server = node(recovery).await;
    for transports in [Transports::WebSocketOnly, Transports::PollingUpgraded] {
        let mut options = options(&server.url());
        options.transports = transports;
        options.auth = Some(json!({"token": "t"}));
        options.reconnect = ReconnectPolicy::never();
        let (mut peer, first) = Peer::connected(options).await;
        assert!(!first.recovered);
        // Carries the offset.
        peer.message("connected").await;
        while peer.request("transport", vec![]).await != [json!("websocket")] {}
        peer.socket
            .emit("broadcast later", vec![json!(200).into()])
            .unwrap();
        peer.socket.emit("drop", vec![]).unwrap();
        assert_eq!(
            peer.next_disconnected().await.0.code(),
            "socket.transport-lost"
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
        peer.socket.reconnect_now();
        let second = peer.next_connected().await;
        assert!(second.recovered);
        assert_eq!(second.id, first.id);
        let missed = peer.next_message().await;
        assert_eq!(
            (missed.event.as_str(), &missed.args[0]),
            ("news", &json!("missed?"))
        );
        // What was handed over once is not handed over again.
        let greeting = peer.next_message().await;
        assert_eq!(greeting.event, "connected");
        assert_eq!(greeting.args[0]["recovered"], json!(true));
        peer.stop().await;
    }
}

/// Forwards to `port`, but leaves websocket handshakes without an answer, as some firewalls do.
async fn without_websockets(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = [0; 2_048];
            let read = client.peek(&mut head).await.unwrap();
            if String::from_utf8_lossy(&head[..read]).contains("transport=websocket") {
                held.push(client);
                continue;
            }
            tokio::spawn(async move {
                let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
                copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    own
}

#[tokio::test]
async fn where_websockets_are_swallowed_only_the_first_attempt_waits_for_one() {
    let server = node(json!({})).await;
    let mut options = options(&url(without_websockets(server.port).await));
    options.connect_timeout = Duration::from_secs(9);
    let (mut peer, first) = Peer::connected(options).await;
    assert_eq!(first.transport, TransportKind::Polling);
    let error = first.websocket_error.expect("a websocket was tried");
    assert_eq!(error.code(), "socket.timeout");
    peer.socket.emit("close", vec![]).unwrap();
    peer.next_disconnected().await;
    let second = peer.eventually_connected().await;
    assert_eq!(second.transport, TransportKind::Polling);
    assert_eq!(second.websocket_error, None, "no websocket was waited for");
    assert_eq!(
        peer.request("echo", vec![json!(1).into()]).await,
        [json!(1)]
    );
    peer.stop().await;
}

#[tokio::test]
async fn a_new_network_begins_a_running_attempt_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let peer = Peer::start(options(&url(port)));
    let (_old, _) = listener.accept().await.unwrap();
    peer.socket.network_changed();
    let again = tokio::time::timeout(PATIENCE, listener.accept());
    again.await.expect("a second attempt").unwrap();
    peer.stop().await;
}
