//! Participants on the embedded gateway.

use std::time::Duration;

use fieldtest::participant::{
    Listen, Pacer, Participant, ParticipantOptions, Stage, Timeline, Voice,
};
use gateway::{Gateway, GatewayOptions};
use signaling::{RoomId, RoomLink};

/// Long enough for the slowest machine; nobody waits for it unless something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

fn open() -> Gateway {
    gateway::start(GatewayOptions::default()).expect("a gateway on loopback")
}

fn room(gateway: &Gateway, room: &str) -> RoomLink {
    let room = RoomId::new(room).expect("not empty");
    RoomLink::parse(&gateway.room_link(&room)).expect("a link")
}

fn options(link: &RoomLink, name: &str) -> ParticipantOptions {
    let mut options = ParticipantOptions::new(link.clone(), name);
    options.voice = Some(Voice::speech().expect("Opus works"));
    options
}

fn heard(timeline: &Timeline) -> bool {
    timeline.passed(Stage::FirstAudible)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hear_each_other_and_leave_nobody_behind() {
    let gateway = open();
    let link = room(&gateway, "three");
    let pacer = Pacer::start();
    let names = ["one", "two", "three"];
    let mut people: Vec<Participant> = names
        .iter()
        .map(|name| Participant::start(options(&link, name), &pacer))
        .collect();
    for participant in &mut people {
        let timeline = participant.settled(PATIENCE).await;
        assert!(
            timeline.is_ready(),
            "{timeline:?} {:?}",
            participant.error()
        );
        let timeline = participant.reached(PATIENCE, heard).await;
        assert!(heard(&timeline), "{timeline:?}");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    for participant in people {
        let stats = participant.engine_stats().await;
        assert!(stats.send.is_some_and(|stats| stats.packets_sent > 0));
        let report = participant.leave().await;
        assert!(report.timeline.over);
        assert!(report.sent > 25, "{}", report.sent);
        assert!(report.received.len() <= 2, "{report:?}");
        for received in report.received.iter().filter(|received| received.live) {
            assert!(received.audible && received.packets > 10, "{received:?}");
            assert!(
                received.delays.total() > 10,
                "its sender is in this process"
            );
        }
    }
    assert_eq!(gateway.stats().participants, 0, "nobody is left behind");
    assert_eq!(gateway.violations(), [], "the gateway was well treated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_alone_hears_the_own_voice_packet_by_packet() {
    let gateway = open();
    let pacer = Pacer::start();
    let (tap, mut packets) = tokio::sync::mpsc::channel(64);
    let mut options = options(&room(&gateway, "alone"), "alone");
    options.listen = Listen {
        others: false,
        own: true,
    };
    options.tap = Some(tap);
    let participant = Participant::start(options, &pacer);
    let packet = tokio::time::timeout(PATIENCE, packets.recv()).await;
    let heard = packet.expect("in time").expect("a packet");
    assert!(heard.own && !heard.packet.payload.is_empty());
    assert!(heard.delay.is_some_and(|delay| delay < PATIENCE));
    participant.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_join_is_blamed_on_the_join() {
    let gateway = gateway::start(GatewayOptions {
        misbehaviour: "refuse-join".parse().expect("a known misbehaviour"),
        ..GatewayOptions::default()
    })
    .expect("a gateway on loopback");
    let link = room(&gateway, "refused");
    let mut participant = Participant::start(options(&link, "one"), &Pacer::start());
    let timeline = participant.settled(PATIENCE).await;
    let failure = timeline.failure().map(|(stage, _)| stage);
    assert_eq!(failure, Some(Stage::Join), "{timeline:?}");
    assert_eq!(
        participant.error().map(|error| error.stage),
        Some(Stage::Join)
    );
    let report = participant.leave().await;
    assert!(report.timeline.over);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_not_there_is_blamed_on_the_connection() {
    let link = RoomLink::parse("http://127.0.0.1:9/room/x").expect("a link");
    let mut participant = Participant::start(options(&link, "one"), &Pacer::start());
    let timeline = participant.settled(PATIENCE).await;
    let code = Some((Stage::Connect, "gateway.unreachable"));
    assert_eq!(timeline.failure(), code);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_is_dropped_leaves_all_the_same() {
    let gateway = open();
    let link = room(&gateway, "dropped");
    let mut participant = Participant::start(options(&link, "one"), &Pacer::start());
    participant.settled(PATIENCE).await;
    assert_eq!(gateway.stats().participants, 1);
    drop(participant);
    let empty = async {
        while gateway.stats().participants > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let left = tokio::time::timeout(PATIENCE, empty).await;
    left.expect("the room is empty in the end");
}
