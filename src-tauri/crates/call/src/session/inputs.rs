//! Everything that can happen to a call, catalogued by where it comes from.

use std::collections::BTreeMap;

use ortc::TransportParameters;
use signaling::RequestError;
use signaling::wire::{ConsumerId, ConsumerParameters, Direction, Joined, ProducerId, ServerEvent};

use crate::command::Command;
use crate::options::JoinOptions;
use crate::view::{ErrorView, MediaPathView};

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// Everything before was preparation: enter the room now.
    Join(Box<JoinOptions>),
    /// A person (or a script on their behalf) wants something.
    Command(Command),
    /// The gateway, or the socket to it, said something.
    Signaling(SignalingInput),
    /// The transports of one membership said something.
    Media {
        /// Which membership they belong to; those of an earlier one are ignored.
        membership: u64,
        /// What happened.
        input: MediaInput,
    },
    /// Microphone or speaker said something.
    Sound(SoundInput),
    /// [`Session::deadline`](super::Session::deadline) has passed.
    Timer,
}

/// From the gateway and the socket.
#[derive(Debug, Clone)]
pub enum SignalingInput {
    /// The socket is open and the namespace connected.
    Connected {
        /// Which socket; older ones are ignored.
        socket: u64,
    },
    /// The socket could not be opened.
    ConnectFailed {
        /// Which socket.
        socket: u64,
        /// What happened, in words.
        error: ErrorView,
        /// False when trying again cannot help (not a gateway, for instance).
        retryable: bool,
    },
    /// An open socket was lost or closed by the other side.
    Disconnected {
        /// Which socket.
        socket: u64,
    },
    /// An event of the gateway, in order.
    Event {
        /// Which socket.
        socket: u64,
        /// The event.
        event: ServerEvent,
    },
    /// The answer to a request, its refusal, or its time-out.
    Answer {
        /// Id the session gave to the request.
        request: u64,
        /// What came of it.
        outcome: Result<Answer, RequestError>,
    },
}

/// A successful answer.
#[derive(Debug, Clone)]
pub enum Answer {
    /// To `join-room`.
    Joined(Box<Joined>),
    /// To `create-webrtc-transport`.
    Transport(Box<TransportParameters>),
    /// To `produce`.
    Produced(ProducerId),
    /// To `consume`.
    Consuming(Box<ConsumerParameters>),
    /// To everything that answers with nothing.
    Done,
}

/// From the transports.
#[derive(Debug, Clone)]
pub enum MediaInput {
    /// The router's capabilities, a transport or a consumer cannot be used: the gateway sent
    /// nonsense, or something this client does not support.
    Unusable {
        /// What happened, in words.
        error: ErrorView,
    },
    /// A transport changed its state.
    State {
        /// Which transport.
        direction: Direction,
        /// Its state now.
        state: LinkState,
    },
    /// The way the media takes is known, or has changed.
    Path {
        /// Which transport.
        direction: Direction,
        /// The way.
        path: MediaPathView,
    },
    /// Packets of this consumer arrive: the first one, or again after a pause.
    Flowing {
        /// Which consumer.
        consumer: ConsumerId,
    },
    /// Packets of this consumer stopped.
    Stalled {
        /// Which consumer.
        consumer: ConsumerId,
    },
    /// One consumer cannot be received, the rest works.
    ReceiveFailed {
        /// Which consumer.
        consumer: ConsumerId,
    },
}

/// State of a transport, as far as a call cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// ICE or DTLS are under way.
    Connecting,
    /// Media can flow.
    Connected,
    /// Checks go unanswered; it may recover.
    Disconnected,
    /// Dead.
    Failed,
}

/// From microphone and speaker.
#[derive(Debug, Clone)]
pub enum SoundInput {
    /// The microphone is there, and not capturing.
    CaptureOpened {
        /// Which attempt.
        attempt: u64,
        /// Name of the device.
        device: String,
    },
    /// The microphone cannot be used (any more).
    CaptureFailed {
        /// Which attempt.
        attempt: u64,
        /// Why.
        error: ErrorView,
    },
    /// The microphone that failed works again.
    CaptureRecovered {
        /// Which attempt.
        attempt: u64,
        /// Name of the device.
        device: String,
    },
    /// The speaker plays.
    PlayoutOpened {
        /// Name of the device; `None` when the sound goes nowhere by choice.
        device: Option<String>,
    },
    /// The speaker cannot be used (any more).
    PlayoutFailed {
        /// Why.
        error: ErrorView,
    },
    /// Levels, about ten times a second, dBFS.
    Levels {
        /// Of the microphone.
        me: f32,
        /// Of everybody who is received, by consumer.
        consumers: BTreeMap<ConsumerId, f32>,
    },
}
