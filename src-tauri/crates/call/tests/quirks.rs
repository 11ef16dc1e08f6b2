//! The gateway's quirks (its protocol page numbers them), each as something that happens to a
//! session.

mod support;

use call::Command;
use call::session::{Answer, Ask, LinkState, MediaAction, MediaInput, Output};
use call::view::{ConnectionView, EndReason, MicrophoneView, RemoteAudioView};
use ortc::MediaKind;
use signaling::wire::{Direction, ErrorEvent, Name, RequestName, ServerEvent};
use support::*;

fn audio_of(world: &World, name: &str) -> RemoteAudioView {
    world
        .view()
        .participants
        .iter()
        .find(|participant| participant.name == name)
        .map_or(RemoteAudioView::None, |participant| participant.audio)
}

#[test]
fn q2_the_room_that_is_shown_is_the_one_that_was_typed() {
    let world = World::in_call(vec![]);
    assert_eq!(world.view().room, "the room");
}

#[test]
fn q7_whoever_leaves_takes_their_producers_along() {
    let mut world = World::in_call(vec![talker("Bob")]);
    world.event(went("Bob"));
    assert!(world.view().participants.is_empty());
    let stopped = |output: &Output| {
        matches!(
            output,
            Output::Media {
                action: MediaAction::StopReceiving(_),
                ..
            }
        )
    };
    assert!(world.log.iter().any(stopped));
}

#[test]
fn q7_a_closed_producer_is_found_without_its_owner() {
    let mut world = World::in_call(vec![talker("Bob"), talker("Carol")]);
    world.event(closes("Bob-audio"));
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::None);
    assert_eq!(audio_of(&world, "Carol"), RemoteAudioView::Live);
}

#[test]
fn q8_a_producer_that_is_listed_and_announced_is_consumed_once() {
    let mut world = World::in_call(vec![talker("Bob")]);
    world.event(came("Bob"));
    world.event(sends("Bob", "Bob-audio", MediaKind::Audio));
    assert_eq!(world.asked(is_consume), 1);
    assert_eq!(world.view().participants.len(), 1);
}

#[test]
fn q9_a_producer_before_the_receive_transport_waits_for_it() {
    let mut world = World::anna();
    world.enter();
    world.connected();
    world.accept_join(vec![silent("Bob")]);
    world.event(sends("Bob", "b", MediaKind::Audio));
    assert_eq!(world.asked(is_consume), 0);
    world.accept(
        |ask| *ask == Ask::CreateTransport(Direction::Receive),
        transport(),
    );
    assert_eq!(world.asked(is_consume), 1);
}

#[test]
fn q9_a_producer_of_somebody_who_left_is_ignored() {
    let mut world = World::in_call(vec![silent("Bob")]);
    world.event(went("Bob"));
    world.event(sends("Bob", "late", MediaKind::Audio));
    assert_eq!(world.asked(is_consume), 0);
}

#[test]
fn events_that_overtake_the_join_answer_are_kept() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    world.event(came("Carol"));
    world.event(sends("Carol", "c", MediaKind::Audio));
    world.event(went("Bob"));
    world.accept_join(vec![talker("Bob")]);
    let names: Vec<_> = world
        .view()
        .participants
        .into_iter()
        .map(|p| p.name)
        .collect();
    assert_eq!(names, ["Carol"]);
    world.connect_media();
    assert_eq!(world.asked(is_consume), 1);
}

#[test]
fn q10_a_produce_that_takes_15_seconds_holds_nothing_back() {
    let mut world = World::anna();
    world.enter();
    world.connected();
    world.microphone_opens();
    world.accept_join(vec![talker("Bob")]);
    world.connect_media();
    assert_eq!(world.connection(), ConnectionView::Connected);
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::Live);
    world.seconds(5.0);
    assert!(world.notices().contains(&"microphone.slow".to_owned()));
    world.seconds(10.0);
    assert!(matches!(
        world.view().me.microphone,
        MicrophoneView::Live {
            delivered: false,
            ..
        }
    ));
    world.accept(is_produce, produced("mine"));
    assert!(matches!(
        world.view().me.microphone,
        MicrophoneView::Live {
            delivered: true,
            ..
        }
    ));
}

#[test]
fn q10_a_failed_tap_leads_to_one_leave_and_join_then_to_a_call_without_microphone() {
    let mut world = World::anna();
    world.enter();
    world.connected();
    world.microphone_opens();
    for round in 1..=2 {
        world.accept_join(vec![]);
        world.connect_media();
        let tap = refusal(
            RequestName::Produce,
            "ERR_CREATE_PRODUCER",
            "no more available ports [protocol:udp] [method:router.createPlainTransport]",
        );
        world.answer(is_produce, Err(tap));
        if round == 1 {
            world.accept(is_leave, Answer::Done);
        }
    }
    assert_eq!(world.count(is_leave), 0, "only once");
    assert_eq!(world.connection(), ConnectionView::Connected);
    let MicrophoneView::Unavailable { error: Some(error) } = world.view().me.microphone else {
        panic!("{:?}", world.view().me.microphone);
    };
    assert_eq!(error.code, "gateway.full-for-audio");
}

