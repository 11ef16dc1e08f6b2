//! Behind nginx with two replicas that do not know each other's sessions, and a cookie that says
//! which one a client belongs to.

use crate::common_ground::options;
use crate::peer::Peer;
use crate::servers::{free_port, nginx, node};
use serde_json::json;
use socketio::{TransportKind, Transports};
use std::collections::HashSet;

#[tokio::test]
async fn both_transports_stay_on_the_replica_that_the_cookie_names() {
    let one = node(json!({"name": "one"})).await;
    let two = node(json!({"name": "two"})).await;
    let port = free_port();
    // Without the cookie every request goes to a random replica.
    let configuration = format!(
        "split_clients $request_id $fresh {{ 50% one; * two; }}\n\
         map $cookie_replica $replica {{ one one; two two; default $fresh; }}\n\
         map $replica $address {{ one 127.0.0.1:{}; two 127.0.0.1:{}; }}\n\
         map $http_upgrade $upgrade_or_keep {{ default upgrade; '' ''; }}\n\
         server {{\n\
           listen 127.0.0.1:{port};\n\
           location / {{\n\
             proxy_pass http://$address;\n\
             proxy_http_version 1.1;\n\
             proxy_buffering off;\n\
             proxy_set_header Upgrade $http_upgrade;\n\
             proxy_set_header Connection $upgrade_or_keep;\n\
             add_header Set-Cookie 'replica=$replica; Path=/; HttpOnly' always;\n\
           }}\n\
         }}",
        one.port, two.port
    );
    let directory = tempfile::tempdir().expect("a directory");
    let proxy = nginx(directory.path(), port, &configuration).await;
    let mut replicas = HashSet::new();
    for round in 0..12 {
        for transports in [
            Transports::PollingOnly,
            Transports::PollingUpgraded,
            Transports::WebSocketThenPolling,
        ] {
            let mut options = options(&proxy.url());
            options.transports = transports;
            let (mut peer, first) = Peer::connected(options).await;
            let polls = transports != Transports::WebSocketThenPolling;
            assert_eq!(first.transport == TransportKind::Polling, polls);
            let replica = peer.request("who", vec![]).await;
            if transports == Transports::PollingUpgraded {
                // The upgrade's websocket handshake must carry the cookie too.
                while peer.request("transport", vec![]).await != [json!("websocket")] {}
            }
            for number in 0..5 {
                let reply = peer.request("echo", vec![json!(number).into()]).await;
                assert_eq!(reply, [json!(number)], "round {round}");
            }
            // So do later connections of the same client.
            peer.socket.reconnect_now();
            peer.next_disconnected().await;
            peer.next_connected().await;
            assert_eq!(peer.request("who", vec![]).await, replica);
            replicas.insert(replica[0].to_string());
            peer.stop().await;
        }
    }
    assert_eq!(replicas.len(), 2, "only one replica was ever used");
}

#[tokio::test]
async fn a_proxy_that_drops_the_upgrade_leaves_polling() {
    let server = node(json!({})).await;
    let port = free_port();
    let configuration = format!(
        "server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{}; }} }}",
        server.port
    );
    let directory = tempfile::tempdir().expect("a directory");
    let proxy = nginx(directory.path(), port, &configuration).await;
    for transports in [
        Transports::WebSocketThenPolling,
        Transports::PollingUpgraded,
    ] {
        let mut options = options(&proxy.url());
        options.transports = transports;
        let (peer, session) = Peer::connected(options).await;
        assert_eq!(session.transport, TransportKind::Polling);
        for number in 0..30 {
            assert_eq!(
                peer.request("echo", vec![json!(number).into()]).await,
                [json!(number)]
            );
        }
        assert_eq!(peer.request("transport", vec![]).await, [json!("polling")]);
        peer.stop().await;
    }
}
