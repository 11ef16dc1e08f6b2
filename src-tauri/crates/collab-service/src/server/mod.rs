//! The state of `core` on the network: one task that owns it, fed by Socket.IO and HTTP.

mod actor;
mod delivery;
mod socket_io;
mod web;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::serve::ListenerExt;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tower_layer::Layer;

use crate::core::{Change, Core, Moment, Notice, Setup};
use crate::handle::Freezer;
use crate::stats::Counters;
use crate::store::Store;
use crate::{Database, Misbehaviour, ServiceError, ServiceOptions};
use actor::Actor;
use socket_io::Door;

/// What outlives a restart.
pub(crate) struct Lasting {
    pub options: ServiceOptions,
    pub counters: Arc<Counters>,
    pub freezer: Arc<Freezer>,
}

/// What the owner of the service wants of it.
#[derive(Debug)]
pub(crate) enum Control {
    Stop,
    /// For how long the port is closed, and the number of the change; see [`Freezer`].
    Restart(Duration, u64),
    /// With the number of the change.
    Misbehave(Box<Misbehaviour>, u64),
    Notify(Notice),
}

/// What goes wrong, and when.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub misbehaviour: Misbehaviour,
    pub freeze_at: Option<Instant>,
    pub restart_at: Option<Instant>,
    /// Number of the change by which it was set.
    pub change: u64,
}

impl Plan {
    pub(crate) fn new(misbehaviour: Misbehaviour, change: u64, now: Instant) -> Self {
        Self {
            freeze_at: misbehaviour.freeze.map(|freeze| now + freeze.after),
            restart_at: misbehaviour.restart.map(|restart| now + restart.after),
            misbehaviour,
            change,
        }
    }
}

/// Why a generation of the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Stop,
    Restart(Duration),
}

/// What one generation begins with.
pub(crate) struct Beginning {
    pub listener: TcpListener,
    pub store: Option<Store>,
    pub kept: Vec<Change>,
}

impl Beginning {
    /// Takes the port and opens the database.
    pub(crate) fn new(bind: SocketAddr, database: &Database) -> Result<Self, ServiceError> {
        let failed = |source| ServiceError::Bind {
            address: bind,
            source,
        };
        let listener = TcpListener::bind(bind).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let (store, kept) = match database {
            Database::Memory => (None, Vec::new()),
            Database::File(path) => {
                let (store, kept) = Store::open(path)?;
                (Some(store), kept)
            }
        };
        Ok(Self {
            listener,
            store,
            kept,
        })
    }
}

/// The present.
pub(crate) fn now() -> Moment {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let unix_us = since_epoch.unwrap_or_default().as_micros();
    Moment {
        instant: Instant::now(),
        unix_us: i64::try_from(unix_us).unwrap_or(i64::MAX),
    }
}

/// Serves one generation: until it is stopped or restarted.
pub(crate) async fn serve(
    beginning: Beginning,
    lasting: &Lasting,
    plan: &mut Plan,
    control: &mut UnboundedReceiver<Control>,
) -> std::io::Result<Ending> {
    let options = &lasting.options;
    let listener = tokio::net::TcpListener::from_std(beginning.listener)?;
    let setup = Setup {
        limits: options.limits,
        away_after: options.away_after,
        grace: options.grace,
    };
    let mut core = Core::new(setup, lasting.counters.clone());
    core.restore(beginning.kept);

    let (sender, commands) = unbounded_channel();
    let door = Door::new(options.token.clone(), sender.clone());
    door.set(&plan.misbehaviour);
    let layer = socket_io::layer(options, door.clone());
    // Not `Router::layer`, which makes a service for each request: sessions of long polling would
    // be forgotten between two of them.
    let pages = web::pages(sender, options.token.clone());
    let pages = axum::Router::new().fallback_service(layer.layer(pages));
    // Small frames must not wait for the acknowledgement of the ones before.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    // Ends with the runtime, and so do the connections.
    tokio::spawn(async move { axum::serve(listener, pages).await });

    let actor = Actor::new(core, beginning.store, door, lasting);
    Ok(actor.run(commands, control, plan).await)
}
