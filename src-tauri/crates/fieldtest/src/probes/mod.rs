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
