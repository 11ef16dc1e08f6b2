//! Many events, in order, through bounded queues.

use crate::common_ground::options;
use crate::peer::Peer;
use crate::servers::{PATIENCE, Server, node, python};
use serde_json::json;
use socketio::{EmitError, RequestError, Transports};
use std::time::Duration;
use url::Url;

async fn in_order(url: &Url, transports: Transports, count: u64) {
    let mut options = options(url);
    options.transports = transports;
    let (mut peer, _) = Peer::connected(options).await;
    peer.socket
        .emit("flood", vec![json!(count).into()])
        .unwrap();
    for expected in 0..count {
        let tick = peer.message("tick").await;
        assert_eq!(tick.args, [json!(expected)]);
    }
    peer.stop().await;
}

#[tokio::test]
async fn a_hundred_thousand_events_from_node_arrive_in_order() {
    let server = node(json!({})).await;
    in_order(&server.url(), Transports::WebSocketOnly, 100_000).await;
    in_order(&server.url(), Transports::PollingOnly, 100_000).await;
}

#[tokio::test]
async fn a_hundred_thousand_events_from_python_arrive_in_order() {
    let server = python(json!({})).await;
    in_order(&server.url(), Transports::WebSocketOnly, 100_000).await;
}

#[tokio::test]
async fn a_hundred_thousand_events_from_socketioxide_arrive_in_order() {
    in_order(
        &crate::oxide::server().await,
        Transports::WebSocketOnly,
        100_000,
    )
    .await;
}

#[tokio::test]
async fn a_hundred_thousand_events_to_the_server_arrive_in_order() {
    let server = node(json!({})).await;
    for (transports, count) in [
        (Transports::WebSocketOnly, 100_000),
        (Transports::PollingUpgraded, 100_000),
        (Transports::PollingOnly, 20_000),
    ] {
        let mut options = options(&server.url());
        options.transports = transports;
        let (peer, _) = Peer::connected(options).await;
        for number in 0..count {
            while let Err(error) = peer.socket.emit("count", vec![json!(number).into()]) {
                assert_eq!(error, EmitError::QueueFull);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        loop {
            let counted = peer.request("counted", vec![]).await;
            assert_eq!(counted[1], json!(false), "out of order");
            if counted[0] == json!(count) {
                break;
            }
        }
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_slow_reader_loses_nothing_and_blocks_no_request_for_ever() {
    let server = node(json!({})).await;
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let mut options = options(&server.url());
        options.transports = transports;
        options.event_queue = 4;
        let (mut peer, _) = Peer::connected(options).await;
        peer.message("connected").await;
        peer.socket
            .emit("flood", vec![json!(5_000).into()])
            .unwrap();
        // Nobody reads the events, so the ack behind them cannot be read either. The request ends
        // all the same.
        let short = Duration::from_secs(1);
        let stuck = peer.socket.request("echo", vec![], short).await;
        assert_eq!(stuck, Err(RequestError::Timeout { after: short }));
        for expected in 0..5_000 {
            assert_eq!(peer.next_message().await.args, [json!(expected)]);
        }
        assert_eq!(
            peer.request("echo", vec![json!(1).into()]).await,
            [json!(1)]
        );
        peer.stop().await;
    }
}

#[tokio::test]
async fn a_server_that_does_not_read_fills_a_bounded_queue() {
    let server: Server = node(json!({})).await;
    let mut options = options(&server.url());
    options.send_queue = 1_000;
    options.send_queue_bytes = 1 << 20;
    let (peer, _) = Peer::connected(options).await;
    server.signal("STOP");
    let text = "x".repeat(10_000);
    let mut queued = 0;
    // The kernel's buffers take some megabytes first.
    let full = tokio::time::timeout(PATIENCE, async {
        let mut refused = 0;
        while refused < 100 {
            match peer.socket.emit("count", vec![text.clone().into()]) {
                Ok(()) => {
                    queued += 1;
                    refused = 0;
                }
                Err(error) => {
                    assert_eq!(error, EmitError::QueueFull);
                    refused += 1;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
        }
    });
    full.await.expect("the queue never filled");
    assert!(queued < 5_000, "{queued} messages of 10 kB were taken");
    let refused = peer
        .socket
        .request("echo", vec![text.into()], PATIENCE)
        .await;
    assert_eq!(refused, Err(RequestError::NotSent(EmitError::QueueFull)));
    server.signal("CONT");
    loop {
        // Requests are refused until there is room again.
        match peer.socket.request("counted", vec![], PATIENCE).await {
            Ok(counted) if counted[0] == json!(queued) => break,
            Ok(_) | Err(RequestError::NotSent(EmitError::QueueFull)) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    peer.stop().await;
}
