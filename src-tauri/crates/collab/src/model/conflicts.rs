//! Two people in one field.
//!
//! Both are warned while they type, nobody is stopped, and the last write wins. Whoever's text is
//! not the value in the end still has it, beside the other's, until they decide: to put it back
//! ([`Model::keep_mine`]), to give it up ([`Model::take_theirs`]), or by another commit.

use super::Model;
use super::activity::Event;
use super::field::{Conflict, Edit, Stage};
use super::fields::FieldIndex;
use super::timers::Due;
use super::value::{self, Held};
use crate::intent::{FieldRef, Intent};
use crate::operation::StaffId;
use crate::policy::{CONFLICT_PAUSE, REPORTS};
use crate::text;
use crate::view::{ActivityKind, ConflictKind};

impl Model {
    /// Compares what this person has in a field with what others are typing there: raises the
    /// warning, lets it follow, or takes it back.
    pub(super) fn warn(&mut self, index: FieldIndex) {
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        if field
            .conflict
            .as_ref()
            .is_some_and(|conflict| conflict.committed)
        {
            return;
        }
        let other = field.unsent().and_then(|mine| {
            let differs = field
                .drafts
                .iter()
                .rev()
                .find(|draft| !draft.value.is(mine));
            Some((mine.to_owned(), differs?.clone()))
        });
        let Some((mine, draft)) = other else {
            if field.conflict.take().is_some() {
                self.changes.touch_field(index);
            }
            return;
        };
        field.conflict = Some(Conflict {
            kind: ConflictKind::Typing,
            mine,
            live: field.draft.is_some(),
            theirs: draft.value,
            with: Some(draft.by.clone()),
            committed: false,
            in_doubt: false,
        });
        self.changes.touch_field(index);
        self.report(index, &draft.by);
    }

    /// Another's value came before the edit that is on its way, which will replace it.
    pub(super) fn cross(&mut self, index: FieldIndex, theirs: &Held, by: Option<&StaffId>) {
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        field.conflict = Some(Conflict {
            kind: ConflictKind::Typing,
            mine: field.unsent().unwrap_or_default().to_owned(),
            live: field.draft.is_some(),
            theirs: theirs.clone(),
            with: by.cloned(),
            committed: true,
            in_doubt: false,
        });
        self.report_all(index, by);
    }

    /// Another's value replaces one of this person that the service has had.
    pub(super) fn meet_settled(&mut self, index: FieldIndex, theirs: &Held, by: Option<&StaffId>) {
        let by_me = by.is_some_and(|by| self.directory.is_me(by));
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        if let Some(conflict) = field
            .conflict
            .as_mut()
            .filter(|conflict| conflict.committed)
        {
            conflict.theirs = theirs.clone();
            conflict.with = by.cloned();
            conflict.kind = match conflict.kind {
                ConflictKind::MovedOn => ConflictKind::MovedOn,
                _ => ConflictKind::Replaced,
            };
            if theirs.is(&conflict.mine) {
                let mine = std::mem::take(&mut conflict.mine);
                if conflict.in_doubt {
                    // The same value by chance: where one's own is, is still not known.
                    field.edit = Some(Edit::in_doubt(mine, theirs, self.connections));
                } else {
                    field.settle(mine, self.now);
                }
                field.conflict = None;
            }
            return;
        }
        let own = field.recent_own(self.now).filter(|own| !theirs.is(own));
        let Some(own) = own.filter(|_| field.draft.is_none() && !by_me) else {
            return;
        };
        field.conflict = Some(Conflict {
            kind: ConflictKind::Replaced,
            mine: own.to_owned(),
            live: false,
            theirs: theirs.clone(),
            with: by.cloned(),
            committed: true,
            in_doubt: false,
        });
        field.settled = None;
        self.report_all(index, by);
    }

    /// Another's value comes while this person is typing.
    pub(super) fn replace_draft(&mut self, index: FieldIndex, theirs: &Held, by: Option<&StaffId>) {
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        let kept = |conflict: &Conflict| conflict.committed && !conflict.live;
        if field.conflict.as_ref().is_some_and(kept) {
            // An earlier text waits for a decision; what is being typed is in the field itself.
            return;
        }
        field.conflict = Some(Conflict {
            kind: ConflictKind::Replaced,
            mine: field.draft.clone().unwrap_or_default(),
            live: true,
            theirs: theirs.clone(),
            with: by.cloned(),
            committed: true,
            in_doubt: false,
        });
        self.report_all(index, by);
    }

