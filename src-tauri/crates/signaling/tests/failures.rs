//! Each recorded failure is the same error type with the right cause, whatever its shape; and
//! nonsense from a server is an error with a path.

mod recorded;
mod stand_in;

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use signaling::gateway::Proxy;
use signaling::wire::{
    ConsumerId, Direction, Failure, FailureShape, GATEWAY, JoinRoom, ProducerId, RequestName,
};
use signaling::{
    Cause, ConnectOptions, ErrorCode, Gateway, GatewayError, GatewayEvent, GatewayEvents, Network,
    RequestError, RoomId, connect,
};
use stand_in::{Script, StandIn};

/// The failure in the last answer of a recording.
fn failure(file: &str) -> GatewayError {
    recorded::file(file)
        .into_iter()
        .rev()
        .find_map(|frame| match frame {
            recorded::Recorded::Answer(name, args) => {
                let row = GATEWAY.request_named(&name).unwrap();
                GatewayError::in_ack(row.request, &args)
            }
            _ => None,
        })
        .expect("a failure")
}

#[test]
fn every_recorded_failure_has_its_cause() {
    for (file, code, cause, stable) in [
        (
            "join-room-missing-name",
            ErrorCode::InvalidInput,
            Cause::Other,
            "gateway.invalid-input",
        ),
        (
            "join-room-empty-room-id",
            ErrorCode::InvalidInput,
            Cause::Other,
            "gateway.invalid-input",
        ),
        (
            "join-room-race",
            ErrorCode::JoinRoom,
            Cause::RoomExists,
            "gateway.room-race",
        ),
        (
            "create-transport-not-joined",
            ErrorCode::CreateTransport,
            Cause::NotInRoom,
            "gateway.not-in-room",
        ),
        (
            "create-transport-no-ports",
            ErrorCode::CreateTransport,
            Cause::NoPorts,
            "gateway.full",
        ),
        (
            "create-transport-worker-died",
            ErrorCode::CreateTransport,
            Cause::WorkerDead,
            "gateway.worker-dead",
        ),
        (
            "connect-transport-not-joined",
            ErrorCode::Missing,
            Cause::NotInRoom,
            "gateway.not-in-room",
        ),
        (
            "connect-transport-unknown",
            ErrorCode::Missing,
            Cause::TransportNotFound,
            "gateway.no-transport",
        ),
        (
            "connect-transport-twice",
            ErrorCode::Missing,
            Cause::AlreadyConnected,
            "gateway.already-connected",
        ),
        (
            "connect-transport-bad-hash",
            ErrorCode::Missing,
            Cause::FingerprintAlgorithm,
            "gateway.fingerprint-refused",
        ),
        (
            "produce-not-joined",
            ErrorCode::CreateProducer,
            Cause::NotInRoom,
            "gateway.not-in-room",
        ),
        (
            "produce-no-send-transport",
            ErrorCode::CreateProducer,
            Cause::TransportMissing,
            "gateway.no-transport",
        ),
        (
            "produce-unsupported-codec",
            ErrorCode::CreateProducer,
            Cause::UnsupportedCodec,
            "gateway.codec-refused",
        ),
        (
            "produce-bad-rtp-parameters",
            ErrorCode::CreateProducer,
            Cause::BadRtpParameters,
            "gateway.parameters-refused",
        ),
        (
            "produce-duplicate-ssrc",
            ErrorCode::CreateProducer,
            Cause::ProducerExists,
            "gateway.producer-exists",
        ),
        (
            "produce-retry-after-failed-tap",
            ErrorCode::CreateProducer,
            Cause::ProducerExists,
            "gateway.producer-exists",
        ),
        (
            "produce-audio-tap-failed",
            ErrorCode::CreateProducer,
            Cause::NoPortsForTap,
            "gateway.full-for-audio",
        ),
        (
            "consume-not-joined",
            ErrorCode::CreateConsumer,
            Cause::NotInRoom,
            "gateway.not-in-room",
        ),
        (
            "consume-no-recv-transport",
            ErrorCode::CreateConsumer,
            Cause::TransportMissing,
            "gateway.no-transport",
        ),
        (
            "consume-unknown-producer",
            ErrorCode::CreateConsumer,
            Cause::CannotConsume,
            "gateway.cannot-consume",
        ),
        (
            "consume-empty-capabilities",
            ErrorCode::CreateConsumer,
            Cause::CannotConsume,
            "gateway.cannot-consume",
        ),
        (
            "consume-codec-not-supported",
            ErrorCode::CreateConsumer,
            Cause::CannotConsume,
            "gateway.cannot-consume",
        ),
        (
            "pause-producer-not-joined",
            ErrorCode::Missing,
            Cause::NotInRoom,
            "gateway.not-in-room",
        ),
        (
            "pause-producer-unknown",
            ErrorCode::Missing,
            Cause::NotFound,
            "gateway.not-found",
        ),
        (
            "resume-producer-not-joined",
            ErrorCode::Missing,
            Cause::NotInRoom,
            "gateway.not-in-room",
        ),
        (
            "resume-producer-unknown",
            ErrorCode::Missing,
            Cause::NotFound,
            "gateway.not-found",
        ),
    ] {
        let error = failure(&format!("error-{file}"));
        assert_eq!(error.code, code, "{file}");
        assert_eq!(error.cause, cause, "{file}");
        assert_eq!(error.code(), stable, "{file}");
        let sentence = error.to_string();
        assert!(
            sentence.ends_with('.') && sentence.len() > 20,
            "{file}: {sentence}"
        );
    }
}

