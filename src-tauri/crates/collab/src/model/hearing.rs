//! What each operation of a service means.

use super::Model;
use super::activity::Event;
use super::changes::Part;
use super::inputs::Output;
use super::notifications::Added;
use super::people::Telling;
use super::staff::RoleSource;
use crate::intent::StepRef;
use crate::operation::{NotificationRow, Operation, PresenceRow, QueueRow, StaffId};
use crate::policy::STAFF_KNOWN;
use crate::text;
use crate::view::ActivityKind;

impl Model {
    pub(super) fn hear(&mut self, operations: Vec<Operation>) {
        for operation in operations {
            self.hear_one(operation);
        }
    }

    fn hear_one(&mut self, operation: Operation) {
        match operation {
            Operation::PresenceUpsert(row) => self.hear_arrival(&row),
            Operation::PresenceRemove { staff } => {
                let outcome = self.presence.remove(&staff);
                self.people_changed(outcome, Telling::Aloud);
                if self.presence.get(&staff).is_none() {
                    // Those who type need not have been here for it.
                    self.end_presence_in_fields(&staff);
                }
            }
            Operation::PresenceReplace(rows) => self.hear_list(&rows),
            Operation::PresenceStep { staff, step, label } => {
                self.hear_step(&staff, &step, label.as_deref());
            }
            Operation::StaffLearn { staff, name, role } => {
                let role = role.as_deref().map(|role| (RoleSource::Deed, role));
                self.learn(&staff, name.as_deref(), role);
            }
            Operation::StepReplace(rows) => {
                if self.config.trusts_step_states && self.steps.replace(&rows) {
                    self.show_steps();
                }
            }
            Operation::QueueReplace(rows) => self.hear_queue(&rows),
            Operation::FieldDraft {
                field, value, by, ..
            } => self.hear_draft(&field, &value, &by),
            Operation::FieldCommit {
                field, value, by, ..
            } => self.hear_commit(&field, &value, by),
            Operation::FieldFocus { field, by } => self.hear_focus(&field, &by),
            Operation::FieldConflict {
                field, by, message, ..
            } => self.hear_conflict(&field, by.as_deref(), message),
            Operation::NotificationAdd(row) => self.hear_notification(&row),
            Operation::RecordUpdated { what } => {
                let text = Some(what);
                self.log(
                    ActivityKind::RecordUpdated,
                    Event {
                        text,
                        ..Event::default()
                    },
                );
            }
            Operation::LinkError { message } => self.hear_error(message),
            // That anything known was heard is noted for all of them.
            Operation::RoomEntered | Operation::RoomLeft | Operation::LinkAlive => {}
        }
    }

    fn hear_arrival(&mut self, row: &PresenceRow) {
        // A second device of this person: lists count it.
        if self.directory.is_me(&row.staff) {
            return;
        }
        let role = row.role.as_deref();
        let role = role.map(|role| (RoleSource::Announced, role));
        self.learn(&row.staff, row.name.as_deref(), role);
        self.learn_step(row.step.as_ref(), None);
        let outcome = self.presence.upsert(row, self.now);
        self.people_changed(outcome, Telling::Aloud);
    }

    fn hear_list(&mut self, rows: &[PresenceRow]) {
        for row in rows.iter().take(STAFF_KNOWN) {
            let role = row.role.as_deref().map(|role| (RoleSource::List, role));
            self.learn(&row.staff, row.name.as_deref(), role);
            self.learn_step(row.step.as_ref(), None);
        }
        let away_after = self.config.away_after;
        let outcome = self
            .presence
            .replace(rows, &self.config.me, away_after, self.now);
        if std::mem::replace(&mut self.listed, true) {
            self.people_changed(outcome, Telling::Aloud);
            return;
        }
        // The first list of a connection shows who was here before; who came and went meanwhile is
        // its difference from what was known when the connection was lost.
        self.people_changed(outcome, Telling::Quietly);
        let now = self.people_by_name();
        if let Some((joined, left)) = self.missed.staff(&now) {
            self.changes.touch(Part::Missed);
            for (what, people) in [(ActivityKind::Joined, joined), (ActivityKind::Left, left)] {
                for staff in people {
                    let event = self.by(&staff);
                    self.log(what, event);
                }
            }
        }
    }

    fn hear_step(&mut self, staff: &str, step: &StepRef, label: Option<&str>) {
        self.learn_step(Some(step), label);
        // Another device of this person stands where it stands.
        if self.directory.is_me(staff) || !text::is_id(staff) {
            return;
        }
        let outcome = self.presence.step(staff, step, self.now);
        self.people_changed(outcome, Telling::Quietly);
        let about = Some(self.steps.label(step));
        let event = Event {
            about,
            ..self.by(staff)
        };
        self.log(ActivityKind::Stepped, event);
    }

    fn hear_queue(&mut self, rows: &[QueueRow]) {
        let first = self.queue.heard.is_none();
        let changed = self.queue.replace(rows, self.now);
        self.changes.touch(Part::Queue);
        let position = self.queue.position(&self.config.record);
        if self.missed.position(position) {
            self.changes.touch(Part::Missed);
        }
        if changed && !first {
            let text = position.map(|position| position.to_string());
            self.log(
                ActivityKind::QueueMoved,
                Event {
                    text,
                    ..Event::default()
                },
            );
        }
    }

    fn hear_notification(&mut self, row: &NotificationRow) {
        match self.notifications.add(row, self.now, &self.clock) {
            Added::Known => {}
            Added::Changed => self.changes.touch(Part::Notifications),
            Added::New(view) => {
                self.changes.touch(Part::Notifications);
                let text = Some(view.body.clone());
                self.log(
                    ActivityKind::Notified,
                    Event {
                        text,
                        ..Event::default()
                    },
                );
                self.outputs.push(Output::Notify(view));
            }
        }
    }

    /// An error names no request: it belongs to the newest one, or to none.
    fn hear_error(&mut self, message: String) {
        if let Some(tag) = self.requests.blamed(self.now) {
            self.answered(tag, super::AckOutcome::Refused(message));
        } else {
            let text = Some(message);
            self.log(
                ActivityKind::Refused,
                Event {
                    text,
                    ..Event::default()
                },
            );
        }
    }

    fn learn(&mut self, staff: &StaffId, name: Option<&str>, role: Option<(RoleSource, &str)>) {
        if self.directory.learn(staff, name, role) {
            self.show_name(staff);
        }
    }

    pub(super) fn learn_step(&mut self, step: Option<&StepRef>, label: Option<&str>) {
        if step.is_some_and(|step| self.steps.learn(step, label)) {
            self.show_steps();
        }
    }

    /// A step is called something else: with it, all that stands at it.
    fn show_steps(&mut self) {
        for part in [Part::Steps, Part::Staff, Part::Queue] {
            self.changes.touch(part);
        }
    }
}
