//! The embedded call gateway: demos, tests and calls on a LAN, up to 8 people in a room.
//!
//! It speaks the protocol of the production gateway (Socket.IO with mediasoup's vocabulary) on
//! one port: HTTP and Socket.IO on TCP, the media of all participants on the UDP socket of the
//! same number. Media is forwarded packet by packet and never decoded.
//!
//! * [`start`] binds the port and gives back the [`Gateway`], which stops when it is dropped.
//! * [`Misbehaviour`] makes it fail on purpose, for tests of clients.
//! * [`Gateway::violations`] tells what clients did that would have hurt the real gateway.
//!
//! Inside, `rooms` (who is where, what is answered), `router` (capabilities and parameters) and
//! `sfu` (ICE, DTLS, SRTP and forwarding on str0m) are free of sockets, clocks and tasks;
//! `server` puts them on the network.
#![forbid(unsafe_code)]

mod addresses;
mod error;
mod handle;
mod misbehaviour;
mod options;
mod rooms;
mod router;
mod server;
mod sfu;
mod stats;
mod violation;

pub use error::GatewayError;
pub use handle::{Gateway, start};
pub use misbehaviour::{Freeze, InvalidMisbehaviour, Misbehaviour, Named, Restart};
pub use options::GatewayOptions;
pub use stats::GatewayStats;
pub use violation::{Violation, ViolationKind};
