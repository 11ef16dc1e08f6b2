//! Observations of a running deployment. A probe collects facts and never judges them.

pub mod address;
pub mod connect;
pub mod http;
pub mod limits;
pub mod link;
pub mod machine;
mod privacy;
pub mod services;
pub mod site;
pub mod signaling;
pub mod tls;
mod verifier;
mod websocket;

pub use connect::{Endpoint, Network};
pub use http::exchange;
pub use websocket::{Step, websocket};
//! The probes: they collect facts and judge nothing.

pub mod call;
pub mod call_policy;
mod chirps;
pub mod ice;
mod sound;
mod stun;
pub mod turn;
mod turn_url;
mod visit;

pub use visit::Departures;
