//! The diagnosis in words: what is handed on.
//!
//! A [`Report`] is redacted when it is made; there is no other way to make one.

pub(crate) mod clock;
pub mod html;
pub mod json;
pub(crate) mod os;
mod paragraphs;
pub mod redact;
mod server;
pub mod text;
pub(crate) mod visible;
mod words;

pub use clock::rfc3339;
pub use server::{Role, Server};
pub use words::{CauseWords, Language, cause_words};
pub use words::{Ladder as LadderWords, ladder_words};

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnosis::Diagnosis;
use crate::{Rung, Verdict};
use redact::Redactor;

/// Version of the schema of [`Report`] as JSON. Raised when a field changes its meaning or goes
/// away, not when one is added.
pub const SCHEMA: u32 = 1;

/// What a run found, without people and secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Version of this program.
    pub version: String,
    /// Operating system, such as `Debian GNU/Linux 12 (bookworm), x86_64`.
    pub os: String,
    /// When the run began: UTC, RFC 3339.
    pub started: String,
    /// How long it took, milliseconds.
    pub took_ms: f64,
    /// How it ended.
    pub end: End,
    /// The servers that were tested.
    pub servers: Vec<Server>,
    /// The gravest verdict.
    pub verdict: Verdict,
    /// The rung to be repaired first.
    pub culprit: Option<Rung>,
    /// Every rung.
    pub diagnosis: Diagnosis,
    /// When each rung was looked at, in the order of the ladder.
    pub timings: Vec<Timing>,
    /// What was observed: [`crate::facts::Facts`], redacted.
    pub facts: Value,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Everything was looked at.
    Complete,
    /// Somebody stopped it.
    Cancelled,
    /// The time was over.
    TimeOver,
}

/// When a rung was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timing {
    /// Which rung.
    pub rung: Rung,
    /// From the start of the run, milliseconds.
    pub started_ms: f64,
    /// For how long, milliseconds.
    pub took_ms: f64,
}

impl Timing {
    /// From durations.
    pub fn new(rung: Rung, started: Duration, took: Duration) -> Self {
        Self {
            rung,
            started_ms: milliseconds(started),
            took_ms: milliseconds(took),
        }
    }
}

/// A run before it is redacted.
#[derive(Debug, Clone)]
pub struct Observed {
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub end: End,
    /// The servers that were tested.
    pub servers: Vec<Server>,
    /// Every rung.
    pub diagnosis: Diagnosis,
    /// When each rung was looked at.
    pub timings: Vec<Timing>,
}

impl Report {
    /// The report of a run, redacted.
    pub fn new(observed: Observed, facts: &impl Serialize, redactor: &mut Redactor) -> Self {
        for server in &observed.servers {
            redactor.server(&server.host);
        }
        // The facts first: what is recognised in them is hidden in the diagnosis, too.
        let facts = serde_json::to_value(facts).unwrap_or_default();
        let facts = redactor.value(&facts);
        let diagnosis = redactor.diagnosis(&observed.diagnosis);
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            os: os::name(),
            started: clock::rfc3339(observed.started),
            took_ms: milliseconds(observed.took),
            end: observed.end,
            servers: observed.servers,
            verdict: diagnosis.verdict(),
            culprit: diagnosis.culprit().map(|result| result.rung),
            diagnosis,
            timings: observed.timings,
            facts,
        }
    }

    /// When a rung was looked at.
    pub fn timing(&self, rung: Rung) -> Option<&Timing> {
        self.timings.iter().find(|timing| timing.rung == rung)
    }
}

fn milliseconds(duration: Duration) -> f64 {
    // A tenth is more than enough.
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}
