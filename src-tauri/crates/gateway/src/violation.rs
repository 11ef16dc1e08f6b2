//! What clients did that the protocol forbids.

use std::sync::{Mutex, PoisonError};

/// How many are kept; later ones are only counted.
const KEPT: usize = 1_000;

/// A frame that would have hurt the real gateway, or that it would not have answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Event name as sent, cut to 64 characters.
    pub event: String,
    /// What was wrong.
    pub kind: ViolationKind,
}

/// What can be wrong with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ViolationKind {
    /// A request without the acknowledgement that it must ask for: the real gateway stops for
    /// everybody.
    MissingAck,
    /// Data where the acknowledgement belongs, or a second argument: likewise.
    UnexpectedData,
    /// A request without its data: likewise.
    MissingData,
    /// Data that is no object: `null` in `update-language` stops the real gateway.
    NotAnObject,
    /// An acknowledgement asked for by an event that is never acknowledged.
    UnneededAck,
    /// An event name that the gateway does not know.
    UnknownEvent,
    /// A join on a socket that is in a room already: leaves a ghost on the real gateway.
    SecondJoin,
    /// A second transport of the same direction: leaks a port on the real gateway.
    RepeatedTransport,
    /// A second audio producer of one participant: breaks the captions on the real gateway.
    SecondAudioProducer,
    /// `create-room`: leaks a room on the real gateway.
    RoomCreated,
}

#[derive(Debug, Default)]
struct Kept {
    violations: Vec<Violation>,
    total: u64,
}

/// The record, shared by the gateway's thread and its owner; survives restarts.
#[derive(Debug, Default)]
pub(crate) struct ViolationLog(Mutex<Kept>);

impl ViolationLog {
    pub(crate) fn record(&self, event: &str, kind: ViolationKind) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.total += 1;
        if kept.violations.len() < KEPT {
            let event = event.chars().take(64).collect();
            kept.violations.push(Violation { event, kind });
        }
    }

    pub(crate) fn all(&self) -> Vec<Violation> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.violations.clone()
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).total
    }
}
