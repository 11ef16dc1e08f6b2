//! What is on the wire, as pure functions: no I/O, no clock, no state but [`Assembler`]'s.
//!
//! Sources: Engine.IO protocol revision 4 and Socket.IO protocol revision 5 (socket.io, "Protocol"
//! pages), and the reference parsers `engine.io-parser` 5 and `socket.io-parser` 4.

mod assembler;
mod engine;
mod socket;

pub use assembler::{Assembled, Assembler};
pub use engine::{
    EnginePacket, Handshake, PAYLOAD_SEPARATOR, decode_engine, decode_payload, encode_payload,
    payload_size,
};
pub use socket::{
    MAX_ATTACHMENTS, Packet, PacketBody, decode, encode_ack, encode_connect, encode_disconnect,
    encode_event,
};

use bytes::Bytes;
pub use tokio_tungstenite::tungstenite::Utf8Bytes;

/// One Engine.IO packet as a websocket carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Packet type (one digit) and text.
    Text(Utf8Bytes),
    /// A binary attachment; always of type "message".
    Binary(Bytes),
}

impl Frame {
    /// Bytes on a websocket, without its header.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether there is not a single byte in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<&'static str> for Frame {
    fn from(text: &'static str) -> Self {
        Self::Text(Utf8Bytes::from_static(text))
    }
}

impl From<String> for Frame {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

/// What is wrong with something that a peer sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// Nothing where a packet should be.
    #[error("an empty packet")]
    Empty,
    /// The first character is no packet type.
    #[error("unknown packet type {0:?}")]
    UnknownType(char),
    /// A binary packet without the number of its attachments, or with too many of them.
    #[error("an unusable number of attachments")]
    Attachments,
    /// A placeholder for an attachment which the packet does not have.
    #[error("a placeholder without its attachment")]
    Placeholder,
    /// An ack number that is no number, or missing where one must be.
    #[error("an unusable ack number")]
    AckNumber,
    /// Not JSON, or JSON of the wrong shape.
    #[error("unusable JSON: {0}")]
    Json(String),
    /// Base64 in a polling payload is broken.
    #[error("unusable base64")]
    Base64,
    /// An attachment that nobody announced, or text where an attachment was due.
    #[error("attachments and packets out of step")]
    OutOfStep,
}
