//! A world for a session: it carries out what the session asks for, checks after every step what
//! must always hold, and lets a test say what happens next.

#![allow(dead_code, reason = "each test file uses its own part of this")]

mod invariants;

use std::time::Duration;

use audio::{SinkSpec, SourceSpec};
use call::session::{
    Answer, Ask, Input, LinkState, MediaAction, MediaInput, Output, Session, SessionConfig,
    SignalingInput, SoundInput,
};
use call::view::{CallView, ConnectionView, ErrorView};
use call::{Command, JoinOptions};
use ortc::{MediaKind, RtpCapabilities, RtpParameters, TransportParameters};
use serde_json::json;
use signaling::wire::{
    ChatMessage, ConsumerId, ConsumerParameters, Direction, Joined, Name, NewProducer, Participant,
    ParticipantLeft, ProducerClosed, ProducerId, ProducerInfo, RequestName, ServerEvent,
};
use signaling::{GatewayError, RequestError};

pub use invariants::Invariants;

/// Milliseconds since the epoch when the session's time is zero.
pub const EPOCH_MS: u64 = 1_800_000_000_000;

/// A session and what it asked for.
pub struct World {
    pub session: Session,
    pub now: Duration,
    /// Requests without an answer, oldest first.
    pub pending: Vec<(u64, Ask)>,
    /// Everything the session ever asked for.
    pub log: Vec<Output>,
    pub invariants: Invariants,
    pub socket: u64,
    pub membership: u64,
    pub attempt: u64,
    consumers: u64,
}

impl World {
    pub fn new(join: JoinOptions) -> Self {
        let session = Session::new(SessionConfig {
            room: "the room".into(),
            share_link: "https://site.example/room/the%20room".into(),
            gateway_host: "gateway.example".into(),
            join,
            epoch_ms: EPOCH_MS,
            seed: 7,
        });
        let mut world = Self {
            session,
            now: Duration::ZERO,
            pending: Vec::new(),
            log: Vec::new(),
            invariants: Invariants::default(),
            socket: 0,
            membership: 0,
            attempt: 0,
            consumers: 0,
        };
        let outputs = world.session.start(Duration::ZERO);
        world.take(outputs);
        world
    }

    /// Somebody called Anna with a microphone.
    pub fn anna() -> Self {
        Self::new(JoinOptions {
            microphone: SourceSpec::Tone { hz: 440.0 },
            speaker: SinkSpec::Null,
            ..JoinOptions::new("Anna")
        })
    }

    /// Somebody without a microphone.
    pub fn listener() -> Self {
        Self::new(JoinOptions {
            microphone: SourceSpec::None,
            speaker: SinkSpec::Null,
            ..JoinOptions::new("Anna")
        })
    }

    /// Anna in the call with these others, everything connected, nothing pending.
    pub fn in_call(others: Vec<Participant>) -> Self {
        let mut world = Self::anna();
        world.enter();
        world.connected();
        world.microphone_opens();
        world.accept_join(others);
        world.connect_media();
        world.accept(
            |ask| matches!(ask, Ask::ProduceAudio { .. }),
            produced("mine"),
        );
        world
    }

    pub fn enter(&mut self) {
        let join = JoinOptions {
            microphone: self.microphone(),
            speaker: SinkSpec::Null,
            ..JoinOptions::new("Anna")
        };
        self.input(Input::Join(Box::new(join)));
    }

    fn microphone(&self) -> SourceSpec {
        match self.view().me.microphone {
            call::view::MicrophoneView::Unavailable { error: None } => SourceSpec::None,
            _ => SourceSpec::Tone { hz: 440.0 },
        }
    }

    pub fn input(&mut self, input: Input) {
        let outputs = self.session.handle(self.now, input);
        self.take(outputs);
    }

