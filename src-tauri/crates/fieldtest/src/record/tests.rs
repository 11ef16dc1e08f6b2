//! A call as it is seen second by second, and what is kept of it.

use std::collections::BTreeMap;

use call::ReceivedStats;
use call::view::{
    ConnectionView, LossCause, MediaPathView, MicrophoneView, ParticipantView, RemoteAudioView,
    SelfView,
};

use super::*;
use crate::report::Language;

const BEGAN: u64 = 1_795_207_112_000;
const ROOM: &str = "ward-12-bed-3";

fn participant(id: &str, name: &str) -> ParticipantView {
    ParticipantView {
        id: id.into(),
        name: name.into(),
        audio: RemoteAudioView::Live,
        speaking: false,
        joined_at_ms: BEGAN,
    }
}

fn view(others: &[(&str, &str)]) -> CallView {
    CallView {
        room: ROOM.into(),
        share_link: format!("https://site.example/room/{ROOM}"),
        gateway_host: "gateway.example:8443".into(),
        connection: ConnectionView::Connected,
        me: SelfView {
            name: "Linh Đỗ".into(),
            microphone: MicrophoneView::Live {
                device: "Linh's headset".into(),
                delivered: true,
            },
            speaker: Some("Speaker".into()),
            speaking: false,
        },
        participants: others
            .iter()
            .map(|(id, name)| participant(id, name))
            .collect(),
        chat: Vec::new(),
        unread_chat: 0,
        notices: Vec::new(),
        path: Some(MediaPathView {
            protocol: "udp".into(),
            route: "direct".into(),
            ip_version: 4,
        }),
    }
}

fn lost(cause: LossCause, others: &[(&str, &str)]) -> CallView {
    CallView {
        connection: ConnectionView::Reconnecting {
            cause,
            attempt: 1,
            retry_in_ms: 0,
            lost_for_ms: 0,
        },
        ..view(others)
    }
}

/// Totals of somebody after so many packets, of which so many were lost and so many frames made up.
fn totals(id: &str, packets: u64, lost: i64, concealed: u64) -> CallStats {
    let received = ReceivedStats {
        packets,
        lost,
        concealed_frames: concealed,
        jitter_ms: 3.0,
        buffer_ms: 40.0,
        ..ReceivedStats::default()
    };
    CallStats {
        path: view(&[]).path,
        packets_sent: packets,
        packets_sent_lost: 0,
        round_trip_ms: Some(31.0),
        received: BTreeMap::from([(id.to_owned(), received)]),
        playout_underruns: 0,
    }
}

fn levels() -> LevelsView {
    LevelsView {
        me: -20.0,
        participants: BTreeMap::from([("id-1".to_owned(), -30.0)]),
    }
}

/// What happened so far, in words.
fn words(recorder: &Recorder) -> Vec<String> {
    let log = recorder.history().log.iter();
    log.map(|entry| entry.in_words(Language::En)).collect()
}

#[test]
fn ten_minutes_are_kept_and_no_more() {
    let mut recorder = Recorder::default();
    let now = view(&[("id-1", "An")]);
    for second in 0..700 {
        recorder.sample(
            BEGAN + second * 1_000,
            &totals("id-1", second * 50, 0, 0),
            &levels(),
            &now,
        );
    }
    let samples = &recorder.history().samples;
    assert_eq!(samples.len(), SAMPLES_KEPT);
    assert_eq!(samples[0].at, BEGAN + 100_000);
    assert_eq!(samples[SAMPLES_KEPT - 1].at, BEGAN + 699_000);
}

#[test]
fn after_a_sleep_only_what_is_recent_is_kept() {
    let mut recorder = Recorder::default();
    let now = view(&[]);
    for second in [0, 1, 2, 599, 601, 602] {
        let at = BEGAN + second * 1_000;
        recorder.sample(at, &totals("id-1", 0, 0, 0), &levels(), &now);
    }
    let at: Vec<u64> = recorder.history().samples.iter().map(|s| s.at).collect();
    let seconds: Vec<u64> = at.iter().map(|at| (at - BEGAN) / 1_000).collect();
    assert_eq!(seconds, [599, 601, 602]);
    // The clock is set back: what seems to come from the future is no history.
    recorder.sample(BEGAN, &totals("id-1", 0, 0, 0), &levels(), &now);
    assert_eq!(recorder.history().samples.len(), 1);
}

