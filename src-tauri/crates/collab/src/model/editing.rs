//! What this person does in fields. Typing is never held up: whatever happens around it, the text
//! is theirs until they commit it or give it up.

use super::Model;
use super::changes::Part;
use super::field::Stage;
use super::fields::FieldIndex;
use super::keys;
use super::timers::Due;
use super::value::{self, Held};
use crate::intent::{FieldRef, Intent};
use crate::policy::{EXCERPT_CHARS, FOCUS_PAUSE, TYPING_BYTES, TYPING_PAUSE};
use crate::text;
use crate::view::ActivityKind;

impl Model {
    /// The field of a command. A key that nothing was heard of is a field that nobody has used yet.
    pub(super) fn field_of(&mut self, key: &str) -> FieldIndex {
        let known = self.fields.by_key(key);
        known.unwrap_or_else(|| self.new_field(&keys::field(key)))
    }

    fn new_field(&mut self, at: &FieldRef) -> FieldIndex {
        self.learn_step(at.step.as_ref(), None);
        let index = self.fields.add(at);
        self.changes.touch_field(index);
        index
    }

    pub(super) fn add_field(&mut self, name: String, step: Option<&str>) {
        if text::is_id(&name) {
            let step = step.filter(|step| text::is_id(step)).map(keys::step);
            self.new_field(&FieldRef { step, name });
        }
    }

    pub(super) fn focus(&mut self, key: Option<&str>) {
        let focus = key.and_then(|key| self.fields.by_key(key));
        if self.me.focus == focus {
            return;
        }
        self.me.focus = focus;
        self.changes.touch(Part::Staff);
        if focus.is_none() {
            // Nothing tells that; but coming back to the same field is news.
            self.me.told_focus = None;
        }
        self.tell_focus();
    }

    /// Tells the focus, unless one was told a moment ago: then the newest one in a moment.
    pub(super) fn tell_focus(&mut self) {
        let Some(index) = self.me.focus.filter(|_| self.config.offers.focus) else {
            return;
        };
        if !self.room.is_inside() || self.me.told_focus == Some(index) {
            return;
        }
        if let Some(next) = self.me.focus_told.map(|at| at + FOCUS_PAUSE)
            && next > self.now
        {
            self.timers.set(Due::TellFocus, next);
            return;
        }
        self.me.told_focus = Some(index);
        self.me.focus_told = Some(self.now);
        if let Some(field) = self.fields.get(index).map(|field| field.at.clone()) {
            self.tell(Intent::Focus { field });
        }
    }

    pub(super) fn type_text(&mut self, key: &str, text: String) {
        let index = self.field_of(key);
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        // Typed back to what is there already: nothing of one's own is left.
        field.draft = (!field.says(&text)).then_some(text);
        match (&field.draft, &mut field.conflict) {
            (Some(draft), Some(conflict)) if conflict.live => conflict.mine.clone_from(draft),
            (None, Some(conflict)) if conflict.live && conflict.is_lost() => field.conflict = None,
            (None, Some(conflict)) if conflict.live => {
                conflict.live = false;
                conflict.mine = field
                    .edit
                    .as_ref()
                    .map_or(String::new(), |edit| edit.text.clone());
            }
            _ => {}
        }
        self.changes.touch_field(index);
        self.tell_typing(index);
        self.warn(index);
    }

    /// Tells what is being typed, unless the field was told a moment ago: then the newest text in a
    /// moment.
    pub(super) fn tell_typing(&mut self, index: FieldIndex) {
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        let text = field.draft.as_deref().unwrap_or(field.committed_text());
        let mark = value::mark(text);
        let told = field.told.map(|(_, told)| told);
        let untold = told != Some(mark) && (told.is_some() || field.draft.is_some());
        let wanted = self.config.offers.typing && self.room.is_inside();
        if !wanted || !untold || text.len() > TYPING_BYTES {
            return;
        }
        if let Some(next) = field.told.map(|(at, _)| at + TYPING_PAUSE)
            && next > self.now
        {
            self.timers.set(Due::TellTyping(index), next);
            return;
        }
        let value = value::wire(text, field.known.as_ref());
        field.told = Some((self.now, mark));
        let field = field.at.clone();
        self.tell(Intent::Typing { field, value });
    }

    /// The text of a field is its value now. Only a change is one.
    pub(super) fn commit(&mut self, index: FieldIndex, text: String) {
        self.timers.stop(&Due::TellTyping(index));
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        field.draft = None;
        field.told = None;
        self.changes.touch_field(index);
        let is_refused = field
            .edit
            .as_ref()
            .is_some_and(|edit| edit.stage == Stage::Refused);
        if field.says(&text) && !is_refused {
            // A conflict about an earlier edit stays open: passing through a field decides nothing.
            if field
                .conflict
                .as_ref()
                .is_some_and(|conflict| conflict.live)
            {
                field.conflict = None;
            }
            return;
        }
        self.put(index, text);
        self.warn(index);
    }

    /// A new edit, which decides whatever was open in the field.
    pub(super) fn put(&mut self, index: FieldIndex, text: String) {
        let about = super::activity::Event {
            text: Some(text::paragraph(&text, EXCERPT_CHARS)),
            ..self.by_in(&self.config.me, index)
        };
        self.log(ActivityKind::Committed, about);
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        field.conflict = None;
        field.settled = None;
        self.changes.touch_field(index);
        self.changes.touch(Part::Me);
        if !self.config.offers.fields {
            // There is nobody to tell: it is this person's own note.
            field.by = None;
            field.changed = Some(self.now);
            let value = Held::own(&text, field.known.as_ref());
            self.fields.set_known(index, value);
            return;
        }
        self.edits += 1;
        let unsent = field
            .edit
            .as_ref()
            .filter(|edit| edit.stage == Stage::Waiting);
        let undone = unsent
            .is_some_and(|edit| edit.earlier.is_empty() && value::shows(edit.base.as_ref(), &text));
        if undone && value::shows(field.known.as_ref(), &text) {
            // Back to where it began before anybody heard of it.
            field.edit = None;
            self.pending.remove(&index);
            return;
        }
        field.begin_edit(text, self.edits);
        self.pending.insert(index);
        if self.room.is_inside() {
            self.send(index);
        }
    }

    /// Gives up what is typed and not committed, or what was refused.
    pub(super) fn discard(&mut self, key: &str) {
        let Some(index) = self.fields.by_key(key) else {
            return;
        };
        let Some(field) = self.fields.get_mut(index) else {
            return;
        };
        if field.draft.take().is_none() {
            let refused = field.edit.take_if(|edit| edit.stage == Stage::Refused);
            if let Some(refused) = refused {
                field.edit = refused.give_up();
            }
        }
        if field
            .conflict
            .as_ref()
            .is_some_and(|c| c.live || c.is_warning())
        {
            field.conflict = None;
        }
        field.told = None;
        self.timers.stop(&Due::TellTyping(index));
        self.changes.touch_field(index);
        // An edit that is on its way may still meet somebody's typing.
        self.warn(index);
    }
}
