//! Packets through the gateway, between clients on an implementation of WebRTC each.

mod client;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use client::peer::{
    Peer, SSRC, number_of, payload_of, producer_parameters, time_of, video_parameters,
};
use client::{Client, eventually, gateway};
use gateway::Gateway;
use serde_json::{Value, json};

/// Somebody who only sends.
struct Speaker {
    client: Client,
    peer: Peer,
    producer: Value,
}

impl Speaker {
    async fn join(gateway: &Gateway, room: &str) -> Self {
        let mut client = Client::connect(gateway).await;
        client.join(room, "speaker").await;
        let mut peer = connect(&mut client, true).await;
        let produce = json!({
            "transportId": "", "kind": "audio", "rtpParameters": producer_parameters(),
        });
        let answer = client.ask("produce", Some(produce)).await;
        let producer = answer[0]["producerId"].clone();
        assert!(producer.is_string(), "{answer:?}");
        peer.connected().await;
        Self {
            client,
            peer,
            producer,
        }
    }

    async fn show(&mut self) {
        let produce = json!({
            "transportId": "", "kind": "video", "rtpParameters": video_parameters(),
        });
        let answer = self.client.ask("produce", Some(produce)).await;
        assert!(answer[0]["producerId"].is_string(), "{answer:?}");
    }

    async fn set_paused(&mut self, paused: bool) {
        let event = if paused {
            "pause-producer"
        } else {
            "resume-producer"
        };
        let data = json!({ "producerId": self.producer });
        assert!(self.client.ask(event, Some(data)).await.is_empty());
    }
}

/// Somebody who only hears.
struct Listener {
    client: Client,
    peer: Peer,
    consumer: Value,
}

impl Listener {
    async fn join(gateway: &Gateway, room: &str) -> Self {
        Self::consuming(gateway, room, 0).await
    }

    /// Consumes the producer at that place in the first participant's list.
    async fn consuming(gateway: &Gateway, room: &str, place: usize) -> Self {
        let mut client = Client::connect(gateway).await;
        let joined = client.join(room, "listener").await;
        let mut peer = connect(&mut client, false).await;
        let consume = json!({
            "producerId": joined["participants"][0]["producers"][place]["id"],
            "rtpCapabilities": joined["rtpCapabilities"],
        });
        let consumer = client.ask("consume", Some(consume)).await.remove(0);
        peer.expect(&consumer);
        peer.connected().await;
        Self {
            client,
            peer,
            consumer,
        }
    }

    async fn set_paused(&mut self, paused: bool) {
        let event = if paused {
            "pause-consumer"
        } else {
            "resume-consumer"
        };
        let data = json!({ "consumerId": self.consumer["id"] });
        assert!(self.client.ask(event, Some(data)).await.is_empty());
    }
}

async fn connect(client: &mut Client, sends: bool) -> Peer {
    let create = json!({ "producing": sends, "consuming": !sends });
    let answer = client.ask("create-webrtc-transport", Some(create)).await;
    let transport = &answer[0];
    let peer = Peer::start(transport, sends).await;
    let connect = json!({
        "transportId": transport["id"], "dtlsParameters": peer.dtls_parameters,
    });
    let answer = client.ask("connect-webrtc-transport", Some(connect)).await;
    assert_eq!(answer, [json!({})]);
    peer
}

/// How many packets the gateway has got from producers.
async fn until_received(gateway: &Gateway, count: u64) {
    eventually("the packets arrive", || {
        gateway.stats().packets_received >= count
    })
    .await;
}

