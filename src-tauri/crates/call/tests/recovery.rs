//! Losing things and getting them back, without anybody doing anything.

mod support;

use std::time::Duration;

use call::Command;
use call::session::{Answer, Ask, CaptureAction, Input, LinkState, MediaInput, Output, policy};
use call::view::{
    ConnectionView, DeliveryView, EndReason, LossCause, MicrophoneView, RemoteAudioView,
};
use ortc::MediaKind;
use signaling::RequestError;
use signaling::wire::{Direction, RequestName};
use support::*;

fn lost(world: &World) -> Option<LossCause> {
    match world.connection() {
        ConnectionView::Reconnecting { cause, .. } => Some(cause),
        _ => None,
    }
}

/// Everything that follows a new socket until the call works again.
fn come_back(world: &mut World, me: &str, others: Vec<signaling::wire::Participant>) {
    world.connected();
    world.accept(is_join, joined(me, others));
    world.connect_media();
    world.accept(is_produce, produced("mine again"));
}

#[test]
fn a_gateway_that_is_away_for_15_seconds_is_found_within_2_seconds_of_its_return() {
    let mut world = World::in_call(vec![talker("Bob")]);
    world.command(Command::Chat("before".into()));
    world.event(says("Anna", "before", None));
    world.command(Command::Mute);
    let muted = world.find(|ask| matches!(ask, Ask::PauseProducer(_)));
    world.answer_request(muted.expect("a pause"), Ok(Answer::Done));
    world.socket_lost();
    assert_eq!(lost(&world), Some(LossCause::Signaling));
    let outage = Duration::from_secs(15);
    let begin = world.now;
    let mut attempts = 0;
    let mut longest = Duration::ZERO;
    while world.now < begin + outage {
        let waiting = world.now;
        let socket = world.socket;
        while world.socket == socket {
            world.seconds(0.05);
        }
        longest = longest.max(world.now - waiting);
        attempts += 1;
        world.connect_fails(true);
    }
    assert!(longest <= Duration::from_millis(2_050), "{longest:?}");
    assert!((7..40).contains(&attempts), "{attempts} attempts");
    world.seconds(2.05);
    come_back(&mut world, "me again", vec![talker("Bob")]);
    assert_eq!(world.connection(), ConnectionView::Connected);
    assert!(world.notices().contains(&"back.after".to_owned()));
    let view = world.view();
    assert_eq!(view.chat.len(), 1, "the chat is kept");
    assert_eq!(view.participants.len(), 1);
    assert_eq!(view.participants[0].audio, RemoteAudioView::Live);
    assert!(matches!(view.me.microphone, MicrophoneView::Muted { .. }));
    assert_eq!(
        world.count(|ask| matches!(ask, Ask::PauseProducer(_))),
        1,
        "muted again"
    );
}

#[test]
fn after_a_minute_the_gateway_is_asked_less_often() {
    let mut world = World::in_call(vec![]);
    world.socket_lost();
    while world.now < Duration::from_secs(70) {
        world.seconds(0.5);
        world.connect_fails(true);
    }
    while !world.invariants.opening() {
        world.seconds(0.5);
    }
    let before = world.socket;
    world.connect_fails(true);
    world.seconds(9.0);
    assert_eq!(world.socket, before);
    world.seconds(7.0);
    assert_eq!(world.socket, before + 1);
}

#[test]
fn the_own_old_session_is_not_shown_as_another_person() {
    let mut world = World::in_call(vec![]);
    world.socket_lost();
    world.seconds(1.0);
    // The gateway has not noticed yet that the old one is gone: it lists it with its producer.
    let mut ghost = talker("Anna");
    ghost.id = "me".into();
    come_back(&mut world, "me again", vec![ghost, talker("Bob")]);
    let names: Vec<_> = world
        .view()
        .participants
        .into_iter()
        .map(|p| p.name)
        .collect();
    assert_eq!(names, ["Bob"]);
    assert_eq!(
        world.asked(
            |ask| matches!(ask, Ask::Consume { producer, .. } if producer.as_str() == "Anna-audio")
        ),
        0
    );
    // Neither does it matter when it goes.
    let mut left = went("me");
    if let signaling::wire::ServerEvent::ParticipantLeft(left) = &mut left {
        left.participant_id = "me".into();
    }
    world.event(left);
    assert_eq!(world.view().participants.len(), 1);
}

#[test]
fn people_who_come_back_together_are_not_announced() {
    let mut world = World::in_call(vec![talker("Bob"), talker("Carol")]);
    world.seconds(10.0);
    world.socket_lost();
    world.seconds(1.0);
    come_back(&mut world, "me again", vec![]);
    let mut bob = silent("Bob");
    bob.id = "a new id".into();
    world.event(signaling::wire::ServerEvent::ParticipantJoined(bob));
    assert!(!world.notices().contains(&"participant.joined".to_owned()));
    world.event(came("Dora"));
    assert!(world.notices().contains(&"participant.joined".to_owned()));
    world.seconds(31.0);
    assert!(
        world.notices().contains(&"participant.left".to_owned()),
        "Carol did not"
    );
}

