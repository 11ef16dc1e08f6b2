//! Every limit and interval of live collaboration, in one place. No service sets any of its own.

use std::time::Duration;

// The session.

/// How long a service may take to answer; then the request is unconfirmed, not failed.
pub const ACK_LIMIT: Duration = Duration::from_secs(5);
/// One attempt to connect, the answer of the namespace included. Some services never give one.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(12);
/// A connection that lasted this long was a good one; one that a service ends sooner is tried
/// again with growing pauses.
pub const STABLE_AFTER: Duration = Duration::from_secs(60);
/// Pause before a service that refused is asked again, at least.
pub const REFUSAL_PAUSE: Duration = Duration::from_secs(30);
/// How long leaving may take.
pub const LEAVE_LIMIT: Duration = Duration::from_millis(500);
/// Least time between two updates of what is shown.
pub const UPDATE_PAUSE: Duration = Duration::from_millis(50);
/// Commands that may wait to be taken.
pub const COMMAND_QUEUE: usize = 1_000;
/// Notifications that may wait to be shown by the desktop.
pub const NOTIFICATION_QUEUE: usize = 64;

// Finding out what a service speaks.

/// One attempt to connect, for that purpose: some services are silent where others answer at once.
pub const DISCOVERY_CONNECT_LIMIT: Duration = Duration::from_secs(4);
/// How long a question waits for its ack.
pub const DISCOVERY_ANSWER_LIMIT: Duration = Duration::from_millis(1_500);
/// How long a service may take to greet.
pub const GREETING_PAUSE: Duration = Duration::from_millis(150);

// What is taken from a service.

/// Most people taken from one list, or shown as present; this one not counted.
pub const MAX_STAFF: usize = 200;
/// Most entries of a queue.
pub const MAX_QUEUE: usize = 500;
/// Most steps taken from one list.
pub const MAX_STEPS: usize = 200;
/// Longest id, field name or step key taken from a service, in characters. Cutting one would make
/// two out of one, so that what is longer is not taken at all.
pub const MAX_ID_CHARS: usize = 256;
/// Longest name or role of a person, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// Longest label, title or word such as a status, in characters.
pub const MAX_LABEL_CHARS: usize = 200;
/// Longest text of a notification or of a service's complaint, in characters.
pub const MAX_TEXT_CHARS: usize = 2_000;

// What a vocabulary says, or leaves unsaid.

/// How often this client shows that it is alive, where a vocabulary does not say.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(30);
/// Silence after which somebody counts as away, where a deployment does not say.
pub const AWAY_AFTER: Duration = Duration::from_secs(60);
/// Shortest interval that a vocabulary may ask for: nothing is sent more often by itself.
pub const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// Largest vocabulary file read, in bytes.
pub const MAX_FILE_BYTES: u64 = 256 * 1024;
/// Most vocabulary files read from one folder.
pub const MAX_FILES: usize = 64;
/// Longest link looked at, in bytes.
pub const MAX_LINK_BYTES: usize = 16 * 1024;

// The model: presence.

/// Whoever was not heard of for this long, in a list or by a deed, is away.
pub const PRESENCE_STALE: Duration = Duration::from_secs(90);
/// Whoever was not heard of for this long is gone: a lost connection is told by nobody.
pub const PRESENCE_VOID: Duration = Duration::from_secs(180);
/// Somebody who comes back this soon never left: services name people as gone of whom a second
/// device remains, and the list that says so follows.
pub const LEAVE_GRACE: Duration = Duration::from_secs(2);
/// "Last seen" is shown anew when it moved on by this much.
pub const SEEN_STEP: Duration = Duration::from_secs(5);
/// An age within a list beyond this is the fault of a clock.
pub const LIST_AGE_LIMIT: Duration = Duration::from_secs(24 * 3_600);
/// People whose names are remembered.
pub const STAFF_KNOWN: usize = 1_000;
/// Steps that are known, the deployment's not counted.
pub const STEPS_LEARNED: usize = 100;
/// A service may drop who tells nothing that it counts for 300 s.
pub const SILENCE_LIMIT: Duration = Duration::from_secs(120);

// The model: the room.

/// A join without an answer for this long is taken for one that worked: many never answer.
pub const JOIN_PATIENCE: Duration = Duration::from_secs(1);
/// A join that was refused is tried again after this long.
pub const JOIN_RETRY: Duration = Duration::from_secs(30);
/// An edit that could not be sent though the connection stands is tried again after this long.
pub const SEND_RETRY: Duration = Duration::from_secs(1);
/// A service in which nothing known was heard for this long after joining may speak another
/// vocabulary.
pub const UNHEARD_AFTER: Duration = Duration::from_secs(10);
/// Stored values that come this soon after a join belong to what was missed.
pub const CATCH_UP: Duration = Duration::from_secs(10);
/// An error of a service belongs to what was asked this recently, if to anything.
pub const ERROR_BELONGS: Duration = Duration::from_secs(2);
/// Links of one deployment.
pub const LINKS: usize = 8;
/// Requests without an answer that are remembered.
pub const REQUESTS: usize = 1_000;

// The model: fields.

/// Typing is told at most this often per field, the newest text last.
pub const TYPING_PAUSE: Duration = Duration::from_millis(250);
/// A change of focus is told at most this often.
pub const FOCUS_PAUSE: Duration = Duration::from_millis(250);
/// Another's draft is dropped after this long without typing.
pub const DRAFT_LIFE: Duration = Duration::from_secs(5);
/// Another's focus is dropped after this long.
pub const FOCUS_LIFE: Duration = Duration::from_secs(60);
/// A conflict is reported once per field and person within this time.
pub const CONFLICT_PAUSE: Duration = Duration::from_secs(30);
/// Conflicts that were told lately and are remembered for that.
pub const REPORTS: usize = 1_000;
/// One's own value is offered again when another replaces it this soon after it was confirmed.
pub const RECENT_OWN: Duration = Duration::from_secs(60);
/// Texts longer than this are not told while they are typed, in bytes.
pub const TYPING_BYTES: usize = 64 * 1_024;
/// The longest value of a field that is kept whole, in bytes; a longer one is shown in part.
pub const VALUE_BYTES: usize = 64 * 1_024;
/// Bytes of all values together from where on only [`VALUE_BYTES_SHORT`] of each new one is kept.
pub const VALUES_BYTES: usize = 64 * 1_024 * 1_024;
/// See [`VALUES_BYTES`].
pub const VALUE_BYTES_SHORT: usize = 1_024;
/// The longest part of another's draft that is shown, in bytes.
pub const DRAFT_BYTES: usize = 4 * 1_024;
/// Fields of a record that others can bring into being.
pub const FIELDS: usize = 10_000;
/// Drafts of others that are shown in one field; the oldest goes.
pub const DRAFTS_PER_FIELD: usize = 16;
/// People whose focus is followed.
pub const FOCUSES: usize = 500;
/// Own earlier values of a field that a service may have taken without saying so.
pub const EARLIER_EDITS: usize = 8;

// The model: lists.

/// People at one entry of the queue, or at one step as a service says.
pub const QUEUE_STAFF: usize = 20;
/// Notifications that are kept, and keys of dismissed ones that stay away.
pub const NOTIFICATIONS: usize = 200;
/// Entries of the activity log.
pub const ACTIVITY: usize = 500;
/// Typing of one person in one field is one entry of the log as long as no pause was longer.
pub const TYPING_RUN: Duration = Duration::from_secs(60);
/// Things that changed while the connection was away.
pub const MISSED: usize = 200;
/// The longest value in the log and in the list of what was missed, in characters.
pub const EXCERPT_CHARS: usize = 200;