    pub fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match &output {
                Output::OpenSocket { socket, .. } => self.socket = *socket,
                Output::CloseSocket { .. } => self.pending.clear(),
                Output::Request { request, ask } => self.pending.push((*request, ask.clone())),
                Output::Media { membership, action } => {
                    if matches!(action, MediaAction::Load(_)) {
                        self.membership = *membership;
                    }
                }
                Output::Capture(call::session::CaptureAction::Open { attempt, .. }) => {
                    self.attempt = *attempt;
                }
                _ => {}
            }
            self.invariants.output(&output);
            self.log.push(output);
        }
        let view = self.view();
        self.invariants.view(&view);
    }

    pub fn view(&self) -> CallView {
        self.session.view(self.now)
    }

    pub fn connection(&self) -> ConnectionView {
        self.view().connection
    }

    /// Lets time pass, timers included.
    pub fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.session.deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Timer);
        }
        self.now = end;
        self.input(Input::Timer);
    }

    pub fn seconds(&mut self, seconds: f64) {
        self.pass(Duration::from_secs_f64(seconds));
    }

    pub fn signaling(&mut self, input: SignalingInput) {
        self.input(Input::Signaling(input));
    }

    /// The socket opens, if it is being opened.
    pub fn connected(&mut self) {
        let socket = self.socket;
        self.invariants.socket_opened();
        self.signaling(SignalingInput::Connected { socket });
    }

    /// The socket does not open, if it is being opened.
    pub fn connect_fails(&mut self, retryable: bool) {
        if !self.invariants.opening() {
            return;
        }
        let socket = self.socket;
        self.invariants.socket_lost();
        self.signaling(SignalingInput::ConnectFailed {
            socket,
            error: error("gateway.unreachable"),
            retryable,
        });
    }

    pub fn socket_lost(&mut self) {
        let socket = self.socket;
        self.pending.clear();
        self.invariants.socket_lost();
        self.signaling(SignalingInput::Disconnected { socket });
    }

    pub fn event(&mut self, event: ServerEvent) {
        let socket = self.socket;
        self.signaling(SignalingInput::Event { socket, event });
    }

    pub fn media(&mut self, input: MediaInput) {
        let membership = self.membership;
        self.input(Input::Media { membership, input });
    }

    pub fn link(&mut self, direction: Direction, state: LinkState) {
        self.media(MediaInput::State { direction, state });
    }

    pub fn microphone_opens(&mut self) {
        let attempt = self.attempt;
        self.invariants.microphone_opened();
        self.input(Input::Sound(SoundInput::CaptureOpened {
            attempt,
            device: "Microphone".into(),
        }));
    }

    pub fn microphone_fails(&mut self, code: &str) {
        let attempt = self.attempt;
        self.invariants.microphone_failed();
        self.input(Input::Sound(SoundInput::CaptureFailed {
            attempt,
            error: error(code),
        }));
    }

    /// The oldest pending request of this kind.
    pub fn find(&self, wanted: impl Fn(&Ask) -> bool) -> Option<u64> {
        self.pending
            .iter()
            .find(|(_, ask)| wanted(ask))
            .map(|(request, _)| *request)
    }

    pub fn count(&self, wanted: impl Fn(&Ask) -> bool) -> usize {
        self.pending.iter().filter(|(_, ask)| wanted(ask)).count()
    }

    /// How often something was ever asked for.
    pub fn asked(&self, wanted: impl Fn(&Ask) -> bool) -> usize {
        self.log
            .iter()
            .filter(|output| matches!(output, Output::Request { ask, .. } if wanted(ask)))
            .count()
    }

    #[track_caller]
    pub fn answer(&mut self, wanted: impl Fn(&Ask) -> bool, outcome: Result<Answer, RequestError>) {
        let Some(request) = self.find(wanted) else {
            panic!("no such request is pending: {:?}", self.pending);
        };
        self.answer_request(request, outcome);
    }

    pub fn answer_request(&mut self, request: u64, outcome: Result<Answer, RequestError>) {
        let ask = self.pending.iter().find(|(id, _)| *id == request);
        if let Some((_, ask)) = ask.cloned() {
            self.invariants.answered(&ask, &outcome);
        }
        self.pending.retain(|(id, _)| *id != request);
        self.signaling(SignalingInput::Answer { request, outcome });
    }

    #[track_caller]
    pub fn accept(&mut self, wanted: impl Fn(&Ask) -> bool, answer: Answer) {
        self.answer(wanted, Ok(answer));
    }

    #[track_caller]
    pub fn accept_join(&mut self, others: Vec<Participant>) {
        self.accept(is_join, joined("me", others));
    }

    /// Both transports are created, acknowledged and connected, every consumer is opened.
    #[track_caller]
    pub fn connect_media(&mut self) {
        for direction in [Direction::Receive, Direction::Send] {
            if self
                .find(|ask| *ask == Ask::CreateTransport(direction))
                .is_none()
            {
                continue;
            }
            self.accept(|ask| *ask == Ask::CreateTransport(direction), transport());
            self.accept(
                |ask| matches!(ask, Ask::ConnectTransport { direction: of, .. } if *of == direction),
                Answer::Done,
            );
            self.link(direction, LinkState::Connected);
        }
        self.consume_all();
    }

    /// Answers every pending consume and resume, packets flow.
    pub fn consume_all(&mut self) {
        while let Some(consumer) = self.consume_one() {
            self.media(MediaInput::Flowing { consumer });
        }
    }

    /// Answers one pending consume with the resume that follows it.
    pub fn consume_one(&mut self) -> Option<ConsumerId> {
        let request = self.find(|ask| matches!(ask, Ask::Consume { .. }))?;
        let producer = self.pending.iter().find_map(|(id, ask)| match ask {
            Ask::Consume { producer, .. } if *id == request => Some(producer.clone()),
            _ => None,
        })?;
        self.consumers += 1;
        let consumer = ConsumerId::from(format!("consumer-{}", self.consumers));
        self.answer_request(request, Ok(consuming(&consumer, &producer)));
        if let Some(resume) = self.find(|ask| *ask == Ask::ResumeConsumer(consumer.clone())) {
            self.answer_request(resume, Ok(Answer::Done));
        }
        Some(consumer)
    }

    pub fn notices(&self) -> Vec<String> {
        self.view().notices.into_iter().map(|n| n.code).collect()
    }
}

