//! Failing on purpose, so that tests can see what clients make of it.

mod parse;

use std::collections::BTreeSet;
use std::time::Duration;

pub use parse::InvalidMisbehaviour;

/// What a service does wrong. Nothing by default.
///
/// Read from text, one misbehaviour or several separated by `;` or spaces, as given on a command
/// line:
///
/// | text | effect |
/// |---|---|
/// | `drop-acks` or `drop-acks:field_completed,join_room` | these events (all when none is named) are handled and never acknowledged |
/// | `refuse` | every CONNECT is answered with `44` |
/// | `silent-connect` | a CONNECT is answered with nothing at all |
/// | `freeze-after:10s` or `freeze-after:10s,20s` | after 10 s the process hangs (connections are accepted by the system, nothing is answered, no ping), for ever or for 20 s |
/// | `restart-after:10s,15s` | after 10 s everything but the database is dropped and the port stays closed for 15 s |
/// | `none` | nothing |
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Misbehaviour {
    /// Events that are never acknowledged.
    pub drop_acks: Named,
    /// Whether every CONNECT is refused.
    pub refuse: bool,
    /// Whether no CONNECT is answered.
    pub silent_connect: bool,
    /// When to hang.
    pub freeze: Option<Freeze>,
    /// When to restart.
    pub restart: Option<Restart>,
}

/// Some events, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Named {
    /// No event.
    #[default]
    None,
    /// These.
    Some(BTreeSet<String>),
    /// Every event.
    All,
}

impl Named {
    /// Whether `event` is one of them.
    pub fn contains(&self, event: &str) -> bool {
        match self {
            Self::None => false,
            Self::Some(names) => names.contains(event),
            Self::All => true,
        }
    }
}

/// A hanging process, as after SIGSTOP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freeze {
    /// Counted from the moment at which the misbehaviour was set.
    pub after: Duration,
    /// For how long; `None` until another misbehaviour is set or the service is stopped.
    pub lasting: Option<Duration>,
}

/// A process that dies and comes back with nothing but its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restart {
    /// Counted from the moment at which the misbehaviour was set.
    pub after: Duration,
    /// For how long the port is closed.
    pub down: Duration,
}