    /// Somebody's client says that two people are in one field; perhaps this one.
    pub(super) fn hear_conflict(
        &mut self,
        at: &FieldRef,
        by: Option<&str>,
        message: Option<String>,
    ) {
        let by = by.filter(|by| text::is_id(by));
        if by.is_some_and(|by| self.directory.is_me(by)) {
            return;
        }
        let index = match self.fields.find(at) {
            None if !self.fields.is_named(&at.name) => self.hear_field(at),
            found => found,
        };
        if let Some((index, by)) = index.zip(by) {
            // Both clients find the same conflict: it is one, and told once.
            if !self.is_news(index, by) {
                return;
            }
        }
        let event = match (index, by) {
            (Some(index), Some(by)) => self.by_in(by, index),
            (_, Some(by)) => self.by(by),
            (_, None) => Event::default(),
        };
        let about = event.about.or_else(|| Some(text::label(&at.name)));
        self.log(
            ActivityKind::Conflicted,
            Event {
                about,
                text: message,
                ..event
            },
        );
    }

    fn report_all(&mut self, index: FieldIndex, by: Option<&StaffId>) {
        if let Some(by) = by.filter(|by| !self.directory.is_me(by)) {
            self.report(index, by);
        }
    }

    /// Tells of a conflict, once per field and person for a while.
    pub(super) fn report(&mut self, index: FieldIndex, with: &str) {
        if !self.is_news(index, with) {
            return;
        }
        let event = self.by_in(with, index);
        self.log(ActivityKind::Conflicted, event);
        let Some(field) = self.fields.get(index).filter(|_| self.room.is_inside()) else {
            return;
        };
        let message = format!("Two people are editing {}.", field.label);
        let field = field.at.clone();
        self.tell(Intent::Conflict { field, message });
    }

    fn is_news(&mut self, index: FieldIndex, with: &str) -> bool {
        let now = self.now;
        self.reported
            .retain(|_, at| now.saturating_duration_since(*at) < CONFLICT_PAUSE);
        let key = (index, with.to_owned());
        let is_news = !self.reported.contains_key(&key);
        if is_news {
            self.reported.insert(key, now);
            if self.reported.len() > REPORTS {
                self.reported.pop_first();
            }
        }
        is_news
    }

    /// Of two values, puts one's own in place. Without a conflict, tries again what was refused.
    pub(super) fn keep_mine(&mut self, key: &str) {
        let Some(index) = self.fields.by_key(key) else {
            return;
        };
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        self.changes.touch_field(index);
        let Some(conflict) = field.conflict.take() else {
            if let Some(edit) = field.edit.take_if(|edit| edit.stage == Stage::Refused) {
                self.put(index, edit.text);
            }
            return;
        };
        if conflict.live {
            if let Some(draft) = field.draft.take() {
                self.commit(index, draft);
            }
        } else if conflict.is_lost() {
            if !value::shows(field.known.as_ref(), &conflict.mine) || conflict.in_doubt {
                self.put(index, conflict.mine);
            }
        } else if let Some(edit) = &mut field.edit {
            // Theirs has been seen: what is on its way may replace it.
            edit.base.clone_from(&field.known);
        }
    }

    /// Of two values, takes the other's. Where the service may hold one's own after all, it is told.
    pub(super) fn take_theirs(&mut self, key: &str) {
        let Some(index) = self.fields.by_key(key) else {
            return;
        };
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        let Some(conflict) = field.conflict.take() else {
            return;
        };
        self.changes.touch_field(index);
        if conflict.live {
            field.draft = None;
            field.told = None;
            self.timers.stop(&Due::TellTyping(index));
        }
        if conflict.is_warning() {
            return;
        }
        let mine_may_hold = match &field.edit {
            Some(edit) => {
                let unsent = matches!(edit.stage, Stage::Refused | Stage::Waiting);
                !unsent || !edit.earlier.is_empty()
            }
            None => conflict.is_crossed() || conflict.in_doubt,
        };
        if !mine_may_hold {
            self.take_edit(index);
        }
        // Of a very long value only the beginning is known here: it cannot be told.
        if mine_may_hold && conflict.theirs.is_whole() {
            self.put(index, conflict.theirs.text().to_owned());
        }
    }
}
