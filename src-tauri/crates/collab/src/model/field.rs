//! One field, and the edit of this person in it.
//!
//! Three texts of one's own are kept apart, because they end in different ways: the *draft* that is
//! being typed; the *edit*, committed and on its way; and the *settled* text, which the service has
//! had and which somebody else may replace a moment later.

use std::time::Instant;

use super::inputs::Tag;
use super::value::{self, Held};
use crate::intent::FieldRef;
use crate::operation::StaffId;
use crate::policy::{EARLIER_EDITS, RECENT_OWN};
use crate::view::ConflictKind;

/// One field of the record.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) at: FieldRef,
    pub(crate) key: String,
    pub(crate) label: String,
    /// The value that the service has, as far as is known.
    pub(crate) known: Option<Held>,
    /// Who gave it, if that was somebody else.
    pub(crate) by: Option<StaffId>,
    pub(crate) changed: Option<Instant>,
    /// What this person is typing.
    pub(crate) draft: Option<String>,
    pub(crate) edit: Option<Edit>,
    pub(crate) settled: Option<Settled>,
    pub(crate) conflict: Option<Conflict>,
    /// What others are typing, oldest first.
    pub(crate) drafts: Vec<Draft>,
    /// Whose focus is here.
    pub(crate) focus: Vec<StaffId>,
    /// When typing was last told, and which text.
    pub(crate) told: Option<(Instant, u64)>,
}

/// A committed value that the service has not confirmed.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub(crate) text: String,
    /// The value that it was made from.
    pub(crate) base: Option<Held>,
    /// Own values before it that the service may or may not have taken.
    pub(crate) earlier: Vec<String>,
    pub(crate) stage: Stage,
    /// Number of the connection that it was last sent on.
    pub(crate) sent_on: u64,
    /// Edits are sent in the order in which they were made.
    pub(crate) order: u64,
}

/// How far an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Never sent.
    Waiting,
    /// Sent, but the connection was lost before an answer: the service may have it or not.
    InDoubt,
    /// Sent, and not answered yet.
    Sent {
        tag: Tag,
        /// Whether another's value was heard since. It was decided before this one, if there is
        /// to be an answer: services tell what happens before they answer.
        crossed: bool,
    },
    /// Sent, and no answer in time.
    Unconfirmed,
    /// The service said no.
    Refused,
}

/// A value that this person gave and the service has had.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub(crate) text: String,
    at: Instant,
}

/// What somebody else is typing.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) by: StaffId,
    pub(crate) value: Held,
    pub(crate) heard: Instant,
}

/// Two values that want the same field.
#[derive(Debug, Clone)]
pub(crate) struct Conflict {
    pub(crate) kind: ConflictKind,
    pub(crate) mine: String,
    /// Whether [`Conflict::mine`] is what is being typed: it follows it.
    pub(crate) live: bool,
    pub(crate) theirs: Held,
    /// Nobody where the service replayed a stored value.
    pub(crate) with: Option<StaffId>,
    /// Whether theirs is a value, not only being typed.
    pub(crate) committed: bool,
    /// Whether the service may hold this person's value after all.
    pub(crate) in_doubt: bool,
}

impl Conflict {
    /// Whether it only warns of what somebody is typing.
    pub(crate) fn is_warning(&self) -> bool {
        !self.committed
    }

    /// Whether theirs came before one's own: one's own holds.
    pub(crate) fn is_crossed(&self) -> bool {
        self.committed && self.kind == ConflictKind::Typing
    }

    /// Whether theirs holds.
    pub(crate) fn is_lost(&self) -> bool {
        self.kind != ConflictKind::Typing
    }
}

impl Field {
    pub(crate) fn new(at: FieldRef, key: String, label: String) -> Self {
        Self {
            at,
            key,
            label,
            known: None,
            by: None,
            changed: None,
            draft: None,
            edit: None,
            settled: None,
            conflict: None,
            drafts: Vec::new(),
            focus: Vec::new(),
            told: None,
        }
    }

    /// What the field says for this person, drafts not counted: the edit on its way, else the
    /// value.
    pub(crate) fn committed_text(&self) -> &str {
        match &self.edit {
            Some(edit) => &edit.text,
            None => self.known.as_ref().map_or("", Held::text),
        }
    }

    /// Whether that is exactly this text.
    pub(crate) fn says(&self, text: &str) -> bool {
        match &self.edit {
            Some(edit) => edit.text == text,
            None => value::shows(self.known.as_ref(), text),
        }
    }

    /// The text of this person that the service does not have: what is typed, else what is on its
    /// way.
    pub(crate) fn unsent(&self) -> Option<&str> {
        let edit = self.edit.as_ref().map(|edit| &*edit.text);
        self.draft.as_deref().or(edit)
    }

    /// One's own value that was confirmed just now.
    pub(crate) fn recent_own(&self, now: Instant) -> Option<&str> {
        let settled = self.settled.as_ref()?;
        let recent = now.saturating_duration_since(settled.at) < RECENT_OWN;
        recent.then_some(&*settled.text)
    }

    /// The service has had this text of one's own.
    pub(crate) fn settle(&mut self, text: String, now: Instant) {
        self.settled = Some(Settled { text, at: now });
    }

    pub(crate) fn is_sent(&self) -> bool {
        let stage = self.edit.as_ref().map(|edit| edit.stage);
        matches!(stage, Some(Stage::Sent { .. }))
    }

    /// A new edit in the place of the one before.
    pub(crate) fn begin_edit(&mut self, text: String, order: u64) {
        let mut base = self.known.clone();
        let mut earlier = Vec::new();
        if let Some(before) = self.edit.take() {
            earlier = before.earlier;
            match before.stage {
                Stage::Waiting => base = before.base,
                Stage::InDoubt => {
                    base = before.base;
                    earlier.push(before.text);
                }
                Stage::Sent { .. } | Stage::Unconfirmed => earlier.push(before.text),
                Stage::Refused => {}
            }
            let superfluous = earlier.len().saturating_sub(EARLIER_EDITS);
            earlier.drain(..superfluous);
        }
        self.edit = Some(Edit {
            text,
            base,
            earlier,
            stage: Stage::Waiting,
            sent_on: 0,
            order,
        });
    }
}

impl Edit {
    /// One that was sent on some connection and never answered.
    pub(crate) fn in_doubt(text: String, value: &Held, sent_on: u64) -> Self {
        Self {
            text,
            base: Some(value.clone()),
            earlier: Vec::new(),
            stage: Stage::Unconfirmed,
            sent_on,
            order: 0,
        }
    }

    /// Whether a value is what this edit was made from, or an earlier one of one's own: then
    /// nobody else has been there.
    pub(crate) fn stands_on(&self, value: Option<&Held>) -> bool {
        value::same(value, self.base.as_ref()) || self.follows(value)
    }

    /// The service has had an earlier one of one's own, and with it those before.
    pub(crate) fn follow(&mut self, text: &str, value: &Held) {
        if let Some(place) = self.earlier.iter().position(|earlier| earlier == text) {
            self.earlier.drain(..=place);
        }
        self.base = Some(value.clone());
    }

    /// What is left when this one is given up: the one before, should the service have taken it.
    pub(crate) fn give_up(mut self) -> Option<Self> {
        self.text = self.earlier.pop()?;
        self.stage = Stage::Unconfirmed;
        Some(self)
    }

    /// Whether a value is an earlier one of one's own.
    pub(crate) fn follows(&self, value: Option<&Held>) -> bool {
        self.earlier.iter().any(|text| value::shows(value, text))
    }
}
