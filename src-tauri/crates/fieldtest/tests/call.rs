//! The probes from the room to the sound, on the embedded gateway.

use std::time::Duration;

use fieldtest::diagnosis::{RungResult, judge};
use fieldtest::facts::{Facts, ServerLoad};
use fieldtest::probes::Departures;
use fieldtest::probes::call::{Subject, examine};
use fieldtest::{Rung, Verdict};
use gateway::{Gateway, GatewayOptions, Misbehaviour};

const PATIENCE: Duration = Duration::from_secs(60);

fn gateway(misbehaviour: &str) -> Gateway {
    let options = GatewayOptions {
        misbehaviour: misbehaviour
            .parse::<Misbehaviour>()
            .expect("a misbehaviour"),
        ..GatewayOptions::default()
    };
    gateway::start(options).expect("a gateway")
}

fn subject(gateway: &Gateway) -> Subject {
    Subject::new(gateway.url().parse().expect("an address"))
}

async fn facts(subject: &Subject) -> Facts {
    let departures = Departures::default();
    let examined = examine(subject, &departures, |_, _| {});
    let facts = tokio::time::timeout(PATIENCE, examined).await;
    departures.finished().await;
    facts.expect("in time")
}

/// Nobody stays behind: the gateway notices a closed socket a moment later.
async fn assert_left(gateway: &Gateway) {
    for _ in 0..200 {
        if gateway.stats().participants == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(gateway.stats().participants, 0);
    assert_eq!(gateway.violations(), []);
}

fn culprit(facts: &Facts) -> Option<RungResult> {
    let results = Rung::ALL.map(|rung| judge(rung, facts));
    let failed: Vec<_> = results
        .into_iter()
        .filter(|result| result.verdict == Verdict::Failed)
        .collect();
    assert!(failed.len() < 2, "one fault, one rung: {failed:#?}");
    failed.into_iter().next()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_gateway_is_well_on_every_rung() {
    let gateway = gateway("none");
    let facts = facts(&subject(&gateway)).await;
    for rung in [
        Rung::Room,
        Rung::Capacity,
        Rung::Ice,
        Rung::Dtls,
        Rung::Media,
    ] {
        let result = judge(rung, &facts);
        assert_eq!(result.verdict, Verdict::Ok, "{result:#?}");
    }
    let media = facts.media.as_ref().expect("sound was exchanged");
    assert_eq!(media.received.len(), 2);
    for one in &media.received {
        assert_eq!((one.right, one.wrong, one.missing), (5, 0, 0), "{media:#?}");
    }
    assert_left(&gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_gateway_does_wrong_is_blamed_on_its_rung() {
    for (misbehaviour, rung, cause) in [
        ("refuse-join", Rung::Room, "room-refused"),
        ("drop-acks:join-room", Rung::Room, "room-silent"),
        ("nonsense-acks:join-room", Rung::Room, "room-unreadable"),
        (
            "drop-acks:create-webrtc-transport",
            Rung::Capacity,
            "transport-silent",
        ),
        ("drop-acks:produce", Rung::Media, "produce-silent"),
        ("fail-audio-tap", Rung::Capacity, "server-full-for-sound"),
    ] {
        let gateway = gateway(misbehaviour);
        let facts = facts(&subject(&gateway)).await;
        let blamed = culprit(&facts).unwrap_or_else(|| panic!("{misbehaviour}: {facts:#?}"));
        assert_eq!(
            (blamed.rung, blamed.findings[0].cause.as_str()),
            (rung, cause),
            "{misbehaviour}"
        );
        assert_left(&gateway).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_on_the_server_keep_their_ports_unless_forced() {
    let gateway = gateway("none");
    let mut subject = subject(&gateway);
    subject.load = Some(ServerLoad {
        participants: 3,
        ..ServerLoad::default()
    });
    let facts = facts(&subject).await;
    let capacity = judge(Rung::Capacity, &facts);
    assert_eq!(capacity.findings[0].cause, "busy-server");
    for rung in [Rung::Ice, Rung::Dtls, Rung::Media] {
        let result = judge(rung, &facts);
        assert_eq!(
            (result.verdict, result.blocked_by),
            (Verdict::Skipped, Some(Rung::Capacity))
        );
    }
    assert_left(&gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_run_leaves_nobody_behind() {
    for milliseconds in [5, 60, 600, 3_000] {
        let gateway = gateway("delay-acks:30ms");
        let departures = Departures::default();
        let subject = subject(&gateway);
        let examined = examine(&subject, &departures, |_, _| {});
        let _ = tokio::time::timeout(Duration::from_millis(milliseconds), examined).await;
        departures.finished().await;
        assert_left(&gateway).await;
    }
}
