//! Every limit and interval, in one place. No service sets any of its own.

use std::time::Duration;

/// Most people taken from one list.
pub const MAX_STAFF: usize = 200;

/// Most entries taken from one queue.
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
pub const MAX_TEXT_CHARS: usize = 4_000;

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
