//! The state after a restart.

use super::Core;
use super::change::Change;

impl Core {
    /// Takes over what was kept. Nobody is there yet.
    pub(crate) fn restore(&mut self, kept: Vec<Change>) {
        let limit = self.setup.limits.activity_per_record;
        for change in kept {
            match change {
                Change::Staff { id, name, role } => {
                    self.staff
                        .learn(&id, name.as_deref(), role.as_deref(), true);
                }
                Change::Field {
                    record,
                    key,
                    committed,
                } => {
                    self.last_commit = self.last_commit.max(committed.number);
                    let record = self.records.entry(record).or_default();
                    record.fields.insert(key, committed);
                }
                Change::Step {
                    record,
                    step,
                    state,
                } => {
                    let record = self.records.entry(record).or_default();
                    record.steps.insert(step, state);
                }
                Change::Queued(entry) => {
                    self.records.entry(entry.record.clone()).or_default();
                    self.queue.restore(entry);
                }
                Change::Unqueued { record } => self.queue.remove(&record),
                Change::Activity { record, entry, .. } => {
                    let record = self.records.entry(record).or_default();
                    record.activity.add(entry, limit);
                }
            }
        }
        self.count();
    }
}
