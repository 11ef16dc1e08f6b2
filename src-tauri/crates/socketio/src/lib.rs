//! A Socket.IO 5 client over Engine.IO 4, on tokio.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use socketio::{Event, Options, Payload};
//! use std::time::Duration;
//!
//! let (socket, mut events) = socketio::connect(Options::new("https://gateway.example".parse()?));
//! while let Some(event) = events.next().await {
//!     if let Event::Connected(session) = event {
//!         println!("connected as {}", session.id);
//!         let reply = socket
//!             .request("hello", vec![Payload::from("world")], Duration::from_secs(5))
//!             .await?;
//!         println!("the server answered {reply:?}");
//!         socket.disconnect().await;
//!         break;
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # How it is built
//!
//! * [`mod@packet`]: what is on the wire, as pure functions (Engine.IO packets, Socket.IO packets,
//!   binary attachments).
//! * `session`: acks, liveness and recovery of one connection, without I/O and without a clock.
//! * `transport`: websocket, long polling, the upgrade from one to the other; TLS, proxies, cookies.
//! * `client`: the task which owns one transport and one session at a time and reconnects.
//!
//! # Promises
//!
//! * Events arrive in the order in which the server sent them.
//! * A reply reaches the request it answers and no other: ack numbers are never used twice in the
//!   life of a [`Socket`].
//! * Nothing is sent on a later connection than the one it was meant for: requests fail with
//!   [`RequestError::Disconnected`] when their connection ends, and with
//!   [`EmitError::NotConnected`] while there is none.
//! * Every queue is bounded. When the reader of [`Events`] is slow, the client stops reading from
//!   the server instead of losing events.
#![forbid(unsafe_code)]

mod client;
mod error;
mod event;
mod options;
pub mod packet;
mod payload;
mod reconnect;
mod session;
mod socket;
mod transport;

pub use error::{ConnectError, DisconnectReason, EmitError, RequestError};
pub use event::{Event, Events, Message, Retry, Session};
pub use options::{Options, Proxy, Transports};
pub use payload::{Payload, Reply, placeholder, placeholder_index};
pub use reconnect::ReconnectPolicy;
pub use socket::{AckReply, Socket, connect};
pub use transport::{Page, TransportKind, connect_tcp, fetch, proxy_to, trust_store, tunnel};
