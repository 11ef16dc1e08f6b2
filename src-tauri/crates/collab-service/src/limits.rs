//! How much the service takes, and how long it waits: every limit and interval in one place.

use std::time::Duration;

/// How much of everything the service takes. More is refused with an error that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// People on one record.
    pub people_per_record: usize,
    /// Committed fields of one record.
    pub fields_per_record: usize,
    /// Size of one value: bytes of a text, or of the JSON of anything else.
    pub value_bytes: usize,
    /// Records known to the service, those in the database included.
    pub records: usize,
    /// Entries kept of one record's activity; older ones are forgotten.
    pub activity_per_record: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            people_per_record: 500,
            fields_per_record: 10_000,
            value_bytes: 64 * 1_024,
            records: 10_000,
            activity_per_record: 500,
        }
    }
}

/// Longest id, room, field name or step key, in characters.
pub(crate) const ID_CHARS: usize = 200;

/// Longest name, role or label, in characters; longer ones are cut.
pub(crate) const NAME_CHARS: usize = 200;

/// Longest message from one person to another and longest sentence about a conflict, in
/// characters; longer ones are cut.
pub(crate) const MESSAGE_CHARS: usize = 10_000;

/// People whose name and role are remembered.
pub(crate) const KNOWN_STAFF: usize = 10_000;

/// Records in the queue. When it is full, the longest waiting one with nobody on it goes.
pub(crate) const QUEUE_ENTRIES: usize = 500;

/// Queues are sent at most this often to everybody; who joins gets theirs at once.
pub(crate) const QUEUE_INTERVAL: Duration = Duration::from_millis(250);

/// Lists of who is on a record are sent to all of them at most this often...
pub(crate) const LIST_INTERVAL: Duration = Duration::from_millis(200);

/// ...plus this much for each person on the list, since the work grows with its square.
pub(crate) const LIST_INTERVAL_PER_PERSON: Duration = Duration::from_millis(40);

/// Lists are sent again after this long without any: clients take older ones for stale, and some
/// vocabularies have no heartbeat that would cause them.
pub(crate) const LIST_REFRESH: Duration = Duration::from_secs(30);

/// How much later people are away whose vocabularies have no heartbeat: what keeps their
/// connection alive comes every two minutes, and they must not come and go with it.
pub(crate) const NO_HEARTBEAT_FACTOR: f64 = 2.5;
