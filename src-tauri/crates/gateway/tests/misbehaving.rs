//! Failing on purpose.

mod client;

use std::time::{Duration, Instant};

use client::peer::{Peer, producer_parameters};
use client::recorded::recorded;
use client::{Client, eventually, gateway, misbehaving};
use gateway::{Gateway, GatewayOptions, Misbehaviour};
use serde_json::{Value, json};

fn misbehaviour(text: &str) -> Misbehaviour {
    text.parse().expect("a misbehaviour")
}

#[tokio::test]
async fn acks_of_named_requests_are_dropped() {
    let gateway = misbehaving("drop-acks:create-webrtc-transport");
    let mut client = Client::connect(&gateway).await;
    client.join("silent", "a").await;
    let data = json!({ "producing": true });
    let lost = client.post("create-webrtc-transport", Some(data)).await;
    client.unasked().await;
    assert!(!client.has_ack(lost));
    assert_eq!(gateway.stats().transports, 1, "the request was handled");
}

#[tokio::test]
async fn nonsense_is_answered() {
    let gateway = misbehaving("nonsense-acks:join-room");
    let mut client = Client::connect(&gateway).await;
    for _ in 0..4 {
        let data = json!({ "roomId": "x", "name": "a" });
        let answer = client.ask("join-room", Some(data)).await;
        assert_eq!(answer[0].get("participantId"), None);
    }
    gateway.misbehave(Misbehaviour::default());
    client.join("x", "a").await;
}

#[tokio::test]
async fn acks_and_events_are_delayed_in_order() {
    let gateway = misbehaving("delay:300ms");
    let start = Instant::now();
    let mut client = Client::connect(&gateway).await;
    client.event("connected").await;
    assert!(start.elapsed() >= Duration::from_millis(300));
    let join = json!({ "roomId": "late", "name": "a" });
    let join = client.post("join-room", Some(join)).await;
    for text in 0..20 {
        client.tell("chat-message", json!({ "text": text })).await;
    }
    client.ack(join).await;
    for text in 0..20 {
        assert_eq!(client.event("chat-message").await["text"], text);
    }
}

#[tokio::test]
async fn joins_are_refused() {
    let gateway = misbehaving("refuse-join");
    let mut client = Client::connect(&gateway).await;
    let data = json!({ "roomId": "x", "name": "a" });
    let answer = client.ask("join-room", Some(data)).await;
    assert_eq!(answer[0]["success"], false);
    assert_eq!(answer[0]["error"]["code"], "ERR_JOIN_ROOM");
    assert_eq!(gateway.stats().rooms, 0);
}

/// A member with a send transport, and a listener in the same room.
async fn pair(gateway: &Gateway) -> (Client, Client) {
    let mut speaker = Client::connect(gateway).await;
    speaker.join("pair", "speaker").await;
    let mut listener = Client::connect(gateway).await;
    listener.join("pair", "listener").await;
    let data = json!({ "producing": true });
    speaker.ask("create-webrtc-transport", Some(data)).await;
    (speaker, listener)
}

fn produce() -> Option<Value> {
    Some(json!({
        "transportId": "x", "kind": "audio", "rtpParameters": producer_parameters(),
    }))
}

#[tokio::test]
async fn audio_producers_can_be_slow() {
    let gateway = misbehaving("slow-produce:400ms");
    let (mut speaker, mut listener) = pair(&gateway).await;
    let start = Instant::now();
    let number = speaker.post("produce", produce()).await;
    speaker.unasked().await;
    assert!(!speaker.has_ack(number), "only this answer is late");
    let answer = speaker.ack(number).await;
    assert!(start.elapsed() >= Duration::from_millis(400));
    let announced = listener.event("new-producer").await;
    assert_eq!(announced["producerId"], answer[0]["producerId"]);
}