#[test]
fn q11_a_silent_resume_is_repeated_then_consumed_anew() {
    let mut world = World::in_call(vec![]);
    world.event(came("Bob"));
    world.event(sends("Bob", "b", MediaKind::Audio));
    let first = world.consume_one().expect("a consume");
    let resumed = |ask: &Ask| matches!(ask, Ask::ResumeConsumer(_));
    assert_eq!(world.asked(resumed), 1);
    world.seconds(2.1);
    assert_eq!(world.asked(resumed), 2, "once more after 2 s");
    world.seconds(2.1);
    assert_eq!(world.asked(is_consume), 2, "then anew");
    assert_eq!(
        world.count(|ask| *ask == Ask::PauseConsumer(first.clone())),
        1
    );
    let second = world.consume_one().expect("a second consume");
    world.media(MediaInput::Flowing { consumer: first });
    assert_ne!(
        audio_of(&world, "Bob"),
        RemoteAudioView::Live,
        "the old consumer is retired"
    );
    world.media(MediaInput::Flowing { consumer: second });
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::Live);
    world.seconds(30.0);
    assert_eq!(world.asked(is_consume), 2);
}

#[test]
fn q11_the_time_limit_of_the_first_packet_begins_when_packets_can_arrive() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    world.accept_join(vec![talker("Bob")]);
    world.accept(
        |ask| *ask == Ask::CreateTransport(Direction::Receive),
        transport(),
    );
    world.consume_one();
    world.seconds(6.0);
    let resumed = |ask: &Ask| matches!(ask, Ask::ResumeConsumer(_));
    assert_eq!(world.asked(resumed), 1, "ICE and DTLS are still under way");
    world.link(Direction::Receive, LinkState::Connected);
    world.seconds(2.1);
    assert_eq!(world.asked(resumed), 2);
}

#[test]
fn q12_no_packets_are_shown_as_muted_and_packets_as_live() {
    let mut world = World::in_call(vec![silent("Bob")]);
    world.event(sends("Bob", "b", MediaKind::Audio));
    let consumer = world.consume_one().expect("a consume");
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::Connecting);
    world.media(MediaInput::Flowing {
        consumer: consumer.clone(),
    });
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::Live);
    world.media(MediaInput::Stalled {
        consumer: consumer.clone(),
    });
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::Muted);
    world.media(MediaInput::Flowing { consumer });
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::Live);
}

#[test]
fn q13_no_join_before_the_answer_to_the_leave() {
    let mut world = World::in_call(vec![]);
    world.link(Direction::Receive, LinkState::Failed);
    assert_eq!(world.count(is_leave), 1);
    world.seconds(7.0);
    assert_eq!(world.count(is_join), 0);
    world.accept(is_leave, Answer::Done);
    assert_eq!(world.count(is_join), 1);
}

#[test]
fn q13_a_leave_without_answer_costs_the_socket() {
    let mut world = World::in_call(vec![]);
    let socket = world.socket;
    world.link(Direction::Receive, LinkState::Failed);
    world.answer(is_leave, Err(silence(RequestName::LeaveRoom)));
    world.seconds(2.0);
    assert_ne!(world.socket, socket);
    assert_eq!(world.count(is_join), 0, "not before it is connected");
    world.connected();
    assert_eq!(world.count(is_join), 1);
}

#[test]
fn q14_a_join_without_answer_is_repeated_on_a_new_socket() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    let socket = world.socket;
    world.answer(is_join, Err(silence(RequestName::JoinRoom)));
    world.seconds(2.0);
    assert_ne!(world.socket, socket);
    world.connected();
    assert_eq!(world.count(is_join), 1);
}

#[test]
fn q15_each_transport_is_created_once() {
    let world = World::in_call(vec![talker("Bob")]);
    for direction in [Direction::Send, Direction::Receive] {
        assert_eq!(
            world.asked(|ask| *ask == Ask::CreateTransport(direction)),
            1
        );
    }
}

#[test]
fn a_listener_creates_no_send_transport() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    world.accept_join(vec![talker("Bob")]);
    world.connect_media();
    assert_eq!(world.connection(), ConnectionView::Connected);
    assert_eq!(
        world.asked(|ask| *ask == Ask::CreateTransport(Direction::Send)),
        0
    );
    assert_eq!(world.asked(is_produce), 0);
}