pub fn is_join(ask: &Ask) -> bool {
    matches!(ask, Ask::Join { .. })
}

pub fn is_leave(ask: &Ask) -> bool {
    *ask == Ask::Leave
}

pub fn is_consume(ask: &Ask) -> bool {
    matches!(ask, Ask::Consume { .. })
}

pub fn is_produce(ask: &Ask) -> bool {
    matches!(ask, Ask::ProduceAudio { .. })
}

pub fn joined(me: &str, participants: Vec<Participant>) -> Answer {
    Answer::Joined(Box::new(Joined {
        success: true,
        room_id: "an id that the gateway made of it".into(),
        participant_id: me.into(),
        participants,
        rtp_capabilities: RtpCapabilities::default(),
    }))
}

pub fn produced(id: &str) -> Answer {
    Answer::Produced(id.into())
}

pub fn transport() -> Answer {
    let parameters: TransportParameters = serde_json::from_value(json!({
        "id": "transport",
        "iceParameters": { "usernameFragment": "u", "password": "p", "iceLite": true },
        "iceCandidates": [],
        "dtlsParameters": { "role": "auto", "fingerprints": [] },
    }))
    .expect("valid parameters");
    Answer::Transport(Box::new(parameters))
}

pub fn consuming(consumer: &ConsumerId, producer: &ProducerId) -> Answer {
    Answer::Consuming(Box::new(ConsumerParameters {
        id: consumer.clone(),
        producer_id: producer.clone(),
        kind: MediaKind::Audio,
        rtp_parameters: RtpParameters::default(),
    }))
}

pub fn error(code: &str) -> ErrorView {
    ErrorView {
        code: code.into(),
        message: "A sentence.".into(),
        details: String::new(),
    }
}

/// A refusal with these details, in the shape that has a code.
pub fn refusal(request: RequestName, code: &str, details: &str) -> RequestError {
    let ack = json!({ "error": { "code": code, "message": "…", "details": details } });
    GatewayError::in_ack(request, &[ack])
        .expect("a failure")
        .into()
}

pub fn not_in_room(request: RequestName) -> RequestError {
    refusal(request, "ERR", "Participant not in room")
}

pub fn silence(request: RequestName) -> RequestError {
    RequestError::Timeout {
        request,
        after: Duration::from_secs(10),
    }
}

/// Somebody who sends sound under `<name>-audio`.
pub fn talker(name: &str) -> Participant {
    let mut participant = silent(name);
    participant.producers.push(ProducerInfo {
        id: format!("{name}-audio").into(),
        kind: MediaKind::Audio,
    });
    participant
}

/// Somebody who sends nothing.
pub fn silent(name: &str) -> Participant {
    Participant {
        id: format!("id-of-{name}").into(),
        name: Name::new(name),
        joined_at: None,
        source_language: None,
        target_language: None,
        producers: Vec::new(),
    }
}

pub fn came(name: &str) -> ServerEvent {
    ServerEvent::ParticipantJoined(silent(name))
}

pub fn went(name: &str) -> ServerEvent {
    ServerEvent::ParticipantLeft(ParticipantLeft {
        participant_id: format!("id-of-{name}").into(),
    })
}

pub fn sends(name: &str, producer: &str, kind: MediaKind) -> ServerEvent {
    ServerEvent::NewProducer(NewProducer {
        producer_id: producer.into(),
        participant_id: format!("id-of-{name}").into(),
        kind,
    })
}

pub fn closes(producer: &str) -> ServerEvent {
    ServerEvent::ProducerClosed(ProducerClosed {
        producer_id: producer.into(),
    })
}

pub fn says(sender: &str, text: &str, timestamp: Option<u64>) -> ServerEvent {
    ServerEvent::Chat(ChatMessage {
        sender: Name::new(sender),
        text: text.into(),
        timestamp,
        room_id: None,
    })
}
