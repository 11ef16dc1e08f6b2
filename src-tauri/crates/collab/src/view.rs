//! What a person sees of one record.
//!
//! It is sent in parts: an update has what changed since the last one, so that a record of 5,000
//! fields costs nothing while one of them is being typed in. The window lays the parts over each
//! other and keeps no state of its own. All text in it is other people's: text, never markup.

use serde::Serialize;
use ts_rs::TS;

/// What changed. A part that is `None` is as it was; lists of parts come whole, fields and activity
/// one by one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CollabUpdate {
    /// Grows with every change.
    pub version: u64,
    /// First of its kind: whatever was shown before is void.
    pub whole: bool,
    /// The record and what can be done with it.
    pub record: Option<RecordView>,
    /// Where the connection stands: the one of several links that matters most.
    pub connection: Option<CollabConnectionView>,
    /// This person.
    pub me: Option<CollabSelfView>,
    /// Everybody, once each, oneself first, then in order of arrival.
    pub staff: Option<Vec<StaffView>>,
    /// The steps in their order.
    pub steps: Option<Vec<StepView>>,
    /// The queue.
    pub queue: Option<QueueView>,
    /// Fields that are new or changed.
    pub fields: Vec<FieldView>,
    /// Keys of fields that are gone.
    pub removed_fields: Vec<String>,
    /// Notifications, newest first.
    pub notifications: Option<Vec<NotificationView>>,
    /// Entries of the activity log that are new or changed, oldest first.
    pub activity: Vec<ActivityView>,
    /// What changed while the connection was away; empty once seen.
    pub missed: Option<Vec<MissedView>>,
}

/// The record and what this deployment offers.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordView {
    /// Id, as it was opened.
    pub id: String,
    /// Host (and port) of the service.
    pub host: String,
    /// Names of the vocabularies that are spoken.
    pub vocabularies: Vec<String>,
    /// What there are words for; the rest is hidden.
    pub offers: OffersView,
}

/// What a deployment has words for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OffersView {
    /// Who is here.
    pub presence: bool,
    /// Steps that people are at.
    pub steps: bool,
    /// The queue.
    pub queue: bool,
    /// Values of fields are sent and heard.
    pub fields: bool,
    /// Typing is sent live.
    pub typing: bool,
    /// Focus is sent.
    pub focus: bool,
    /// Notifications are pushed.
    pub notifications: bool,
}

/// Where the connection stands. Every state has a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(
    tag = "state",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum CollabConnectionView {
    /// The socket is being opened.
    Connecting,
    /// Connected; the room has not answered yet, and need not ever.
    Joining,
    /// In the room.
    Joined {
        /// `websocket` or `polling`.
        transport: String,
        /// Whether nothing that the vocabulary knows has ever arrived: another one may fit.
        unheard: bool,
    },
    /// Lost; it comes back by itself.
    Reconnecting {
        /// Which try this is, from 1.
        attempt: u32,
        /// When it was lost, milliseconds since 1970.
        since_ms: u64,
        /// Why.
        reason: ReasonView,
    },
    /// The service said no.
    Refused {
        /// Its words and ours.
        reason: ReasonView,
        /// When it is tried again, milliseconds since 1970; never without.
        retry_at_ms: Option<u64>,
    },
    /// Closed by this person.
    Closed,
}

/// Why something is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReasonView {
    /// Stable code, translated by the interface.
    pub code: String,
    /// English sentence.
    pub message: String,
    /// The service's own words; may be empty.
    pub details: String,
}

/// This person.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CollabSelfView {
    /// Id on the wire.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Key of the step they are at.
    pub step: Option<String>,
    /// Edits that wait to be sent.
    pub waiting: u32,
}

/// One person, whatever number of devices they have.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StaffView {
    /// Id as the service writes it.
    pub id: String,
    /// Name, once known.
    pub name: Option<String>,
    /// Role, once known.
    pub role: Option<String>,
    /// Whether it is this person.
    pub is_self: bool,
    /// How present.
    pub status: StaffStatus,
    /// Devices.
    pub sockets: u16,
    /// Key of the step they are at.
    pub step: Option<String>,
    /// What that step is called.
    pub step_label: Option<String>,
    /// Key of the field they are in.
    pub editing: Option<String>,
    /// Since when they have been here, milliseconds since 1970.
    pub since_ms: u64,
    /// When they were last known to be active, milliseconds since 1970.
    pub seen_ms: u64,
}

/// How present somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum StaffStatus {
    /// Here and active.
    Active,
    /// Here, quiet.
    Idle,
    /// Not heard of for a while.
    Away,
    /// This deployment does not tell; they were seen doing something.
    Unknown,
}

/// One step of the work.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StepView {
    /// Stable key.
    pub key: String,
    /// What the deployment calls it.
    pub label: String,
    /// State, where a trusted one is known: `waiting`, `in_progress`, `completed`, `blocked` or
    /// another word of the service.
    pub state: Option<String>,
    /// Ids of the people at it.
    pub staff: Vec<String>,
}

/// The queue as the service orders it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct QueueView {
    /// In the service's order.
    pub entries: Vec<QueueEntryView>,
    /// When the list came, milliseconds since 1970; none has come yet.
    pub heard_ms: Option<u64>,
    /// Position of the opened record, as the service says.
    pub own_position: Option<i64>,
}

