//! The last ten minutes of a call: numbers once a second, and what happened, in codes that have
//! words in every language. No clock and no I/O: moments are passed in.

mod log;
mod sample;

pub use log::LogEntry;
pub use sample::{Direction, Row, Sample};

use std::collections::VecDeque;

use call::CallStats;
use call::view::{CallView, LevelsView};
use serde::{Deserialize, Serialize};

use log::Log;
use sample::Totals;

/// Samples that are kept: ten minutes.
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
    totals: Totals,
    log: Log,
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
            rows: self.totals.rows(stats, levels, view),
        };
        let entries = self.log.losses(&sample);
        self.keep(entries);
        push(&mut self.history.samples, sample.clone(), SAMPLES_KEPT);
        sample
    }

    /// Takes a view that changed. Gives what happened.
    pub fn view(&mut self, at: u64, view: &CallView) -> Vec<LogEntry> {
        let entries = self.log.changes(at, view);
        self.keep(entries.clone());
        entries
    }

    /// What is kept.
    pub fn history(&self) -> &History {
        &self.history
    }

    fn keep(&mut self, entries: Vec<LogEntry>) {
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
