//! What changed while the connection was away: the difference between what was known when it was
//! lost and what was heard after the return.

use std::collections::BTreeMap;
use std::time::Instant;

use super::fields::FieldIndex;
use crate::operation::StaffId;
use crate::policy::{CATCH_UP, MISSED};

/// Before and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldChange {
    pub(crate) before: Option<String>,
    pub(crate) now: String,
}

/// What was missed and not yet looked at, over any number of losses.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    /// Who was here when the connection was lost; until the first list after the return.
    staff: Option<BTreeMap<StaffId, String>>,
    /// Own place in the queue; likewise.
    position: Option<Option<i64>>,
    phase: Phase,
    pub(crate) fields: BTreeMap<FieldIndex, FieldChange>,
    pub(crate) joined: BTreeMap<StaffId, String>,
    pub(crate) left: BTreeMap<StaffId, String>,
    pub(crate) queue: Option<(Option<i64>, Option<i64>)>,
}

#[derive(Debug, Default, Clone, Copy)]
enum Phase {
    /// Nothing was lost, or everything is caught up.
    #[default]
    Present,
    Away,
    /// Back; what was stored meanwhile comes in.
    CatchingUp {
        until: Instant,
    },
}

impl Missed {
    /// The connection was lost. A second loss before the lists of the return came counts from the
    /// first.
    pub(crate) fn lost(&mut self, staff: BTreeMap<StaffId, String>, position: Option<i64>) {
        self.phase = Phase::Away;
        self.staff.get_or_insert(staff);
        self.position.get_or_insert(position);
    }

    pub(crate) fn returned(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Away) {
            self.phase = Phase::CatchingUp {
                until: now + CATCH_UP,
            };
        }
    }

    /// Whether a value that comes now may be one that was missed.
    pub(crate) fn is_catching_up(&self, now: Instant) -> bool {
        matches!(self.phase, Phase::CatchingUp { until } if now < until)
    }

    /// A field changed meanwhile. What it was before the first loss counts.
    pub(crate) fn field(&mut self, field: FieldIndex, change: FieldChange) {
        let room = self.len() < MISSED;
        if let Some(known) = self.fields.get_mut(&field) {
            known.now = change.now;
            if known.before.as_deref().unwrap_or_default() == known.now {
                self.fields.remove(&field);
            }
        } else if room {
            self.fields.insert(field, change);
        }
    }

    /// The first list of people after the return: who came and who went meanwhile.
    pub(crate) fn staff(
        &mut self,
        now: &BTreeMap<StaffId, String>,
    ) -> Option<(Vec<StaffId>, Vec<StaffId>)> {
        let before = self.staff.take()?;
        let mut came = Vec::new();
        for (staff, name) in now.iter().filter(|(staff, _)| !before.contains_key(*staff)) {
            came.push(staff.clone());
            if self.left.remove(staff).is_none() && self.len() < MISSED {
                self.joined.insert(staff.clone(), name.clone());
            }
        }
        let mut went = Vec::new();
        for (staff, name) in before.iter().filter(|(staff, _)| !now.contains_key(*staff)) {
            went.push(staff.clone());
            if self.joined.remove(staff).is_none() && self.len() < MISSED {
                self.left.insert(staff.clone(), name.clone());
            }
        }
        (came.len() + went.len() > 0).then_some((came, went))
    }

    /// The first queue after the return; likewise.
    pub(crate) fn position(&mut self, now: Option<i64>) -> bool {
        let Some(before) = self.position.take() else {
            return false;
        };
        let before = self.queue.map_or(before, |(before, _)| before);
        let moved = (before != now).then_some((before, now));
        std::mem::replace(&mut self.queue, moved) != moved
    }

    /// Everything was looked at; says whether there was anything.
    pub(crate) fn seen(&mut self) -> bool {
        let any = self.len() > 0;
        self.fields.clear();
        self.joined.clear();
        self.left.clear();
        self.queue = None;
        any
    }

    fn len(&self) -> usize {
        let people = self.joined.len() + self.left.len();
        self.fields.len() + people + usize::from(self.queue.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: Option<&str>, now: &str) -> FieldChange {
        FieldChange {
            before: before.map(str::to_owned),
            now: now.to_owned(),
        }
    }

    fn people(ids: &[&str]) -> BTreeMap<StaffId, String> {
        let person = |id: &&str| ((*id).to_owned(), id.to_uppercase());
        ids.iter().map(person).collect()
    }

    #[test]
    fn what_differs_after_the_return_was_missed() {
        let mut missed = Missed::default();
        assert_eq!(missed.staff(&people(&["a"])), None, "nothing was lost yet");
        missed.lost(people(&["a", "b"]), Some(2));
        missed.lost(people(&[]), None);
        missed.returned(Instant::now());
        let met = missed.staff(&people(&["b", "c"]));
        assert_eq!(met, Some((vec!["c".into()], vec!["a".into()])));
        assert_eq!((missed.joined.len(), missed.left.len()), (1, 1));
        assert_eq!(
            missed.staff(&people(&[])),
            None,
            "only the first list counts"
        );
        assert!(missed.position(Some(1)));
        assert_eq!(missed.queue, Some((Some(2), Some(1))));
        assert!(missed.seen());
        assert!(!missed.seen());
    }

    #[test]
    fn what_was_undone_before_anybody_looked_was_not_missed() {
        let mut missed = Missed::default();
        missed.lost(people(&["a"]), Some(2));
        missed.staff(&people(&[]));
        missed.position(Some(1));
        missed.field(FieldIndex(0), change(Some("x"), "y"));
        missed.lost(people(&[]), Some(1));
        missed.staff(&people(&["a"]));
        assert!(missed.position(Some(2)));
        missed.field(FieldIndex(0), change(Some("y"), "x"));
        assert!(!missed.seen());
    }

    #[test]
    fn stored_values_count_for_a_while_after_the_return_only() {
        let now = Instant::now();
        let mut missed = Missed::default();
        missed.returned(now);
        assert!(
            !missed.is_catching_up(now),
            "the first connection misses nothing"
        );
        missed.lost(people(&[]), None);
        assert!(!missed.is_catching_up(now));
        missed.returned(now);
        assert!(missed.is_catching_up(now));
        assert!(!missed.is_catching_up(now + CATCH_UP));
    }

    #[test]
    fn the_list_has_an_end() {
        let mut missed = Missed::default();
        for n in 0..MISSED + 10 {
            missed.field(FieldIndex(n), change(None, "x"));
        }
        assert_eq!(missed.fields.len(), MISSED);
    }
}
