//! What is to be told to a service, in no vocabulary yet.

use serde_json::Value;

/// One thing to tell. What a vocabulary has no word for stays local.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// Enter the record's room; again after every connection.
    Join,
    /// Leave it.
    Leave,
    /// This client is alive and its person is there.
    Heartbeat,
    /// This person is at a step now.
    Step {
        /// The step.
        step: StepRef,
    },
    /// The whole present value of a field that is being typed.
    Typing {
        /// The field.
        field: FieldRef,
        /// Its value.
        value: Value,
    },
    /// The final value of a field.
    Commit {
        /// The field.
        field: FieldRef,
        /// Its value.
        value: Value,
    },
    /// This person's focus is in a field now.
    Focus {
        /// The field.
        field: FieldRef,
    },
    /// Two people are at one field.
    Conflict {
        /// The field.
        field: FieldRef,
        /// A sentence for people.
        message: String,
    },
}

/// The kinds of [`Intent`], to ask a vocabulary what it has words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IntentKind {
    /// [`Intent::Join`].
    Join,
    /// [`Intent::Leave`].
    Leave,
    /// [`Intent::Heartbeat`].
    Heartbeat,
    /// [`Intent::Step`].
    Step,
    /// [`Intent::Typing`].
    Typing,
    /// [`Intent::Commit`].
    Commit,
    /// [`Intent::Focus`].
    Focus,
    /// [`Intent::Conflict`].
    Conflict,
}

impl Intent {
    /// Which kind it is.
    pub fn kind(&self) -> IntentKind {
        match self {
            Self::Join => IntentKind::Join,
            Self::Leave => IntentKind::Leave,
            Self::Heartbeat => IntentKind::Heartbeat,
            Self::Step { .. } => IntentKind::Step,
            Self::Typing { .. } => IntentKind::Typing,
            Self::Commit { .. } => IntentKind::Commit,
            Self::Focus { .. } => IntentKind::Focus,
            Self::Conflict { .. } => IntentKind::Conflict,
        }
    }
}

/// A step of the work, as a service writes it: a 0-based number, or a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepRef {
    /// 0-based. A number that arrives as text is a number.
    Index(i64),
    /// Such as `vision_testing`.
    Key(String),
}

/// A field of the record: its name, and its step where the vocabulary has one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldRef {
    /// Step that the field belongs to.
    pub step: Option<StepRef>,
    /// Name on the wire.
    pub name: String,
}
