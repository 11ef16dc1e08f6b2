//! The way to and from the router.

mod candidates;
mod description;
mod either;
pub(crate) mod exchange;
mod life;
mod link;
mod recv;
mod send;
mod sockets;

pub(crate) use link::Waker;

pub use either::Transport;
pub use recv::RecvTransport;
pub use send::SendTransport;

use std::time::Duration;

use crate::Certificate;

/// How a transport reaches the router.
#[derive(Clone, Debug)]
pub struct TransportOptions {
    /// STUN and TURN servers; mediasoup needs none.
    pub ice_servers: Vec<IceServer>,
    /// Use nothing but TURN relays.
    pub relay_only: bool,
    /// Use the router's UDP candidates.
    pub udp: bool,
    /// Use the router's TCP candidates.
    pub tcp: bool,
    /// Made beforehand to save time; generated when absent.
    pub certificate: Option<Certificate>,
    /// Without a working path after this long, the transport fails.
    pub ice_timeout: Duration,
    /// A consumer without packets for this long is reported as stalled.
    pub stall_after: Duration,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            ice_servers: Vec::new(),
            relay_only: false,
            udp: true,
            tcp: true,
            certificate: None,
            ice_timeout: Duration::from_secs(14),
            stall_after: Duration::from_secs(2),
        }
    }
}

/// A STUN or TURN server.
#[derive(Clone, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:host:port` or `turn:host:port[?transport=udp]`.
    pub url: String,
    /// TURN user name.
    pub username: String,
    /// TURN password.
    pub credential: String,
}

impl std::fmt::Debug for IceServer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("IceServer")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Where a transport is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransportState {
    /// Made; nothing sent yet.
    New,
    /// ICE checks or the DTLS handshake are running.
    Connecting,
    /// Media can flow.
    Connected,
    /// The path is silent; may come back by itself.
    Disconnected,
    /// No path was found in time, the path is lost for good, or DTLS failed. A new transport is
    /// needed.
    Failed,
    /// Closed by this side.
    Closed,
}

/// The network path that ICE selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MediaPath {
    /// What carries packets to the router (with a relay: from this machine to the relay).
    pub protocol: PathProtocol,
    /// Whether packets go through a TURN relay.
    pub relay: bool,
    /// Address family of the router's end.
    pub ip_version: IpVersion,
}

/// What carries packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathProtocol {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
}

/// Address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// Something that happened on a transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportEvent {
    /// The state changed.
    State(TransportState),
    /// ICE selected a path; comes again when it selects another one.
    Path(MediaPath),
    /// The first packet of a consumer arrived.
    FirstPacket {
        /// The router's id of the consumer.
        consumer: String,
    },
    /// A consumer that was flowing (or has been waiting for its first packet) is silent for
    /// [`TransportOptions::stall_after`].
    Stalled {
        /// The router's id of the consumer.
        consumer: String,
    },
    /// Packets arrive again after a stall.
    Flowing {
        /// The router's id of the consumer.
        consumer: String,
    },
}

/// What happens on a transport, in order.
#[derive(Debug)]
pub struct TransportEvents {
    receiver: tokio::sync::mpsc::UnboundedReceiver<TransportEvent>,
}

impl TransportEvents {
    /// The next event; `None` once the transport is closed and everything has been told.
    pub async fn next(&mut self) -> Option<TransportEvent> {
        self.receiver.recv().await
    }
}
