//! A running service, as its owner sees it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hosting::{Ending, Host, Order};

use crate::server::{Beginning, Lasting};
use crate::stats::Counters;
use crate::{Misbehaviour, Notice, ServiceError, ServiceOptions, ServiceStats};

/// Opens the database, binds the port and serves it on a thread of its own until the
/// [`CollabService`] is stopped or dropped. Does not need a runtime around it; blocks while the
/// database is read.
///
/// # Errors
/// The port or the database cannot be had, or the system lacks something.
pub fn start(options: ServiceOptions) -> Result<CollabService, ServiceError> {
    let system = |source| ServiceError::System { source };
    let beginning = Beginning::new(options.bind, &options.database)?;
    let address = beginning.listener.local_addr().map_err(system)?;

    let misbehaviour = options.misbehaviour.clone();
    let lasting = Lasting {
        counters: Arc::default(),
        options,
    };
    lasting.counters.listening.store(true, Ordering::Relaxed);
    Ok(CollabService {
        counters: lasting.counters.clone(),
        host: Host::start(lasting, beginning, address, misbehaviour).map_err(system)?,
    })
}

/// A running service. Dropping it stops it.
#[derive(Debug)]
pub struct CollabService {
    counters: Arc<Counters>,
    host: Host<Lasting>,
}

impl CollabService {
    /// Where it listens; with the port that was found where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.host.local_addr()
    }

    /// Base URL for clients on this machine, such as `http://127.0.0.1:3001`.
    pub fn url(&self) -> String {
        self.host.url()
    }

    /// Tells people something: those on a record, or all.
    pub fn notify(&self, notice: Notice) {
        self.host.order(Order::Tell(notice));
    }

    /// Replaces what the service does wrong; a frozen one thaws. Times count from now.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.host.order(Order::Misbehave(misbehaviour));
    }

    /// Drops all connections without a farewell, and all state but the database; keeps the port
    /// closed for `down`, then listens on it again. Returns at once; see
    /// [`ServiceStats::listening`].
    pub fn restart(&self, down: Duration) {
        self.host.order(Order::End(Ending::Restart(down)));
    }

    /// Numbers since the start.
    pub fn stats(&self) -> ServiceStats {
        self.counters.snapshot()
    }

    /// Ends everything without a farewell; port and database are closed when this returns.
    pub fn stop(self) {}
}
