//! How a gateway is set up.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::Misbehaviour;

/// How a gateway is set up. The default is what production uses, on a free port of this
/// machine's loopback interface.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// Where to listen, TCP and UDP. Port 0 takes a free one. An unspecified address
    /// (`0.0.0.0`, `[::]`) listens on all interfaces.
    pub bind: SocketAddr,
    /// Addresses which clients are told to send media to. When empty: `bind`'s own, or all of
    /// this machine's where that is unspecified.
    pub announced: Vec<IpAddr>,
    /// How often the server pings a client (Engine.IO).
    pub ping_interval: Duration,
    /// How long it waits for the answer before it drops the client.
    pub ping_timeout: Duration,
    /// Largest message from a client, in bytes; a larger one ends the connection.
    pub max_payload: u64,
    /// How many participants of one room may hold transports. The next one is told that no
    /// port is left, as by the real gateway.
    pub max_participants: usize,
    /// What to do wrong from the start.
    pub misbehaviour: Misbehaviour,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            announced: Vec::new(),
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(20),
            max_payload: 1_000_000,
            max_participants: 8,
            misbehaviour: Misbehaviour::default(),
        }
    }
}
