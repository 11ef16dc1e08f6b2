//! What a gateway's socket reports.

use std::collections::VecDeque;

use socketio::{ConnectError, DisconnectReason, Event, Events, Retry, Session};

use crate::wire::{Dialect, ServerEvent, Unreadable};

/// Something that happened on a gateway's socket, in order.
#[derive(Debug)]
pub enum GatewayEvent {
    /// Requests can be sent. Each connection is a new one to the gateway: nothing of an
    /// earlier session is left but its ghost.
    Connected(Session),
    /// The connection ended; all outstanding requests failed.
    Disconnected {
        /// How.
        reason: DisconnectReason,
        /// The next attempt; `None` when there will be none by itself.
        retry: Option<Retry>,
    },
    /// An attempt to connect failed.
    ConnectFailed {
        /// Why.
        error: ConnectError,
        /// The next attempt; `None` when there will be none by itself.
        retry: Option<Retry>,
    },
    /// The gateway told something.
    Event(ServerEvent),
    /// The gateway told something that could not be read. Nothing to stop for.
    Unrecognised(Unreadable),
    /// The socket was closed by its owner; nothing follows.
    Stopped,
}

/// The stream of [`GatewayEvent`]s of one [`super::Gateway`].
#[derive(Debug)]
pub struct GatewayEvents {
    events: Events,
    dialect: Dialect,
    put_back: VecDeque<GatewayEvent>,
}

impl GatewayEvents {
    pub(super) fn new(events: Events, dialect: Dialect) -> Self {
        Self {
            events,
            dialect,
            put_back: VecDeque::new(),
        }
    }

    /// Waits for the next event; `None` after [`GatewayEvent::Stopped`]. Events of unknown
    /// names are left out. Cancel-safe.
    pub async fn next(&mut self) -> Option<GatewayEvent> {
        if let Some(event) = self.put_back.pop_front() {
            return Some(event);
        }
        loop {
            let event = match self.events.next().await? {
                Event::Connected(session) => GatewayEvent::Connected(session),
                Event::Disconnected { reason, retry } => {
                    GatewayEvent::Disconnected { reason, retry }
                }
                Event::ConnectFailed { error, retry } => {
                    GatewayEvent::ConnectFailed { error, retry }
                }
                Event::Stopped => GatewayEvent::Stopped,
                Event::Message(message) => {
                    match ServerEvent::read(&self.dialect, &message.event, message.args) {
                        Some(Ok(event)) => GatewayEvent::Event(event),
                        Some(Err(unreadable)) => {
                            tracing::warn!(
                                event = unreadable.name,
                                path = unreadable.path,
                                "the gateway sent an event that could not be read"
                            );
                            GatewayEvent::Unrecognised(unreadable)
                        }
                        None => {
                            tracing::debug!(event = message.event, "unknown event ignored");
                            continue;
                        }
                    }
                }
                _ => continue,
            };
            return Some(event);
        }
    }

    /// Puts events in front of all others, for the owner to whom the stream goes next.
    pub(crate) fn put_back(&mut self, events: Vec<GatewayEvent>) {
        for event in events.into_iter().rev() {
            self.put_back.push_front(event);
        }
    }
}