#[test]
fn q17_a_transport_that_was_connected_already_is_not_repaired_but_left() {
    let mut world = World::anna();
    world.enter();
    world.connected();
    world.accept_join(vec![]);
    world.accept(
        |ask| *ask == Ask::CreateTransport(Direction::Receive),
        transport(),
    );
    let twice = refusal(
        RequestName::ConnectTransport,
        "",
        "connect() already called [method:webRtcTransport.connect]",
    );
    world.answer(
        |ask| matches!(ask, Ask::ConnectTransport { .. }),
        Err(twice),
    );
    world.accept(is_leave, Answer::Done);
    assert_eq!(world.count(is_join), 1);
}

#[test]
fn q20_a_web_participant_is_a_guest_and_keeps_the_number() {
    let mut web = talker("x");
    web.name = Name::new("Lq3bX0fVdZtFv8YAAAAB");
    let mut world = World::in_call(vec![web.clone()]);
    assert_eq!(world.view().participants[0].name, "Guest 1");
    // After a rejoin the same web participant is the same guest.
    world.socket_lost();
    world.seconds(1.0);
    world.connected();
    let mut another = talker("y");
    another.name = Name::default();
    world.accept(is_join, joined("me again", vec![another, web]));
    let names: Vec<_> = world
        .view()
        .participants
        .into_iter()
        .map(|p| p.name)
        .collect();
    assert_eq!(names, ["Guest 2", "Guest 1"]);
}

#[test]
fn q30_the_race_of_first_joiners_is_run_again_after_half_a_second() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    let race = refusal(
        RequestName::JoinRoom,
        "ERR_JOIN_ROOM",
        "Room x already exists",
    );
    world.answer(is_join, Err(race));
    world.seconds(0.45);
    assert_eq!(world.count(is_join), 0);
    world.seconds(0.1);
    assert_eq!(world.count(is_join), 1);
    assert_eq!(world.connection(), ConnectionView::Joining);
}

#[test]
fn q31_a_room_on_a_dead_worker_ends_in_a_sentence() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    world.accept_join(vec![]);
    let dead = refusal(
        RequestName::CreateTransport,
        "ERR_CREATE_TRANSPORT",
        "Channel closed, cannot send request [method:router.createWebRtcTransport]",
    );
    world.answer(|ask| matches!(ask, Ask::CreateTransport(_)), Err(dead));
    world.accept(is_leave, Answer::Done);
    let ConnectionView::Ended {
        reason: EndReason::Failed { error },
    } = world.connection()
    else {
        panic!("{:?}", world.connection());
    };
    assert_eq!(error.code, "gateway.worker-dead");
}

#[test]
fn q32_an_error_event_is_an_ordinary_event() {
    let mut world = World::in_call(vec![talker("Bob")]);
    let before = world.view();
    world.event(ServerEvent::Error(ErrorEvent {
        code: None,
        message: None,
    }));
    assert_eq!(world.view(), before);
}

#[test]
fn q34_a_lost_socket_leaves_the_media_alone_until_there_is_a_new_one() {
    let mut world = World::in_call(vec![talker("Bob")]);
    let closed = |world: &World| {
        let close = |o: &&Output| {
            matches!(
                o,
                Output::Media {
                    action: MediaAction::Close,
                    ..
                }
            )
        };
        world.log.iter().filter(close).count()
    };
    world.socket_lost();
    world.seconds(30.0);
    assert_eq!(closed(&world), 0);
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::Live);
    world.connected();
    assert_eq!(closed(&world), 1);
}

#[test]
fn q35_a_chat_message_that_is_too_long_is_not_sent() {
    let mut world = World::in_call(vec![]);
    world.command(Command::Chat("x".repeat(501)));
    assert!(world.view().chat.is_empty());
    assert!(world.notices().contains(&"chat.too-long".to_owned()));
    assert!(
        !world
            .log
            .iter()
            .any(|output| matches!(output, Output::SendChat(_)))
    );
}

#[test]
fn the_newest_producer_of_a_participant_wins() {
    let mut world = World::in_call(vec![talker("Bob")]);
    world.event(sends("Bob", "newer", MediaKind::Audio));
    let consumer = world.consume_one().expect("the newer is consumed");
    assert_eq!(world.count(|ask| matches!(ask, Ask::PauseConsumer(_))), 1);
    world.media(MediaInput::Flowing { consumer });
    assert_eq!(audio_of(&world, "Bob"), RemoteAudioView::Live);
}

#[test]
fn a_producer_that_is_gone_is_dropped_quietly() {
    let mut world = World::in_call(vec![silent("Bob")]);
    world.event(sends("Bob", "b", MediaKind::Audio));
    let gone = refusal(
        RequestName::Consume,
        "ERR_CREATE_CONSUMER",
        "Cannot consume producer with given RTP capabilities",
    );
    world.answer(is_consume, Err(gone));
    world.seconds(30.0);
    assert_eq!(world.asked(is_consume), 1);
    assert_eq!(world.connection(), ConnectionView::Connected);
}
