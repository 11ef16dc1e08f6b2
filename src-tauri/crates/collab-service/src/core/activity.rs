//! What happened on a record, bounded.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::moment;
use super::step::{Step, step_json};

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Joined,
    Left,
    Stepped,
    Completed,
    Conflict,
}

impl Action {
    pub(crate) const ALL: [Self; 5] = [
        Self::Joined,
        Self::Left,
        Self::Stepped,
        Self::Completed,
        Self::Conflict,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Stepped => "stepped",
            Self::Completed => "completed",
            Self::Conflict => "conflict",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Grows by one for each entry of a record.
    pub seq: u64,
    /// Microseconds since the Unix epoch.
    pub at: i64,
    /// Who did it.
    pub by: String,
    pub action: Action,
    pub step: Option<Step>,
    pub field: Option<String>,
    /// The value that was committed.
    pub value: Option<Value>,
}

/// The latest entries of a record.
#[derive(Debug, Default)]
pub(super) struct Activity {
    entries: VecDeque<Entry>,
    last_seq: u64,
}

impl Activity {
    pub(super) fn next_seq(&self) -> u64 {
        self.last_seq + 1
    }

    /// Adds an entry; the number of the last one that this pushed out.
    pub(super) fn add(&mut self, entry: Entry, limit: usize) -> Option<u64> {
        self.last_seq = self.last_seq.max(entry.seq);
        self.entries.push_back(entry);
        let mut forgotten = None;
        while self.entries.len() > limit {
            forgotten = self.entries.pop_front().map(|entry| entry.seq);
        }
        forgotten
    }

    /// For reading by other programs.
    pub(super) fn json(&self, name: impl Fn(&str) -> String) -> Vec<Value> {
        self.entries
            .iter()
            .map(|entry| {
                json!({
                    "seq": entry.seq,
                    "at": moment::text(entry.at),
                    "user_id": entry.by,
                    "user_name": name(&entry.by),
                    "action": entry.action.name(),
                    "step": step_json(entry.step.as_ref()),
                    "field": entry.field,
                    "value": entry.value,
                })
            })
            .collect()
    }
}
