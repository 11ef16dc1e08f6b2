//! The call gateway's protocol as types, room links and discovery.
//!
//! * [`wire`]: one table of event names, and the data of every request, answer and event.
//!   Both sides of the protocol can be written with it.
//! * [`error`]: the five failure shapes of the gateway as one type.
//! * [`link`] and [`room`]: what a person pastes or clicks, and the id that comes out of it.
//! * [`discovery`]: from a site's address to its gateway.
//! * [`health`]: what a gateway and the services around it say about themselves.
//! * [`gateway`]: the client. Requests are functions that cannot omit the acknowledgement,
//!   add an argument or send an unnamed event: on the real gateway one such frame ends
//!   everybody's calls.
//! * [`policy`]: how long each answer may take.

#![forbid(unsafe_code)]

pub mod discovery;
pub mod error;
pub mod gateway;
pub mod health;
pub mod link;
pub mod policy;
pub mod room;
pub mod wire;

pub use discovery::{Dialed, DiscoveryError, DiscoveryOptions, Endpoints, dial, discover};
pub use error::{Cause, ErrorCode, GatewayError, RequestError};
pub use gateway::{ConnectOptions, Gateway, GatewayEvent, GatewayEvents, Network, connect};
pub use link::{LinkError, RoomLink};
pub use room::RoomId;