#[tokio::test]
async fn packets_come_through_in_the_routers_numbers() {
    let gateway = gateway();
    let mut speaker = Speaker::join(&gateway, "room").await;
    let mut listener = Listener::join(&gateway, "room").await;

    // Consumers start paused.
    for number in 100..110 {
        speaker.peer.send(number, -30);
    }
    until_received(&gateway, 10).await;
    listener.set_paused(false).await;
    for number in 110..160 {
        speaker.peer.send(number, -30);
    }
    let first = listener.peer.packet().await;
    let ssrc = &listener.consumer["rtpParameters"]["encodings"][0]["ssrc"];
    assert_eq!(json!(*first.header.ssrc), *ssrc);
    assert_ne!(*first.header.ssrc, SSRC);
    assert_eq!(*first.header.payload_type, 100);
    assert_eq!(first.header.ext_vals.audio_level, Some(-30));
    assert_eq!(first.header.ext_vals.voice_activity, Some(true));
    assert_eq!(number_of(&first), 110);
    for number in 111..160 {
        let packet = listener.peer.packet().await;
        assert_eq!(number_of(&packet), number);
        assert_eq!(packet.payload.to_vec(), payload_of(number));
        assert_eq!(packet.header.timestamp, time_of(number));
        assert_eq!(*packet.seq_no, *first.seq_no + number - 110);
    }

    // A pause leaves no gap in the numbers, and one in the times.
    for (pause_listener, from) in [(true, 160), (false, 200)] {
        let received = gateway.stats().packets_received;
        if pause_listener {
            listener.set_paused(true).await;
        } else {
            speaker.set_paused(true).await;
        }
        for number in from..from + 10 {
            speaker.peer.send(number, -30);
        }
        until_received(&gateway, received + 10).await;
        if pause_listener {
            listener.set_paused(false).await;
        } else {
            speaker.set_paused(false).await;
        }
        assert!(listener.peer.packet_now().is_none());
        speaker.peer.send(from + 10, -127);
        let packet = listener.peer.packet().await;
        assert_eq!(number_of(&packet), from + 10);
        assert_eq!(packet.header.timestamp, time_of(from + 10));
        let offset = if pause_listener { 50 } else { 51 };
        assert_eq!(*packet.seq_no, *first.seq_no + offset);
        assert_eq!(packet.header.ext_vals.audio_level, Some(-127));
    }

    let data = json!({ "producerId": speaker.producer });
    speaker.client.ask("close-producer", Some(data)).await;
    listener.client.event("producer-closed").await;
    let received = gateway.stats().packets_received;
    speaker.peer.send(300, -30);
    speaker.client.unasked().await;
    assert!(listener.peer.packet_now().is_none());
    assert_eq!(gateway.stats().packets_received, received);
}

#[tokio::test]
async fn everybody_hears_everybody_but_himself() {
    let gateway = gateway();
    let speaker = Speaker::join(&gateway, "three").await;
    let mut listeners = Vec::new();
    for _ in 0..3 {
        let mut listener = Listener::join(&gateway, "three").await;
        listener.set_paused(false).await;
        listeners.push(listener);
    }
    for number in 0..20 {
        speaker.peer.send(number, -30);
    }
    for listener in &mut listeners {
        for number in 0..20 {
            assert_eq!(number_of(&listener.peer.packet().await), number);
        }
    }
    assert_eq!(gateway.stats().packets_forwarded, 60);

    // One leaves: the others go on.
    let mut gone = listeners.remove(0);
    gone.client.ask("leave-room", None).await;
    speaker.peer.send(20, -30);
    for listener in &mut listeners {
        listener.client.event("participant-left").await;
        assert_eq!(number_of(&listener.peer.packet().await), 20);
    }
    assert!(gone.peer.packet_now().is_none());
    assert_eq!(gateway.stats().transports, 3);
}

