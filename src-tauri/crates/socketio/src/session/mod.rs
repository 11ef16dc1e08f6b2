//! One connection's acks, liveness and recovery. No I/O, no clock: frames and times come in,
//! [`Output`]s go out.

mod acks;
mod liveness;
mod recovery;
#[cfg(test)]
mod tests;

pub(crate) use recovery::Recovery;

use crate::error::DisconnectReason;
use crate::packet::{
    Assembled, Assembler, EnginePacket, Frame, Handshake, PacketBody, PacketError, decode,
    decode_engine, encode_connect, encode_disconnect,
};
use crate::payload::Reply;
use acks::Acks;
use bytes::Bytes;
use liveness::Liveness;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Most events that may come before the namespace's answer.
const MOST_EARLY_EVENTS: usize = 10_000;

/// What the session wants done, in order. `R` is the way back to the caller of a request.
#[derive(Debug, PartialEq)]
pub(crate) enum Output<R> {
    Send(Frame),
    /// The namespace accepted us.
    Connected {
        id: String,
        recovered: bool,
    },
    /// The namespace refused us.
    Refused {
        message: String,
        data: Option<Value>,
    },
    Event {
        name: String,
        args: Vec<Value>,
        attachments: Vec<Bytes>,
        /// Place among everything that came on this connection.
        order: u64,
        /// Number under which the server waits for our answer.
        ack: Option<u64>,
    },
    Reply {
        to: R,
        reply: Reply,
    },
    /// The connection is over; nothing follows.
    Closed(DisconnectReason),
}

#[derive(Debug)]
enum Phase {
    /// Waiting for the namespace's answer, with the events that came before it.
    Joining(Vec<Assembled>),
    Connected,
    Closed,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Session<R> {
    namespace: String,
    phase: Phase,
    assembler: Assembler,
    acks: Acks<R>,
    liveness: Liveness,
    recovery: Recovery,
    /// Events and acks so far.
    arrived: u64,
    outputs: VecDeque<Output<R>>,
}

impl<R> Session<R> {
    /// A session on a fresh engine. Its first output is the CONNECT packet.
    pub(crate) fn new(
        handshake: &Handshake,
        namespace: &str,
        auth: Option<&Value>,
        recovery: Recovery,
        max_incoming: usize,
        now: Instant,
    ) -> Self {
        let connect = encode_connect(namespace, recovery.auth(auth).as_ref());
        Self {
            namespace: namespace.to_owned(),
            phase: Phase::Joining(Vec::new()),
            assembler: Assembler::new(max_incoming),
            acks: Acks::new(),
            liveness: Liveness::new(handshake.ping_interval, handshake.ping_timeout, now),
            recovery,
            arrived: 0,
            outputs: VecDeque::from([Output::Send(connect)]),
        }
    }

    pub(crate) fn next_output(&mut self) -> Option<Output<R>> {
        self.outputs.pop_front()
    }

    /// What the next session needs to restore this one.
    pub(crate) fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// The packet that leaves the namespace.
    pub(crate) fn leave(&self) -> Frame {
        encode_disconnect(&self.namespace)
    }

    pub(crate) fn register(&mut self, id: u64, reply: R, asked: Instant, timeout: Duration) {
        self.acks.register(id, reply, asked, timeout);
    }

    /// The callers of all outstanding requests, because the connection ended.
    pub(crate) fn drain_acks(&mut self) -> impl Iterator<Item = R> + '_ {
        self.acks.drain()
    }

    /// When [`pop_expired`](Self::pop_expired) and [`silence`](Self::silence) are due.
    pub(crate) fn next_deadline(&self) -> Instant {
        let alive_until = self.liveness.deadline();
        match self.acks.next_deadline() {
            Some(deadline) => deadline.min(alive_until),
            None => alive_until,
        }
    }

