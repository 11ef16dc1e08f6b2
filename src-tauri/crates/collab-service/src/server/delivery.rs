//! Acknowledgements and events on their way out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::ser::{Serialize, SerializeTuple, Serializer};
use serde_json::Value;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::{SendError, SocketError};

use crate::core::{Emission, SocketId};
use crate::stats::Counters;

/// What leaves for clients, in order.
pub(super) enum Parcel {
    Ack {
        to: SocketId,
        ack: AckSender,
        args: Vec<Value>,
    },
    Event(Emission),
}

/// The clients, and those of them that do not read.
pub(super) struct Delivery {
    clients: HashMap<SocketId, SocketRef>,
    clogged: HashSet<SocketId>,
    counters: Arc<Counters>,
}

impl Delivery {
    pub(super) fn new(counters: Arc<Counters>) -> Self {
        Self {
            clients: HashMap::new(),
            clogged: HashSet::new(),
            counters,
        }
    }

    pub(super) fn connected(&mut self, number: SocketId, socket: SocketRef) {
        self.clients.insert(number, socket);
        Counters::set(&self.counters.sockets, self.clients.len());
    }

    pub(super) fn disconnected(&mut self, number: SocketId) {
        self.clients.remove(&number);
        self.clogged.remove(&number);
        Counters::set(&self.counters.sockets, self.clients.len());
    }

    /// Whether somebody waits to be dropped for not reading.
    pub(super) fn has_clogged(&self) -> bool {
        !self.clogged.is_empty()
    }

    pub(super) fn hand_over(&mut self, parcel: Parcel) {
        match parcel {
            Parcel::Ack { to, ack, args } => {
                if self.clogged.contains(&to) {
                    return;
                }
                let sent = ack.send(&Arguments(&args));
                if let Err(SendError::Socket(SocketError::InternalChannelFull)) = sent {
                    self.clog(to);
                }
            }
            Parcel::Event(emission) => {
                for to in &emission.to {
                    let Some(client) = self.clients.get(to) else {
                        continue;
                    };
                    if self.clogged.contains(to) {
                        continue;
                    }
                    let sent = client.emit(emission.event, &Arguments(&emission.args));
                    if let Err(SendError::Socket(SocketError::InternalChannelFull)) = sent {
                        self.clog(*to);
                    }
                }
            }
        }
    }

    /// A client that has not read for so long that its queue is full would miss this, and never
    /// know. It hears nothing more and is sent away as soon as the farewell fits, so that it comes
    /// back and hears all of it.
    fn clog(&mut self, client: SocketId) {
        if self.clogged.insert(client) {
            Counters::add(&self.counters.dropped, 1);
        }
    }

    pub(super) fn drop_clogged(&mut self) {
        let clients = &self.clients;
        self.clogged.retain(|number| {
            let Some(client) = clients.get(number) else {
                return false;
            };
            let farewell = client.clone().disconnect();
            matches!(farewell, Err(SocketError::InternalChannelFull))
        });
    }
}

/// Arguments of an event or acknowledgement: as a tuple, which the library spreads.
struct Arguments<'a>(&'a [Value]);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for argument in self.0 {
            tuple.serialize_element(argument)?;
        }
        tuple.end()
    }
}
