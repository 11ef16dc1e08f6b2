//! python-socketio under uvicorn.

use crate::common_ground::{self, options};
use crate::peer::Peer;
use crate::servers::{PATIENCE, python};
use bytes::Bytes;
use serde_json::json;
use socketio::{ConnectError, Payload, TransportKind, Transports};

#[tokio::test]
async fn acks_events_and_namespaces() {
    let server = python(json!({})).await;
    common_ground::acks(&server.url()).await;
    common_ground::namespaces(&server.url()).await;
    common_ground::a_server_that_disconnects_us(&server.url()).await;
}

#[tokio::test]
async fn all_transports() {
    common_ground::transports(&python(json!({})).await.url()).await;
}

#[tokio::test]
async fn a_thousand_concurrent_acks() {
    common_ground::a_thousand_concurrent_acks(&python(json!({})).await.url()).await;
}

#[tokio::test]
async fn events_sent_by_the_connect_handler_are_not_lost() {
    // python-socketio sends them before its answer to the CONNECT packet.
    let server = python(json!({})).await;
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let mut options = options(&server.url());
        options.transports = transports;
        let (mut peer, session) = Peer::connected(options).await;
        let greeting = peer.next_message().await;
        assert_eq!(greeting.event, "connected");
        assert_eq!(greeting.args, [json!({"socketId": session.id})]);
        peer.stop().await;
    }
}

#[tokio::test]
async fn binary_attachments_and_the_servers_acks() {
    let server = python(json!({})).await;
    let (mut peer, _) = Peer::connected(options(&server.url())).await;
    let bytes = Bytes::from_static(b"\x00\xff\x10");
    let args = vec![Payload::binary(bytes.clone())];
    let reply = peer
        .socket
        .request_with_attachments("bytes", args, PATIENCE)
        .await
        .unwrap();
    assert_eq!(reply.args[0]["size"], json!(3));
    assert_eq!(reply.attachments, std::slice::from_ref(&bytes));
    let message = peer.message("bytes").await;
    assert_eq!(
        message.attachment(&message.args[0]["nested"][0]),
        Some(&bytes)
    );
    peer.socket.emit("ask", vec![]).unwrap();
    let question = peer.message("question").await;
    let ack = question.ack.expect("an answer is wanted");
    ack.send(vec!["many".into(), json!(2).into()]).unwrap();
    assert_eq!(
        peer.message("answered").await.args,
        [json!("many"), json!(2)]
    );
    peer.stop().await;
}

#[tokio::test]
async fn refusals_with_and_without_a_reason() {
    let server = python(json!({})).await;
    for (namespace, message, data) in [
        (
            "/closed",
            "not with this token",
            Some(json!({"code": "EAUTH"})),
        ),
        ("/shut", "Connection rejected by server", None),
    ] {
        let mut options = options(&server.url());
        options.namespace = namespace.to_owned();
        let (error, retry) = Peer::start(options).next_failure().await;
        let message = message.to_owned();
        assert_eq!(error, ConnectError::Refused { message, data });
        assert_eq!(retry, None);
    }
}

#[tokio::test]
async fn polling_steps_in_where_websockets_are_not_allowed() {
    // uvicorn answers such a websocket with an empty 403.
    let server = python(json!({"transports": ["polling"]})).await;
    let (peer, session) = Peer::connected(options(&server.url())).await;
    assert_eq!(session.transport, TransportKind::Polling);
    let Some(ConnectError::Http { status, .. }) = session.websocket_error else {
        panic!("{:?}", session.websocket_error);
    };
    assert_eq!(status, 403);
    peer.stop().await;
}