#[test]
fn a_sample_tells_of_its_second_alone() {
    let mut recorder = Recorder::default();
    let now = view(&[("id-1", "An"), ("id-2", "silent")]);
    let first = recorder.sample(BEGAN, &totals("id-1", 1_000, 400, 300), &levels(), &now);
    assert_eq!(first.rows.len(), 2, "nothing is known of the silent one");
    assert_eq!(first.rows[1].loss_percent, 0.0);
    let at = BEGAN + 1_000;
    let second = recorder.sample(at, &totals("id-1", 1_045, 405, 305), &levels(), &now);
    let (me, other) = (&second.rows[0], &second.rows[1]);
    assert_eq!((me.direction, me.jitter_ms), (Direction::Out, None));
    assert_eq!(other.loss_percent, 10.0);
    assert_eq!(other.concealed_percent, Some(10.0));
    assert_eq!(other.level_db, -30.0);
    assert_eq!(other.path, "udp4, direct");
    // After a rejoin totals begin anew; nonsense of a stranger is no trouble.
    let at = BEGAN + 2_000;
    let third = recorder.sample(at, &totals("id-1", 50, i64::MIN, 0), &levels(), &now);
    assert_eq!(third.rows[1].loss_percent, 0.0);
    let at = BEGAN + 3_000;
    let fourth = recorder.sample(at, &totals("id-1", 0, i64::MAX, u64::MAX), &levels(), &now);
    assert!(fourth.rows[1].loss_percent <= 100.0);
    assert_eq!(fourth.rows[1].concealed_percent, Some(100.0));
}

#[test]
fn a_restart_of_the_gateway_is_told_by_the_others_new_ids() {
    let mut recorder = Recorder::default();
    let before = [("id-1", "An"), ("id-2", "Bình")];
    recorder.view(BEGAN, &view(&before));
    let loss = BEGAN + 9_000;
    recorder.view(loss, &lost(LossCause::Signaling, &before));
    recorder.view(loss + 1_000, &lost(LossCause::Signaling, &[]));
    recorder.view(loss + 3_100, &view(&[("id-8", "Bình"), ("id-9", "An")]));
    assert_eq!(
        words(&recorder),
        [
            "You joined the room",
            "Sound connected: udp4, direct",
            "Connection to the gateway lost",
            "Gateway restarted, back after 3.1 s",
        ]
    );
    let line = recorder.history().log_in_words(Language::En);
    assert!(
        line.ends_with("2026-11-20T20:38:44Z  Gateway restarted, back after 3.1 s\n"),
        "{line}"
    );
}

#[test]
fn others_who_are_back_later_tell_of_a_restart_later() {
    let mut recorder = Recorder::default();
    recorder.view(BEGAN, &view(&[("id-1", "An")]));
    recorder.view(
        BEGAN + 1_000,
        &lost(LossCause::Signaling, &[("id-1", "An")]),
    );
    recorder.view(BEGAN + 3_000, &view(&[]));
    recorder.view(BEGAN + 4_000, &view(&[("id-7", "An")]));
    recorder.view(BEGAN + 5_000, &view(&[("id-8", "An")]));
    assert_eq!(
        words(&recorder)[2..],
        [
            "Connection to the gateway lost",
            "Connection to the gateway back after 2.0 s",
            "An left",
            "An joined",
            "Gateway restarted, back after 2.0 s",
            "An joined",
            "An left",
        ]
        .map(str::to_owned)
    );
}

#[test]
fn a_lost_connection_is_no_restart() {
    let before = [("id-1", "An"), ("id-2", "Bình")];
    let mut recorder = Recorder::default();
    recorder.view(BEGAN, &view(&before));
    recorder.view(BEGAN + 1_000, &lost(LossCause::Signaling, &before));
    // Bình left meanwhile, somebody came, An is still there.
    recorder.view(BEGAN + 3_000, &view(&[("id-1", "An"), ("id-3", "Chi")]));
    recorder.view(BEGAN + 4_000, &view(&[("id-1", "An"), ("id-5", "Bình")]));
    let told = words(&recorder);
    assert!(told.contains(&"Connection to the gateway back after 2.0 s".to_owned()));
    assert!(told.contains(&"Chi joined".to_owned()));
    assert!(told.contains(&"Bình left".to_owned()));
    assert!(
        !told.iter().any(|line| line.contains("restarted")),
        "{told:?}"
    );
}

#[test]
fn what_a_gateway_has_forgotten_is_a_restart_and_media_is_media() {
    let mut recorder = Recorder::default();
    recorder.view(BEGAN, &view(&[]));
    recorder.view(BEGAN + 1_000, &lost(LossCause::Session, &[]));
    recorder.view(BEGAN + 1_500, &view(&[]));
    recorder.view(BEGAN + 2_000, &lost(LossCause::Media, &[]));
    recorder.view(BEGAN + 3_800, &view(&[]));
    let told = words(&recorder);
    assert_eq!(told[3], "Gateway restarted, back after 0.5 s");
    assert_eq!(
        told[4..],
        ["Sound stopped arriving", "Sound back after 1.8 s"].map(str::to_owned)
    );
}

