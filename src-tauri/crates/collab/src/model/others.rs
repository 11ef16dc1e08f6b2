//! What others do in fields: their typing, their values, their focus.

use serde_json::Value;

use super::Model;
use super::activity::Event;
use super::changes::Part;
use super::field::{Draft, Stage};
use super::fields::FieldIndex;
use super::missed;
use super::people::Telling;
use super::timers::Due;
use super::value::{self, Held};
use crate::intent::FieldRef;
use crate::operation::StaffId;
use crate::policy::{DRAFT_BYTES, DRAFT_LIFE, DRAFTS_PER_FIELD, EXCERPT_CHARS};
use crate::text;
use crate::view::{ActivityKind, ConflictKind};

impl Model {
    /// Somebody is typing. The same person on another device is nobody else.
    pub(super) fn hear_draft(&mut self, at: &FieldRef, value: &Value, by: &StaffId) {
        if self.directory.is_me(by) || !text::is_id(by) {
            return;
        }
        let Some(index) = self.hear_field(at) else {
            return;
        };
        self.hear_deed(by);
        let draft = Draft {
            by: by.clone(),
            value: Held::heard(value, DRAFT_BYTES),
            heard: self.now,
        };
        if let Some(field) = self.fields.get_mut(index) {
            field.drafts.retain(|draft| draft.by != *by);
            field.drafts.push(draft);
            if field.drafts.len() > DRAFTS_PER_FIELD {
                let oldest = field.drafts.remove(0);
                self.drafting.remove(&(oldest.by, index));
            }
        }
        self.drafting.insert((by.clone(), index));
        let due = Due::Draft(index, by.clone());
        self.timers.set_if_idle(due, self.now + DRAFT_LIFE);
        self.set_focus(by, index);
        self.changes.touch_field(index);
        let event = self.by_in(by, index);
        self.log(ActivityKind::Typed, event);
        self.warn(index);
    }

    pub(super) fn hear_focus(&mut self, at: &FieldRef, by: &StaffId) {
        if self.directory.is_me(by) || !text::is_id(by) {
            return;
        }
        if let Some(index) = self.hear_field(at) {
            self.hear_deed(by);
            self.set_focus(by, index);
        }
    }

    /// A field has a value: somebody's, or one that the service has stored.
    pub(super) fn hear_commit(&mut self, at: &FieldRef, value: &Value, by: Option<StaffId>) {
        let by = by.filter(|by| text::is_id(by));
        let Some(index) = self.hear_field(at) else {
            return;
        };
        let other = by.clone().filter(|by| !self.directory.is_me(by));
        if let Some(by) = &other {
            self.hear_deed(by);
            self.drop_draft(index, by);
            self.end_focus(by);
        }
        let value = self.fields.hold(value);
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        let before = field.known.clone();
        let changed = !value::same(before.as_ref(), Some(&value));
        if changed || by.is_some() {
            field.by = other;
        }
        if changed {
            field.changed = Some(self.now);
        }
        let own_edit = field.edit.as_ref().is_some_and(|edit| value.is(&edit.text));
        let whole = before.as_ref().map(Held::is_whole);
        let looks_new = changed || whole != Some(value.is_whole());
        let is_shown = looks_new
            || by.is_some()
            || field.edit.is_some()
            || field.draft.is_some()
            || field.conflict.is_some();
        self.fields.set_known(index, value.clone());
        if let Some(by) = &by {
            let text = Some(text::paragraph(value.text(), EXCERPT_CHARS));
            let event = Event {
                text,
                ..self.by_in(by, index)
            };
            self.log(ActivityKind::Committed, event);
        }
        if !is_shown {
            return;
        }
        self.changes.touch_field(index);
        let stored = by.is_none() || self.room.is_joining();
        if changed && !own_edit && stored && self.missed.is_catching_up(self.now) {
            self.miss_field(index, before, &value);
        }
        self.meet_edit(index, &value, by.as_ref(), changed);
        self.meet_draft(index, &value, by.as_ref(), changed);
    }

    /// A value meets the edit of this person, or a settled one.
    fn meet_edit(&mut self, index: FieldIndex, value: &Held, by: Option<&StaffId>, changed: bool) {
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        let Some(edit) = &mut field.edit else {
            if changed {
                self.meet_settled(index, value, by);
            }
            return;
        };
        let is_mine = value.is(&edit.text);
        let echo = by.is_some_and(|by| self.directory.is_me(by));
        match &mut edit.stage {
            Stage::Sent { crossed, .. } => {
                *crossed = true;
                let is_base = by.is_none() && value::same(Some(value), edit.base.as_ref());
                if !is_mine && !is_base && !edit.follows(Some(value)) {
                    self.cross(index, value, by);
                }
            }
            // What becomes of them is decided when they can be sent.
            Stage::Waiting | Stage::InDoubt => {
                self.replayed.insert(index);
            }
            Stage::Refused if is_mine => self.arrived(index),
            // What the service replays on a later connection is what it has: it may have lost this
            // one after all. On the same connection it may be from before.
            Stage::Unconfirmed if by.is_none() && edit.sent_on < self.connections => {
                self.replayed.insert(index);
                self.set_stage(index, Stage::InDoubt);
                if self.room.is_inside() {
                    self.decide(index);
                }
            }
            // An echo confirms. The same value by chance does not: this one may come after others.
            Stage::Unconfirmed if is_mine && echo => self.arrived(index),
            Stage::Unconfirmed if is_mine => {}
            Stage::Unconfirmed => self.lose_edit(index, ConflictKind::Replaced, true),
            Stage::Refused if changed => {
                let in_doubt = !edit.earlier.is_empty();
                self.lose_edit(index, ConflictKind::Replaced, in_doubt);
            }
            Stage::Refused => {}
        }
    }

