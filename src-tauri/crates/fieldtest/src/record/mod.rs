//! The last ten minutes of a call: numbers once a second, and what happened, in codes that have
//! words in every language. No clock and no I/O: moments are passed in.

mod export;
mod log;
mod sample;
mod words;

pub use log::LogEntry;
pub use sample::{Direction, Row, Sample};

use std::collections::VecDeque;

use call::CallStats;
use call::view::{CallView, LevelsView};
use serde::{Deserialize, Serialize};

use log::Log;
use sample::Totals;

/// How long samples are kept, milliseconds.
pub const KEPT_MS: u64 = 600_000;
/// Samples that are kept at most: ten minutes of one a second.
pub const SAMPLES_KEPT: usize = 600;
/// Entries of the log that are kept.
pub const ENTRIES_KEPT: usize = 500;

/// Everything that is kept of a call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct History {
    /// Numbers, the oldest first.
    pub samples: VecDeque<Sample>,
    /// What happened, the oldest first.
    pub log: VecDeque<LogEntry>,
}

/// Keeps the history of one call.
#[derive(Debug, Default)]
pub struct Recorder {
    history: History,
    /// Entries of the log since the beginning, those that are not kept any more included.
    logged: usize,
    totals: Totals,
    log: Log,
    view: Option<CallView>,
}

impl Recorder {
    /// Takes the numbers of a second; `at` in milliseconds since 1970. Gives the sample.
    pub fn sample(
        &mut self,
        at: u64,
        stats: &CallStats,
        levels: &LevelsView,
        view: &CallView,
    ) -> Sample {
        let sample = Sample {
            at,
            rows: self.totals.rows(at, stats, levels, view),
        };
        let entries = self.log.losses(&sample);
        self.keep(entries);
        let samples = &mut self.history.samples;
        // The computer may have slept, or its clock have been set back.
        samples.retain(|kept| kept.at <= at && at - kept.at < KEPT_MS);
        push(samples, sample.clone(), SAMPLES_KEPT);
        sample
    }

    /// Takes a view that changed.
    pub fn view(&mut self, at: u64, view: &CallView) {
        let entries = self.log.changes(at, view);
        self.keep(entries);
        self.view = Some(view.clone());
    }

    /// What is kept.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// How many entries the log had since the beginning.
    pub fn logged(&self) -> usize {
        self.logged
    }

    /// The entries after the first `known` ones.
    pub fn log_after(&self, known: usize) -> Vec<LogEntry> {
        let new = self.logged.saturating_sub(known);
        let kept = &self.history.log;
        kept.iter()
            .skip(kept.len().saturating_sub(new))
            .cloned()
            .collect()
    }

    fn keep(&mut self, entries: Vec<LogEntry>) {
        self.logged += entries.len();
        for entry in entries {
            push(&mut self.history.log, entry, ENTRIES_KEPT);
        }
    }
}

fn push<T>(kept: &mut VecDeque<T>, one: T, most: usize) {
    if kept.len() >= most {
        kept.pop_front();
    }
    kept.push_back(one);
}

#[cfg(test)]
mod tests;
