//! The protocol against frames recorded from the real gateway: the recorded requests are sent,
//! and the answers must look as recorded; errors must be equal to the letter.

mod client;

use client::recorded::{assert_fits, recorded, shape, text};
use client::{Client, gateway};
use gateway::{Gateway, ViolationKind};
use serde_json::{Value, json};

/// Sends the requests of a recording, with ids replaced by those of this run, and compares.
async fn replay(client: &mut Client, name: &str, ids: &[(&str, &Value)]) -> Value {
    let recorded = recorded(name);
    let mut answers = recorded.received.iter();
    let mut last = Value::Null;
    for sent in recorded.sent {
        let mut data = sent.data;
        for (field, id) in ids {
            if let Some(value) = data.as_mut().and_then(|data| data.get_mut(*field)) {
                *value = (*id).clone();
            }
        }
        let ours = Value::Array(client.ask(&sent.event, data).await);
        let theirs = answers.next().expect("a recorded answer");
        if theirs.to_string().contains("error") {
            assert_eq!(&ours, theirs, "{name}");
        } else {
            assert_fits(&ours, theirs);
        }
        last = ours;
    }
    last.get_mut(0).map(Value::take).unwrap_or_default()
}

/// A client in a room with both transports.
async fn member(gateway: &Gateway, room: &str, name: &str) -> (Client, Value, Value) {
    let mut client = Client::connect(gateway).await;
    client.join(room, name).await;
    let send = replay(&mut client, "create-webrtc-transport-send", &[]).await;
    let receive = replay(&mut client, "create-webrtc-transport-recv", &[]).await;
    (client, send, receive)
}

#[tokio::test]
async fn the_greeting_is_as_recorded() {
    let gateway = gateway();
    let mut client = Client::connect(&gateway).await;
    assert_eq!(client.open["pingInterval"], 10_000);
    assert_eq!(client.open["pingTimeout"], 20_000);
    assert_eq!(client.open["maxPayload"], 1_000_000);
    let id = client.socket_id.clone();
    assert_eq!(client.event("connected").await, json!({ "socketId": id }));
}

#[tokio::test]
async fn joins_are_as_recorded() {
    let gateway = gateway();
    let mut alice = Client::connect(&gateway).await;
    let joined = replay(&mut alice, "join-room-empty", &[]).await;
    assert_eq!(
        joined["rtpCapabilities"],
        recorded("join-room-empty").received[0][0]["rtpCapabilities"]
    );
    let mut bob = Client::connect(&gateway).await;
    replay(&mut bob, "join-room-one-participant-no-producers", &[]).await;
    let ours = alice.event("participant-joined").await;
    assert_fits(
        &ours,
        &recorded("participant-joined-no-languages").received[0],
    );

    replay(&mut alice, "create-webrtc-transport-send", &[]).await;
    let audio = replay(&mut alice, "produce-audio", &[]).await;
    replay(&mut alice, "produce-video", &[]).await;
    assert_fits(
        &bob.event("new-producer").await,
        &recorded("new-producer-audio").received[0],
    );
    assert_eq!(bob.event("new-producer").await["kind"], "video");

    let mut carol = Client::connect(&gateway).await;
    let joined = replay(&mut carol, "join-room-with-participants", &[]).await;
    assert_eq!(joined["participants"][0]["name"], "alice");
    let listed = &joined["participants"][0]["producers"][0];
    assert_eq!(
        listed,
        &json!({ "id": audio["producerId"], "kind": "audio" })
    );
    let ours = bob.event("participant-joined").await;
    assert_fits(&ours, &recorded("participant-joined").received[0]);

    let left = recorded("participant-left-leave-room").received;
    replay(&mut bob, "leave-room", &[]).await;
    assert_fits(&alice.event("participant-left").await, &left[0]);
    replay(&mut bob, "leave-room-not-joined", &[]).await;
    let id = carol_id(&joined);
    drop(carol);
    assert_eq!(
        alice.event("participant-left").await,
        json!({ "participantId": id })
    );
    assert_eq!(gateway.violations(), []);
}