    /// A value meets what this person is typing.
    fn meet_draft(&mut self, index: FieldIndex, value: &Held, by: Option<&StaffId>, changed: bool) {
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        let Some(draft) = &field.draft else {
            return;
        };
        if field.edit.is_none() && value.is(draft) {
            field.draft = None;
            if field
                .conflict
                .as_ref()
                .is_some_and(|conflict| conflict.live)
            {
                field.conflict = None;
            }
        } else if changed && field.edit.is_none() {
            self.replace_draft(index, value, by);
        }
    }

    /// The field of something that others did, and its step.
    pub(super) fn hear_field(&mut self, at: &FieldRef) -> Option<FieldIndex> {
        let count = self.fields.len();
        let index = self.fields.heard(at)?;
        if self.fields.len() > count {
            self.learn_step(at.step.as_ref(), None);
            self.changes.touch_field(index);
        }
        Some(index)
    }

    fn hear_deed(&mut self, by: &str) {
        let outcome = self.presence.deed(by, self.now);
        self.people_changed(outcome, Telling::Quietly);
    }

    fn miss_field(&mut self, index: FieldIndex, before: Option<Held>, now: &Held) {
        let excerpt = |value: &Held| text::paragraph(value.text(), EXCERPT_CHARS);
        let change = missed::FieldChange {
            before: before.as_ref().map(excerpt),
            now: excerpt(now),
        };
        self.missed.field(index, change);
        self.changes.touch(Part::Missed);
    }

    /// Takes somebody's draft away; the warning about it goes with it.
    pub(super) fn drop_draft(&mut self, index: FieldIndex, by: &str) {
        self.timers.stop(&Due::Draft(index, by.to_owned()));
        if !self.drafting.remove(&(by.to_owned(), index)) {
            return;
        }
        if let Some(field) = self.fields.get_mut(index) {
            field.drafts.retain(|draft| draft.by != by);
            self.changes.touch_field(index);
        }
        self.warn(index);
    }

    pub(super) fn age_draft(&mut self, index: FieldIndex, by: StaffId) {
        let field = self.fields.get(index);
        let draft = field.and_then(|field| field.drafts.iter().find(|draft| draft.by == by));
        match draft.map(|draft| draft.heard + DRAFT_LIFE) {
            Some(ends) if ends > self.now => self.timers.set(Due::Draft(index, by), ends),
            _ => self.drop_draft(index, &by),
        }
    }

    fn set_focus(&mut self, by: &StaffId, index: FieldIndex) {
        let Some((other, is_new)) = self.focuses.set(by, index, self.now) else {
            return;
        };
        if let Some(other) = other {
            self.leave_field(other, by);
        }
        if let Some(ends) = self.focuses.ends_at(by) {
            self.timers.set_if_idle(Due::Focus(by.clone()), ends);
        }
        if is_new && let Some(field) = self.fields.get_mut(index) {
            field.focus.push(by.clone());
            self.changes.touch_field(index);
            self.changes.touch(Part::Staff);
        }
    }

    pub(super) fn end_focus(&mut self, by: &StaffId) {
        self.timers.stop(&Due::Focus(by.clone()));
        if let Some(index) = self.focuses.remove(by) {
            self.leave_field(index, by);
            self.changes.touch(Part::Staff);
        }
    }

    pub(super) fn age_focus(&mut self, by: StaffId) {
        match self.focuses.ends_at(&by) {
            Some(ends) if ends > self.now => self.timers.set(Due::Focus(by), ends),
            _ => self.end_focus(&by),
        }
    }

    fn leave_field(&mut self, index: FieldIndex, by: &str) {
        if let Some(field) = self.fields.get_mut(index) {
            field.focus.retain(|staff| staff != by);
            self.changes.touch_field(index);
        }
    }

    /// Whoever left is in no field any more.
    pub(super) fn end_presence_in_fields(&mut self, staff: &StaffId) {
        self.end_focus(staff);
        let from = (staff.clone(), FieldIndex(0));
        let to = (staff.clone(), FieldIndex(usize::MAX));
        let fields: Vec<_> = self.drafting.range(from..=to).map(|(_, at)| *at).collect();
        for index in fields {
            self.drop_draft(index, staff);
        }
    }
}