#[tokio::test]
async fn a_failed_tap_leaves_a_producer_behind() {
    let gateway = misbehaving("fail-audio-tap");
    let (mut speaker, mut listener) = pair(&gateway).await;
    let answer = speaker.ask("produce", produce()).await;
    let theirs = &recorded("error-produce-audio-tap-failed").received[0];
    assert_eq!(&Value::Array(answer), theirs);
    let answer = speaker.ask("produce", produce()).await;
    let details = answer[0]["error"]["details"].as_str().expect("details");
    assert!(details.starts_with("ssrc already exists"), "{details}");
    assert!(
        !listener
            .unasked()
            .await
            .contains(&"new-producer".to_owned())
    );
    listener.ask("leave-room", None).await;
    let joined = listener.join("pair", "listener").await;
    let producers = &joined["participants"][0]["producers"];
    assert_eq!(producers.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_frozen_gateway_accepts_and_says_nothing() {
    let gateway = gateway::start(GatewayOptions {
        ping_interval: Duration::from_millis(50),
        ..GatewayOptions::default()
    })
    .expect("a gateway");
    let mut client = Client::connect(&gateway).await;
    client.join("ice", "a").await;
    gateway.misbehave(misbehaviour("freeze-after:0s"));
    // Whatever was on its way before arrives, then nothing.
    let quiet = Duration::from_millis(500);
    while tokio::time::timeout(quiet, client.incoming()).await.is_ok() {}
    let pings = client.pings;
    let address = gateway.local_addr();
    tokio::net::TcpStream::connect(address)
        .await
        .expect("accepted by the system");
    assert!(gateway.stats().listening);
    let chat = json!({ "text": "hello?" });
    client.tell("chat-message", chat).await;
    assert!(
        tokio::time::timeout(quiet, client.incoming())
            .await
            .is_err()
    );
    assert_eq!(client.pings, pings);

    gateway.misbehave(Misbehaviour::default());
    assert_eq!(client.event("chat-message").await["text"], "hello?");
}

#[tokio::test]
async fn a_freeze_can_end_by_itself() {
    let gateway = misbehaving("freeze-after:0s,200ms");
    let mut client = Client::connect(&gateway).await;
    client.join("thaw", "a").await;
}

#[tokio::test]
async fn a_restart_can_be_ordered_beforehand() {
    let gateway = misbehaving("restart-after:300ms,200ms;refuse-join");
    let mut client = Client::connect(&gateway).await;
    client.ended().await;
    eventually("it is back", || {
        gateway.stats().restarts == 1 && gateway.stats().listening
    })
    .await;
    let mut client = Client::connect(&gateway).await;
    let data = json!({ "roomId": "x", "name": "a" });
    let answer = client.ask("join-room", Some(data)).await;
    assert_eq!(answer[0]["success"], false, "the rest of it goes on");
}

#[tokio::test]
async fn a_stopped_gateway_closes_its_port() {
    let gateway = gateway();
    let address = gateway.local_addr();
    let mut client = Client::connect(&gateway).await;
    gateway.misbehave(misbehaviour("freeze-after:0s"));
    let stopping = tokio::task::spawn_blocking(move || gateway.stop());
    stopping.await.expect("stopped");
    client.ended().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let again = gateway::start(GatewayOptions {
        bind: address,
        ..GatewayOptions::default()
    });
    assert!(again.is_ok(), "the port is free: {again:?}");
    let taken = gateway::start(GatewayOptions {
        bind: address,
        ..GatewayOptions::default()
    });
    let error = taken.expect_err("the port is taken");
    assert_eq!(error.code(), "gateway_host.cannot_listen");
}

#[tokio::test]
async fn a_wrong_fingerprint_never_connects() {
    let gateway = gateway();
    let mut client = Client::connect(&gateway).await;
    client.join("wrong", "a").await;
    let data = json!({ "producing": true });
    let answer = client.ask("create-webrtc-transport", Some(data)).await;
    let peer = Peer::start(&answer[0], true).await;
    let mut parameters = peer.dtls_parameters.clone();
    parameters["fingerprints"][0]["value"] = ["AA"; 32].join(":").into();
    let connect = json!({ "transportId": answer[0]["id"], "dtlsParameters": parameters });
    let answer = client.ask("connect-webrtc-transport", Some(connect)).await;
    assert_eq!(answer, [json!({})], "found out by DTLS only");
    eventually("DTLS ends the transport", || {
        gateway.stats().transports == 0
    })
    .await;
    client.unasked().await;
}
