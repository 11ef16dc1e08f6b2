//! The queue: the service's order and numbers, whatever they are (rule 24).

use std::collections::BTreeMap;
use std::time::Instant;

use crate::intent::StepRef;
use crate::operation::{QueueRow, StaffId};
use crate::policy::{MAX_QUEUE, QUEUE_STAFF};
use crate::text;
use crate::view::Priority;

/// One record that waits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Which of the entries of this record it is, and the record: the same in the next list.
    pub(crate) key: String,
    pub(crate) record: String,
    pub(crate) name: Option<String>,
    pub(crate) position: Option<i64>,
    pub(crate) step: Option<StepRef>,
    pub(crate) priority: Priority,
    pub(crate) staff: Vec<StaffId>,
}

/// The newest list.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) entries: Vec<Entry>,
    pub(crate) heard: Option<Instant>,
}

impl Queue {
    /// Takes a new list; says whether it is another one than before.
    pub(crate) fn replace(&mut self, rows: &[QueueRow], now: Instant) -> bool {
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        let rows = rows.iter().filter(|row| text::is_id(&row.record));
        let entries = rows.take(MAX_QUEUE).map(|row| {
            let time = times.entry(&row.record).or_default();
            *time += 1;
            entry(row, *time)
        });
        let entries: Vec<_> = entries.collect();
        self.heard = Some(now);
        let changed = entries != self.entries;
        self.entries = entries;
        changed
    }

    /// Where a record stands, in the service's own numbers.
    pub(crate) fn position(&self, record: &str) -> Option<i64> {
        let mut own = self.entries.iter().filter(|entry| entry.record == record);
        own.find_map(|entry| entry.position)
    }
}

fn entry(row: &QueueRow, time: u32) -> Entry {
    let staff = row.staff.iter().filter(|staff| text::is_id(staff));
    Entry {
        key: format!("{time}:{}", row.record),
        record: row.record.clone(),
        name: row.name.as_deref().map(text::label),
        position: row.position,
        step: row.step.clone(),
        priority: priority(row.priority.as_deref()),
        staff: staff.take(QUEUE_STAFF).cloned().collect(),
    }
}

fn priority(word: Option<&str>) -> Priority {
    match word.map(str::to_ascii_lowercase).as_deref() {
        Some("high" | "urgent") => Priority::High,
        Some("low") => Priority::Low,
        _ => Priority::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(record: &str, position: Option<i64>) -> QueueRow {
        QueueRow {
            record: record.into(),
            position,
            ..QueueRow::default()
        }
    }

    #[test]
    fn rule_24_order_and_numbers_are_the_servers() {
        let mut queue = Queue::default();
        let rows = [
            row("c", Some(7)),
            row("a", Some(2)),
            row("b", None),
            row("d", Some(2)),
        ];
        assert!(queue.replace(&rows, Instant::now()));
        let shown = queue
            .entries
            .iter()
            .map(|entry| (&*entry.record, entry.position));
        let shown: Vec<_> = shown.collect();
        assert_eq!(
            shown,
            [("c", Some(7)), ("a", Some(2)), ("b", None), ("d", Some(2))]
        );
        assert_eq!(queue.position("a"), Some(2));
        assert_eq!(queue.position("b"), None, "no number is made up");
        assert_eq!(queue.position("z"), None);
        assert!(!queue.replace(&rows, Instant::now()));
    }

    #[test]
    fn a_record_that_is_listed_twice_has_two_stable_keys() {
        let mut queue = Queue::default();
        let keys = |queue: &Queue| -> Vec<String> {
            queue
                .entries
                .iter()
                .map(|entry| entry.key.clone())
                .collect()
        };
        queue.replace(
            &[row("a", Some(1)), row("b", Some(2)), row("a", Some(3))],
            Instant::now(),
        );
        assert_eq!(keys(&queue), ["1:a", "1:b", "2:a"]);
        queue.replace(
            &[row("b", Some(1)), row("a", Some(2)), row("a", Some(3))],
            Instant::now(),
        );
        assert_eq!(keys(&queue), ["1:b", "1:a", "2:a"]);
    }

    #[test]
    fn rule_34_the_list_has_an_end() {
        let mut queue = Queue::default();
        let rows: Vec<_> = (0..5_000).map(|n| row(&n.to_string(), Some(n))).collect();
        queue.replace(&rows, Instant::now());
        assert_eq!(queue.entries.len(), MAX_QUEUE);
        queue.replace(
            &[row("", None), row(&"x".repeat(9_999), None)],
            Instant::now(),
        );
        assert_eq!(queue.entries, []);
    }

    #[test]
    fn urgent_reads_as_high() {
        assert_eq!(priority(Some("URGENT")), Priority::High);
        assert_eq!(priority(Some("high")), Priority::High);
        assert_eq!(priority(Some("low")), Priority::Low);
        assert_eq!(priority(Some("whatever")), Priority::Normal);
        assert_eq!(priority(None), Priority::Normal);
    }
}
