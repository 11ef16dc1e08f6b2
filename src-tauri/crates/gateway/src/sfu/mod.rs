//! The selective forwarding unit: one str0m instance for each transport, all of them behind one
//! UDP socket, and the packets of producers handed to their consumers.
//!
//! Free of sockets and clocks: datagrams and times go in, datagrams come out.

mod config;
mod extensions;
mod forward;
mod sequence;
mod streams;
mod transport;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use ortc::{DtlsParameters, IceCandidate, RtpCapabilities, TransportParameters};
use str0m::net::{Protocol, Receive};
use str0m::{Event, Input};

use crate::stats::Counters;
pub(crate) use config::Identity;
use extensions::ExtensionTable;
use streams::{Consumer, Producer};
pub(crate) use streams::{ConsumerSetup, ProducerSetup};
use transport::{Transport, remote_fragment};

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) struct $name(u64);
    };
}
key!(
    /// A transport of the engine.
    TransportKey
);
key!(
    /// A producer of the engine.
    ProducerKey
);
key!(
    /// A consumer of the engine.
    ConsumerKey
);

/// Which way a transport's media flows, seen from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Flow {
    /// The client produces.
    Up,
    /// The client consumes.
    Down,
}

/// A datagram to be sent.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub to: SocketAddr,
    pub contents: Vec<u8>,
}

/// What the engine needs to know of its surroundings.
pub(crate) struct Surroundings {
    pub identity: Identity,
    pub router: RtpCapabilities,
    /// Where clients are told to send to, best first.
    pub candidates: Vec<IceCandidate>,
    /// Port of the UDP socket.
    pub port: u16,
    pub counters: Arc<Counters>,
}

/// Names of a new transport, chosen by the caller so that the engine needs no randomness.
pub(crate) struct Names {
    pub id: String,
    pub username_fragment: String,
    pub password: String,
}

/// See the module's description.
pub(crate) struct Sfu {
    surroundings: Surroundings,
    transports: HashMap<TransportKey, Transport>,
    producers: HashMap<ProducerKey, Producer>,
    consumers: HashMap<ConsumerKey, Consumer>,
    by_fragment: HashMap<String, TransportKey>,
    by_address: HashMap<SocketAddr, TransportKey>,
    /// Transports that may have something to say.
    stirred: Vec<TransportKey>,
    /// Transports that ended by DTLS.
    ended: Vec<TransportKey>,
    outbox: VecDeque<Datagram>,
    last_key: u64,
}

