//! A running gateway, as its owner sees it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hosting::{Ending, Host, Order};
use signaling::RoomId;

use crate::server::{Lasting, Ports};
use crate::sfu::Identity;
use crate::stats::Counters;
use crate::violation::ViolationLog;
use crate::{GatewayError, GatewayOptions, GatewayStats, Misbehaviour, Violation, addresses};

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

    let announced = addresses::announced(&options.announced, address.ip());
    let misbehaviour = options.misbehaviour.clone();
    let lasting = Lasting {
        identity,
        violations: Arc::default(),
        counters: Arc::default(),
        options,
    };
    lasting.counters.listening.store(true, Ordering::Relaxed);
    Ok(Gateway {
        announced,
        violations: lasting.violations.clone(),
        counters: lasting.counters.clone(),
        host: Host::start(lasting, ports, address, misbehaviour).map_err(system)?,
    })
}

/// A running gateway. Dropping it stops it.
#[derive(Debug)]
pub struct Gateway {
    announced: Vec<IpAddr>,
    violations: Arc<ViolationLog>,
    counters: Arc<Counters>,
    host: Host<Lasting>,
}

impl Gateway {
    /// Where it listens, TCP and UDP; with the port that was found where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.host.local_addr()
    }

    /// Base URL for clients on this machine, such as `http://127.0.0.1:3000`.
    pub fn url(&self) -> String {
        self.host.url()
    }

    /// Link to a room for people on this machine, such as `http://127.0.0.1:3000/room/x`.
    pub fn room_link(&self, room: &RoomId) -> String {
        self.url() + &addresses::room_path(room.as_str())
    }

    /// Links to a room for people on the same network, one for each address that the media is
    /// announced on, best first. Empty when only this machine can reach the gateway.
    pub fn share_links(&self, room: &RoomId) -> Vec<String> {
        let path = addresses::room_path(room.as_str());
        let port = self.local_addr().port();
        self.announced
            .iter()
            .filter(|address| !address.is_loopback())
            .map(|address| addresses::url(*address, port) + &path)
            .collect()
    }

    /// Replaces what the gateway does wrong; a frozen one thaws. Times count from now.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.host.order(Order::Misbehave(misbehaviour));
    }

    /// Drops all rooms and connections without a farewell, keeps the port closed for `down`,
    /// then listens on it again. Returns at once; see [`GatewayStats::listening`].
    pub fn restart(&self, down: Duration) {
        self.host.order(Order::End(Ending::Restart(down)));
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
