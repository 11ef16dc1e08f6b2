//! One call: the session state machine and the actor that drives it.
//!
//! * [`session`] decides, without I/O and without a clock.
//! * [`prepare`] opens the socket while a person still looks at their devices;
//!   [`Prepared::join`] begins the call; [`Call`] is the handle of it.
//! * [`view`] is what there is to show.

#![forbid(unsafe_code)]

mod actor;
mod call;
mod command;
mod error;
mod options;
mod prepare;
pub mod session;
pub mod view;

pub use call::{Call, CallStats, ReceivedStats};
pub use command::Command;
pub use media::IceServer;
pub use options::{CallOptions, JoinOptions};
pub use prepare::{PrepareError, Prepared, prepare};
