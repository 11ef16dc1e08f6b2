//! Failing on purpose, so that tests can see what clients make of it.

mod parse;

use std::time::Duration;

use signaling::wire::RequestName;

pub use hosting::{Freeze, Restart};
pub use parse::InvalidMisbehaviour;

/// What a gateway does wrong. Nothing by default.
///
/// Read from text, one misbehaviour or several separated by `;` or spaces, as given on a command
/// line:
///
/// | text | effect |
/// |---|---|
/// | `drop-acks` or `drop-acks:consume,produce` | these requests (all when none is named) are handled and never answered |
/// | `nonsense-acks` or `nonsense-acks:join-room` | they are answered with something that means nothing |
/// | `delay:500ms` | acknowledgements and events leave that much later |
/// | `delay-acks:500ms`, `delay-events:500ms` | one of the two |
/// | `refuse-join` | every join fails with `ERR_JOIN_ROOM` |
/// | `freeze-after:10s` or `freeze-after:10s,20s` | after 10 s the process hangs (connections are accepted by the system, nothing is answered, no ping, no media), for ever or for 20 s |
/// | `restart-after:10s,15s` | after 10 s everything is dropped and the port stays closed for 15 s |
/// | `slow-produce` or `slow-produce:15s` | audio `produce` is answered, and announced, that much later |
/// | `fail-audio-tap` | audio `produce` is answered with an error although the producer exists |
/// | `none` | nothing |
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Misbehaviour {
    /// Requests that are never answered.
    pub drop_acks: Named,
    /// Requests that are answered with nonsense.
    pub nonsense_acks: Named,
    /// How much later acknowledgements leave.
    pub delay_acks: Duration,
    /// How much later events leave.
    pub delay_events: Duration,
    /// Whether joins are refused.
    pub refuse_join: bool,
    /// When to hang.
    pub freeze: Option<Freeze>,
    /// When to restart.
    pub restart: Option<Restart>,
    /// How much later audio producers are answered and announced.
    pub slow_produce: Option<Duration>,
    /// Whether audio producers are answered with an error although they exist.
    pub fail_audio_tap: bool,
}

/// Some requests, or all of them.
pub type Named = hosting::Named<RequestName>;
