//! The product's own media client on this gateway: another implementation of WebRTC on each side.

mod client;

use std::time::Duration;

use client::{Client, PATIENCE, gateway};
use media::{ConsumerOptions, Device, EncodedAudio, OpusOptions, TransportOptions, TransportState};
use serde_json::{Value, json};

async fn transport(client: &mut Client, producing: bool) -> ortc::TransportParameters {
    let data = json!({ "producing": producing, "consuming": !producing });
    let mut answer = client.ask("create-webrtc-transport", Some(data)).await;
    serde_json::from_value(answer.remove(0)).expect("transport parameters")
}

async fn connect(client: &mut Client, id: &str, parameters: ortc::DtlsParameters) {
    let data = json!({ "transportId": id, "dtlsParameters": parameters });
    let answer = client.ask("connect-webrtc-transport", Some(data)).await;
    assert_eq!(answer, [json!({})]);
}

async fn connected(states: &mut tokio::sync::watch::Receiver<TransportState>) {
    let connected = states.wait_for(|state| *state == TransportState::Connected);
    let result = tokio::time::timeout(PATIENCE, connected).await;
    result.expect("in time").expect("a living transport");
}

fn device(joined: &Value) -> Device {
    let router = serde_json::from_value(joined["rtpCapabilities"].clone());
    Device::load(&router.expect("capabilities")).expect("a device")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_goes_from_one_to_the_other() {
    let gateway = gateway();
    let mut alice = Client::connect(&gateway).await;
    let joined = alice.join("native", "alice").await;
    let parameters = transport(&mut alice, true).await;
    let (send, _events) = device(&joined)
        .create_send_transport(parameters, TransportOptions::default())
        .await
        .expect("a send transport");
    connect(&mut alice, send.id(), send.dtls_parameters()).await;
    send.connect();
    let producer = send.produce_audio(OpusOptions::default()).await;
    let producer = producer.expect("a producer");
    let data = json!({
        "transportId": send.id(), "kind": "audio", "rtpParameters": producer.rtp_parameters(),
    });
    let answer = alice.ask("produce", Some(data)).await;
    let producer_id = answer[0]["producerId"].clone();
    connected(&mut send.states()).await;

    let mut bob = Client::connect(&gateway).await;
    let joined = bob.join("native", "bob").await;
    let device = device(&joined);
    let parameters = transport(&mut bob, false).await;
    let (receive, _events) = device
        .create_recv_transport(parameters, TransportOptions::default())
        .await
        .expect("a receive transport");
    connect(&mut bob, receive.id(), receive.dtls_parameters()).await;
    receive.connect();
    let data = json!({
        "producerId": producer_id, "rtpCapabilities": device.recv_rtp_capabilities(),
    });
    let consumer = bob.ask("consume", Some(data)).await.remove(0);
    let text = |field: &str| consumer[field].as_str().expect("text").to_owned();
    let options = ConsumerOptions {
        id: text("id"),
        producer_id: text("producerId"),
        kind: ortc::MediaKind::Audio,
        rtp_parameters: serde_json::from_value(consumer["rtpParameters"].clone())
            .expect("parameters"),
    };
    let (_consumer, mut packets) = receive.consume(options).await.expect("a consumer");
    connected(&mut receive.states()).await;
    bob.ask("resume-consumer", Some(json!({ "consumerId": text("id") })))
        .await;

    let speaking = tokio::spawn(async move {
        for number in 0_u8.. {
            producer.send(EncodedAudio {
                payload: vec![number; 40].into(),
                samples: 960,
                audio_level_dbov: 42,
                voice: true,
            });
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut last: Option<media::RtpPacket> = None;
    for _ in 0..50 {
        let packet = tokio::time::timeout(PATIENCE, packets.recv()).await;
        let packet = packet.expect("in time").expect("a living consumer");
        assert_eq!(packet.payload.len(), 40);
        assert_eq!(packet.audio_level, Some(42));
        assert_eq!(packet.voice, Some(true));
        if let Some(last) = last {
            assert_eq!(packet.sequence, last.sequence.wrapping_add(1));
            assert_eq!(packet.timestamp, last.timestamp.wrapping_add(960));
            assert_eq!(packet.payload[0], last.payload[0].wrapping_add(1));
        }
        last = Some(packet);
    }
    speaking.abort();
    assert_eq!(gateway.violations(), []);
}

#[tokio::test]
async fn a_session_of_long_polling_is_remembered() {
    use socketio::{Event, Options, Transports};
    let gateway = gateway();
    for transports in [Transports::PollingOnly, Transports::PollingUpgraded] {
        let url = gateway.url().parse().expect("an address");
        let (socket, mut events) = socketio::connect(Options {
            transports,
            ..Options::new(url)
        });
        let joined = tokio::time::timeout(PATIENCE, async {
            while !matches!(events.next().await, Some(Event::Connected(_)) | None) {}
            let data = json!({ "roomId": format!("{transports:?}"), "name": "a" });
            socket
                .request("join-room", vec![data.into()], PATIENCE)
                .await
        });
        let reply = joined.await.expect("in time").expect("an answer");
        assert_eq!(reply[0]["success"], true, "{transports:?}");
        socket.disconnect().await;
    }
}
