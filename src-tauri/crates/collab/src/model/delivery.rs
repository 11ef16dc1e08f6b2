//! What becomes of a commit.
//!
//! A service processes commits one after the other, and tells what happens before it answers. So a
//! value that is heard while an edit is unanswered came before it, and the edit holds; one that is
//! heard after the answer came later, and holds. Where nothing is ever answered, the order of
//! arrival here decides.
//!
//! When the connection is lost between a commit and its answer, nobody here can know whether it
//! arrived. After the next join the value that the service replays tells:
//!
//! | value after the join | the edit |
//! |---|---|
//! | this edit's own text, replayed | has arrived: confirmed |
//! | what the edit was made from, or an own earlier edit | is sent (again) |
//! | anything else | is not sent, but kept and offered |
//!
//! Services that replay nothing leave the value that was known: such an edit is sent again. A value
//! that somebody set back to exactly what it was is taken for untouched; nothing on the wire tells
//! the difference. An edit that the connection outlived without an answer is never sent again for
//! that alone, only when a replay on a later connection shows that the service does not have it.

use super::Model;
use super::activity::Event;
use super::changes::Part;
use super::field::{Conflict, Edit, Stage};
use super::fields::FieldIndex;
use super::inputs::{AckOutcome, Tag};
use super::requests::Purpose;
use super::timers::Due;
use super::value::{self, Held};
use crate::intent::Intent;
use crate::policy::SEND_RETRY;
use crate::view::{ActivityKind, ConflictKind};

impl Model {
    /// Sends the edit of a field.
    pub(super) fn send(&mut self, index: FieldIndex) {
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        let Some(edit) = &mut field.edit else {
            return;
        };
        edit.sent_on = self.connections;
        let text = edit.text.clone();
        let value = value::wire(&text, field.known.as_ref());
        let at = field.at.clone();
        let purpose = Purpose::Commit { field: index, text };
        let tag = self.ask(Intent::Commit { field: at, value }, purpose);
        let crossed = false;
        self.set_stage(index, Stage::Sent { tag, crossed });
    }

    /// Sends what waits, oldest first, as far as it may be sent.
    pub(super) fn send_what_waits(&mut self) {
        if !self.room.is_inside() {
            return;
        }
        let waits = |index: &FieldIndex| {
            let edit = self.fields.get(*index)?.edit.as_ref()?;
            let waits = matches!(edit.stage, Stage::Waiting | Stage::InDoubt);
            waits.then_some((edit.order, *index))
        };
        let mut waiting: Vec<_> = self.pending.iter().filter_map(waits).collect();
        waiting.sort_unstable();
        for (_, index) in waiting {
            self.decide(index);
        }
    }

    /// Sends an edit, or finds that it has arrived, or that its field moved on.
    pub(super) fn decide(&mut self, index: FieldIndex) {
        let Some(field) = self.fields.get(index) else {
            return;
        };
        let Some(edit) = &field.edit else {
            return;
        };
        let known = field.known.as_ref();
        let replayed = self.replayed.contains(&index);
        let is_there = value::shows(known, &edit.text);
        if is_there && replayed {
            self.arrived(index);
        } else if is_there || edit.stands_on(known) {
            self.send(index);
        } else {
            let (kind, sent) = match edit.stage {
                Stage::InDoubt => (ConflictKind::Replaced, true),
                _ => (ConflictKind::MovedOn, !edit.earlier.is_empty()),
            };
            self.lose_edit(index, kind, sent && !replayed);
        }
    }

    pub(super) fn answered(&mut self, tag: Tag, outcome: AckOutcome) {
        let Some(purpose) = self.requests.end(tag) else {
            return;
        };
        let refusal = match outcome {
            AckOutcome::Confirmed(operations) => {
                self.heard_something();
                self.hear(operations);
                return self.confirmed(purpose, tag);
            }
            AckOutcome::Unanswered => None,
            AckOutcome::NotSent => {
                if let Purpose::Commit { field, .. } = purpose
                    && self.is_current(field, tag)
                {
                    self.set_stage(field, Stage::Waiting);
                    self.timers
                        .set_if_idle(Due::SendRetry, self.now + SEND_RETRY);
                }
                return;
            }
            AckOutcome::Refused(message) => Some(message),
        };
        match (purpose, refusal) {
            (Purpose::Join, Some(message)) => self.denied(message),
            (Purpose::Commit { field, .. }, Some(message)) => {
                self.refuse_edit(field, tag, message);
            }
            (Purpose::Commit { field, .. }, None) => self.leave_unconfirmed(field, tag),
            // Joins are patient for a moment without an answer, too; leaving needs none.
            (Purpose::Join, None) | (Purpose::Leave, _) => {}
        }
    }

