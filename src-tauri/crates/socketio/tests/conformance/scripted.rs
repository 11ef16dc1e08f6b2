//! Peers that misbehave in ways in which no real server does on request.

use crate::common_ground::options;
use crate::peer::Peer;
use crate::servers::{node, url};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use socketio::{ConnectError, DisconnectReason, Options, Proxy, ReconnectPolicy, Transports};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

/// Answers every connection's first request with `answer`, then closes; `None` says nothing and
/// stays.
async fn answering(answer: Option<&'static [u8]>) -> Options {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some(answer) = answer else {
                silent.push(stream);
                continue;
            };
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {}
            });
        }
    });
    let mut options = options(&url(port));
    options.reconnect = ReconnectPolicy::never();
    options
}

#[tokio::test]
async fn nonsense_at_the_handshake_is_an_error_in_words() {
    let page: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<!doctype html>";
    let redirect: &[u8] = b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://elsewhere.example/socket.io/\r\nContent-Length: 0\r\n\r\n";
    let gateway: &[u8] = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 11\r\n\r\nBad Gateway";
    let broken: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n0{]";
    let endless: &[u8] =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n";
    for (answer, code) in [
        (page, "socket.http"),
        (redirect, "socket.http"),
        (gateway, "socket.http"),
        (broken, "socket.protocol"),
        (endless, "socket.lost"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "socket.lost"),
        (b"\x00\xff\xfe", "socket.lost"),
        (b"", "socket.lost"),
    ] {
        for transports in [Transports::PollingOnly, Transports::WebSocketThenPolling] {
            let mut options = answering(Some(answer)).await;
            options.transports = transports;
            let (error, _) = Peer::start(options).next_failure().await;
            let said = String::from_utf8_lossy(answer);
            assert_eq!(error.code(), code, "{said}: {error:?}");
            if answer == redirect {
                let error = match error {
                    ConnectError::BothTransports { websocket, polling } => {
                        assert!(
                            matches!(*websocket, ConnectError::Http { .. }),
                            "{websocket:?}"
                        );
                        *polling
                    }
                    other => other,
                };
                let ConnectError::Http { location, .. } = error else {
                    panic!("{error:?}");
                };
                assert_eq!(
                    location.as_deref(),
                    Some("https://elsewhere.example/socket.io/")
                );
            }
        }
    }
}

#[tokio::test]
async fn a_page_is_fetched_as_it_is_and_not_without_limit() {
    let moved: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 4\r\n\r\nbody";
    let url = answering(Some(moved)).await.url;
    let page = socketio::fetch(&url, None, Proxy::None, 4).await.unwrap();
    assert_eq!(page.status, 302);
    assert_eq!(page.location.as_deref(), Some("/there"));
    assert_eq!(page.body, b"body");
    let error = socketio::fetch(&url, None, Proxy::None, 3)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "socket.protocol");
}

#[tokio::test]
async fn a_silent_peer_times_out_within_the_limit() {
    for transports in [
        Transports::WebSocketOnly,
        Transports::PollingOnly,
        Transports::WebSocketThenPolling,
    ] {
        let mut options = answering(None).await;
        options.transports = transports;
        options.connect_timeout = Duration::from_secs(2);
        let (error, _) = Peer::start(options).next_failure().await;
        assert_eq!(error.code(), "socket.timeout", "{error:?}");
    }
}

/// A websocket server that says `lines` to everybody, then closes if `close`.
async fn saying(lines: Vec<Message>, close: bool) -> Options {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let lines = lines.clone();
            tokio::spawn(async move {
                let mut socket = tokio_tungstenite::accept_async(stream).await?;
                for line in lines {
                    socket.send(line).await?;
                }
                if close {
                    socket.close(None).await?;
                }
                while socket.next().await.is_some() {}
                Ok::<_, tokio_tungstenite::tungstenite::Error>(())
            });
        }
    });
    let mut options = options(&url(port));
    options.transports = Transports::WebSocketOnly;
    options.reconnect = ReconnectPolicy::never();
    options.connect_timeout = Duration::from_secs(3);
    options
}

const OPEN: &str = r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;
const ACCEPT: &str = r#"40{"sid":"s"}"#;

