//! What a service's event means for the model, in no vocabulary any more.

use serde_json::Value;

use crate::intent::{FieldRef, StepRef};

/// A person's id, opaque, as the service writes it.
pub type StaffId = String;

/// One meaning. An event may have several: each typing event also teaches a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Somebody is here (`user_joined`). Its times are another client's clock: only the time of
    /// receipt counts.
    PresenceUpsert(PresenceRow),
    /// Somebody, or one of their sockets, is gone (`user_left`).
    PresenceRemove {
        /// Who.
        staff: StaffId,
    },
    /// Everybody who is here: one row per socket (`active_users_updated`).
    PresenceReplace(Vec<PresenceRow>),
    /// Somebody went to another step.
    PresenceStep {
        /// Who.
        staff: StaffId,
        /// Where to.
        step: StepRef,
        /// What the service calls it.
        label: Option<String>,
    },
    /// A name or role became known; nothing about presence.
    StaffLearn {
        /// Whose.
        staff: StaffId,
        /// Name, where the event had one.
        name: Option<String>,
        /// Role, where the event had one.
        role: Option<String>,
    },
    /// The state of all steps. Untrusted: the only known implementation sends a constant.
    StepReplace(Vec<StepRow>),
    /// The whole queue, in the service's order.
    QueueReplace(Vec<QueueRow>),
    /// Somebody is typing: the whole value so far.
    FieldDraft {
        /// Which field.
        field: FieldRef,
        /// Its value so far.
        value: Value,
        /// Who.
        by: StaffId,
        /// The service's clock, kept as text.
        server_time: Option<String>,
    },
    /// A field got a value.
    FieldCommit {
        /// Which field.
        field: FieldRef,
        /// Its value.
        value: Value,
        /// Who; nobody where the service replays what it has stored.
        by: Option<StaffId>,
        /// The service's clock, kept as text.
        server_time: Option<String>,
    },
    /// Somebody's focus is in a field now.
    FieldFocus {
        /// Which field.
        field: FieldRef,
        /// Who.
        by: StaffId,
    },
    /// Somebody's client concluded that two people are at one field; may be our own report.
    FieldConflict {
        /// Which field; the step is not always there.
        field: FieldRef,
        /// Who reported it.
        by: Option<StaffId>,
        /// The service's id for it.
        id: Option<String>,
        /// A sentence.
        message: Option<String>,
    },
    /// Something to tell the person.
    NotificationAdd(NotificationRow),
    /// The service confirmed the room.
    RoomEntered,
    /// The service confirmed that we left.
    RoomLeft,
    /// The record was changed by another way than this service; worth a line in the activity.
    RecordUpdated {
        /// The kind of change, as the service names it.
        what: String,
    },
    /// The service is there; nothing else.
    LinkAlive,
    /// The service complained; it does not say of what.
    LinkError {
        /// Its words.
        message: String,
    },
}

/// One socket of a person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PresenceRow {
    /// Who.
    pub staff: StaffId,
    /// Name; `Unknown` and empty ones are left out by the vocabulary.
    pub name: Option<String>,
    /// Role.
    pub role: Option<String>,
    /// Step, where it says.
    pub step: Option<StepRef>,
    /// `active`, `idle`, `away` or another word, as sent.
    pub status: Option<String>,
    /// The service's text; only to be compared with others of the same list.
    pub last_activity: Option<String>,
}

/// State of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    /// Which step.
    pub step: StepRef,
    /// What the service calls it.
    pub label: Option<String>,
    /// `waiting`, `in_progress`, `completed`, `blocked` or another word.
    pub state: Option<String>,
    /// Who works on it.
    pub staff: Vec<StaffId>,
    /// `15 min`, or minutes as a number.
    pub estimate: Option<String>,
}

/// One record that waits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QueueRow {
    /// The record's (the patient's) id.
    pub record: String,
    /// Name, where the service has one.
    pub name: Option<String>,
    /// Position as the service says; holes and doubles are possible.
    pub position: Option<i64>,
    /// Present step.
    pub step: Option<StepRef>,
    /// `high`, `normal`, `low`, `urgent` or another word.
    pub priority: Option<String>,
    /// Who works on it.
    pub staff: Vec<StaffId>,
    /// The service's text.
    pub estimated_completion: Option<String>,
    /// The service's text.
    pub created_at: Option<String>,
}

/// Something to tell the person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NotificationRow {
    /// The service's `id`; without one, event + time + body.
    pub key: String,
    /// `info`, `success`, `warning` or `error`, worked out by the vocabulary.
    pub level: NotificationLevel,
    /// Heading.
    pub title: Option<String>,
    /// Text.
    pub body: String,
    /// The service's kind: its event, `type` or `observation_type`.
    pub kind: String,
    /// The service's clock, kept as text.
    pub server_time: Option<String>,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotificationLevel {
    /// For information.
    #[default]
    Info,
    /// Something went well.
    Success,
    /// Something may go wrong.
    Warning,
    /// Something is wrong.
    Error,
}
