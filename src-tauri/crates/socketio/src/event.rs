//! What a connection reports to its owner.

use crate::error::{ConnectError, DisconnectReason};
use crate::payload::placeholder_index;
use crate::socket::AckReply;
use crate::transport::TransportKind;
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::mpsc;

/// Something that happened, in order.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The namespace answered: requests can be sent. Events that the server sent before its answer
    /// come right after this one.
    Connected(Session),
    /// The server sent an event.
    Message(Message),
    /// The connection ended. All its requests fail with the same reason.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
        /// The next attempt, or `None` when there will be none by itself.
        retry: Option<Retry>,
    },
    /// An attempt to connect failed.
    ConnectFailed {
        /// Why.
        error: ConnectError,
        /// The next attempt, or `None` when there will be none by itself.
        retry: Option<Retry>,
    },
    /// The client stopped for good; [`Events::next`] returns `None` from now on.
    Stopped,
}

/// When the client tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Number of the attempt since the last stable connection, from 1.
    pub attempt: u32,
    /// Time until it starts.
    pub delay: Duration,
}

/// One established connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The socket id: what the server calls this client in its namespace.
    pub id: String,
    /// Whether the server restored the previous session (connection-state recovery): same id, same
    /// rooms, and the events missed in between follow.
    pub recovered: bool,
    /// The transport at this moment. An upgrade may still replace polling by websocket.
    pub transport: TransportKind,
    /// How often the server pings.
    pub ping_interval: Duration,
    /// How long the server waits for the answer to a ping. A server that is silent for interval +
    /// time-out is lost.
    pub ping_timeout: Duration,
    /// Largest message that the server accepts, in bytes; `None` when it does not say.
    pub max_payload: Option<usize>,
    /// Time from the start of the attempt to the namespace's answer.
    pub took: Duration,
    /// Why the websocket was not used, when polling had to step in for it.
    pub websocket_error: Option<ConnectError>,
}

/// An event sent by the server.
#[derive(Debug)]
pub struct Message {
    /// Name of the event.
    pub event: String,
    /// Arguments, possibly none. Binary ones are placeholders; see [`attachment`](Self::attachment).
    /// When the server has connection-state recovery on, it appends an offset string of its own.
    pub args: Vec<Value>,
    /// Binary attachments, in the order of their placeholders' numbers.
    pub attachments: Vec<Bytes>,
    /// Place among all events and replies of this connection, as the server sent them; see
    /// [`Reply::order`](crate::Reply::order).
    pub order: u64,
    /// Present when the server wants an answer.
    pub ack: Option<AckReply>,
}

impl Message {
    /// The bytes for which `value`, a placeholder found in [`args`](Self::args), stands.
    pub fn attachment(&self, value: &Value) -> Option<&Bytes> {
        self.attachments.get(placeholder_index(value)?)
    }
}

/// The stream of [`Event`]s of one [`Socket`](crate::Socket).
#[derive(Debug)]
pub struct Events {
    pub(crate) receiver: mpsc::Receiver<Event>,
}

impl Events {
    /// Waits for the next event; `None` after [`Event::Stopped`]. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        self.receiver.recv().await
    }
}
