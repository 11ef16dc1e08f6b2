//! What the client puts on the wire is what was recorded, byte for byte but for the ids and
//! the order of fields; and nothing that the rules forbid can be sent.

mod recorded;
mod stand_in;

use std::future::Future;

use serde_json::{Value, json};
use signaling::gateway::Proxy;
use signaling::wire::{
    Consume, Dialect, Direction, EventName, FailureShape, JoinRoom, Language, Produce, Reply,
    RequestData, RequestName, RequestRow, SendChat, TransportId, UpdateLanguage,
};
use signaling::{ConnectOptions, Gateway, GatewayEvent, GatewayEvents, Network, RoomId, connect};
use stand_in::{Script, StandIn, check};

fn direct() -> ConnectOptions {
    ConnectOptions {
        network: Network {
            proxy: Proxy::None,
            ..Network::default()
        },
        ..ConnectOptions::default()
    }
}

async fn connected(script: Script) -> (StandIn, Gateway, GatewayEvents) {
    let stand_in = StandIn::start(script).await;
    let (gateway, mut events) = connect(&stand_in.url, &direct());
    match events.next().await {
        Some(GatewayEvent::Connected(_)) => {}
        other => panic!("no connection: {other:?}"),
    }
    (stand_in, gateway, events)
}

/// Runs one request against the recorded answer; gives the frame that was sent, without its
/// id, and the result.
async fn sent<F: Future>(
    answer: Option<(&'static str, Vec<Value>)>,
    call: impl FnOnce(Gateway) -> F,
) -> (Value, F::Output) {
    let script = Script {
        answers: answer.into_iter().collect(),
        ..Script::default()
    };
    let (stand_in, gateway, _events) = connected(script).await;
    let result = call(gateway).await;
    let frames = stand_in.wait_for_frames(1).await;
    stand_in.assert_clean();
    let body = frames[0].trim_start_matches(|c: char| c.is_ascii_digit());
    (serde_json::from_str(body).unwrap(), result)
}

/// Name and data of a recorded request.
fn expected(file: &str, name: &str) -> Value {
    let mut frame = vec![Value::from(name)];
    frame.extend(recorded::request(file, name));
    Value::from(frame)
}

fn answer(file: &str, name: &'static str) -> Option<(&'static str, Vec<Value>)> {
    Some((name, recorded::answer(file, name)))
}

fn data<T: serde::de::DeserializeOwned>(file: &str, name: &str) -> T {
    serde_json::from_value(recorded::request(file, name).remove(0)).unwrap()
}

#[tokio::test]
async fn leave_room_is_exactly_its_name() {
    let script = Script {
        answers: vec![("leave-room", vec![])],
        ..Script::default()
    };
    let (stand_in, gateway, _events) = connected(script).await;
    gateway
        .leave_room()
        .await
        .expect("an empty answer is a yes");
    assert_eq!(stand_in.frames(), [r#"420["leave-room"]"#]);
    stand_in.assert_clean();
}

#[tokio::test]
async fn join_room_is_as_recorded() {
    let join: JoinRoom = data("join-room-with-participants", "join-room");
    let (frame, joined) = sent(
        answer("join-room-with-participants", "join-room"),
        |gateway| async move { gateway.join_room(&join).await },
    )
    .await;
    assert_eq!(frame, expected("join-room-with-participants", "join-room"));
    let joined = joined.unwrap();
    assert_eq!(
        joined.participant_id.as_str(),
        "participant_1795211007629_6on9cjdfo"
    );
    assert_eq!(joined.participants.len(), 2);
    assert_eq!(joined.participants[0].producers.len(), 2);
    assert_eq!(
        joined.participants[0].name.readable().as_deref(),
        Some("alice")
    );
    assert!(!joined.rtp_capabilities.codecs.is_empty());
}

#[tokio::test]
async fn a_join_without_languages_has_no_empty_fields() {
    let join = JoinRoom::new(RoomId::new("session-room").unwrap(), "bob");
    let (frame, joined) = sent(
        answer("session-browser", "join-room"),
        |gateway| async move { gateway.join_room(&join).await },
    )
    .await;
    assert_eq!(
        frame,
        json!(["join-room", {"roomId": "session-room", "name": "bob"}])
    );
    assert!(joined.is_ok());
}

#[tokio::test]
async fn transports_are_made_and_connected_as_recorded() {
    for (file, direction) in [
        ("create-webrtc-transport-send", Direction::Send),
        ("create-webrtc-transport-recv", Direction::Receive),
    ] {
        let name = "create-webrtc-transport";
        let (frame, transport) = sent(answer(file, name), |gateway| async move {
            gateway.create_transport(direction).await
        })
        .await;
        assert_eq!(frame, expected(file, name));
        assert!(!transport.unwrap().ice_candidates.is_empty());
    }
    let name = "connect-webrtc-transport";
    let connect: signaling::wire::ConnectTransport = data(name, name);
    let (frame, result) = sent(answer(name, name), |gateway| async move {
        gateway
            .connect_transport(&connect.transport_id, &connect.dtls_parameters)
            .await
    })
    .await;
    assert_eq!(frame, expected(name, name));
    assert_eq!(result, Ok(()));
}

#[tokio::test]
async fn produce_and_consume_are_as_recorded() {
    for file in ["produce-audio", "produce-video"] {
        let produce: Produce = data(file, "produce");
        let (frame, producer) = sent(answer(file, "produce"), |gateway| async move {
            gateway
                .produce(&produce.transport_id, produce.kind, &produce.rtp_parameters)
                .await
        })
        .await;
        let typed: Produce = serde_json::from_value(frame[1].clone()).unwrap();
        assert_eq!(typed, data(file, "produce"));
        assert_eq!(frame[0], "produce");
        assert!(!producer.unwrap().as_str().is_empty());
    }
    let consume: Consume = data("consume-audio", "consume");
    let (frame, consumer) = sent(answer("consume-audio", "consume"), |gateway| async move {
        gateway
            .consume(&consume.producer_id, &consume.rtp_capabilities)
            .await
    })
    .await;
    assert_eq!(frame[0], "consume");
    let typed: Consume = serde_json::from_value(frame[1].clone()).unwrap();
    assert_eq!(typed, data("consume-audio", "consume"));
    let consumer = consumer.unwrap();
    assert_eq!(consumer.kind, ortc::MediaKind::Audio);
    assert_eq!(
        consumer.producer_id.as_str(),
        "bcc91c0c-92a6-44ec-a726-3f3dda1e0a1c"
    );
}

#[tokio::test]
async fn pausing_resuming_and_closing_are_as_recorded() {
    let consumer: signaling::wire::ConsumerRef = data("resume-consumer", "resume-consumer");
    let consumer = consumer.consumer_id;
    let producer: signaling::wire::ProducerRef = data("pause-producer", "pause-producer");
    let producer = producer.producer_id;
    let closed: signaling::wire::ProducerRef = data("close-producer", "close-producer");
    let closed = closed.producer_id;

    for name in [
        "resume-consumer",
        "pause-consumer",
        "pause-producer",
        "resume-producer",
        "close-producer",
    ] {
        let (frame, result) = sent(answer(name, name), |gateway| {
            let (consumer, producer, closed) = (&consumer, &producer, &closed);
            async move {
                match name {
                    "resume-consumer" => gateway.resume_consumer(consumer).await,
                    "pause-consumer" => gateway.pause_consumer(consumer).await,
                    "pause-producer" => gateway.pause_producer(producer).await,
                    "resume-producer" => gateway.resume_producer(producer).await,
                    _ => gateway.close_producer(closed).await,
                }
            }
        })
        .await;
        assert_eq!(frame, expected(name, name));
        assert_eq!(result, Ok(()));
    }
}

#[tokio::test]
async fn chat_languages_and_screen_notices_ask_for_no_answer() {
    let (stand_in, gateway, _events) = connected(Script::default()).await;
    let chat: SendChat = data("chat-sender", "chat-message");
    let languages: UpdateLanguage = data("update-language", "update-language");
    let room = RoomId::new("room_1795211006799_xqfecvlql").unwrap();
    gateway.chat(&chat).unwrap();
    gateway.update_language(&languages).unwrap();
    gateway.screen_share_started(&room).unwrap();
    gateway.screen_share_stopped(&room).unwrap();
    gateway
        .update_language(&UpdateLanguage {
            source_language: None,
            target_language: Some(Language::english()),
        })
        .unwrap();
    let frames = stand_in.wait_for_frames(5).await;
    stand_in.assert_clean();
    let sent: Vec<Value> = frames
        .iter()
        .map(|frame| serde_json::from_str(frame.strip_prefix("42").unwrap()).unwrap())
        .collect();
    assert_eq!(
        sent,
        [
            expected("chat-sender", "chat-message"),
            expected("update-language", "update-language"),
            expected("screen-share-sender", "screen-share-started"),
            expected("screen-share-sender", "screen-share-stopped"),
            json!(["update-language", {"targetLanguage": "en"}]),
        ]
    );
}

#[tokio::test]
async fn requests_leave_in_the_order_of_the_calls() {
    let (stand_in, gateway, _events) = connected(Script::default()).await;
    let transport = TransportId::new("t");
    let first = gateway.create_transport(Direction::Send);
    let second = gateway.create_transport(Direction::Receive);
    let third = gateway.connect_transport(
        &transport,
        &data::<signaling::wire::ConnectTransport>(
            "connect-webrtc-transport",
            "connect-webrtc-transport",
        )
        .dtls_parameters,
    );
    // Nobody waits for the answers: the requests are on their way all the same.
    drop((third, second, first));
    let frames = stand_in.wait_for_frames(3).await;
    assert!(frames[0].contains(r#""producing":true"#), "{frames:?}");
    assert!(frames[1].contains(r#""producing":false"#), "{frames:?}");
    assert!(
        frames[2].starts_with(r#"422["connect-webrtc-transport""#),
        "{frames:?}"
    );
    stand_in.assert_clean();
}

#[tokio::test]
async fn another_dialect_is_another_table() {
    static ROWS: [RequestRow; 1] = [RequestRow {
        request: RequestName::LeaveRoom,
        name: "leaveRoom",
        data: RequestData::None,
        reply: Reply::Required,
        failure: FailureShape::Silent,
    }];
    let stand_in = StandIn::start(Script::default()).await;
    let options = ConnectOptions {
        dialect: Dialect {
            name: "other",
            requests: &ROWS,
            events: &[(EventName::Welcome, "connected")],
        },
        ..direct()
    };
    let (gateway, mut events) = connect(&stand_in.url, &options);
    let first = events.next().await;
    assert!(
        matches!(first, Some(GatewayEvent::Connected(_))),
        "{first:?}"
    );
    let missing = gateway.create_transport(Direction::Send).await.unwrap_err();
    assert_eq!(missing.code(), "gateway.unsupported");
    drop(gateway.leave_room());
    assert_eq!(stand_in.wait_for_frames(1).await, [r#"420["leaveRoom"]"#]);
    // This stand-in is of the current dialect, and stops as a real gateway would.
    assert!(stand_in.violation().is_some());
}

#[test]
fn the_stand_in_knows_the_frames_that_stop_a_gateway() {
    for frame in [
        r#"42["join-room",{"roomId":"a","name":"b"}]"#,
        r#"42["create-webrtc-transport",{"producing":true}]"#,
        r#"420["leave-room",{}]"#,
        r#"420["create-room",{}]"#,
        r#"420["join-room"]"#,
        r#"420["join-room",null]"#,
        r#"420["join-room",{},{}]"#,
        r#"42["update-language",null]"#,
        r#"420["chat-message",{}]"#,
        r#"42["ping"]"#,
        r#"42["resume-consumer",{"consumerId":"x"}]"#,
    ] {
        assert!(check(frame).is_err(), "{frame}");
    }
    for (file, frames) in recorded::all() {
        for frame in frames {
            if let recorded::Recorded::Request(id, name, data) = frame {
                let mut args = vec![Value::from(name)];
                args.extend(data);
                let id = id.map(|id| id.to_string()).unwrap_or_default();
                let frame = format!("42{id}{}", Value::from(args));
                assert!(check(&frame).is_ok(), "{file}: {frame}");
            }
        }
    }
}