#[test]
fn the_predicates_a_call_decides_by() {
    assert!(failure("error-create-transport-not-joined").is_not_in_room());
    assert!(failure("join-room-overtakes-leave-room").is_not_in_room());
    assert!(failure("error-join-room-race").is_room_exists_race());
    assert!(failure("error-create-transport-no-ports").is_full());
    assert!(failure("error-produce-audio-tap-failed").is_full());
    assert!(failure("error-produce-audio-tap-failed").may_leave_producer());
    assert!(failure("error-produce-duplicate-ssrc").may_leave_producer());
    assert!(!failure("error-produce-not-joined").may_leave_producer());
    assert!(failure("error-create-transport-worker-died").is_worker_dead());
    assert!(failure("error-consume-unknown-producer").is_cannot_consume());
    assert!(failure("error-consume-no-recv-transport").is_transport_missing());
}

#[test]
fn gone_rooms_and_dead_workers_are_told_apart() {
    let cause = |details: &str| {
        let ack = [json!({"error": {"code": "ERR_X", "message": "", "details": details}})];
        GatewayError::in_ack(RequestName::Produce, &ack)
            .unwrap()
            .cause
    };
    assert_eq!(cause("Room a b not found"), Cause::RoomGone);
    assert_eq!(
        cause("Participant participant_1 not found"),
        Cause::RoomGone
    );
    assert_eq!(cause("No workers available"), Cause::NoWorkers);
    assert_eq!(
        cause("Participant or send transport not found"),
        Cause::TransportMissing
    );
    assert_eq!(cause("something new"), Cause::Other);
}

#[test]
fn odd_failures_are_failures_and_odd_successes_are_not() {
    let fails = |ack: Value| GatewayError::in_ack(RequestName::JoinRoom, &[ack]).is_some();
    assert!(fails(json!({"success": false})));
    assert!(fails(json!({"error": "text"})));
    assert!(fails(json!({"error": 7})));
    assert!(fails(json!({"error": {}})));
    assert!(fails(json!({"error": {"details": {"nested": true}}})));
    assert!(!fails(json!({"success": true, "error": null})));
    assert!(!fails(json!({"id": "x"})));
    assert!(!fails(json!(null)));
    assert!(!fails(json!("error")));
    assert!(GatewayError::in_ack(RequestName::JoinRoom, &[]).is_none());
}

#[test]
fn a_server_writes_failures_as_recorded() {
    let failure = Failure {
        code: "ERR_CREATE_TRANSPORT".into(),
        message: "Không thể tạo transport".into(),
        details: "Participant not in room".into(),
    };
    for (file, request) in [
        (
            "error-create-transport-not-joined",
            "create-webrtc-transport",
        ),
        (
            "error-connect-transport-not-joined",
            "connect-webrtc-transport",
        ),
        ("error-pause-producer-not-joined", "pause-producer"),
        ("error-resume-consumer-not-joined", "resume-consumer"),
    ] {
        let shape = GATEWAY.request_named(request).unwrap().failure;
        let written = failure.ack_args(shape).unwrap();
        assert_eq!(written, recorded::answer(file, request), "{file}");
    }
    let invalid = Failure {
        code: "ERR_INVALID_INPUT".into(),
        message: "roomId và name là bắt buộc".into(),
        details: String::new(),
    };
    assert_eq!(
        invalid.ack_args(FailureShape::Unsuccessful).unwrap(),
        recorded::answer("error-join-room-missing-name", "join-room")
    );
    assert_eq!(failure.ack_args(FailureShape::ErrorEvent), None);
}

#[test]
fn codes_of_failures_are_distinct() {
    let mut codes = HashSet::new();
    for (file, _) in recorded::all() {
        if file.starts_with("error-")
            && !file.contains("resume-consumer")
            && !file.contains("pause-consumer")
            && !file.contains("close-producer")
            && !file.contains("get-router")
        {
            codes.insert(failure(&file).code());
        }
    }
    assert_eq!(codes.len(), 14, "{codes:?}");
}

async fn connected(script: Script) -> (StandIn, Gateway, GatewayEvents) {
    let stand_in = StandIn::start(script).await;
    let options = ConnectOptions {
        network: Network {
            proxy: Proxy::None,
            ..Network::default()
        },
        ..ConnectOptions::default()
    };
    let (gateway, mut events) = connect(&stand_in.url, &options);
    match events.next().await {
        Some(GatewayEvent::Connected(_)) => (stand_in, gateway, events),
        other => panic!("no connection: {other:?}"),
    }
}

