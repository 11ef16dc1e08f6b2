//! What was observed. Plain data without judgement: a report carries it, a recording can be
//! diagnosed again, and tests make it up.
//!
//! `None` means that it was not looked at. Everything that was sent by a server is kept as it
//! came, shortened; the report redacts it.

mod exchange;
mod signaling;
mod tls;

pub use exchange::{Exchange, Frame, Request, Response};
pub use signaling::{Cors, OtherPath, PollingSession, Signaling};
pub use tls::{Certificate, Connection, Fault, FaultKind, Tls};

use serde::{Deserialize, Serialize};

/// All observations of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    /// Hosts and how they are reached, the gateway first.
    pub tls: Vec<Tls>,
    /// The gateway's Socket.IO.
    pub signaling: Option<Signaling>,
}
