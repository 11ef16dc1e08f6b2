//! Names and data on the wire: one table of names, and a struct for every request, answer
//! and event. Everything both serialises and deserialises, so that a client and a server
//! are written with the same types.
//!
//! Reading is tolerant: unknown fields are ignored, missing optional fields accepted, and
//! whatever other people's clients fill in (names, languages, times, chat) may be of any
//! JSON type. A wrong required field is an error that names the path of the field.

mod acks;
mod events;
mod failure;
mod ids;
mod loose;
mod names;
mod requests;

pub use acks::{ConsumerParameters, Joined, Produced};
pub use events::{
    CaptionStatus, ChatMessage, ErrorEvent, GatewayCaption, NewProducer, ParticipantLeft,
    ProducerClosed, ScreenShare, ServerEvent, Transcription, Translation, Unreadable, Welcome,
};
pub use failure::{Failure, FailureShape};
pub use ids::{ConsumerId, ParticipantId, ProducerId, TransportId};
pub use loose::{Language, Name, Participant, ProducerInfo};
pub use names::{Dialect, EventName, GATEWAY, Reply, RequestData, RequestName, RequestRow};
pub use requests::{
    ConnectTransport, Consume, ConsumerRef, CreateTransport, Direction, JoinRoom, Produce,
    ProducerRef, ScreenShareNotice, SendChat, UpdateLanguage,
};

pub(crate) use loose::read;
