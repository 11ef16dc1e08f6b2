//! A running service, as its owner sees it, and the thread it runs on.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::server::{self, Beginning, Control, Ending, Lasting, Plan};
use crate::stats::Counters;
use crate::{Misbehaviour, Notice, ServiceError, ServiceOptions, ServiceStats};

/// Pause between attempts to get port and database back after a restart.
const REBIND_INTERVAL: Duration = Duration::from_millis(50);

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
    let runtime = runtime().map_err(system)?;

    let lasting = Lasting {
        counters: Arc::default(),
        freezer: Arc::default(),
        options,
    };
    let (control, controlled) = unbounded_channel();
    let mut service = CollabService {
        address,
        control,
        counters: lasting.counters.clone(),
        freezer: lasting.freezer.clone(),
        thread: None,
    };
    service.counters.listening.store(true, Ordering::Relaxed);
    let thread = std::thread::Builder::new()
        .name("collab-service".to_owned())
        .spawn(move || live(beginning, runtime, address, &lasting, controlled))
        .map_err(system)?;
    service.thread = Some(thread);
    Ok(service)
}

/// A running service. Dropping it stops it.
#[derive(Debug)]
pub struct CollabService {
    address: SocketAddr,
    control: UnboundedSender<Control>,
    counters: Arc<Counters>,
    freezer: Arc<Freezer>,
    thread: Option<JoinHandle<()>>,
}

impl CollabService {
    /// Where it listens; with the port that was found where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Base URL for clients on this machine, such as `http://127.0.0.1:3001`.
    pub fn url(&self) -> String {
        let ip = match self.address.ip() {
            ip if !ip.is_unspecified() => ip,
            std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        format!("http://{}", SocketAddr::new(ip, self.address.port()))
    }

    /// Tells people something: those on a record, or all.
    pub fn notify(&self, notice: Notice) {
        // Fails only after a stop.
        let _ = self.control.send(Control::Notify(notice));
    }

    /// Replaces what the service does wrong; a frozen one thaws. Times count from now.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        let change = self.freezer.thaw();
        let _ = self
            .control
            .send(Control::Misbehave(Box::new(misbehaviour), change));
    }

    /// Drops all connections without a farewell, and all state but the database; keeps the port
    /// closed for `down`, then listens on it again. Returns at once; see
    /// [`ServiceStats::listening`].
    pub fn restart(&self, down: Duration) {
        let change = self.freezer.thaw();
        let _ = self.control.send(Control::Restart(down, change));
    }

    /// Numbers since the start.
    pub fn stats(&self) -> ServiceStats {
        self.counters.snapshot()
    }

    /// Ends everything without a farewell; port and database are closed when this returns.
    pub fn stop(self) {}
}

impl Drop for CollabService {
    fn drop(&mut self) {
        self.freezer.thaw();
        let _ = self.control.send(Control::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported already.
            let _ = thread.join();
        }
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// The service's thread: one generation of the server after the other. A generation dies with
/// its runtime, and with that all its connections, as when a process is killed.
fn live(
    beginning: Beginning,
    first: tokio::runtime::Runtime,
    address: SocketAddr,
    lasting: &Lasting,
    mut control: UnboundedReceiver<Control>,
) {
    let mut plan = Plan::new(lasting.options.misbehaviour.clone(), 0, Instant::now());
    let mut next = Some((beginning, first));
    while let Some((beginning, runtime)) = next.take() {
        let generation = AssertUnwindSafe(|| {
            runtime.block_on(server::serve(beginning, lasting, &mut plan, &mut control))
        });
        // A bug that a client has found must not end the work of all for good: the service comes
        // back with its database, and everybody joins again.
        let ending = catch_unwind(generation).unwrap_or(Ok(Ending::Restart(Duration::ZERO)));
        let counters = &lasting.counters;
        counters.listening.store(false, Ordering::Relaxed);
        runtime.shutdown_background();
        Counters::set(&counters.sockets, 0);
        Counters::set(&counters.people, 0);
        match ending {
            Ok(Ending::Restart(down)) => {
                next = come_back(address, down, lasting, &mut plan, &mut control);
                Counters::add(&counters.restarts, 1);
                counters.listening.store(next.is_some(), Ordering::Relaxed);
            }
            Ok(Ending::Stop) => {}
            Err(error) => tracing::error!(%error, "the collaboration service has failed"),
        }
    }
}

/// Waits, then takes port and database again. `None` when the service was stopped meanwhile.
fn come_back(
    address: SocketAddr,
    down: Duration,
    lasting: &Lasting,
    plan: &mut Plan,
    control: &mut UnboundedReceiver<Control>,
) -> Option<(Beginning, tokio::runtime::Runtime)> {
    let runtime = runtime().ok()?;
    let beginning = runtime.block_on(async {
        let mut back_at = tokio::time::Instant::now() + down;
        loop {
            match tokio::time::timeout_at(back_at, control.recv()).await {
                Ok(None | Some(Control::Stop)) => return None,
                Ok(Some(Control::Restart(down, change))) => {
                    plan.change = change;
                    back_at = tokio::time::Instant::now() + down;
                }
                Ok(Some(Control::Misbehave(misbehaviour, change))) => {
                    *plan = Plan::new(*misbehaviour, change, Instant::now());
                }
                // Nobody is there to be told.
                Ok(Some(Control::Notify(_))) => {}
                Err(_) => match Beginning::new(address, &lasting.options.database) {
                    Ok(beginning) => return Some(beginning),
                    Err(error) => {
                        tracing::warn!(code = error.code(), "the service cannot come back yet");
                        back_at = tokio::time::Instant::now() + REBIND_INTERVAL;
                    }
                },
            }
        }
    })?;
    Some((beginning, runtime))
}

/// Stops the service's thread in its tracks, as SIGSTOP does a process: the system still accepts
/// connections, and nobody answers.
///
/// Every change of the misbehaviour has a number; a freeze lasts as long as the number is that
/// of the change which ordered it.
#[derive(Debug, Default)]
pub(crate) struct Freezer {
    change: Mutex<u64>,
    changed: Condvar,
}

impl Freezer {
    /// Blocks until the misbehaviour is no longer that of `change`, at most for `lasting`.
    pub(crate) fn hold(&self, change: u64, lasting: Option<Duration>) {
        let current = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let frozen = |current: &mut u64| *current == change;
        // The result does not matter: thawed is thawed.
        match lasting {
            Some(lasting) => drop(self.changed.wait_timeout_while(current, lasting, frozen)),
            None => drop(self.changed.wait_while(current, frozen)),
        }
    }

    /// Ends any freeze; answers the number of the new change.
    fn thaw(&self) -> u64 {
        let mut current = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        *current += 1;
        self.changed.notify_all();
        *current
    }
}
