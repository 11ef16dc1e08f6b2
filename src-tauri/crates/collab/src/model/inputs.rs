//! What a model is told, and what it wants done.

use std::time::Instant;

use crate::command::CollabCommand;
use crate::intent::Intent;
use crate::operation::Operation;
use crate::view::{NotificationView, ReasonView};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// The person did something.
    Command(CollabCommand),
    /// Sockets are being opened.
    Connecting,
    /// A link is there; its service knows nothing of this client yet, or no longer.
    Connected {
        /// Which link of the deployment.
        link: usize,
        /// `websocket` or `polling`.
        transport: String,
    },
    /// A link was lost, or could not be opened again; it is tried again by itself.
    Lost {
        /// Which link.
        link: usize,
        /// Which try comes next, from 1.
        attempt: u32,
        /// Why.
        reason: ReasonView,
    },
    /// The service of a link said no.
    Refused {
        /// Which link.
        link: usize,
        /// Its words and ours.
        reason: ReasonView,
        /// When it is tried again; never without.
        retry_at: Option<Instant>,
    },
    /// A service told something.
    Heard {
        /// Which link.
        link: usize,
        /// What it means.
        operations: Vec<Operation>,
        /// Whether a vocabulary knows the event, also where it means nothing.
        known: bool,
    },
    /// What came of an intent that was told with a tag.
    Answered {
        /// The tag.
        tag: Tag,
        /// What came of it.
        outcome: AckOutcome,
    },
    /// [`Model::next_deadline`](super::Model::next_deadline) is over.
    Tick,
    /// The person closes the record. Whatever comes after it changes nothing.
    Close,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum AckOutcome {
    /// The service answered, with this.
    Confirmed(Vec<Operation>),
    /// No answer in time, or none is ever given in this vocabulary: it was sent, no more is known.
    Unanswered,
    /// The service said no, in these words.
    Refused(String),
    /// It never left this computer.
    NotSent,
}

/// Names one request; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u64);

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Tell the service. In the order given; what the vocabulary has no word for is left out.
    Tell {
        /// What.
        intent: Intent,
        /// Whether [`Input::Answered`] is wanted, and under which name. Where the vocabulary asks
        /// for no answer it is [`AckOutcome::Unanswered`], at once.
        tag: Option<Tag>,
    },
    /// Try all links at once instead of waiting.
    ReconnectNow,
    /// New, and perhaps worth a notification of the desktop.
    Notify(NotificationView),
}
