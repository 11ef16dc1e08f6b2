//! Acknowledgements and events on their way out, with what may go wrong there.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

use serde::ser::{Serialize, SerializeTuple, Serializer};
use serde_json::{Value, json};
use signaling::wire::{EventName, GATEWAY, RequestName};
use socketioxide::extract::{AckSender, SocketRef};

use crate::Misbehaviour;
use crate::rooms::{Emission, Handled, SocketId};

/// What leaves for a client.
enum Parcel {
    Ack(AckSender, Vec<Value>),
    Event(Emission),
}

/// A parcel that waits. Compared by time, then by order.
struct Waiting {
    due: Instant,
    number: u64,
    parcel: Parcel,
}

impl Waiting {
    fn rank(&self) -> (Instant, u64) {
        (self.due, self.number)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// The clients and what is under way to them.
#[derive(Default)]
pub(super) struct Delivery {
    clients: HashMap<SocketId, SocketRef>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    number: u64,
}

impl Delivery {
    pub(super) fn connected(&mut self, socket: SocketRef) {
        self.clients.insert(socket.id, socket);
    }

    pub(super) fn disconnected(&mut self, socket: SocketId) {
        self.clients.remove(&socket);
    }

    pub(super) fn clients(&self) -> usize {
        self.clients.len()
    }

    /// Sends what came out of a request.
    pub(super) fn deliver(
        &mut self,
        handled: Handled,
        request: Option<(RequestName, AckSender)>,
        misbehaviour: &Misbehaviour,
        now: Instant,
    ) {
        if let (Some(args), Some((request, ack))) = (handled.reply, request)
            && !misbehaviour.drop_acks.contains(request)
        {
            let args = if misbehaviour.nonsense_acks.contains(request) {
                self.nonsense()
            } else {
                args
            };
            let delay = handled.after + misbehaviour.delay_acks;
            self.send(Parcel::Ack(ack, args), delay, now);
        }
        let delay = handled.after + misbehaviour.delay_events;
        for event in handled.events {
            self.send(Parcel::Event(event), delay, now);
        }
    }

    /// Answers that fit no request, a different one each time.
    fn nonsense(&mut self) -> Vec<Value> {
        match self.number % 4 {
            0 => vec![json!(-17.5)],
            1 => vec![json!({ "success": true, "id": null, "producerId": [] })],
            2 => vec![json!("\u{0}nonsense\u{202E}"), json!(null)],
            _ => vec![json!([[], {}])],
        }
    }

    fn send(&mut self, parcel: Parcel, delay: Duration, now: Instant) {
        self.number += 1;
        if delay.is_zero() {
            self.hand_over(parcel);
        } else {
            self.waiting.push(Reverse(Waiting {
                due: now + delay,
                number: self.number,
                parcel,
            }));
        }
    }

    /// When the next parcel that waits is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.waiting.peek().map(|Reverse(waiting)| waiting.due)
    }

    /// Sends what is due.
    pub(super) fn send_due(&mut self, now: Instant) {
        while self.next_due().is_some_and(|due| due <= now) {
            if let Some(Reverse(waiting)) = self.waiting.pop() {
                self.hand_over(waiting.parcel);
            }
        }
    }

    /// A client that is gone, or that has not read for so long that its queue is full, misses
    /// what is sent to it; the ping time-out ends it.
    fn hand_over(&self, parcel: Parcel) {
        match parcel {
            Parcel::Ack(ack, args) => {
                if let Err(error) = ack.send(&Arguments(args)) {
                    tracing::debug!(%error, "an acknowledgement could not be sent");
                }
            }
            Parcel::Event(emission) => {
                let (Some(client), Some(name)) = (
                    self.clients.get(&emission.to),
                    GATEWAY.event(emission.event),
                ) else {
                    return;
                };
                if let Err(error) = client.emit(name, &emission.data) {
                    tracing::debug!(%error, event = name, "an event could not be sent");
                }
            }
        }
    }

    /// An event that does not come from a request.
    pub(super) fn greet(&mut self, to: SocketId, misbehaviour: &Misbehaviour, now: Instant) {
        let greeting = Emission {
            to,
            event: EventName::Welcome,
            data: json!({ "socketId": to.to_string() }),
        };
        self.send(Parcel::Event(greeting), misbehaviour.delay_events, now);
    }
}

/// Arguments of an acknowledgement: as a tuple, which the library spreads.
struct Arguments(Vec<Value>);

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for argument in &self.0 {
            tuple.serialize_element(argument)?;
        }
        tuple.end()
    }
}
