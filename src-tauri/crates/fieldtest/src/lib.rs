//! Field tests: what of a deployment works, which layer does not, why, and what to do.
//!
//! * [`facts`]: what was observed, as plain data.
//! * [`probes`]: what collects them.
//! * [`diagnosis`]: a pure function from facts to verdicts, rung by rung.
//! * [`report`]: the verdicts in words, for a terminal, a page, a program; always redacted.

#![forbid(unsafe_code)]

pub mod diagnosis;
pub mod facts;
pub mod probes;
pub mod report;
mod rung;

pub use rung::{Rung, Verdict};
