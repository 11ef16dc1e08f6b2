//! Field tests: what of a deployment works, which layer does not, why, and what to do.
//!
//! * [`facts`]: what was observed, as plain data.
//! * [`probes`]: observe a deployment without harming it.
//! * [`diagnosis`]: a pure function from facts to verdicts, rung by rung.
//! * [`load`]: many participants, and the point at which a deployment begins to fail.
//! * [`monitor`]: a round every minute, for Prometheus.
//! * [`participant`]: somebody light who joins, speaks and listens, for measurements.
//! * [`doctor`]: runs the probes, and gives a report.
//! * [`sentence`]: a spoken sentence, for captions.
//! * [`record`]: the last ten minutes of a call.
//! * [`problem`]: what a person hands to whoever helps.
//! * [`report`]: the verdicts in words, for a terminal, a page, a program; always redacted.

#![forbid(unsafe_code)]

pub mod diagnosis;
pub mod doctor;
mod engineio;
pub mod facts;
pub mod health;
pub mod load;
pub mod monitor;
pub mod participant;
pub mod probes;
pub mod problem;
pub mod record;
pub mod report;
mod rung;
pub mod sentence;

pub use rung::{Rung, Verdict};