impl Sfu {
    pub(crate) fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            transports: HashMap::new(),
            producers: HashMap::new(),
            consumers: HashMap::new(),
            by_fragment: HashMap::new(),
            by_address: HashMap::new(),
            stirred: Vec::new(),
            ended: Vec::new(),
            outbox: VecDeque::new(),
            last_key: 0,
        }
    }

    fn next_key(&mut self) -> u64 {
        self.last_key += 1;
        self.last_key
    }

    /// Makes a transport, and what its client must be told.
    pub(crate) fn create_transport(
        &mut self,
        flow: Flow,
        names: Names,
        now: Instant,
    ) -> (TransportKey, TransportParameters) {
        let key = TransportKey(self.next_key());
        let mut transport = Transport::new(flow, &names, &self.surroundings, now);
        let parameters = transport.announced(names, &self.surroundings.candidates);
        let fragment = parameters.ice_parameters.username_fragment.clone();
        self.by_fragment.insert(fragment, key);
        self.transports.insert(key, transport);
        self.count_transports();
        (key, parameters)
    }

    /// Learns the client's certificate; DTLS may start. The error is mediasoup's text.
    pub(crate) fn connect(
        &mut self,
        key: TransportKey,
        parameters: &DtlsParameters,
    ) -> Result<(), String> {
        let fingerprint = config::client_fingerprint(parameters)?;
        let transport = self.transports.get_mut(&key).ok_or("Transport not found")?;
        transport.connect(fingerprint, parameters.role)?;
        self.stirred.push(key);
        Ok(())
    }

    /// Ends a transport with its producers and consumers.
    pub(crate) fn close_transport(&mut self, key: TransportKey) {
        if self.transports.remove(&key).is_none() {
            return;
        }
        self.by_fragment.retain(|_, owner| *owner != key);
        self.by_address.retain(|_, owner| *owner != key);
        let producers: Vec<_> = self
            .producers
            .iter()
            .filter(|(_, producer)| producer.transport == key)
            .map(|(key, _)| *key)
            .collect();
        for producer in producers {
            self.close_producer(producer);
        }
        self.consumers
            .retain(|_, consumer| consumer.transport != key);
        for producer in self.producers.values_mut() {
            producer
                .consumers
                .retain(|consumer| self.consumers.contains_key(consumer));
        }
        self.count_transports();
    }

    /// Transports that the other side ended since the last call; they are closed already.
    pub(crate) fn take_ended(&mut self) -> Vec<TransportKey> {
        let ended = std::mem::take(&mut self.ended);
        for key in &ended {
            self.close_transport(*key);
        }
        ended
    }

    /// Takes in a datagram.
    pub(crate) fn receive(&mut self, from: SocketAddr, contents: &[u8], now: Instant) {
        Counters::add(&self.surroundings.counters.datagrams_received, 1);
        let local = transport::local_address(from, self.surroundings.port);
        let Ok(receive) = Receive::new(Protocol::Udp, from, local, contents) else {
            return;
        };
        let input = Input::Receive(now, receive);
        let is_stun = contents.first().is_some_and(|first| *first < 4);
        let key = if is_stun {
            self.owner_of_check(contents, &input, from)
        } else {
            self.by_address.get(&from).copied()
        };
        let Some(key) = key else {
            return;
        };
        let Some(transport) = self.transports.get_mut(&key) else {
            return;
        };
        if transport.wants(contents) && transport.rtc.handle_input(input).is_err() {
            self.ended.push(key);
        }
        self.stirred.push(key);
        self.settle(now);
    }

    /// The transport that a connectivity check is for, if the check is authentic. From then on
    /// the sender's other datagrams belong to it.
    fn owner_of_check(
        &mut self,
        contents: &[u8],
        input: &Input<'_>,
        from: SocketAddr,
    ) -> Option<TransportKey> {
        let (local, remote) = remote_fragment(contents)?;
        let key = *self.by_fragment.get(&local)?;
        let transport = self.transports.get_mut(&key)?;
        transport.meet(remote);
        if !transport.rtc.accepts(input) {
            return None;
        }
        if self.by_address.get(&from) != Some(&key) {
            self.by_address.insert(from, key);
            if let Some(forgotten) = transport.remember(from) {
                self.by_address.remove(&forgotten);
            }
        }
        Some(key)
    }

    /// When [`Self::handle_timeout`] wants to be called, if at all.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.transports
            .values()
            .map(|transport| transport.wakes_at)
            .min()
    }

    /// Lets time pass.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        for (key, transport) in &mut self.transports {
            if transport.wakes_at <= now {
                if transport.rtc.handle_input(Input::Timeout(now)).is_err() {
                    self.ended.push(*key);
                }
                self.stirred.push(*key);
            }
        }
        self.settle(now);
    }

    /// The next datagram to be sent.
    pub(crate) fn poll_transmit(&mut self) -> Option<Datagram> {
        self.outbox.pop_front()
    }

    /// Works off what the last calls have stirred up: to be called after changes that were not
    /// made by a datagram or by time.
    pub(crate) fn settle(&mut self, now: Instant) {
        let mut events = Vec::new();
        while let Some(key) = self.stirred.pop() {
            let Some(transport) = self.transports.get_mut(&key) else {
                continue;
            };
            if !transport.poll(now, &mut self.outbox, &mut events) {
                self.ended.push(key);
            }
            for event in events.drain(..) {
                match event {
                    Event::RtpPacket(packet) => self.forward(key, &packet, now),
                    Event::KeyframeRequest(request) => {
                        self.pass_on_keyframe_request(key, request.mid);
                    }
                    _ => {}
                }
            }
        }
    }

    fn count_transports(&self) {
        Counters::set(
            &self.surroundings.counters.transports,
            self.transports.len(),
        );
    }
}
