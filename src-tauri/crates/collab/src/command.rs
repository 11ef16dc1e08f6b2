//! What a person can do with a record.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One deed. Nothing is ever lost by one: what cannot be sent now is kept, marked and offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum CollabCommand {
    /// The focus went into a field, or out of all of them.
    Focus {
        /// Key of the field ([`FieldView::key`](crate::view::FieldView::key)).
        field: Option<String>,
    },
    /// A field's text changed while it is being typed.
    Type {
        /// Key of the field.
        field: String,
        /// The whole text.
        text: String,
    },
    /// A field was left, or Enter pressed: its text is the value now.
    Commit {
        /// Key of the field.
        field: String,
        /// The whole text.
        text: String,
    },
    /// Gives up what was typed in a field and not yet committed.
    Discard {
        /// Key of the field.
        field: String,
    },
    /// Of two values, puts one's own (back) in place.
    KeepMine {
        /// Key of the field.
        field: String,
    },
    /// Of two values, takes the other's; one's own is given up.
    TakeTheirs {
        /// Key of the field.
        field: String,
    },
    /// Adds a field that nobody has used yet.
    AddField {
        /// Name on the wire.
        name: String,
        /// Key of the step that it belongs to.
        step: Option<String>,
    },
    /// Goes to another step.
    Step {
        /// Key of the step ([`StepView::key`](crate::view::StepView::key)).
        step: String,
    },
    /// Marks notifications as read.
    MarkRead {
        /// Key of one; none: all.
        key: Option<String>,
    },
    /// Takes a notification off the list.
    Dismiss {
        /// Its key.
        key: String,
    },
    /// What changed while the connection was away has been seen.
    SeenMissed,
    /// Tries to connect at once.
    Retry,
}
