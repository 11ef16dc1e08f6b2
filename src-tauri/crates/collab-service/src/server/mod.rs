//! The state of `core` on the network: one task that owns it, fed by Socket.IO and HTTP.

mod actor;
mod delivery;
mod socket_io;
mod web;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::serve::ListenerExt;
use hosting::{Ending, Orders, Server};
use tokio::sync::mpsc::unbounded_channel;
use tower_layer::Layer;

use crate::core::{Change, Core, Moment, Notice, Setup};
use crate::stats::Counters;
use crate::store::Store;
use crate::{Database, Freeze, Misbehaviour, Restart, ServiceError, ServiceOptions};
use actor::Actor;
use socket_io::Door;

/// What outlives a restart.
pub(crate) struct Lasting {
    pub options: ServiceOptions,
    pub counters: Arc<Counters>,
}

impl Server for Lasting {
    const NAME: &'static str = "collab-service";
    type Beginning = Beginning;
    type Misbehaviour = Misbehaviour;
    type Message = Notice;

    fn outages(misbehaviour: &Misbehaviour) -> (Option<Freeze>, Option<Restart>) {
        (misbehaviour.freeze, misbehaviour.restart)
    }

    async fn serve(
        &self,
        beginning: Beginning,
        orders: &mut Orders<Self>,
    ) -> std::io::Result<Ending> {
        let options = &self.options;
        let listener = tokio::net::TcpListener::from_std(beginning.listener)?;
        let setup = Setup {
            limits: options.limits,
            away_after: options.away_after,
            grace: options.grace,
        };
        let mut core = Core::new(setup, self.counters.clone());
        core.restore(beginning.kept);

        let (sender, commands) = unbounded_channel();
        let door = Door::new(options.token.clone(), sender.clone());
        door.set(orders.misbehaviour());
        let layer = socket_io::layer(options, door.clone());
        // Not `Router::layer`, which makes a service for each request: sessions of long polling
        // would be forgotten between two of them.
        let pages = web::pages(sender, options.token.clone());
        let pages = axum::Router::new().fallback_service(layer.layer(pages));
        // Small frames must not wait for the acknowledgement of the ones before.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        // Ends with the runtime, and so do the connections.
        tokio::spawn(async move { axum::serve(listener, pages).await });

        let actor = Actor::new(core, beginning.store, door, self);
        Ok(actor.run(commands, orders).await)
    }

    fn failed(&self, error: &std::io::Error) {
        tracing::error!(%error, "the collaboration service has failed");
    }

    fn ended(&self) {
        self.counters.listening.store(false, Ordering::Relaxed);
        Counters::set(&self.counters.sockets, 0);
        Counters::set(&self.counters.people, 0);
    }

    fn come_back(&self, address: SocketAddr) -> Option<Beginning> {
        let beginning = Beginning::new(address, &self.options.database)
            .inspect_err(|error| {
                tracing::warn!(code = error.code(), "the service cannot come back yet");
            })
            .ok()?;
        Counters::add(&self.counters.restarts, 1);
        self.counters.listening.store(true, Ordering::Relaxed);
        Some(beginning)
    }
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
