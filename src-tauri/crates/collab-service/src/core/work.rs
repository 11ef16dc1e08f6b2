//! Steps and the queue.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::activity::Action;
use super::change::Change;
use super::moment::{self, Moment};
use super::queue::Priority;
use super::record::{Completion, StepState};
use super::refusal::Refusal;
use super::step::{Step, step_json};
use super::vocabularies::Vocabularies;
use super::{Core, SocketId};
use crate::limits::QUEUE_INTERVAL;

impl Core {
    /// Puts a record into the queue, once, and shows the queue to who joined.
    pub(super) fn enqueue(
        &mut self,
        now: Moment,
        joiner: SocketId,
        id: &str,
        priority: Option<Priority>,
        step: Option<Step>,
    ) {
        let known = self
            .records
            .get(id)
            .and_then(|record| record.current_step());
        let step = known.cloned().or(step);
        if let Some(entry) = self.queue.add(id, priority, step, now.unix_us) {
            self.changes.push(Change::Queued(entry));
            let occupied = &self.occupied;
            if let Some(record) = self.queue.shed(|record| occupied.contains(record)) {
                self.changes.push(Change::Unqueued { record });
            }
        }
        self.ask_queue(now, Some(joiner));
    }

    /// Somebody went to another step, and the record with them.
    pub(super) fn set_step(
        &mut self,
        now: Moment,
        socket: SocketId,
        id: &str,
        step: &Step,
        label: Option<String>,
    ) -> Result<(), Refusal> {
        let by = self.id_of(socket);
        let limit = self.setup.limits.fields_per_record;
        let record = self.record(id)?;
        if record.steps.len() >= limit && !record.steps.contains_key(step) {
            return Err(Refusal::TooManyFields(limit));
        }
        if let Some(person) = record.person_mut(&by) {
            person.step = Some(step.clone());
        }
        let left = record.current_step().filter(|left| *left != step).cloned();
        let mut changed = Vec::new();
        if let Some(left) = left
            && let Some(state) = record.steps.get_mut(&left)
        {
            state.completion = if left.is_before(step) {
                Completion::Completed
            } else {
                Completion::Waiting
            };
            changed.push((left, state.clone()));
        }
        let state = record.steps.entry(step.clone()).or_insert(StepState {
            label: None,
            completion: Completion::InProgress,
            at: now.unix_us,
        });
        state.completion = Completion::InProgress;
        state.at = now.unix_us;
        state.label = label.or(state.label.take());
        let label = state.label.clone();
        changed.push((step.clone(), state.clone()));
        for (step, state) in changed {
            self.changes.push(Change::Step {
                record: id.to_owned(),
                step,
                state,
            });
        }
        self.log(now, id, &by, Action::Stepped, |entry| {
            entry.step = Some(step.clone());
        });
        self.tell_step(now, socket, id, &by, step, label);
        if let Some(entry) = self.queue.set_step(id, step) {
            self.changes.push(Change::Queued(entry));
            self.ask_queue(now, None);
        }
        Ok(())
    }

    fn tell_step(
        &mut self,
        now: Moment,
        socket: SocketId,
        id: &str,
        by: &str,
        step: &Step,
        label: Option<String>,
    ) {
        let changed = json!({
            "user_id": by,
            "step": step.json(),
            "step_name": label,
            "patient_id": id,
            "timestamp": now.text(),
        });
        self.tell_others(
            id,
            Vocabularies::PRESENCE,
            Some(socket),
            "step_changed",
            changed,
        );
        let steps = self.steps(id);
        self.tell_others(id, Vocabularies::PANEL, None, "step_status_updated", steps);
        // The other vocabulary has no word for steps, only one for a record that was changed.
        let updated = json!({
            "session_id": id,
            "update_type": "session_data_updated",
            "data": { "current_step": step.json() },
            "timestamp": now.text(),
        });
        let to = self.records.get(id).map(|record| {
            record.sockets(Some(socket), |speaks| {
                speaks.has(Vocabularies::SERVICE) && !speaks.has(Vocabularies::PRESENCE)
            })
        });
        self.tell(to.unwrap_or_default(), "session_updated", vec![updated]);
    }

    /// How far the steps of a record are: those that were worked on, and those where somebody is.
    pub(super) fn steps(&self, id: &str) -> Value {
        let Some(record) = self.records.get(id) else {
            return json!([]);
        };
        let people = record.people.iter();
        let steps: BTreeSet<&Step> = people
            .filter_map(|person| person.step.as_ref())
            .chain(record.steps.keys())
            .collect();
        let row = |step: &Step| {
            let state = record.steps.get(step);
            let completion = state.map_or(Completion::InProgress, |state| state.completion);
            let people = record.people.iter();
            let staff: Vec<&str> = people
                .filter(|person| person.step.as_ref() == Some(step))
                .map(|person| person.id.as_str())
                .collect();
            json!({
                "step": step.json(),
                "step_name": state.and_then(|state| state.label.as_deref()),
                "assigned_staff": staff,
                "estimated_duration": null,
                "completion_status": completion.name(),
            })
        };
        steps.into_iter().map(row).collect()
    }

    /// Sends the queue to everybody who has a word for it, now or soon; at once to `joiner` in any
    /// case.
    pub(super) fn ask_queue(&mut self, now: Moment, joiner: Option<SocketId>) {
        if self.queue_sending.ask(now.instant, QUEUE_INTERVAL) {
            self.send_queue(now);
            return;
        }
        if let Some(due) = self.queue_sending.due() {
            self.lower_wake(due);
        }
        if let Some(joiner) = joiner {
            let queue = self.queue_list();
            self.tell(vec![joiner], "queue_updated", vec![queue]);
        }
    }

    pub(super) fn send_queue(&mut self, now: Moment) {
        self.queue_sending.sent(now.instant);
        let records = self.occupied.iter().filter_map(|id| self.records.get(id));
        let has_words = |speaks: Vocabularies| speaks.has(Vocabularies::PRESENCE);
        let to: BTreeSet<SocketId> = records
            .flat_map(|record| record.sockets(None, has_words))
            .collect();
        let queue = self.queue_list();
        self.tell(to.into_iter().collect(), "queue_updated", vec![queue]);
    }

    /// The whole queue. Who works on a record is who is there, so that nobody stays behind in it.
    pub(super) fn queue_list(&self) -> Value {
        let row = |(index, entry): (usize, &super::queue::QueueEntry)| {
            let people = self.records.get(&entry.record);
            let people = people.map(|record| record.people.as_slice());
            let staff: Vec<&str> = people
                .unwrap_or_default()
                .iter()
                .map(|person| person.id.as_str())
                .collect();
            json!({
                "patient_id": entry.record,
                "queue_position": index + 1,
                "current_step": step_json(entry.step.as_ref()),
                "priority": entry.priority.name(),
                "staff_working": staff,
                "estimated_completion": null,
                "created_at": moment::text(entry.created_at),
            })
        };
        self.queue.entries().iter().enumerate().map(row).collect()
    }
}
