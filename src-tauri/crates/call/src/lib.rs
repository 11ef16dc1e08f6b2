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

/// A log filter that keeps the media engine quiet unless `filter` names one of its targets: it
/// logs addresses of people at `warn` and `error`.
pub fn log_filter(filter: &str) -> String {
    let quiet = media::ENGINE_LOG_TARGETS.map(|target| format!("{target}=off"));
    // Of two directives for one target the later holds.
    format!("{},{filter}", quiet.join(","))
}