#[tokio::test]
async fn nonsense_in_an_answer_is_named_by_its_path() {
    let good = recorded::answer("join-room-with-participants", "join-room").remove(0);
    let mut id_missing = good.clone();
    id_missing["participants"][1]
        .as_object_mut()
        .unwrap()
        .remove("id");
    let mut odd = good.clone();
    odd["participants"][0]["name"] = json!({"not": "a name"});
    odd["participants"][0]["joinedAt"] = json!("yesterday");
    odd["participants"][0]["sourceLanguage"] = json!(["vi"]);
    odd["participants"][0]["producers"] = json!([{"id": "x", "kind": "smell"}]);
    odd["roomId"] = json!(17);
    odd["somethingNew"] = json!([1, 2]);
    let script = Script {
        answers: vec![
            ("join-room", vec![id_missing]),
            ("join-room", vec![json!("<html>")]),
            ("join-room", vec![]),
            ("join-room", vec![odd]),
            ("consume", vec![json!({"id": 4})]),
            (
                "create-webrtc-transport",
                vec![json!({"id": "t", "iceParameters": {}})],
            ),
        ],
        ..Script::default()
    };
    let (stand_in, gateway, _events) = connected(script).await;
    let join = JoinRoom::new(RoomId::new("r").unwrap(), "An");
    let path = |error: RequestError| match error {
        RequestError::Malformed { path, .. } => path,
        other => panic!("{other:?}"),
    };
    let error = gateway.join_room(&join).await.unwrap_err();
    assert_eq!(error.code(), "gateway.malformed-answer");
    assert_eq!(path(error), "participants[1]");
    assert_eq!(path(gateway.join_room(&join).await.unwrap_err()), ".");
    assert_eq!(path(gateway.join_room(&join).await.unwrap_err()), ".");

    let joined = gateway
        .join_room(&join)
        .await
        .expect("only others' input is odd");
    let participant = &joined.participants[0];
    assert_eq!(participant.name.or_guest(1), "Guest 1");
    assert_eq!(participant.joined_at, None);
    assert_eq!(participant.source_language, None);
    assert!(participant.producers.is_empty());

    let producer = ProducerId::new("p");
    let consumed = gateway.consume(&producer, &joined.rtp_capabilities).await;
    assert_eq!(path(consumed.unwrap_err()), "id");
    let transport = gateway.create_transport(Direction::Send).await;
    assert!(path(transport.unwrap_err()).starts_with("iceParameters"));
    stand_in.assert_clean();
}

#[tokio::test]
async fn silence_and_loss_are_told_apart() {
    let (stand_in, gateway, mut events) = connected(Script::default()).await;
    let consumer = ConsumerId::new("c");
    let error = gateway.resume_consumer(&consumer).await.unwrap_err();
    assert_eq!(
        error,
        RequestError::Timeout {
            request: RequestName::ResumeConsumer,
            after: Duration::from_secs(5)
        }
    );
    let waiting = tokio::spawn(gateway.leave_room());
    stand_in.wait_for_frames(2).await;
    stand_in.send("41");
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.code(), "gateway.disconnected");
    assert!(error.is_disconnected());
    loop {
        match events.next().await {
            Some(GatewayEvent::Disconnected { .. }) => break,
            Some(GatewayEvent::Event(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn odd_events_are_reported_and_nothing_else_happens() {
    let (stand_in, _gateway, mut events) = connected(Script::default()).await;
    for frame in [
        r#"42["telepathy",{"thought":"?"}]"#,
        r#"42["participant-left"]"#,
        r#"42["new-producer",{"producerId":"p","participantId":"q","kind":"smell"}]"#,
        r#"42["chat-message",{"sender":{"a":1},"text":42,"timestamp":"now"}]"#,
        r#"42["chat-message",{"text":{"a":1}}]"#,
        r#"42["gateway-caption",{"speakerId":"q","text":"xin chào"}]"#,
        r#"42["error",{"code":"ERR_GET_RTP_CAPABILITIES","message":"Participant not in room"}]"#,
    ] {
        stand_in.send(frame);
    }
    let mut seen = Vec::new();
    while seen.len() < 7 {
        seen.push(match events.next().await.expect("an event") {
            GatewayEvent::Event(event) => format!("{:?}", event.name()),
            GatewayEvent::Unrecognised(unreadable) => {
                format!("{} at {}", unreadable.name, unreadable.path)
            }
            other => format!("{other:?}"),
        });
    }
    assert_eq!(
        seen,
        [
            "Welcome",
            "participant-left at .",
            "new-producer at kind",
            "Chat",
            "chat-message at text",
            "Caption",
            "Error",
        ]
    );
}
