//! A running gateway, as its owner sees it, and the thread it runs on.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use signaling::RoomId;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::server::{self, Control, Ending, Lasting, Plan, Ports};
use crate::sfu::Identity;
use crate::stats::Counters;
use crate::violation::ViolationLog;
use crate::{GatewayError, GatewayOptions, GatewayStats, Misbehaviour, Violation, addresses};

/// Pause between attempts to get the port back after a restart.
const REBIND_INTERVAL: Duration = Duration::from_millis(50);

/// Binds the port and serves it on a thread of its own until the [`Gateway`] is stopped or
/// dropped. Does not need a runtime around it and never blocks for long.
///
/// # Errors
/// The port cannot be had, or the system lacks something.
pub fn start(options: GatewayOptions) -> Result<Gateway, GatewayError> {
    let system = |source| GatewayError::System { source };
    let identity = Identity::new()?;
    let ports = Ports::bind(options.bind)?;
    let address = ports.address().map_err(system)?;
    let runtime = runtime().map_err(system)?;

    let lasting = Lasting {
        identity,
        violations: Arc::default(),
        counters: Arc::default(),
        freezer: Arc::default(),
        options,
    };
    let (control, controlled) = unbounded_channel();
    let mut gateway = Gateway {
        address,
        announced: addresses::announced(&lasting.options.announced, address.ip()),
        control,
        violations: lasting.violations.clone(),
        counters: lasting.counters.clone(),
        freezer: lasting.freezer.clone(),
        thread: None,
    };
    gateway.counters.listening.store(true, Ordering::Relaxed);
    let thread = std::thread::Builder::new()
        .name("gateway".to_owned())
        .spawn(move || live(ports, runtime, address, &lasting, controlled))
        .map_err(system)?;
    gateway.thread = Some(thread);
    Ok(gateway)
}

/// A running gateway. Dropping it stops it.
#[derive(Debug)]
pub struct Gateway {
    address: SocketAddr,
    announced: Vec<std::net::IpAddr>,
    control: UnboundedSender<Control>,
    violations: Arc<ViolationLog>,
    counters: Arc<Counters>,
    freezer: Arc<Freezer>,
    thread: Option<JoinHandle<()>>,
}

impl Gateway {
    /// Where it listens, TCP and UDP; with the port that was found where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Base URL for clients on this machine, such as `http://127.0.0.1:3000`.
    pub fn url(&self) -> String {
        let ip = match self.address.ip() {
            ip if !ip.is_unspecified() => ip,
            std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        addresses::url(ip, self.address.port())
    }

    /// Link to a room for people on this machine, such as `http://127.0.0.1:3000/room/x`.
    pub fn room_link(&self, room: &RoomId) -> String {
        self.url() + &addresses::room_path(room.as_str())
    }

    /// Links to a room for people on the same network, one for each address that the media is
    /// announced on, best first. Empty when only this machine can reach the gateway.
    pub fn share_links(&self, room: &RoomId) -> Vec<String> {
        let path = addresses::room_path(room.as_str());
        self.announced
            .iter()
            .filter(|address| !address.is_loopback())
            .map(|address| addresses::url(*address, self.address.port()) + &path)
            .collect()
    }

    /// Replaces what the gateway does wrong; a frozen one thaws. Times count from now.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        let change = self.freezer.thaw();
        // Fails only after a stop.
        let _ = self
            .control
            .send(Control::Misbehave(Box::new(misbehaviour), change));
    }

    /// Drops all rooms and connections without a farewell, keeps the port closed for `down`,
    /// then listens on it again. Returns at once; see [`GatewayStats::listening`].
    pub fn restart(&self, down: Duration) {
        let change = self.freezer.thaw();
        let _ = self.control.send(Control::Restart(down, change));
    }

    /// Numbers since the start.
    pub fn stats(&self) -> GatewayStats {
        self.counters.snapshot(self.violations.total())
    }

    /// What clients did against the protocol, in order; the first 1,000 are kept.
    pub fn violations(&self) -> Vec<Violation> {
        self.violations.all()
    }

    /// Ends everything without a farewell; the port is closed when this returns.
    pub fn stop(self) {}
}

impl Drop for Gateway {
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

/// The gateway's thread: one generation of the server after the other. A generation dies with
/// its runtime, and with that all its connections, as when a process is killed.
fn live(
    ports: Ports,
    first: tokio::runtime::Runtime,
    address: SocketAddr,
    lasting: &Lasting,
    mut control: UnboundedReceiver<Control>,
) {
    let mut plan = Plan::new(lasting.options.misbehaviour.clone(), 0, Instant::now());
    let mut next = Some((ports, first));
    while let Some((ports, runtime)) = next.take() {
        let generation = AssertUnwindSafe(|| {
            runtime.block_on(server::serve(ports, lasting, &mut plan, &mut control))
        });
        // A bug that a client has found must not end the calls on this gateway for good: it
        // comes back empty, and everybody joins again.
        let ending = catch_unwind(generation).unwrap_or(Ok(Ending::Restart(Duration::ZERO)));
        let counters = &lasting.counters;
        counters.listening.store(false, Ordering::Relaxed);
        runtime.shutdown_background();
        for counter in [
            &counters.sockets,
            &counters.rooms,
            &counters.participants,
            &counters.transports,
        ] {
            Counters::set(counter, 0);
        }
        match ending {
            Ok(Ending::Restart(down)) => {
                next = come_back(address, down, &mut plan, &mut control);
                Counters::add(&counters.restarts, 1);
                counters.listening.store(next.is_some(), Ordering::Relaxed);
            }
            Ok(Ending::Stop) => {}
            Err(error) => tracing::error!(%error, "the gateway has failed"),
        }
    }
}

/// Waits, then takes the port again. `None` when the gateway was stopped meanwhile.
fn come_back(
    address: SocketAddr,
    down: Duration,
    plan: &mut Plan,
    control: &mut UnboundedReceiver<Control>,
) -> Option<(Ports, tokio::runtime::Runtime)> {
    let runtime = runtime().ok()?;
    let ports = runtime.block_on(async {
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
                Err(_) => match Ports::bind(address) {
                    Ok(ports) => return Some(ports),
                    Err(error) => {
                        tracing::warn!(%error, "the port is not free yet");
                        back_at = tokio::time::Instant::now() + REBIND_INTERVAL;
                    }
                },
            }
        }
    })?;
    Some((ports, runtime))
}

/// Stops the gateway's thread in its tracks, as SIGSTOP does a process: the system still accepts
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
