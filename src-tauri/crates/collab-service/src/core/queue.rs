//! The queue of records, by priority, then by arrival.

use super::step::Step;
use crate::limits::QUEUE_ENTRIES;

/// How much a record matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Priority {
    Urgent,
    High,
    #[default]
    Normal,
    Low,
}

impl Priority {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    /// Words that are none of the four mean nothing.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Urgent, Self::High, Self::Normal, Self::Low]
            .into_iter()
            .find(|priority| priority.name() == name)
    }
}

/// A record that waits or is worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueEntry {
    pub record: String,
    pub priority: Priority,
    pub step: Option<Step>,
    /// Grows with each arrival.
    pub arrival: u64,
    /// Microseconds since the Unix epoch.
    pub created_at: i64,
}

/// All of them, in order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    entries: Vec<QueueEntry>,
    last_arrival: u64,
}

impl Queue {
    pub(super) fn entries(&self) -> &[QueueEntry] {
        &self.entries
    }

    /// 1-based.
    pub(super) fn position(&self, record: &str) -> Option<usize> {
        let found = self.entries.iter().position(|entry| entry.record == record);
        found.map(|index| index + 1)
    }

    pub(super) fn restore(&mut self, entry: QueueEntry) {
        self.last_arrival = self.last_arrival.max(entry.arrival);
        self.remove(&entry.record);
        self.entries.push(entry);
        self.sort();
    }

    pub(super) fn remove(&mut self, record: &str) {
        self.entries.retain(|entry| entry.record != record);
    }

    /// Adds a record that is not there yet. One that is there keeps its place unless another
    /// priority is asked for. The entry, when anything changed.
    pub(super) fn add(
        &mut self,
        record: &str,
        priority: Option<Priority>,
        step: Option<Step>,
        created_at: i64,
    ) -> Option<QueueEntry> {
        let found = self.entries.iter_mut().find(|entry| entry.record == record);
        let entry = match (found, priority) {
            (Some(entry), Some(priority)) if entry.priority != priority => {
                entry.priority = priority;
                entry.clone()
            }
            (Some(_), _) => return None,
            (None, priority) => {
                self.last_arrival += 1;
                let entry = QueueEntry {
                    record: record.to_owned(),
                    priority: priority.unwrap_or_default(),
                    step,
                    arrival: self.last_arrival,
                    created_at,
                };
                self.entries.push(entry.clone());
                entry
            }
        };
        self.sort();
        Some(entry)
    }

    /// The entry, when it is there and its step is another one now.
    pub(super) fn set_step(&mut self, record: &str, step: &Step) -> Option<QueueEntry> {
        let found = self.entries.iter_mut().find(|entry| entry.record == record);
        let entry = found.filter(|entry| entry.step.as_ref() != Some(step))?;
        entry.step = Some(step.clone());
        Some(entry.clone())
    }

    /// Makes room when there are too many: the longest waiting one that `spare` does not keep.
    pub(super) fn shed(&mut self, spare: impl Fn(&str) -> bool) -> Option<String> {
        if self.entries.len() <= QUEUE_ENTRIES {
            return None;
        }
        let candidates = self.entries.iter().enumerate();
        let (index, _) = candidates
            .filter(|(_, entry)| !spare(&entry.record))
            .min_by_key(|(_, entry)| entry.arrival)?;
        Some(self.entries.remove(index).record)
    }

    fn sort(&mut self) {
        self.entries
            .sort_by_key(|entry| (entry.priority, entry.arrival));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(queue: &Queue) -> Vec<&str> {
        let records = queue.entries().iter();
        records.map(|entry| entry.record.as_str()).collect()
    }

    #[test]
    fn priority_then_arrival_and_positions_from_one() {
        let mut queue = Queue::default();
        for (record, priority) in [
            ("a", None),
            ("b", Some(Priority::Low)),
            ("c", None),
            ("d", Some(Priority::High)),
            ("e", Some(Priority::Urgent)),
            ("f", Some(Priority::High)),
        ] {
            assert!(queue.add(record, priority, None, 0).is_some());
        }
        assert_eq!(order(&queue), ["e", "d", "f", "a", "c", "b"]);
        assert_eq!(queue.position("e"), Some(1));
        assert_eq!(queue.position("b"), Some(6));
        assert_eq!(queue.position("x"), None);
        assert_eq!(queue.add("a", None, None, 9), None, "adding again");
        assert!(queue.add("a", Some(Priority::High), None, 9).is_some());
        assert_eq!(
            order(&queue),
            ["e", "a", "d", "f", "c", "b"],
            "by arrival within a priority"
        );
    }

    #[test]
    fn a_full_queue_sheds_who_is_longest_idle() {
        let mut queue = Queue::default();
        for number in 0..=QUEUE_ENTRIES {
            queue.add(&number.to_string(), None, None, 0);
        }
        assert_eq!(queue.shed(|record| record == "0"), Some("1".to_owned()));
        assert_eq!(queue.shed(|_| false), None);
    }
}
