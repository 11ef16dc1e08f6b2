//! Rooms, participants, and what each request is answered: state without sockets or clocks.
//!
//! Every request is handled at once and in order. The real gateway handles them concurrently and
//! loses track of participants who join twice or join while leaving (ghosts); here such frames
//! are recorded as violations and do no harm.

mod failures;
mod frame;
mod health;
mod ids;
mod media;
mod membership;
mod talk;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ortc::{MediaKind, RtpCapabilities, RtpParameters};
use rand::rngs::StdRng;
use serde_json::Value;
use signaling::wire::{
    ConsumerId, EventName, Failure, GATEWAY, Participant, ProducerId, RequestName, ServerEvent,
    TransportId,
};

pub(crate) use frame::Frame;
pub(crate) use socketioxide::socket::Sid as SocketId;

use crate::Misbehaviour;
use crate::sfu::{ConsumerKey, ProducerKey, Sfu, TransportKey};
use crate::stats::Counters;
use crate::violation::{ViolationKind, ViolationLog};

/// A point in time, by the clock that never jumps and by the one that people read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub instant: Instant,
    /// Milliseconds since the Unix epoch.
    pub unix_ms: u64,
}

/// What is to be done after a frame.
#[derive(Debug, Default)]
pub(crate) struct Handled {
    /// Arguments of the acknowledgement; `None` when there is none.
    pub reply: Option<Vec<Value>>,
    pub events: Vec<Emission>,
    /// How much later both leave.
    pub after: Duration,
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Emission {
    pub to: SocketId,
    pub event: EventName,
    pub data: Value,
}

/// What a request leads to when it succeeds.
#[derive(Default)]
struct Done {
    args: Vec<Value>,
    events: Vec<Emission>,
    after: Duration,
}

/// What it leads to when it fails. What other people are told, they are told anyway.
struct Refused {
    failure: Failure,
    after: Duration,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            after: Duration::ZERO,
        }
    }
}

type Outcome = Result<Done, Refused>;

/// What the state needs from outside.
pub(crate) struct Setup {
    pub router: RtpCapabilities,
    pub sfu: Sfu,
    pub rng: StdRng,
    pub misbehaviour: Misbehaviour,
    pub max_participants: usize,
    pub violations: Arc<ViolationLog>,
    pub counters: Arc<Counters>,
    /// When the gateway came up.
    pub started: Moment,
}

/// The gateway's state.
pub(crate) struct Rooms {
    setup: Setup,
    rooms: BTreeMap<String, Room>,
    /// In which room a socket's participant is.
    whereabouts: HashMap<SocketId, String>,
}

struct Room {
    created: Moment,
    /// In the order of their joins.
    members: Vec<Member>,
}

struct Member {
    socket: SocketId,
    /// As others see it, without producers.
    participant: Participant,
    send: Option<Line>,
    receive: Option<Line>,
    producers: Vec<Track>,
    consumers: HashMap<ConsumerId, ConsumerKey>,
}

/// A transport of a member.
struct Line {
    id: TransportId,
    key: TransportKey,
}

/// A producer of a member.
struct Track {
    id: ProducerId,
    key: ProducerKey,
    transport: TransportKey,
    kind: MediaKind,
    consumable: RtpParameters,
}

impl Rooms {
    pub(crate) fn new(setup: Setup) -> Self {
        Self {
            setup,
            rooms: BTreeMap::new(),
            whereabouts: HashMap::new(),
        }
    }

    pub(crate) fn sfu(&mut self) -> &mut Sfu {
        &mut self.setup.sfu
    }

    pub(crate) fn set_misbehaviour(&mut self, misbehaviour: Misbehaviour) {
        self.setup.misbehaviour = misbehaviour;
    }

    pub(crate) fn misbehaviour(&self) -> &Misbehaviour {
        &self.setup.misbehaviour
    }