#[test]
fn people_devices_and_losses_are_told() {
    let mut recorder = Recorder::default();
    let now = view(&[("id-1", "An")]);
    recorder.view(BEGAN, &now);
    let mut changed = now.clone();
    changed.me.microphone = MicrophoneView::Muted {
        device: "Linh's headset".into(),
    };
    changed.me.speaker = Some("Other speaker".into());
    changed.participants.push(participant("id-2", "Bình"));
    recorder.view(BEGAN + 1_000, &changed);
    changed.me.speaker = None;
    changed.me.microphone = now.me.microphone.clone();
    changed.participants.remove(0);
    recorder.view(BEGAN + 2_000, &changed);
    let mut at = BEGAN + 3_000;
    for (packets, lost) in [(100, 0), (140, 10), (150, 11), (200, 11)] {
        recorder.sample(at, &totals("id-2", packets, lost, 0), &levels(), &changed);
        at += 1_000;
    }
    assert_eq!(
        words(&recorder)[2..],
        [
            "Bình joined",
            "You muted your microphone",
            "Speaker changed: Other speaker",
            "An left",
            "You unmuted your microphone",
            "Speaker lost",
            "20 % of the sound of Bình is lost",
            "The sound of Bình is whole again",
        ]
        .map(str::to_owned)
    );
}

#[test]
fn opening_devices_and_first_sounds_are_no_events() {
    let mut recorder = Recorder::default();
    let mut now = view(&[("id-1", "An")]);
    now.connection = ConnectionView::ConnectingMedia;
    now.participants[0].audio = RemoteAudioView::Connecting;
    now.me.microphone = MicrophoneView::Live {
        device: "default".into(),
        delivered: false,
    };
    now.me.speaker = None;
    recorder.view(BEGAN, &now);
    let mut now = view(&[("id-1", "An"), ("id-2", "Chi")]);
    now.connection = ConnectionView::ConnectingMedia;
    recorder.view(BEGAN + 1, &now);
    assert!(words(&recorder).is_empty(), "{:?}", words(&recorder));
    now.connection = ConnectionView::Connected;
    recorder.view(BEGAN + 2, &now);
    for audio in [RemoteAudioView::Connecting, RemoteAudioView::Live] {
        now.participants[0].audio = audio;
        recorder.view(BEGAN + 3, &now);
    }
    assert_eq!(
        words(&recorder)[2..],
        ["Nothing arrives from An", "Sound from An arrives again"].map(str::to_owned)
    );
}

#[test]
fn the_log_is_bounded_and_told_once() {
    let mut recorder = Recorder::default();
    let (empty, one) = (view(&[]), view(&[("id-1", "An")]));
    for n in 0..400 {
        recorder.view(BEGAN + n, if n % 2 == 0 { &empty } else { &one });
    }
    recorder.view(BEGAN + 400, &one);
    let known = recorder.logged();
    assert!(recorder.log_after(known).is_empty());
    for n in 0..400 {
        recorder.view(BEGAN + n, if n % 2 == 0 { &empty } else { &one });
    }
    assert_eq!(recorder.history().log.len(), ENTRIES_KEPT);
    assert_eq!(recorder.log_after(known).len(), recorder.logged() - known);
    assert_eq!(recorder.log_after(0).len(), ENTRIES_KEPT);
}

#[test]
fn exports_number_people_and_devices() {
    let mut recorder = Recorder::default();
    let now = view(&[("id-1", "An")]);
    recorder.view(BEGAN, &view(&[]));
    recorder.view(BEGAN + 1, &now);
    let mut changed = now.clone();
    changed.me.speaker = Some("An's speaker".into());
    recorder.view(BEGAN + 2, &changed);
    recorder.sample(BEGAN + 3, &totals("id-1", 5, 0, 0), &levels(), &changed);
    let mut redactor = recorder.redactor();
    let history = recorder.history().redacted(&mut redactor);
    let text = serde_json::to_string(&history).expect("JSON");
    for secret in ["An", "Linh", "id-1\"", ROOM, "An's speaker"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let (row, sample) = (&history.samples[0].rows[1], &recorder.history().samples[0]);
    assert_eq!(row.level_db, sample.rows[1].level_db);
    let joined = history.log.iter().find(|e| e.code == "participant.joined");
    assert_eq!(joined.expect("An joined").values["name"], row.name);
    assert_eq!(
        history.log.back().expect("a log").values["device"],
        "device-1"
    );
    // The gateway stays readable, also for whoever writes of it.
    let told = redactor.text("gateway.example was slow, An in ward-12-bed-3 heard nothing");
    assert!(
        told.starts_with("gateway.example was slow, person-"),
        "{told}"
    );
    assert!(!told.contains("ward"), "{told}");
}