#[test]
fn a_dead_media_path_is_doubted_then_left_and_joined_again() {
    let mut world = World::in_call(vec![talker("Bob")]);
    world.link(Direction::Receive, LinkState::Disconnected);
    assert_eq!(lost(&world), Some(LossCause::Media));
    world.seconds(2.9);
    assert_eq!(world.count(is_leave), 0, "it may recover");
    world.seconds(0.2);
    world.accept(is_leave, Answer::Done);
    world.accept(is_join, joined("me again", vec![talker("Bob")]));
    world.connect_media();
    assert_eq!(world.connection(), ConnectionView::Connected);
}

#[test]
fn a_media_path_that_recovers_is_kept() {
    let mut world = World::in_call(vec![talker("Bob")]);
    world.link(Direction::Receive, LinkState::Disconnected);
    world.seconds(2.0);
    world.link(Direction::Receive, LinkState::Connected);
    world.seconds(10.0);
    assert_eq!(world.asked(is_leave), 0);
    assert_eq!(world.connection(), ConnectionView::Connected);
}

#[test]
fn a_gateway_that_forgot_us_is_joined_again() {
    let mut world = World::in_call(vec![]);
    world.seconds(20.0);
    world.event(came("Bob"));
    world.event(sends("Bob", "b", MediaKind::Audio));
    world.answer(is_consume, Err(not_in_room(RequestName::Consume)));
    assert_eq!(lost(&world), Some(LossCause::Session));
    world.accept(is_leave, Answer::Done);
    assert_eq!(world.count(is_join), 1);
}

#[test]
fn f14_a_session_that_is_erased_right_after_the_join_costs_the_socket() {
    let mut world = World::anna();
    world.enter();
    world.connected();
    let socket = world.socket;
    world.accept_join(vec![]);
    let receive = |ask: &Ask| *ask == Ask::CreateTransport(Direction::Receive);
    world.answer(receive, Err(not_in_room(RequestName::CreateTransport)));
    world.seconds(2.0);
    assert_ne!(world.socket, socket);
}

#[test]
fn a_call_that_never_worked_is_given_up_with_a_sentence() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    world.accept_join(vec![]);
    world.accept(
        |ask| *ask == Ask::CreateTransport(Direction::Receive),
        transport(),
    );
    world.seconds(8.0);
    assert!(
        world.notices().contains(&"media.slow".to_owned()),
        "told within 10 s"
    );
    world.seconds(8.0);
    world.accept(is_leave, Answer::Done);
    world.accept(is_join, joined("me", vec![]));
    world.accept(
        |ask| *ask == Ask::CreateTransport(Direction::Receive),
        transport(),
    );
    world.link(Direction::Receive, LinkState::Failed);
    world.accept(is_leave, Answer::Done);
    let ConnectionView::Ended {
        reason: EndReason::Failed { error },
    } = world.connection()
    else {
        panic!("{:?}", world.connection());
    };
    assert_eq!(error.code, "media.unreachable");
}

#[test]
fn a_call_that_worked_is_never_given_up() {
    let mut world = World::in_call(vec![]);
    let mut delays = Vec::new();
    for _ in 0..8 {
        world.link(Direction::Receive, LinkState::Failed);
        world.accept(is_leave, Answer::Done);
        world.pending.retain(|(_, ask)| is_join(ask));
        let begin = world.now;
        while world.count(is_join) == 0 {
            world.seconds(0.5);
        }
        delays.push((world.now - begin).as_secs());
        world.accept(is_join, joined("me", vec![]));
        world.accept(
            |ask| *ask == Ask::CreateTransport(Direction::Receive),
            transport(),
        );
    }
    assert_eq!(delays[..5], [0, 1, 2, 4, 8]);
    assert!(
        delays[5..].iter().all(|delay| (10..=15).contains(delay)),
        "{delays:?}"
    );
    world.connect_media();
    world.link(Direction::Receive, LinkState::Connected);
    assert_eq!(world.connection(), ConnectionView::Connected);
}

#[test]
fn a_gateway_that_is_not_there_ends_the_first_attempt_within_10_seconds() {
    let mut world = World::anna();
    world.enter();
    let begin = world.now;
    while !matches!(world.connection(), ConnectionView::Ended { .. }) {
        world.connect_fails(true);
        world.seconds(0.5);
        assert!(world.now - begin < Duration::from_secs(10));
    }
}

