//! A running gateway, as its owner sees it.

use std::net::SocketAddr;
use std::time::Duration;

use signaling::RoomId;

use crate::{GatewayError, GatewayOptions, GatewayStats, Misbehaviour, Violation};

/// Binds the port and serves it on a thread of its own until the [`Gateway`] is stopped or
/// dropped. Does not need a runtime around it and never blocks for long.
///
/// # Errors
/// The port cannot be had, or the system lacks something.
pub fn start(options: GatewayOptions) -> Result<Gateway, GatewayError> {
    let _ = options;
    Err(GatewayError::Certificate)
}

/// A running gateway. Dropping it stops it.
#[derive(Debug)]
pub struct Gateway {
    address: SocketAddr,
}

impl Gateway {
    /// Where it listens, TCP and UDP; with the port that was found where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Base URL for clients on this machine, such as `http://127.0.0.1:3000`.
    pub fn url(&self) -> String {
        String::new()
    }

    /// Link to a room for people on this machine, such as `http://127.0.0.1:3000/room/x`.
    pub fn room_link(&self, _room: &RoomId) -> String {
        String::new()
    }

    /// Links to a room for people on the same network, one for each address that the media is
    /// announced on, best first. Empty when only this machine can reach the gateway.
    pub fn share_links(&self, _room: &RoomId) -> Vec<String> {
        Vec::new()
    }

    /// Replaces what the gateway does wrong; a frozen one thaws. Times count from now.
    pub fn misbehave(&self, _misbehaviour: Misbehaviour) {}

    /// Drops all rooms and connections without a farewell, keeps the port closed for `down`,
    /// then listens on it again. Returns at once; see [`GatewayStats::listening`].
    pub fn restart(&self, _down: Duration) {}

    /// Numbers since the start.
    pub fn stats(&self) -> GatewayStats {
        GatewayStats::default()
    }

    /// What clients did against the protocol, in order; the first 1,000 are kept.
    pub fn violations(&self) -> Vec<Violation> {
        Vec::new()
    }

    /// Ends everything without a farewell; the port is closed when this returns.
    pub fn stop(self) {}
}
