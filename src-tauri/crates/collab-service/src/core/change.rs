//! What is to be remembered over restarts.

use serde_json::Value;

use super::activity::Entry;
use super::queue::QueueEntry;
use super::record::{Committed, FieldKey, StepState};
use super::step::Step;

/// One thing to write down. All of them in order give the state back; so does the latest one of
/// each thing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// A name or role.
    Staff {
        id: String,
        name: Option<String>,
        role: Option<String>,
    },
    /// A committed value.
    Field {
        record: String,
        key: FieldKey,
        committed: Committed,
    },
    /// How far a step of a record is.
    Step {
        record: String,
        step: Step,
        state: StepState,
    },
    /// A record in the queue.
    Queued(QueueEntry),
    /// A record no longer in the queue.
    Unqueued { record: String },
    /// Something that happened; entries up to `forget` are forgotten.
    Activity {
        record: String,
        entry: Entry,
        forget: Option<u64>,
    },
}

impl Committed {
    /// The value as it is kept.
    pub(crate) fn value_text(&self) -> String {
        self.value.to_string()
    }

    pub(crate) fn value_from(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }
}
