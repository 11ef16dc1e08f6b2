//! The task that owns the state.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hosting::{Ending, Order, Orders};
use serde_json::Value;
use socketioxide::extract::{AckSender, SocketRef};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::delivery::{Delivery, Parcel};
use super::socket_io::Door;
use super::{Lasting, now};
use crate::Misbehaviour;
use crate::core::{Core, Hello, SocketId};
use crate::stats::Counters;
use crate::store::Store;

/// Commands worked off in one go, and so changes written in one transaction.
const BATCH: usize = 256;

/// Pause before a client that does not read is sent away again.
const FAREWELL_INTERVAL: Duration = Duration::from_millis(200);

/// Pause before a database that could not be written is tried again without a new change.
const REWRITE_INTERVAL: Duration = Duration::from_secs(1);

/// What Socket.IO and HTTP want.
pub(super) enum Command {
    Connected {
        number: SocketId,
        socket: SocketRef,
        hello: Hello,
    },
    Event {
        number: SocketId,
        event: String,
        args: Vec<Value>,
        ack: Option<AckSender>,
    },
    Disconnected {
        number: SocketId,
        in_words: bool,
    },
    Health(oneshot::Sender<Value>),
    Activity(String, oneshot::Sender<Option<Value>>),
}

pub(super) struct Actor {
    core: Core,
    store: Option<Store>,
    door: Door,
    delivery: Delivery,
    /// What leaves once the changes behind it are kept.
    parcels: Vec<Parcel>,
    /// When changes that could not be written are tried again; `None` while all are kept.
    rewrite_at: Option<Instant>,
    counters: Arc<Counters>,
}

impl Actor {
    pub(super) fn new(core: Core, store: Option<Store>, door: Door, lasting: &Lasting) -> Self {
        Self {
            core,
            store,
            door,
            delivery: Delivery::new(lasting.counters.clone()),
            parcels: Vec::new(),
            rewrite_at: None,
            counters: lasting.counters.clone(),
        }
    }

    pub(super) async fn run(
        mut self,
        mut commands: UnboundedReceiver<Command>,
        orders: &mut Orders<Lasting>,
    ) -> Ending {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let farewell = self.delivery.has_clogged();
            let wake = [
                self.core.next_due(),
                orders.next_due(),
                farewell.then(|| Instant::now() + FAREWELL_INTERVAL),
                self.rewrite_at,
            ];
            let wake = wake.into_iter().flatten().min();
            tokio::select! {
                () = orders.wait(wake) => {}
                count = commands.recv_many(&mut batch, BATCH) => if count == 0 {
                    // Nobody is left who could ask for anything.
                    return Ending::Stop;
                },
            }
            while let Some(order) = orders.take() {
                match order {
                    Order::End(ending) => return ending,
                    Order::Misbehave(misbehaviour) => self.door.set(&misbehaviour),
                    Order::Tell(notice) => self.core.notify(now(), &notice),
                }
            }
            for command in batch.drain(..) {
                self.obey(command, orders.misbehaviour());
            }
            if let Some(ending) = orders.fail() {
                return ending;
            }
            self.core.pass_time(now());
            self.collect();
            self.keep().await;
            for parcel in std::mem::take(&mut self.parcels) {
                self.delivery.hand_over(parcel);
            }
            self.delivery.drop_clogged();
        }
    }

    fn obey(&mut self, command: Command, misbehaviour: &Misbehaviour) {
        match command {
            Command::Connected {
                number,
                socket,
                hello,
            } => {
                self.delivery.connected(number, socket);
                self.core.connected(now(), number, &hello);
            }
            Command::Event {
                number,
                event,
                args,
                ack,
            } => {
                let args = self
                    .core
                    .handle(now(), number, &event, &args, ack.is_some());
                self.collect();
                if let Some(ack) = ack
                    && !misbehaviour.drop_acks.contains(event.as_str())
                {
                    let to = number;
                    self.parcels.push(Parcel::Ack { to, ack, args });
                }
            }
            Command::Disconnected { number, in_words } => {
                self.delivery.disconnected(number);
                self.core.closed(now(), number, in_words);
            }
            Command::Health(answer) => {
                let mut health = self.core.health(now());
                let database = match &self.store {
                    None => "memory",
                    Some(_) if self.rewrite_at.is_none() => "ok",
                    Some(_) => "failing",
                };
                health["database"] = database.into();
                // The reader may have gone.
                let _ = answer.send(health);
            }
            Command::Activity(record, answer) => {
                let _ = answer.send(self.core.activity(&record));
            }
        }
        self.collect();
    }

    fn collect(&mut self) {
        let emissions = self.core.take_emissions();
        self.parcels
            .extend(emissions.into_iter().map(Parcel::Event));
    }

    /// Writes what has changed. Nobody hears of it before.
    async fn keep(&mut self) {
        let changes = self.core.take_changes();
        let Some(store) = &self.store else { return };
        let is_due = self.rewrite_at.is_some_and(|at| at <= Instant::now());
        if changes.is_empty() && !is_due {
            return;
        }
        if store.write(changes).await {
            self.rewrite_at = None;
        } else {
            Counters::add(&self.counters.write_failures, 1);
            self.rewrite_at = Some(Instant::now() + REWRITE_INTERVAL);
        }
    }
}
