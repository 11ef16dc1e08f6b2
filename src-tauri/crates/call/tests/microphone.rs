//! The microphone: never in doubt, and never what a call depends on.

mod support;

use audio::SourceSpec;
use call::Command;
use call::session::{Answer, Ask, CaptureAction, Input, Output, SoundInput};
use call::view::{ConnectionView, MicrophoneView};
use signaling::wire::RequestName;
use support::*;

#[test]
fn mute_stops_the_capture_before_it_asks_the_gateway() {
    let mut world = World::in_call(vec![]);
    let before = world.log.len();
    world.command(Command::Mute);
    let after = &world.log[before..];
    assert!(
        matches!(after[0], Output::Capture(CaptureAction::Stop)),
        "{after:?}"
    );
    assert!(
        matches!(
            &after[1],
            Output::Request {
                ask: Ask::PauseProducer(_),
                ..
            }
        ),
        "{after:?}"
    );
    world.command(Command::Unmute);
    let pause = world
        .find(|ask| matches!(ask, Ask::PauseProducer(_)))
        .expect("pending");
    assert_eq!(
        world.count(|ask| matches!(ask, Ask::ResumeProducer(_))),
        0,
        "one at a time"
    );
    world.answer_request(pause, Ok(Answer::Done));
    assert_eq!(world.count(|ask| matches!(ask, Ask::ResumeProducer(_))), 1);
}

#[test]
fn a_pause_that_fails_is_asked_for_again_while_nothing_is_captured() {
    let mut world = World::in_call(vec![]);
    world.command(Command::Mute);
    let pause = |ask: &Ask| matches!(ask, Ask::PauseProducer(_));
    world.answer(pause, Err(silence(RequestName::PauseProducer)));
    assert_eq!(world.count(pause), 0);
    world.seconds(1.1);
    assert_eq!(world.count(pause), 1);
}

#[test]
fn a_missing_microphone_does_not_stop_anybody() {
    let mut world = World::anna();
    world.enter();
    world.connected();
    world.accept_join(vec![talker("Bob")]);
    world.microphone_fails("audio.no-device");
    world.connect_media();
    assert_eq!(world.connection(), ConnectionView::Connected);
    assert!(matches!(
        world.view().me.microphone,
        MicrophoneView::Unavailable { error: Some(_) }
    ));
    assert!(
        world
            .notices()
            .contains(&"microphone.unavailable".to_owned())
    );
    // Another one is plugged in: it is announced on the transport that is there.
    world.command(Command::SetMicrophone(SourceSpec::Device(Some(
        "USB".into(),
    ))));
    world.microphone_opens();
    assert_eq!(world.asked(is_produce), 1);
}

#[test]
fn speech_is_shown_and_mute_ends_it() {
    let mut world = World::in_call(vec![]);
    let level = |me| {
        Input::Sound(SoundInput::Levels {
            me,
            consumers: Default::default(),
        })
    };
    world.input(level(-20.0));
    assert!(world.view().me.speaking);
    world.command(Command::Mute);
    assert!(!world.view().me.speaking);
    world.input(level(-20.0));
    assert!(!world.view().me.speaking);
}