#[tokio::test]
async fn lost_packets_of_pictures_are_repeated_and_key_frames_asked_for() {
    let gateway = gateway();
    let mut speaker = Speaker::join(&gateway, "pictures").await;
    speaker.show().await;
    let mut viewer = Listener::consuming(&gateway, "pictures", 1).await;
    viewer.set_paused(false).await;
    speaker.peer.keyframes_requested(1).await;
    viewer.peer.request_keyframe(&viewer.consumer);
    speaker.peer.keyframes_requested(2).await;

    for number in 0..10 {
        speaker.peer.send_video(number);
    }
    for number in 0..10 {
        assert_eq!(number_of(&viewer.peer.packet().await), number);
    }
    // Once on the way to the gateway, once on the way from it.
    let mut next = 10;
    for at_speaker in [true, false] {
        let loser = if at_speaker {
            &speaker.peer
        } else {
            &viewer.peer
        };
        loser.lose_next();
        let mut missing: BTreeSet<u64> = (next..next + 10).collect();
        // What comes after a lost packet tells that it is missing.
        let mut clock = tokio::time::interval(Duration::from_millis(5));
        while !missing.is_empty() {
            tokio::select! {
                _ = clock.tick() => {
                    speaker.peer.send_video(next);
                    next += 1;
                }
                packet = viewer.peer.packet() => {
                    missing.remove(&number_of(&packet));
                }
            }
        }
    }
}

#[tokio::test]
async fn health_shows_who_is_heard() {
    let gateway = gateway();
    let speaker = Speaker::join(&gateway, "proof").await;
    speaker.peer.send(1, -30);
    until_received(&gateway, 1).await;
    let address = gateway.local_addr();
    let page = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(address).expect("TCP");
        let request = "GET /stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    });
    let page = page.await.expect("a page");
    let (_, body) = page.split_once("\r\n\r\n").expect("a body");
    let stats: Value = serde_json::from_str(body).expect("JSON");
    let stream = &stats["audioStreaming"]["streams"][0];
    assert_eq!(stream["producerId"], speaker.producer);
    assert!(stream["timeSinceLastProcess"].is_u64());
}

#[tokio::test]
async fn a_restart_ends_everything_and_the_gateway_comes_back() {
    let gateway = gateway();
    let mut speaker = Speaker::join(&gateway, "again").await;
    let address = gateway.local_addr();
    gateway.restart(Duration::from_millis(300));
    speaker.client.ended().await;
    eventually("the port is closed", || {
        !gateway.stats().listening || gateway.stats().restarts == 1
    })
    .await;
    eventually("it is back", || gateway.stats().listening).await;
    assert_eq!(gateway.local_addr(), address);
    assert_eq!(gateway.stats().rooms, 0);

    let speaker = Speaker::join(&gateway, "again").await;
    let mut listener = Listener::join(&gateway, "again").await;
    listener.set_paused(false).await;
    speaker.peer.send(7, -30);
    assert_eq!(number_of(&listener.peer.packet().await), 7);
}

#[tokio::test]
async fn nonsense_on_the_media_port_is_ignored() {
    let gateway = gateway();
    let speaker = Speaker::join(&gateway, "noise").await;
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a socket");
    for first in 0..=255 {
        for length in [1, 12, 20, 200, 1_400] {
            let mut datagram = vec![0x5A; length];
            datagram[0] = first;
            let sent = socket.send_to(&datagram, gateway.local_addr()).await;
            sent.expect("sent");
        }
        tokio::task::yield_now().await;
    }
    // One packet may be lost in the crowd.
    let mut number = 0;
    eventually("packets arrive", || {
        speaker.peer.send(number, -30);
        number += 1;
        gateway.stats().packets_received > 0
    })
    .await;
}

#[tokio::test]
async fn a_room_of_eight_is_quiet_work() {
    let gateway = gateway();
    let speaker = Speaker::join(&gateway, "eight").await;
    let mut listeners = Vec::new();
    for _ in 0..7 {
        let mut listener = Listener::join(&gateway, "eight").await;
        listener.set_paused(false).await;
        listeners.push(listener);
    }
    let start = Instant::now();
    for number in 0..50 {
        speaker.peer.send(number, -30);
    }
    for listener in &mut listeners {
        for number in 0..50 {
            assert_eq!(number_of(&listener.peer.packet().await), number);
        }
    }
    println!("350 packets forwarded in {:?}", start.elapsed());
}
