//! Everything a session asks for. Outputs are carried out in the order in which they are given.

use std::time::Duration;

use audio::{SinkSpec, SourceSpec};
use ortc::{RtpCapabilities, TransportParameters};
use signaling::wire::{ConsumerId, ConsumerParameters, Direction, Language, ProducerId, SendChat};

use crate::view::LevelsView;

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Output {
    /// Open a socket to the gateway. There is never more than one.
    OpenSocket {
        /// Its number, to be named in every input that comes from it.
        socket: u64,
        /// How long the attempt may take.
        limit: Duration,
    },
    /// Close that socket; nothing more is expected from it.
    CloseSocket {
        /// Its number.
        socket: u64,
    },
    /// Send a request beside everything else, and bring its outcome back as an input.
    Request {
        /// To be named in the answer.
        request: u64,
        /// What to ask.
        ask: Ask,
    },
    /// Send a chat message; there is no answer, only the echo.
    SendChat(SendChat),
    /// Do something with the transports of a membership.
    Media {
        /// Number of the membership, to be named in every input that comes from it.
        membership: u64,
        /// What to do.
        action: MediaAction,
    },
    /// Do something with the microphone.
    Capture(CaptureAction),
    /// Do something with the speaker.
    Playout(PlayoutAction),
    /// [`Session::view`](super::Session::view) gives something else than before.
    ViewChanged,
    /// New levels.
    Levels(LevelsView),
    /// The call is over; no input changes anything any more.
    Ended,
}

/// A request to the gateway.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Enter the room.
    Join {
        /// Name for the others.
        name: String,
        /// Language spoken.
        source_language: Option<Language>,
        /// Language wanted.
        target_language: Option<Language>,
    },
    /// Leave the room.
    Leave,
    /// Create a transport.
    CreateTransport(Direction),
    /// Hand over the DTLS parameters of the transport opened before; once acknowledged, its
    /// DTLS may start.
    ConnectTransport {
        /// Number of the membership.
        membership: u64,
        /// Which transport.
        direction: Direction,
    },
    /// Produce the microphone's sound on the send transport opened before.
    ProduceAudio {
        /// Number of the membership.
        membership: u64,
    },
    /// Consume somebody's sound.
    Consume {
        /// Number of the membership.
        membership: u64,
        /// Whose track.
        producer: ProducerId,
    },
    /// Let its packets flow.
    ResumeConsumer(ConsumerId),
    /// Stop its packets.
    PauseConsumer(ConsumerId),
    /// Tell the gateway that nothing is sent.
    PauseProducer(ProducerId),
    /// Tell the gateway that something is sent again.
    ResumeProducer(ProducerId),
    /// End the own producer.
    CloseProducer(ProducerId),
}

/// Something to do with transports.
#[derive(Debug, Clone)]
pub enum MediaAction {
    /// Take the router's capabilities.
    Load(Box<RtpCapabilities>),
    /// Open a transport and begin with ICE.
    Open {
        /// Which way.
        direction: Direction,
        /// The gateway's side.
        parameters: Box<TransportParameters>,
    },
    /// The gateway has the fingerprint: DTLS may start.
    StartDtls {
        /// Which transport.
        direction: Direction,
    },
    /// Send what the microphone captures, from now on.
    StartSending,
    /// Receive a consumer and play it.
    Receive(Box<ConsumerParameters>),
    /// Stop receiving a consumer.
    StopReceiving(ConsumerId),
    /// Close everything of this membership.
    Close,
}

/// Something to do with the microphone.
#[derive(Debug, Clone, PartialEq)]
pub enum CaptureAction {
    /// Look it up without capturing anything; the result comes back as an input.
    Open {
        /// To be named in the result; results of earlier attempts are ignored.
        attempt: u64,
        /// Which microphone.
        source: SourceSpec,
    },
    /// Capture. Sound goes to the producer, once there is one.
    Start,
    /// Stop capturing at the source. Done when the next output is carried out.
    Stop,
    /// Let go of the device.
    Close,
}

/// Something to do with the speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlayoutAction {
    /// Open it, or change to another one; the result comes back as an input.
    Open(SinkSpec),
    /// Let go of it.
    Close,
}