    /// Counts as a sign of life: something arrived, or we were not listening.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.liveness.heard(now);
    }

    /// One request whose time is over, and the time it had.
    pub(crate) fn pop_expired(&mut self, now: Instant) -> Option<(R, Duration)> {
        self.acks.pop_expired(now)
    }

    /// Why the peer counts as lost, if it does.
    pub(crate) fn silence(&self, now: Instant) -> Option<DisconnectReason> {
        let after = self.liveness.limit();
        (now >= self.liveness.deadline()).then_some(DisconnectReason::PingTimeout { after })
    }

    /// A frame arrived.
    pub(crate) fn receive(&mut self, frame: Frame, now: Instant) {
        if matches!(self.phase, Phase::Closed) {
            return;
        }
        self.liveness.heard(now);
        let outcome = match frame {
            Frame::Text(text) => self.text(&text),
            Frame::Binary(bytes) => self.assembler.binary(bytes).map(|packet| {
                if let Some(packet) = packet {
                    self.packet(packet);
                }
            }),
        };
        if let Err(error) = outcome {
            self.violation(error.to_string());
        }
    }

    fn text(&mut self, text: &str) -> Result<(), PacketError> {
        match decode_engine(text)? {
            EnginePacket::Message(message) => {
                let packet = decode(message)?;
                let foreign = packet.namespace != self.namespace;
                if let Some(packet) = self.assembler.text(packet.body, foreign)? {
                    self.packet(packet);
                }
            }
            EnginePacket::Ping(payload) => {
                let pong = match payload {
                    "" => Frame::from("3"),
                    payload => format!("3{payload}").into(),
                };
                self.outputs.push_back(Output::Send(pong));
            }
            EnginePacket::Close => self.close(DisconnectReason::EngineClose { code: None }),
            EnginePacket::Open(_) => self.violation("a second handshake".to_owned()),
            // A server has no reason to send these; the reference client ignores them too.
            EnginePacket::Pong(_) | EnginePacket::Noop | EnginePacket::Upgrade => {}
        }
        Ok(())
    }

    fn packet(&mut self, packet: Assembled) {
        if packet.foreign {
            return;
        }
        if let Phase::Joining(early) = &mut self.phase
            && let PacketBody::Event { .. } = packet.body
        {
            if early.len() == MOST_EARLY_EVENTS {
                self.violation("too many events before the namespace's answer".to_owned());
            } else {
                early.push(packet);
            }
            return;
        }
        match packet.body {
            PacketBody::Event {
                ack, name, args, ..
            } => {
                self.recovery.received(&args, ack.is_some());
                let order = self.arrived();
                self.outputs.push_back(Output::Event {
                    name,
                    args,
                    attachments: packet.attachments,
                    order,
                    ack,
                });
            }
            PacketBody::Ack { id, args, .. } => {
                // An ack for a request that has timed out, or a second one, meets nothing.
                if let Some(to) = self.acks.resolve(id) {
                    let order = self.arrived();
                    let reply = Reply {
                        args,
                        attachments: packet.attachments,
                        order,
                    };
                    self.outputs.push_back(Output::Reply { to, reply });
                }
            }
            PacketBody::Connect { data } => self.accepted(data),
            PacketBody::ConnectError { message, data } => match self.phase {
                Phase::Joining(_) => {
                    self.phase = Phase::Closed;
                    self.outputs.push_back(Output::Refused { message, data });
                }
                _ => self.close(DisconnectReason::ServerDisconnect),
            },
            PacketBody::Disconnect => self.close(DisconnectReason::ServerDisconnect),
        }
    }

    fn arrived(&mut self) -> u64 {
        let order = self.arrived;
        self.arrived += 1;
        order
    }

    fn accepted(&mut self, data: Option<Value>) {
        let Phase::Joining(early) = std::mem::replace(&mut self.phase, Phase::Connected) else {
            return;
        };
        let field = |name| data.as_ref()?.get(name)?.as_str();
        let Some(id) = field("sid") else {
            // Socket.IO 2 answers without a sid; its packets differ in more than that.
            self.violation("the namespace's answer has no sid".to_owned());
            return;
        };
        let recovered = self.recovery.connected(field("pid"));
        self.outputs.push_back(Output::Connected {
            id: id.to_owned(),
            recovered,
        });
        for packet in early {
            self.packet(packet);
        }
    }

    fn violation(&mut self, message: String) {
        self.close(DisconnectReason::ProtocolViolation { message });
    }

    fn close(&mut self, reason: DisconnectReason) {
        self.phase = Phase::Closed;
        self.outputs.push_back(Output::Closed(reason));
    }
}