    /// Handles an event of a client.
    pub(crate) fn handle(&mut self, socket: SocketId, frame: Frame, now: Moment) -> Handled {
        Counters::add(&self.setup.counters.requests, 1);
        for kind in frame.violations() {
            self.setup.violations.record(&frame.event, kind);
        }
        let Some(row) = GATEWAY.request_named(&frame.event) else {
            return Handled::default();
        };
        let answers = frame.is_answered(row);
        let outcome = if row.request == RequestName::RouterCapabilities && !answers {
            // The real gateway takes the data for the acknowledgement and fails to call it.
            Err(failures::capabilities("callback is not a function").into())
        } else {
            self.perform(socket, row.request, frame.into_data(), now)
        };
        self.setup.sfu.settle(now.instant);
        self.count();
        match outcome {
            Ok(done) => Handled {
                reply: answers.then_some(done.args),
                events: done.events,
                after: done.after,
            },
            Err(Refused { failure, after }) => {
                let reply = failure.ack_args(row.failure);
                let events = match &reply {
                    Some(_) => Vec::new(),
                    None => vec![Emission {
                        to: socket,
                        event: EventName::Error,
                        data: failure.error_event(),
                    }],
                };
                Handled {
                    reply: reply.filter(|_| answers),
                    events,
                    after,
                }
            }
        }
    }

    fn perform(
        &mut self,
        socket: SocketId,
        request: RequestName,
        data: Value,
        now: Moment,
    ) -> Outcome {
        use RequestName as R;
        match request {
            R::JoinRoom => self.join(socket, &data, now),
            R::LeaveRoom => Ok(self.leave(socket)),
            R::CreateRoom => self.create_room(now),
            R::RouterCapabilities => self.router_capabilities(socket),
            R::CreateTransport => self.create_transport(socket, &data, now),
            R::ConnectTransport => self.connect_transport(socket, &data),
            R::Produce => self.produce(socket, &data),
            R::Consume => self.consume(socket, &data),
            R::ResumeConsumer => Ok(self.pause_consumer(socket, &data, false)),
            R::PauseConsumer => Ok(self.pause_consumer(socket, &data, true)),
            R::PauseProducer => self.pause_producer(socket, &data, true),
            R::ResumeProducer => self.pause_producer(socket, &data, false),
            R::CloseProducer => Ok(self.close_producer(socket, &data)),
            R::Chat => Ok(self.chat(socket, &data, now)),
            R::ScreenShareStarted => {
                Ok(self.screen_share(socket, &data, EventName::ScreenShareStarted))
            }
            R::ScreenShareStopped => {
                Ok(self.screen_share(socket, &data, EventName::ScreenShareStopped))
            }
            R::UpdateLanguage => Ok(self.update_language(socket, &data)),
        }
    }

    /// A client's connection is gone.
    pub(crate) fn disconnected(&mut self, socket: SocketId, now: Moment) -> Vec<Emission> {
        let done = self.leave(socket);
        self.setup.sfu.settle(now.instant);
        self.count();
        done.events
    }

    /// Drops what hung on transports that ended by themselves. Nobody is told, as on the real
    /// gateway.
    pub(crate) fn clear_ended_transports(&mut self) {
        for key in self.setup.sfu.take_ended() {
            for member in self.rooms.values_mut().flat_map(|room| &mut room.members) {
                member.producers.retain(|track| track.transport != key);
                for line in [&mut member.send, &mut member.receive] {
                    line.take_if(|line| line.key == key);
                }
            }
        }
    }

    fn member(&mut self, socket: SocketId) -> Option<(&mut Member, &mut Setup)> {
        let room = self.rooms.get_mut(self.whereabouts.get(&socket)?)?;
        let member = room.members.iter_mut().find(|m| m.socket == socket)?;
        Some((member, &mut self.setup))
    }

    /// Everybody in the room of `socket` but itself.
    fn others(&self, socket: SocketId) -> impl Iterator<Item = &Member> {
        let room = self
            .whereabouts
            .get(&socket)
            .and_then(|id| self.rooms.get(id));
        let members = room.into_iter().flat_map(|room| &room.members);
        members.filter(move |member| member.socket != socket)
    }

    fn tell_others(&self, socket: SocketId, event: &ServerEvent) -> Vec<Emission> {
        self.others(socket)
            .map(|member| Emission {
                to: member.socket,
                event: event.name(),
                data: event.data(),
            })
            .collect()
    }

    fn record(&self, request: RequestName, kind: ViolationKind) {
        self.setup.violations.record(&request.to_string(), kind);
    }

    fn count(&self) {
        Counters::set(&self.setup.counters.rooms, self.rooms.len());
        Counters::set(&self.setup.counters.participants, self.whereabouts.len());
    }
}