/// One record that waits.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct QueueEntryView {
    /// Stable key, also where the service lists a record twice.
    pub key: String,
    /// Id of the record.
    pub record: String,
    /// Name, where known.
    pub name: Option<String>,
    /// Position as the service says.
    pub position: Option<i64>,
    /// What its present step is called.
    pub step_label: Option<String>,
    /// Priority.
    pub priority: Priority,
    /// Who works on it: names, else ids.
    pub staff: Vec<String>,
    /// Whether it is the opened record.
    pub is_own: bool,
}

/// How urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Priority {
    /// `high` or `urgent`.
    High,
    /// Anything else.
    Normal,
    /// `low`.
    Low,
}

/// One field of the record.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FieldView {
    /// Stable key, for commands.
    pub key: String,
    /// Name on the wire.
    pub name: String,
    /// What the deployment calls it, else its name.
    pub label: String,
    /// Key of its step.
    pub step: Option<String>,
    /// The value that holds, as text; none has been heard yet.
    pub value: Option<String>,
    /// Whether that is only the beginning of a value too long to show: then it is not to be edited.
    pub cut: bool,
    /// Who gave it: a name, else an id; `null` for a stored one and for one's own.
    pub by: Option<String>,
    /// When it came, milliseconds since 1970.
    pub changed_ms: Option<u64>,
    /// What this person typed and the service does not have yet.
    pub mine: Option<MineView>,
    /// What others are typing.
    pub drafts: Vec<DraftView>,
    /// Ids of the others whose focus is here.
    pub focus: Vec<String>,
    /// Two values of which one must be chosen, or two people at work.
    pub conflict: Option<ConflictView>,
}

/// What this person typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MineView {
    /// The text.
    pub text: String,
    /// How far it is.
    pub delivery: Delivery,
}

/// How far an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Delivery {
    /// Being typed.
    Typing,
    /// Committed; waits for the connection.
    Waiting,
    /// On its way.
    Sent,
    /// On its way, and the service never said that it arrived; many never say.
    Unconfirmed,
    /// The service said no; it is kept.
    Refused,
}

/// What somebody else is typing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DraftView {
    /// Who.
    pub staff: String,
    /// Their name, else their id.
    pub name: String,
    /// The text so far.
    pub text: String,
}

/// Two people at one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ConflictView {
    /// How far it has come.
    pub kind: ConflictKind,
    /// One's own text.
    pub mine: String,
    /// The other's text.
    pub theirs: String,
    /// The other's name, else their id; empty for a stored value that nobody is named with.
    pub with: String,
}

/// How far a conflict has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ConflictKind {
    /// Both are typing: a warning; nothing is decided.
    Typing,
    /// The other's value holds now; one's own is kept beside it.
    Replaced,
    /// The value moved on while this edit waited for the connection: it was not sent.
    MovedOn,
}

/// Something that the service pushed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NotificationView {
    /// Stable key.
    pub key: String,
    /// How much it matters.
    pub level: NotificationLevelView,
    /// Heading.
    pub title: Option<String>,
    /// Text.
    pub body: String,
    /// The service's kind.
    pub kind: String,
    /// When it came, milliseconds since 1970.
    pub heard_ms: u64,
    /// Whether it was read.
    pub read: bool,
}

/// How much a notification matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum NotificationLevelView {
    /// For information.
    Info,
    /// Something went well.
    Success,
    /// Something may go wrong.
    Warning,
    /// Something is wrong.
    Error,
}

/// One thing that happened, as far as this client saw it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ActivityView {
    /// Grows; an entry that comes again with its number has changed.
    pub seq: u64,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// Who: a name, else an id.
    pub who: Option<String>,
    /// Whether it was this person.
    pub by_self: bool,
    /// What.
    pub what: ActivityKind,
    /// Label of the field, or of the step, that it is about.
    pub about: Option<String>,
    /// The value, the service's words, or the notification's text.
    pub text: Option<String>,
    /// How often in a row, from 1: typing in one field is one entry.
    pub count: u32,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ActivityKind {
    /// Somebody came.
    Joined,
    /// Somebody went.
    Left,
    /// Somebody went to another step.
    Stepped,
    /// Somebody typed.
    Typed,
    /// A field got a value.
    Committed,
    /// Two people were at one field.
    Conflicted,
    /// The queue changed.
    QueueMoved,
    /// The service pushed something.
    Notified,
    /// The record was changed elsewhere.
    RecordUpdated,
    /// The connection is there.
    Connected,
    /// The connection was lost.
    Disconnected,
    /// The service said no to something.
    Refused,
}

/// One thing that changed while the connection was away.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum MissedView {
    /// A field has another value now.
    Field {
        /// Key of the field.
        field: String,
        /// Its label.
        label: String,
        /// Before.
        before: Option<String>,
        /// Now.
        now: String,
    },
    /// Somebody is here who was not.
    Joined {
        /// Name, else id.
        who: String,
    },
    /// Somebody is no longer here.
    Left {
        /// Name, else id.
        who: String,
    },
    /// The opened record has another place in the queue.
    QueueMoved {
        /// Before.
        before: Option<i64>,
        /// Now.
        now: Option<i64>,
    },
}
