//! What happened, as far as this client saw it. Services keep no history that could be read back,
//! so it begins with the connection. It is searched here and leaves as JSON lines.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use super::Model;
use super::clock::Clock;
use super::fields::FieldIndex;
use crate::operation::StaffId;
use crate::policy::{ACTIVITY, EXCERPT_CHARS, TYPING_RUN};
use crate::text;
use crate::view::{ActivityKind, ActivityView};

/// One thing that happened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Event {
    pub(crate) actor: Option<StaffId>,
    /// The actor's name at that time, else their id.
    pub(crate) who: Option<String>,
    pub(crate) by_self: bool,
    pub(crate) field: Option<FieldIndex>,
    pub(crate) about: Option<String>,
    pub(crate) text: Option<String>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) view: ActivityView,
    pub(super) actor: Option<StaffId>,
    last: Instant,
    version: u64,
}

/// The log.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    /// Numbered without gaps.
    entries: VecDeque<Entry>,
    last_seq: u64,
    /// Who types where, and the entry that counts it.
    runs: BTreeMap<(StaffId, FieldIndex), u64>,
}

impl Activity {
    pub(crate) fn add(
        &mut self,
        what: ActivityKind,
        event: Event,
        now: Instant,
        clock: &Clock,
        version: u64,
    ) {
        let run = event.actor.clone().zip(event.field);
        if let Some(seq) = self.folds_into(what, &event, run.as_ref(), now)
            && let Some(entry) = self.get_mut(seq)
        {
            entry.view.count = entry.view.count.saturating_add(1);
            entry.view.text = event.text.map(|text| text::paragraph(&text, EXCERPT_CHARS));
            (entry.last, entry.version) = (now, version);
            return;
        }
        self.last_seq += 1;
        match (what, run) {
            (ActivityKind::Typed, Some(run)) => {
                self.runs.insert(run, self.last_seq);
            }
            // Whatever else they do there ends the run.
            (_, Some(run)) => {
                self.runs.remove(&run);
            }
            _ => {}
        }
        self.entries.push_back(Entry {
            view: ActivityView {
                seq: self.last_seq,
                at_ms: clock.ms(now),
                who: event.who,
                by_self: event.by_self,
                what,
                about: event.about,
                text: event.text.map(|text| text::paragraph(&text, EXCERPT_CHARS)),
                count: 1,
            },
            actor: event.actor,
            last: now,
            version,
        });
        if self.entries.len() > ACTIVITY {
            self.entries.pop_front();
            let first = self.last_seq + 1 - ACTIVITY as u64;
            self.runs.retain(|_, seq| *seq >= first);
        }
    }

    /// The entry that something is counted in instead of having its own: typing of one person in
    /// one field without a long pause, and repetitions.
    fn folds_into(
        &self,
        what: ActivityKind,
        event: &Event,
        run: Option<&(StaffId, FieldIndex)>,
        now: Instant,
    ) -> Option<u64> {
        if what == ActivityKind::Typed {
            let seq = *self.runs.get(run?)?;
            let last = self.get(seq)?.last;
            return (now.saturating_duration_since(last) < TYPING_RUN).then_some(seq);
        }
        let last = &self.entries.back()?;
        let repeats = match what {
            ActivityKind::QueueMoved => true,
            ActivityKind::Refused => {
                let text = event
                    .text
                    .as_deref()
                    .map(|text| text::paragraph(text, EXCERPT_CHARS));
                text == last.view.text
            }
            _ => false,
        };
        let same =
            last.view.what == what && last.actor == event.actor && last.view.about == event.about;
        (repeats && same).then_some(last.view.seq)
    }

    fn place(&self, seq: u64) -> Option<usize> {
        let first = self.entries.front()?.view.seq;
        usize::try_from(seq.checked_sub(first)?).ok()
    }

    fn get(&self, seq: u64) -> Option<&Entry> {
        self.entries.get(self.place(seq)?)
    }

    fn get_mut(&mut self, seq: u64) -> Option<&mut Entry> {
        let place = self.place(seq)?;
        self.entries.get_mut(place)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Entries that are new or changed since a version, oldest first.
    pub(crate) fn since(&self, version: u64) -> Vec<ActivityView> {
        let new = self.entries.iter().filter(|entry| entry.version > version);
        new.map(|entry| entry.view.clone()).collect()
    }

    /// Entries in which a text occurs, whatever its case: in the name, in what it is about, or in
    /// what was said.
    pub(crate) fn search(&self, text: &str) -> Vec<ActivityView> {
        let wanted = text.trim().to_lowercase();
        let has = |part: &Option<String>| {
            part.as_ref()
                .is_some_and(|part| part.to_lowercase().contains(&wanted))
        };
        let found = self.entries.iter().map(|entry| &entry.view).filter(|view| {
            wanted.is_empty() || has(&view.who) || has(&view.about) || has(&view.text)
        });
        found.cloned().collect()
    }
}

impl Model {
    pub(super) fn log(&mut self, what: ActivityKind, event: Event) {
        let version = self.changes.next();
        self.activity
            .add(what, event, self.now, &self.clock, version);
    }

    /// Something that this person did.
    pub(super) fn by_me(&self) -> Event {
        Event {
            by_self: true,
            ..self.by(&self.config.me)
        }
    }

    /// Something that somebody did.
    pub(super) fn by(&self, staff: &str) -> Event {
        Event {
            actor: Some(staff.to_owned()),
            who: Some(self.directory.called(staff)),
            by_self: self.directory.is_me(staff),
            ..Event::default()
        }
    }

    /// The same, in a field.
    pub(super) fn by_in(&self, staff: &str, field: FieldIndex) -> Event {
        Event {
            field: Some(field),
            about: self.fields.get(field).map(|field| field.label.clone()),
            ..self.by(staff)
        }
    }
}

#[cfg(test)]
#[path = "activity_tests.rs"]
mod tests;