#[tokio::test]
async fn nonsense_after_the_upgrade_is_an_error_in_words() {
    let binary = Message::binary(vec![1, 2, 3]);
    for (lines, close, code) in [
        (vec![Message::text("hello")], false, "socket.protocol"),
        (vec![Message::text("")], false, "socket.protocol"),
        (vec![Message::text("0{}")], false, "socket.protocol"),
        (vec![Message::text("4")], false, "socket.protocol"),
        (vec![binary.clone()], false, "socket.protocol"),
        (vec![], true, "socket.lost"),
        (vec![Message::text(OPEN)], true, "socket.lost"),
        (
            vec![Message::text(OPEN), Message::text("1")],
            false,
            "socket.lost",
        ),
        (
            vec![Message::text(OPEN), Message::text("40")],
            false,
            "socket.protocol",
        ),
        (
            vec![Message::text(OPEN), Message::text("40{")],
            false,
            "socket.protocol",
        ),
        (vec![Message::text(OPEN), binary], false, "socket.protocol"),
        (vec![Message::text(OPEN)], false, "socket.namespace-silent"),
    ] {
        let options = saying(lines.clone(), close).await;
        let (error, _) = Peer::start(options).next_failure().await;
        assert_eq!(error.code(), code, "{lines:?}: {error:?}");
    }
}

#[tokio::test]
async fn nonsense_on_a_connection_ends_it_in_words() {
    for line in [
        Message::text("9"),
        Message::text("42[1"),
        Message::text("42[]"),
        Message::text("451-[\"a\",{\"_placeholder\":true,\"num\":7}]"),
        Message::text("43"),
        Message::binary(vec![0]),
        Message::text(OPEN),
    ] {
        let lines = vec![Message::text(OPEN), Message::text(ACCEPT), line.clone()];
        let (mut peer, _) = Peer::connected(saying(lines, false).await).await;
        let (reason, _) = peer.next_disconnected().await;
        assert_eq!(reason.code(), "socket.protocol-violation", "{line:?}");
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_message_above_the_limit_ends_the_connection() {
    let large = format!("42[\"large\",\"{}\"]", "x".repeat(5_000));
    let lines = [OPEN, ACCEPT, &large].map(Message::text).to_vec();
    let mut options = saying(lines, false).await;
    options.max_incoming = 4_000;
    let (mut peer, _) = Peer::connected(options).await;
    let (reason, _) = peer.next_disconnected().await;
    assert!(
        matches!(reason, DisconnectReason::ProtocolViolation { .. }),
        "{reason:?}"
    );
    peer.stop().await;
}

#[tokio::test]
async fn packets_of_other_namespaces_and_unknown_acks_are_ignored() {
    let lines = [
        OPEN,
        "42/x,[\"no\"]",
        ACCEPT,
        "43999[]",
        "41/x,",
        "44/x,{}",
        "6",
        "42[\"yes\"]",
    ];
    let lines = lines.map(Message::text).to_vec();
    let (mut peer, _) = Peer::connected(saying(lines, false).await).await;
    assert_eq!(peer.next_message().await.event, "yes");
    peer.stop().await;
}

/// Forwards to `port` and counts how often the client speaks after the server did.
async fn counting(port: u16) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    let turns = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&turns);
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let (mut up, mut down) = ([0; 4_096], [0; 4_096]);
        let mut servers_turn = true;
        loop {
            tokio::select! {
                read = client.read(&mut up) => {
                    let Ok(read @ 1..) = read else { return };
                    if servers_turn {
                        counter.fetch_add(1, Ordering::SeqCst);
                    }
                    servers_turn = false;
                    server.write_all(&up[..read]).await.unwrap();
                }
                read = server.read(&mut down) => {
                    let Ok(read @ 1..) = read else { return };
                    servers_turn = true;
                    client.write_all(&down[..read]).await.unwrap();
                }
            }
        }
    });
    (own, turns)
}

#[tokio::test]
async fn a_websocket_is_connected_two_round_trips_after_tcp() {
    let server = node(json!({})).await;
    let (port, turns) = counting(server.port).await;
    let (mut peer, _) = Peer::connected(options(&url(port))).await;
    // The handshake, then `40`. The greeting comes with the answer.
    assert_eq!(turns.load(Ordering::SeqCst), 2);
    peer.message("connected").await;
    assert_eq!(turns.load(Ordering::SeqCst), 2);
    peer.stop().await;
}