    fn confirmed(&mut self, purpose: Purpose, tag: Tag) {
        match purpose {
            Purpose::Join => self.entered(),
            Purpose::Leave => {}
            Purpose::Commit { field, .. } if self.is_current(field, tag) => self.arrived(field),
            Purpose::Commit { field, text } => self.earlier_arrived(field, &text),
        }
    }

    /// The service has an edit that this person has meanwhile replaced by another.
    fn earlier_arrived(&mut self, index: FieldIndex, text: &str) {
        if let Some(field) = self.fields.get_mut(index)
            && field.is_sent()
        {
            let value = Held::own(text, field.known.as_ref());
            field.by = None;
            field.changed = Some(self.now);
            if let Some(edit) = &mut field.edit {
                edit.follow(text, &value);
            }
            self.fields.set_known(index, value);
            self.changes.touch_field(index);
        }
    }

    /// The service has this edit: it is the value.
    pub(super) fn arrived(&mut self, index: FieldIndex) {
        let Some(edit) = self.take_edit(index) else {
            return;
        };
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        if !value::shows(field.known.as_ref(), &edit.text) {
            field.changed = Some(self.now);
        }
        field.by = None;
        // Nothing of one's own is left that somebody's typing could threaten, unless one types on.
        let warning = |conflict: &Conflict| conflict.is_warning() && !conflict.live;
        if field.conflict.as_ref().is_some_and(warning) {
            field.conflict = None;
        }
        let value = Held::own(&edit.text, field.known.as_ref());
        field.settle(edit.text, self.now);
        self.fields.set_known(index, value);
    }

    /// No answer in time. If others' values were heard since it was sent, the newest of them holds,
    /// as far as anybody can tell.
    fn leave_unconfirmed(&mut self, index: FieldIndex, tag: Tag) {
        if !self.is_current(index, tag) {
            return;
        }
        let Some(field) = self.fields.get(index) else {
            return;
        };
        let Some(edit) = &field.edit else {
            return;
        };
        let crossed = matches!(edit.stage, Stage::Sent { crossed: true, .. });
        let known = field.known.as_ref();
        let replaced = crossed && !value::shows(known, &edit.text) && !edit.stands_on(known);
        if replaced {
            self.lose_edit(index, ConflictKind::Replaced, true);
        } else {
            self.set_stage(index, Stage::Unconfirmed);
        }
    }

    fn refuse_edit(&mut self, index: FieldIndex, tag: Tag, message: String) {
        let event = Event {
            text: Some(message),
            ..self.by_in(&self.config.me, index)
        };
        self.log(ActivityKind::Refused, event);
        if !self.is_current(index, tag) {
            return;
        }
        self.set_stage(index, Stage::Refused);
        let field = self.fields.get_mut(index);
        if let Some(conflict) = field.and_then(|field| field.conflict.as_mut())
            && conflict.is_crossed()
        {
            // One's own did not come after theirs: it did not come at all.
            conflict.kind = ConflictKind::Replaced;
        }
    }

    /// An edit whose place is taken: kept beside the value, and offered.
    pub(super) fn lose_edit(&mut self, index: FieldIndex, kind: ConflictKind, in_doubt: bool) {
        let Some(edit) = self.take_edit(index) else {
            return;
        };
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        let theirs = field.known.clone();
        field.conflict = Some(Conflict {
            kind,
            mine: edit.text,
            live: false,
            theirs: theirs.unwrap_or_else(|| Held::own("", None)),
            with: field.by.clone(),
            committed: true,
            in_doubt,
        });
        if let Some(with) = field.by.clone() {
            self.report(index, &with);
        }
    }

    fn is_current(&self, index: FieldIndex, tag: Tag) -> bool {
        let edit = self.fields.get(index).and_then(|field| field.edit.as_ref());
        matches!(edit.map(|edit| edit.stage), Some(Stage::Sent { tag: sent, .. }) if sent == tag)
    }

    pub(super) fn set_stage(&mut self, index: FieldIndex, stage: Stage) {
        if let Some(edit) = self
            .fields
            .get_mut(index)
            .and_then(|field| field.edit.as_mut())
        {
            edit.stage = stage;
            if matches!(stage, Stage::Unconfirmed | Stage::Refused) {
                self.pending.remove(&index);
            } else {
                self.pending.insert(index);
            }
            self.changes.touch_field(index);
            self.changes.touch(Part::Me);
        }
    }

    pub(super) fn take_edit(&mut self, index: FieldIndex) -> Option<Edit> {
        self.pending.remove(&index);
        self.changes.touch_field(index);
        self.changes.touch(Part::Me);
        self.fields.get_mut(index)?.edit.take()
    }
}