#[test]
fn a_server_that_is_no_gateway_ends_the_first_attempt_at_once() {
    let mut world = World::anna();
    world.enter();
    world.connect_fails(false);
    assert!(matches!(world.connection(), ConnectionView::Ended { .. }));
}

#[test]
fn a_join_that_gets_no_answer_is_explained_within_10_seconds() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    world.seconds(5.1);
    assert!(world.notices().contains(&"gateway.silent".to_owned()));
}

#[test]
fn a_server_that_answers_nonsense_ends_in_a_sentence() {
    let mut world = World::listener();
    world.enter();
    world.connected();
    world.answer(
        is_join,
        Err(RequestError::Malformed {
            request: RequestName::JoinRoom,
            path: "participantId".into(),
            reason: "missing".into(),
        }),
    );
    let ConnectionView::Ended {
        reason: EndReason::Failed { error },
    } = world.connection()
    else {
        panic!("{:?}", world.connection());
    };
    assert_eq!(error.code, "gateway.malformed-answer");
}

#[test]
fn what_is_written_during_an_outage_is_sent_after_it() {
    let mut world = World::in_call(vec![]);
    world.socket_lost();
    world.command(Command::Chat("are you there?".into()));
    let sent = |world: &World| {
        world
            .log
            .iter()
            .filter(|o| matches!(o, Output::SendChat(_)))
            .count()
    };
    world.seconds(8.0);
    assert_eq!(sent(&world), 0);
    assert_eq!(world.view().chat[0].delivery, DeliveryView::Pending);
    come_back(&mut world, "me again", vec![]);
    assert_eq!(sent(&world), 1);
    let at = world.view().chat[0].at_ms;
    world.event(says("Anna", "are you there?", Some(at)));
    assert_eq!(world.view().chat[0].delivery, DeliveryView::Delivered);
}

#[test]
fn leaving_is_silent_at_once_and_waits_for_the_answer() {
    let mut world = World::in_call(vec![talker("Bob")]);
    world.command(Command::Leave);
    assert_eq!(world.connection(), ConnectionView::Leaving);
    assert!(
        world
            .log
            .iter()
            .any(|o| matches!(o, Output::Capture(CaptureAction::Close)))
    );
    world.accept(is_leave, Answer::Done);
    assert!(matches!(
        world.connection(),
        ConnectionView::Ended {
            reason: EndReason::Left
        }
    ));
    assert!(matches!(world.log.last(), Some(Output::Ended)));
}

#[test]
fn leaving_a_gateway_that_does_not_answer_ends_by_closing_the_socket() {
    let mut world = World::in_call(vec![]);
    world.command(Command::Leave);
    world.answer(is_leave, Err(silence(RequestName::LeaveRoom)));
    assert!(
        world
            .log
            .iter()
            .any(|o| matches!(o, Output::CloseSocket { .. }))
    );
    assert!(matches!(world.connection(), ConnectionView::Ended { .. }));
}

#[test]
fn answers_and_media_of_an_earlier_membership_are_ignored() {
    let mut world = World::in_call(vec![talker("Bob")]);
    let old = world.membership;
    world.socket_lost();
    world.seconds(1.0);
    come_back(&mut world, "me again", vec![talker("Bob")]);
    world.input(Input::Media {
        membership: old,
        input: MediaInput::State {
            direction: Direction::Receive,
            state: LinkState::Failed,
        },
    });
    assert_eq!(world.connection(), ConnectionView::Connected);
}

#[test]
fn the_back_off_begins_anew_once_the_call_was_stable() {
    let mut world = World::in_call(vec![]);
    for _ in 0..3 {
        world.link(Direction::Receive, LinkState::Failed);
        world.accept(is_leave, Answer::Done);
        assert_eq!(world.count(is_join), 1, "at once");
        world.accept(is_join, joined("me", vec![]));
        world.connect_media();
        world.accept(is_produce, produced("mine"));
        world.pass(policy::STABLE_AFTER + Duration::from_secs(1));
    }
}

#[test]
fn somebody_who_rejoins_right_after_a_common_loss_is_neither_gone_nor_new() {
    let mut world = World::in_call(vec![talker("Bob")]);
    world.seconds(10.0);
    world.socket_lost();
    world.seconds(1.0);
    come_back(&mut world, "me again", vec![talker("Bob")]);
    world.event(went("Bob"));
    let mut bob = silent("Bob");
    bob.id = "a new id".into();
    world.event(signaling::wire::ServerEvent::ParticipantJoined(bob));
    let told = |world: &World| {
        world
            .notices()
            .iter()
            .any(|n| n.starts_with("participant."))
    };
    assert!(!told(&world));
    world.pass(policy::REUNION + Duration::from_secs(1));
    assert!(!told(&world));
}
