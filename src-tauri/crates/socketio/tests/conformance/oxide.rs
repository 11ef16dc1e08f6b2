//! socketioxide, in this process.

use crate::common_ground;
use crate::peer::Peer;
use crate::servers::url;
use serde_json::{Value, json};
use socketio::{Options, Payload};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};
use std::time::Duration;
use url::Url;

/// A server with the behaviour of tests/servers/node.js, as far as it is used here. It ends with
/// the test's runtime.
pub async fn server() -> Url {
    let (layer, io) = SocketIo::builder()
        .max_payload(1_000_000)
        .max_buffer_size(200_000)
        .build_layer();
    for namespace in ["/", "/admin"] {
        io.ns(namespace, serve);
    }
    let app = axum::Router::new().layer(layer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    url(port)
}

async fn serve(socket: SocketRef) {
    let id = json!({"socketId": socket.id.to_string()});
    let _ = socket.emit("connected", &id);
    socket.on("echo", async |Data::<Value>(data), ack: AckSender| {
        // One argument comes as it is, several as an array.
        let _ = ack.send(&data);
    });
    socket.on("nothing", async |ack: AckSender| {
        let _ = ack.send::<[(); 0]>(&[]);
    });
    socket.on(
        "later",
        async |Data::<(u64, u64)>((number, delay)), ack: AckSender| {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            let _ = ack.send(&number);
        },
    );
    socket.on("transport", async |socket: SocketRef, ack: AckSender| {
        let name = format!("{:?}", socket.transport_type()).to_lowercase();
        let _ = ack.send(&name);
    });
    socket.on("flood", async |socket: SocketRef, Data::<u64>(count)| {
        for i in 0..count {
            if socket.emit("tick", &i).is_err() {
                // Its buffer is full: let it drain.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    socket.on("leave me", async |socket: SocketRef| {
        let _ = socket.disconnect();
    });
}

#[tokio::test]
async fn acks_events_and_namespaces() {
    let server = server().await;
    common_ground::acks(&server).await;
    common_ground::namespaces(&server).await;
    common_ground::a_server_that_disconnects_us(&server).await;
}

#[tokio::test]
async fn all_transports() {
    common_ground::transports(&server().await).await;
}

#[tokio::test]
async fn a_thousand_concurrent_acks() {
    common_ground::a_thousand_concurrent_acks(&server().await).await;
}

#[tokio::test]
async fn the_arguments_of_an_ack_arrive_as_sent() {
    let (peer, _) = Peer::connected(Options::new(server().await)).await;
    let reply = peer.request("echo", vec![Payload::from("ü€😀")]).await;
    assert_eq!(reply, [json!("ü€😀")]);
    peer.stop().await;
}
