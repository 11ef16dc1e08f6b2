//! Those who come, go, grow silent and are called something.

use std::collections::BTreeMap;

use super::Model;
use super::changes::Part;
use super::presence::Outcome;
use super::timers::Due;
use crate::operation::StaffId;
use crate::policy::LEAVE_GRACE;
use crate::view::ActivityKind;

/// Whether the activity log says who came and went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    Aloud,
    Quietly,
}

impl Model {
    pub(super) fn people_changed(&mut self, outcome: Outcome, telling: Telling) {
        if outcome.changed {
            self.changes.touch(Part::Staff);
        }
        if outcome.moved {
            self.changes.touch(Part::Steps);
        }
        for staff in outcome.went {
            self.timers.stop(&Due::Presence(staff.clone()));
            self.end_presence_in_fields(&staff);
            match telling {
                // Not at once: the list that follows may still have them.
                Telling::Aloud => {
                    let at = self.now + LEAVE_GRACE;
                    self.timers.set_if_idle(Due::Left(staff), at);
                }
                Telling::Quietly => self.presence.forget(&staff),
            }
        }
        for staff in outcome.came {
            if let Some(person) = self.presence.get(&staff) {
                let at = person.ages_at(self.now);
                self.timers.set(Due::Presence(staff.clone()), at);
            }
            let was_leaving = self.timers.stop(&Due::Left(staff.clone()));
            if telling == Telling::Aloud && !was_leaving {
                let event = self.by(&staff);
                self.log(ActivityKind::Joined, event);
            }
        }
    }

    /// They left a moment ago and have not come back.
    pub(super) fn has_left(&mut self, staff: StaffId) {
        self.presence.forget(&staff);
        let event = self.by(&staff);
        self.log(ActivityKind::Left, event);
    }

    pub(super) fn age_presence(&mut self, staff: StaffId) {
        let outcome = self.presence.age(&staff, self.now);
        // Without a connection nobody knows whether they left.
        let telling = if self.room.is_inside() {
            Telling::Aloud
        } else {
            Telling::Quietly
        };
        self.people_changed(outcome, telling);
        if let Some(person) = self.presence.get(&staff) {
            let at = person.ages_at(self.now);
            self.timers.set(Due::Presence(staff), at);
        }
    }

    pub(super) fn people_by_name(&self) -> BTreeMap<StaffId, String> {
        let name = |staff: &StaffId| (staff.clone(), self.directory.called(staff));
        self.presence.ids().map(name).collect()
    }

    /// A name became known: wherever this person is shown, they are shown anew.
    pub(super) fn show_name(&mut self, staff: &StaffId) {
        if self.presence.get(staff).is_some() {
            self.changes.touch(Part::Staff);
        }
        let in_queue = |entry: &super::queue::Entry| entry.staff.contains(staff);
        if self.queue.entries.iter().any(in_queue) {
            self.changes.touch(Part::Queue);
        }
        let shown = self.fields.all().filter(|(_, field)| {
            field.by.as_ref() == Some(staff)
                || field.drafts.iter().any(|draft| draft.by == *staff)
                || field
                    .conflict
                    .as_ref()
                    .is_some_and(|c| c.with.as_ref() == Some(staff))
        });
        let shown: Vec<_> = shown.map(|(index, _)| index).collect();
        for index in shown {
            self.changes.touch_field(index);
        }
    }
}
