//! Observations of a running deployment. A probe collects facts and never judges them.

pub mod address;
pub mod call;
pub mod call_policy;
mod chirps;
pub mod collab;
pub mod connect;
pub mod http;
pub mod ice;
pub mod idle;
pub mod limits;
pub mod link;
pub mod machine;
pub mod pipeline;
mod privacy;
pub mod services;
pub mod signaling;
pub mod site;
mod sound;
mod stun;
pub mod tls;
pub mod turn;
mod turn_url;
mod verifier;
mod visit;
mod websocket;

pub use connect::{Endpoint, Network};
pub use http::exchange;
pub use visit::Departures;
pub use websocket::{Step, websocket};