fn carol_id(joined: &Value) -> String {
    joined["participantId"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn room_ids_are_rewritten_as_by_the_real_gateway() {
    let gateway = gateway();
    let mut client = Client::connect(&gateway).await;
    let joined = replay(&mut client, "join-room-base64-room-id", &[]).await;
    assert_eq!(joined["roomId"], "room_ext_42");
    let vectors: Vec<Value> = serde_json::from_str(&text("room-id-vectors.json")).expect("JSON");
    for vector in vectors.iter().take(200) {
        client.ask("leave-room", None).await;
        let joined = client
            .join(vector["id"].as_str().expect("an id"), "x")
            .await;
        assert_eq!(joined["roomId"], vector["room"]);
    }
}

#[tokio::test]
async fn media_requests_are_as_recorded() {
    let gateway = gateway();
    let (mut alice, send, receive) = member(&gateway, "media", "alice").await;
    let (mut bob, ..) = member(&gateway, "media", "bob").await;
    let transport = [("transportId", &send["id"])];
    replay(&mut alice, "connect-webrtc-transport", &transport).await;
    let transport = [("transportId", &receive["id"])];
    replay(&mut alice, "connect-webrtc-transport-recv", &transport).await;
    let audio = replay(&mut alice, "produce-audio", &[]).await["producerId"].clone();
    let video = replay(&mut alice, "produce-video", &[]).await["producerId"].clone();

    let recorded_audio = &recorded("consume-audio").received[0][0];
    let consumer = replay(&mut bob, "consume-audio", &[("producerId", &audio)]).await;
    same_but_numbers(&consumer, recorded_audio);
    let consumer_id = [("consumerId", &consumer["id"])];
    replay(&mut bob, "resume-consumer", &consumer_id).await;
    replay(&mut bob, "pause-consumer", &consumer_id).await;
    let second = replay(&mut bob, "consume-video", &[("producerId", &video)]).await;
    same_but_numbers(&second, &recorded("consume-video").received[0][0]);

    replay(&mut alice, "pause-producer", &[("producerId", &audio)]).await;
    replay(&mut alice, "resume-producer", &[("producerId", &audio)]).await;
    replay(&mut alice, "close-producer", &[("producerId", &video)]).await;
    assert_eq!(
        bob.event("producer-closed").await,
        json!({ "producerId": video })
    );
    replay(&mut bob, "get-router-rtp-capabilities", &[]).await;
    assert_eq!(gateway.violations(), []);
}

/// Equal but for ids and SSRCs.
fn same_but_numbers(ours: &Value, theirs: &Value) {
    let mut ours = ours.clone();
    for pointer in [
        "/id",
        "/producerId",
        "/rtpParameters/encodings/0/ssrc",
        "/rtpParameters/encodings/0/rtx/ssrc",
    ] {
        if let (Some(ours), Some(theirs)) = (ours.pointer_mut(pointer), theirs.pointer(pointer)) {
            *ours = theirs.clone();
        }
    }
    assert_eq!(&ours, theirs);
}

#[tokio::test]
async fn browsers_producers_are_accepted() {
    let gateway = gateway();
    for name in [
        "produce-audio-browser",
        "produce-video-browser",
        "produce-video-h264",
        "produce-video-vp9",
        "produce-video-simulcast",
    ] {
        let (mut client, ..) = member(&gateway, name, "browser").await;
        replay(&mut client, name, &[]).await;
    }
}

#[tokio::test]
async fn ones_own_producer_can_be_consumed() {
    let gateway = gateway();
    let mut client = Client::connect(&gateway).await;
    client.join("loop", "alice").await;
    replay(&mut client, "create-webrtc-transport-send", &[]).await;
    let audio = replay(&mut client, "produce-audio", &[]).await["producerId"].clone();
    replay(
        &mut client,
        "consume-own-producer",
        &[("producerId", &audio)],
    )
    .await;
}

#[tokio::test]
async fn chat_and_notices_are_as_recorded() {
    let gateway = gateway();
    let (mut alice, ..) = member(&gateway, "talk", "alice").await;
    let (mut bob, ..) = member(&gateway, "talk", "bob").await;
    for name in ["chat-sender", "chat-defaults"] {
        let recorded = recorded(name);
        let data = recorded.sent[0].data.clone().expect("data");
        alice.tell("chat-message", data.clone()).await;
        let echo = alice.event("chat-message").await;
        assert_fits(&echo, &recorded.received[0]);
        assert_eq!(echo["text"], data["text"]);
        assert_eq!(bob.event("chat-message").await, echo);
    }
    let recorded = recorded("screen-share-receiver").received;
    for (name, theirs) in ["screen-share-started", "screen-share-stopped"]
        .iter()
        .zip(&recorded)
    {
        alice.tell(name, json!({ "roomId": "whatever" })).await;
        let ours = bob.event(name).await;
        assert_fits(&ours, theirs);
        assert_eq!(ours["roomId"], "whatever");
    }
    alice
        .tell("update-language", json!({ "sourceLanguage": "en" }))
        .await;
    assert_eq!(alice.unasked().await, ["connected", "participant-joined"]);
    let mut carol = Client::connect(&gateway).await;
    let joined = carol.join("talk", "carol").await;
    assert_eq!(joined["participants"][0]["sourceLanguage"], "en");
    assert_eq!(gateway.violations(), []);
}

#[tokio::test]
async fn strangers_are_refused_as_recorded() {
    let gateway = gateway();
    let mut client = Client::connect(&gateway).await;
    for name in [
        "error-join-room-missing-name",
        "error-join-room-empty-room-id",
        "error-create-transport-not-joined",
        "error-connect-transport-not-joined",
        "error-produce-not-joined",
        "error-consume-not-joined",
        "error-resume-consumer-not-joined",
        "error-pause-consumer-not-joined",
        "error-pause-producer-not-joined",
        "error-resume-producer-not-joined",
        "error-close-producer-not-joined",
    ] {
        replay(&mut client, name, &[]).await;
    }
    let id = client.post("get-router-rtp-capabilities", None).await;
    let recorded = recorded("error-get-router-rtp-capabilities-not-joined");
    assert_eq!(client.event("error").await, recorded.received[0]);
    assert!(!client.unasked().await.contains(&"error".to_owned()));
    assert!(!client.has_ack(id));
}

#[tokio::test]
async fn mistakes_are_refused_as_recorded() {
    let gateway = gateway();
    let mut client = Client::connect(&gateway).await;
    client.join("mistakes", "alice").await;
    for name in [
        "error-produce-no-send-transport",
        "error-consume-no-recv-transport",
    ] {
        replay(&mut client, name, &[]).await;
    }
    let send = replay(&mut client, "create-webrtc-transport-send", &[]).await;
    replay(&mut client, "create-webrtc-transport-recv", &[]).await;
    let transport = [("transportId", &send["id"])];
    replay(&mut client, "error-connect-transport-bad-hash", &transport).await;
    replay(&mut client, "connect-webrtc-transport", &transport).await;
    replay(&mut client, "error-connect-transport-twice", &transport).await;
    replay(&mut client, "error-connect-transport-unknown", &[]).await;
    let audio = replay(&mut client, "produce-audio", &[]).await["producerId"].clone();
    let video = replay(&mut client, "produce-video", &[]).await["producerId"].clone();
    for name in [
        "error-produce-bad-rtp-parameters",
        "error-produce-unsupported-codec",
        "error-produce-duplicate-ssrc",
        "error-consume-unknown-producer",
        "error-resume-consumer-unknown",
        "error-pause-producer-unknown",
        "error-resume-producer-unknown",
        "error-close-producer-unknown",
    ] {
        replay(&mut client, name, &[]).await;
    }
    let audio = [("producerId", &audio)];
    replay(&mut client, "error-consume-empty-capabilities", &audio).await;
    let video = [("producerId", &video)];
    replay(&mut client, "error-consume-codec-not-supported", &video).await;
}

#[tokio::test]
async fn the_ninth_participant_finds_no_port() {
    let gateway = gateway();
    let mut seated = Vec::new();
    for number in 0..8 {
        seated.push(member(&gateway, "full", &format!("p{number}")).await);
    }
    let mut ninth = Client::connect(&gateway).await;
    ninth.join("full", "ninth").await;
    replay(&mut ninth, "error-create-transport-no-ports", &[]).await;
    let (mut first, ..) = seated.remove(0);
    first.ask("leave-room", None).await;
    replay(&mut ninth, "create-webrtc-transport-send", &[]).await;
    member(&gateway, "another", "elsewhere").await;
}

#[tokio::test]
async fn forbidden_frames_do_no_harm_and_are_recorded() {
    let gateway = gateway();
    let mut client = Client::connect(&gateway).await;
    client
        .send(r#"42["join-room",{"roomId":"v","name":"a"}]"#)
        .await;
    client.send(r#"4290["create-room",{}]"#).await;
    client.send(r#"4291["join-room"]"#).await;
    client.send(r#"4292["produce",null]"#).await;
    client.send(r#"4293["chat-message",{"text":"x"}]"#).await;
    client.send(r#"42["ping"]"#).await;
    client.send(r#"42["update-language",null]"#).await;
    client
        .send(r#"4294["get-router-rtp-capabilities",{}]"#)
        .await;
    client
        .send(r#"4295["join-room",{"roomId":"v","name":"a"}]"#)
        .await;
    let joined = client.ack(95).await;
    assert_eq!(joined[0]["success"], true);
    assert_eq!(joined[0]["participants"], json!([]), "no ghost");
    assert!(!client.has_ack(94));
    replay(&mut client, "create-webrtc-transport-send", &[]).await;
    replay(&mut client, "create-webrtc-transport-send", &[]).await;
    client.send(r#"4299["leave-room",{}]"#).await;
    client.unasked().await;
    assert!(!client.has_ack(99), "as on the real gateway");
    let kinds: Vec<_> = gateway.violations().iter().map(|v| v.kind).collect();
    use ViolationKind as V;
    assert_eq!(
        kinds,
        [
            V::MissingAck,
            V::UnexpectedData,
            V::RoomCreated,
            V::MissingData,
            V::NotAnObject,
            V::UnneededAck,
            V::UnknownEvent,
            V::NotAnObject,
            V::UnexpectedData,
            V::SecondJoin,
            V::RepeatedTransport,
            V::UnexpectedData,
        ]
    );
    assert_eq!(gateway.stats().violations, 12);
}

#[tokio::test]
async fn malformed_messages_end_at_most_their_senders_connection() {
    let gateway = gateway();
    let (mut alice, ..) = member(&gateway, "fuzz", "alice").await;
    for frame in [
        "",
        "4",
        "42",
        "42[",
        "42[17]",
        "42{}",
        "42999999999999999999999[\"join-room\",{}]",
        "451-[\"chat-message\",{\"_placeholder\":true,\"num\":0}]",
        "4x",
        "9",
        "42[\"join-room\",{\"roomId\":{},\"name\":[[]]}]",
        "4290[\"produce\",{\"kind\":7,\"rtpParameters\":{\"codecs\":[{}]}}]",
    ] {
        let mut mallory = Client::connect(&gateway).await;
        mallory.send(frame).await;
        drop(mallory);
        alice.unasked().await;
    }
}

#[tokio::test]
async fn pages_are_as_recorded() {
    let gateway = gateway();
    let (mut client, ..) = member(&gateway, "health-room", "alice").await;
    client.ask("leave-room", None).await;
    client.join("health-room", "alice").await;
    let (status, body) = get(&gateway, "/health").await;
    assert_eq!(status, 200);
    let mut ours: Value = serde_json::from_str(&body).expect("JSON");
    let mut theirs: Value = serde_json::from_str(&text("health.json")).expect("JSON");
    // Nobody has sent audio here.
    ours["audioStreaming"]["streams"].take();
    theirs["audioStreaming"]["streams"].take();
    assert_eq!(shape(&ours), shape(&theirs));
    assert_eq!(ours["rooms"]["rooms"][0]["roomId"], "health-room");
    let (_, metrics) = get(&gateway, "/metrics").await;
    let names = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| {
                line.trim_end_matches(|c: char| c.is_ascii_digit())
                    .to_owned()
            })
            .collect()
    };
    assert_eq!(names(&metrics), names(&text("metrics.txt")));
    for path in ["/", "/nothing", "/env-config.js"] {
        let (status, body) = get(&gateway, path).await;
        assert_eq!(status, 404);
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["error"], "Not Found");
    }
    let (status, page) = get(&gateway, "/room/a%3Cb%3E").await;
    assert_eq!(status, 200);
    assert!(page.contains(&format!("http://{}/room/a%3Cb%3E", gateway.local_addr())));
    assert!(page.contains("JB Calling room"));
}

async fn get(gateway: &Gateway, path: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = gateway.local_addr();
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("TCP");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.expect("a status"), body.to_owned())
}
