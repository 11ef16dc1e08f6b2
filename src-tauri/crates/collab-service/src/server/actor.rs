//! The task that owns the state.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use socketioxide::extract::{AckSender, SocketRef};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::delivery::{Delivery, Parcel};
use super::socket_io::Door;
use super::{Control, Ending, Lasting, Plan, now};
use crate::core::{Core, Hello, SocketId};
use crate::handle::Freezer;
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
    freezer: Arc<Freezer>,
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
            freezer: lasting.freezer.clone(),
        }
    }

    pub(super) async fn run(
        mut self,
        mut commands: UnboundedReceiver<Command>,
        control: &mut UnboundedReceiver<Control>,
        plan: &mut Plan,
    ) -> Ending {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let farewell = self.delivery.has_clogged();
            let wake = [
                self.core.next_due(),
                plan.freeze_at,
                plan.restart_at,
                farewell.then(|| Instant::now() + FAREWELL_INTERVAL),
                self.rewrite_at,
            ];
            let wake = wake.into_iter().flatten().min();
            let mut wanted = None;
            tokio::select! {
                control = control.recv() => wanted = Some(control.unwrap_or(Control::Stop)),
                count = commands.recv_many(&mut batch, BATCH) => if count == 0 {
                    // Nobody is left who could ask for anything.
                    return Ending::Stop;
                },
                () = until(wake) => {}
            }
            // The owner comes first: what is ordered holds for all that clients do afterwards.
            while let Some(control) = wanted.take().or_else(|| control.try_recv().ok()) {
                match control {
                    Control::Stop => return Ending::Stop,
                    Control::Restart(down, change) => {
                        plan.change = change;
                        return Ending::Restart(down);
                    }
                    Control::Misbehave(misbehaviour, change) => {
                        *plan = Plan::new(*misbehaviour, change, Instant::now());
                        self.door.set(&plan.misbehaviour);
                    }
                    Control::Notify(notice) => self.core.notify(now(), &notice),
                }
            }
            for command in batch.drain(..) {
                self.obey(command, plan);
            }
            let present = Instant::now();
            if plan.restart_at.is_some_and(|at| at <= present) {
                let restart = plan.misbehaviour.restart.take();
                plan.restart_at = None;
                return Ending::Restart(restart.map(|restart| restart.down).unwrap_or_default());
            }
            if plan.freeze_at.is_some_and(|at| at <= present) {
                let freeze = plan.misbehaviour.freeze.take();
                plan.freeze_at = None;
                let lasting = freeze.and_then(|freeze| freeze.lasting);
                self.freezer.hold(plan.change, lasting);
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

    fn obey(&mut self, command: Command, plan: &Plan) {
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
                    && !plan.misbehaviour.drop_acks.contains(&event)
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

async fn until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
