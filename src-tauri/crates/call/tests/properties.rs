//! Whatever happens, in whatever order: never a second participant of ours on one socket, never a
//! producer consumed twice, never a live microphone that is shown as muted. The checks are in
//! [`support::Invariants`]; this file makes things happen.

mod support;

use audio::SourceSpec;
use call::Command;
use call::session::{Answer, Ask, Input, LinkState, MediaInput, SoundInput};
use call::view::ConnectionView;
use ortc::MediaKind;
use proptest::prelude::*;
use signaling::RequestError;
use signaling::wire::{ConsumerId, Direction, RequestName};
use support::*;

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Enter,
    Connected,
    ConnectFails,
    SocketLost,
    /// The nth pending request succeeds.
    Accept(usize),
    /// The nth pending request fails in one way or another.
    Refuse(usize, u8),
    Came(u8),
    Went(u8),
    Sends(u8, u8, MediaKind),
    Closes(u8, u8),
    Link(Direction, LinkState),
    Flow(u8, bool),
    Pass(u16),
    Microphone(bool),
    MicrophoneBack,
    Mute,
    Unmute,
    ChangeMicrophone(bool),
    Level(f32),
    Chat,
    NetworkChanged,
    /// Answers and events from a socket or membership that is no more.
    Stale,
    Leave,
}

const NAMES: [&str; 3] = ["Bob", "Carol", "Dora"];

fn name(index: u8) -> &'static str {
    NAMES[usize::from(index) % NAMES.len()]
}

fn step() -> impl Strategy<Value = Step> {
    let direction = prop_oneof![Just(Direction::Send), Just(Direction::Receive)];
    let state = prop_oneof![
        1 => Just(LinkState::Connecting),
        5 => Just(LinkState::Connected),
        1 => Just(LinkState::Disconnected),
        1 => Just(LinkState::Failed),
    ];
    let kind = prop_oneof![4 => Just(MediaKind::Audio), 1 => Just(MediaKind::Video)];
    prop_oneof![
        3 => Just(Step::Enter),
        6 => Just(Step::Connected),
        1 => Just(Step::ConnectFails),
        2 => Just(Step::SocketLost),
        30 => (0..4usize).prop_map(Step::Accept),
        5 => (0..4usize, any::<u8>()).prop_map(|(n, how)| Step::Refuse(n, how)),
        4 => (0..3u8).prop_map(Step::Came),
        3 => (0..3u8).prop_map(Step::Went),
        8 => (0..3u8, 0..3u8, kind).prop_map(|(who, which, kind)| Step::Sends(who, which, kind)),
        3 => (0..3u8, 0..3u8).prop_map(|(who, which)| Step::Closes(who, which)),
        6 => (direction, state).prop_map(|(direction, state)| Step::Link(direction, state)),
        5 => (0..6u8, any::<bool>()).prop_map(|(which, flows)| Step::Flow(which, flows)),
        8 => (0..12_000u16).prop_map(Step::Pass),
        3 => any::<bool>().prop_map(Step::Microphone),
        1 => Just(Step::MicrophoneBack),
        3 => Just(Step::Mute),
        3 => Just(Step::Unmute),
        1 => any::<bool>().prop_map(Step::ChangeMicrophone),
        3 => (-90.0..0.0f32).prop_map(Step::Level),
        1 => Just(Step::Chat),
        1 => Just(Step::NetworkChanged),
        1 => Just(Step::Stale),
        1 => Just(Step::Leave),
    ]
}

fn happen(world: &mut World, step: Step, joins: &mut u32) {
    match step {
        Step::Enter => world.enter(),
        Step::Connected => world.connected(),
        Step::ConnectFails => world.connect_fails(true),
        Step::SocketLost => world.socket_lost(),
        Step::Accept(n) => accept(world, n, joins),
        Step::Refuse(n, how) => refuse(world, n, how),
        Step::Came(who) => world.event(came(name(who))),
        Step::Went(who) => world.event(went(name(who))),
        Step::Sends(who, which, kind) => {
            world.event(sends(name(who), &format!("{}-{which}", name(who)), kind));
        }
        Step::Closes(who, which) => world.event(closes(&format!("{}-{which}", name(who)))),
        Step::Link(direction, state) => world.link(direction, state),
        Step::Flow(which, flows) => {
            let consumer = ConsumerId::from(format!("consumer-{which}"));
            world.media(if flows {
                MediaInput::Flowing { consumer }
            } else {
                MediaInput::Stalled { consumer }
            });
        }
        Step::Pass(ms) => world.seconds(f64::from(ms) / 1_000.0),
        Step::Microphone(true) => world.microphone_opens(),
        Step::Microphone(false) => world.microphone_fails("audio.lost"),
        Step::MicrophoneBack => {
            let attempt = world.attempt;
            world.input(Input::Sound(SoundInput::CaptureRecovered {
                attempt,
                device: "Microphone".into(),
            }));
        }
        Step::Mute => world.command(Command::Mute),
        Step::Unmute => world.command(Command::Unmute),
        Step::ChangeMicrophone(some) => world.command(Command::SetMicrophone(if some {
            SourceSpec::Device(Some("another".into()))
        } else {
            SourceSpec::None
        })),
        Step::Level(me) => world.input(Input::Sound(SoundInput::Levels {
            me,
            consumers: [(ConsumerId::from("consumer-1"), me)].into(),
        })),
        Step::Chat => world.command(Command::Chat("hello".into())),
        Step::NetworkChanged => world.command(Command::NetworkChanged),
        Step::Stale => stale(world),
        Step::Leave => world.command(Command::Leave),
    }
}

