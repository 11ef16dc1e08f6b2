//! Observations of a running deployment. A probe collects facts and never judges them.

pub mod connect;
pub mod http;
pub mod limits;
pub mod signaling;
pub mod tls;
mod verifier;
mod websocket;

pub use connect::{Endpoint, Network};
pub use http::exchange;
pub use websocket::{Step, websocket};
