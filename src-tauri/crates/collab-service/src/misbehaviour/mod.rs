//! Failing on purpose, so that tests can see what clients make of it.

mod parse;

pub use hosting::{Freeze, Restart};
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
pub type Named = hosting::Named<String>;