fn accept(world: &mut World, n: usize, joins: &mut u32) {
    let Some((request, ask)) = world.pending.get(n).cloned() else {
        return;
    };
    let answer = match ask {
        Ask::Join { .. } => {
            *joins += 1;
            joined(&format!("me-{joins}"), vec![talker("Bob"), silent("Carol")])
        }
        Ask::CreateTransport(_) => transport(),
        Ask::ProduceAudio { .. } => produced("mine"),
        Ask::Consume { .. } => {
            world.consume_one();
            return;
        }
        _ => Answer::Done,
    };
    world.answer_request(request, Ok(answer));
}

fn refuse(world: &mut World, n: usize, how: u8) {
    let Some((request, ask)) = world.pending.get(n).cloned() else {
        return;
    };
    let name = request_name(&ask);
    let failure = match how % 6 {
        0 => not_in_room(name),
        1 => silence(name),
        2 => refusal(name, "ERR_JOIN_ROOM", "Room x already exists"),
        3 => refusal(
            name,
            "ERR",
            "no more available ports [method:router.createPlainTransport]",
        ),
        4 => refusal(
            name,
            "ERR",
            "Cannot consume producer with given RTP capabilities",
        ),
        _ => RequestError::Malformed {
            request: name,
            path: ".".into(),
            reason: "nonsense".into(),
        },
    };
    world.answer_request(request, Err(failure));
}

fn request_name(ask: &Ask) -> RequestName {
    match ask {
        Ask::Join { .. } => RequestName::JoinRoom,
        Ask::Leave => RequestName::LeaveRoom,
        Ask::CreateTransport(_) => RequestName::CreateTransport,
        Ask::ConnectTransport { .. } => RequestName::ConnectTransport,
        Ask::ProduceAudio { .. } => RequestName::Produce,
        Ask::Consume { .. } => RequestName::Consume,
        Ask::ResumeConsumer(_) => RequestName::ResumeConsumer,
        Ask::PauseConsumer(_) => RequestName::PauseConsumer,
        Ask::PauseProducer(_) => RequestName::PauseProducer,
        Ask::ResumeProducer(_) => RequestName::ResumeProducer,
        Ask::CloseProducer(_) => RequestName::CloseProducer,
    }
}

fn stale(world: &mut World) {
    let (socket, membership) = (world.socket, world.membership);
    world.socket = socket.wrapping_sub(1);
    world.membership = membership.wrapping_sub(1);
    let socket_input = call::session::SignalingInput::Connected {
        socket: world.socket,
    };
    world.signaling(socket_input);
    world.event(came("Eve"));
    world.link(Direction::Receive, LinkState::Failed);
    (world.socket, world.membership) = (socket, membership);
    world.answer_request(0, Ok(joined("a stale answer", vec![])));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_nothing_is_joined_or_consumed_twice_and_the_microphone_is_never_in_doubt(
        begin in 0..3u8,
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut world = match begin {
            0 => World::anna(),
            1 => World::listener(),
            _ => World::in_call(vec![talker("Bob"), silent("Carol")]),
        };
        let mut joins = 0;
        for step in steps {
            happen(&mut world, step, &mut joins);
            if world.session.end_reason().is_some() {
                break;
            }
        }
    }

    #[test]
    fn with_a_gateway_that_answers_the_call_always_comes_back(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut world = World::in_call(vec![talker("Bob")]);
        let mut joins = 0;
        for step in steps {
            if !matches!(step, Step::Leave) {
                happen(&mut world, step, &mut joins);
            }
        }
        // From here on everything works.
        for _ in 0..400 {
            if world.connection() == ConnectionView::Connected {
                return Ok(());
            }
            world.connected();
            while !world.pending.is_empty() {
                accept(&mut world, 0, &mut joins);
            }
            world.link(Direction::Receive, LinkState::Connected);
            world.link(Direction::Send, LinkState::Connected);
            world.seconds(0.5);
        }
        prop_assert!(false, "it did not come back: {:?}", world.connection());
    }
}
