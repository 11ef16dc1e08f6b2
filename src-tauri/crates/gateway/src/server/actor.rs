//! The task that owns the rooms and the media.

use std::sync::Arc;
use std::time::Instant;

use hosting::{Ending, Order, Orders};
use serde_json::Value;
use socketioxide::extract::{AckSender, SocketRef};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::delivery::Delivery;
use super::{Lasting, now};
use crate::rooms::{Frame, Handled, Rooms, SocketId};
use crate::stats::Counters;

/// Larger than any datagram that WebRTC sends.
const DATAGRAM: usize = 2_048;

/// Datagrams and commands worked off in one go before the other kind gets its turn.
const BATCH: usize = 64;

/// What Socket.IO and HTTP want.
pub(super) enum Command {
    Connected(SocketRef),
    Frame {
        socket: SocketId,
        frame: Frame,
        ack: AckSender,
    },
    Disconnected(SocketId),
    Page(Page, oneshot::Sender<Value>),
}

/// The pages that show the state.
#[derive(Debug, Clone, Copy)]
pub(super) enum Page {
    Health,
    Stats,
    Metrics,
}

pub(super) struct Actor {
    rooms: Rooms,
    delivery: Delivery,
    udp: UdpSocket,
    /// Whether the socket speaks IPv6, and IPv4 through mapped addresses.
    is_v6: bool,
    counters: Arc<Counters>,
}

impl Actor {
    pub(super) fn new(rooms: Rooms, udp: UdpSocket, lasting: &Lasting) -> Self {
        let is_v6 = udp.local_addr().is_ok_and(|address| address.is_ipv6());
        Self {
            rooms,
            delivery: Delivery::default(),
            udp,
            is_v6,
            counters: lasting.counters.clone(),
        }
    }

    pub(super) async fn run(
        mut self,
        mut commands: UnboundedReceiver<Command>,
        orders: &mut Orders<Lasting>,
    ) -> Ending {
        let mut buffer = [0; DATAGRAM];
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let wake = [
                self.rooms.sfu().next_timeout(),
                self.delivery.next_due(),
                orders.next_due(),
            ];
            let wake = wake.into_iter().flatten().min();
            let mut readable = false;
            tokio::select! {
                () = orders.wait(wake) => {}
                count = commands.recv_many(&mut batch, BATCH) => if count == 0 {
                    // Nobody is left who could ask for anything.
                    return Ending::Stop;
                },
                _ = self.udp.readable() => readable = true,
            }
            while let Some(order) = orders.take() {
                match order {
                    Order::End(ending) => return ending,
                    Order::Misbehave(misbehaviour) => self.rooms.set_misbehaviour(misbehaviour),
                    Order::Tell(nothing) => match nothing {},
                }
            }
            for command in batch.drain(..) {
                self.obey(command);
            }
            if readable {
                self.receive(&mut buffer);
            }
            if let Some(ending) = orders.fail() {
                return ending;
            }
            self.pass_time();
        }
    }

    fn obey(&mut self, command: Command) {
        let now = now();
        match command {
            Command::Connected(socket) => {
                let id = socket.id;
                self.delivery.connected(socket);
                let misbehaviour = self.rooms.misbehaviour();
                self.delivery.greet(id, misbehaviour, now.instant);
            }
            Command::Frame { socket, frame, ack } => {
                let request = frame.request().map(|request| (request, ack));
                let handled = self.rooms.handle(socket, frame, now);
                let misbehaviour = self.rooms.misbehaviour();
                self.delivery
                    .deliver(handled, request, misbehaviour, now.instant);
            }
            Command::Disconnected(socket) => {
                self.delivery.disconnected(socket);
                let handled = Handled {
                    events: self.rooms.disconnected(socket, now),
                    ..Handled::default()
                };
                let misbehaviour = self.rooms.misbehaviour();
                self.delivery
                    .deliver(handled, None, misbehaviour, now.instant);
            }
            Command::Page(page, answer) => {
                let shown = match page {
                    Page::Health => self.rooms.health(now),
                    Page::Stats => self.rooms.statistics(now),
                    Page::Metrics => self.rooms.metrics(now).into(),
                };
                // The reader may have gone.
                let _ = answer.send(shown);
            }
        }
        Counters::set(&self.counters.sockets, self.delivery.clients());
    }

    fn receive(&mut self, buffer: &mut [u8; DATAGRAM]) {
        for _ in 0..BATCH {
            match self.udp.try_recv_from(buffer) {
                Ok((length, from)) => {
                    let mut from = from;
                    from.set_ip(from.ip().to_canonical());
                    let contents = buffer.get(..length).unwrap_or_default();
                    self.rooms.sfu().receive(from, contents, Instant::now());
                }
                // Nothing left; or a client's port is closed by now, which the system tells
                // here: it does not concern the others.
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(_) => {}
            }
        }
    }

    /// Does what is due, and sends what has come of it.
    fn pass_time(&mut self) {
        let now = Instant::now();
        let sfu = self.rooms.sfu();
        if sfu.next_timeout().is_some_and(|at| at <= now) {
            sfu.handle_timeout(now);
        }
        self.rooms.clear_ended_transports();
        self.delivery.send_due(now);
        while let Some(datagram) = self.rooms.sfu().poll_transmit() {
            let mut to = datagram.to;
            if self.is_v6
                && let std::net::IpAddr::V4(v4) = to.ip()
            {
                to.set_ip(v4.to_ipv6_mapped().into());
            }
            // What the network does not take now is lost, as anywhere on the way.
            if self.udp.try_send_to(&datagram.contents, to).is_ok() {
                Counters::add(&self.counters.datagrams_sent, 1);
            }
        }
    }
}
