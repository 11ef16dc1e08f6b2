//! Who is here: by person, over any number of their sockets.
//!
//! Three things tell it: lists (everybody, one row for each socket), announcements of those who
//! come and go, and deeds. A list is believed over everything before it. Nobody tells that a
//! connection was lost, so all knowledge grows old: see [`Presence::age`].

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{keys, presence_list};
use crate::intent::StepRef;
use crate::operation::{PresenceRow, StaffId};
use crate::policy::{MAX_STAFF, PRESENCE_STALE, PRESENCE_VOID, SEEN_STEP};
use crate::text;
use crate::view::StaffStatus;

/// Somebody else who is here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Person {
    /// Since when.
    pub(crate) since: Instant,
    /// When anything last spoke for their being here.
    heard: Instant,
    /// When they were last active, as far as anything tells.
    seen: Instant,
    /// The same as it is shown: it moves in steps, so that somebody who types does not change the
    /// list with each letter.
    pub(crate) seen_shown: Instant,
    /// What was told; see [`Person::status`].
    told: StaffStatus,
    pub(crate) sockets: u16,
    pub(crate) step: Option<StepRef>,
    /// Whether only deeds speak for their being here: nobody said that they came, so nobody says
    /// that they went.
    inferred: bool,
    /// Order of arrival.
    arrival: u64,
}

/// Everybody else who is here.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    people: BTreeMap<StaffId, Person>,
    arrivals: u64,
    list_heard: Option<Instant>,
    /// Sockets of this person, by the newest list.
    own_sockets: u16,
    /// Since when those were here, and in which order, who left just now.
    departed: BTreeMap<StaffId, (Instant, u64)>,
}

/// What became of something that was told.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    /// Who was said to be here, or seen.
    pub(crate) came: Vec<StaffId>,
    /// Who was said to be here, and is not.
    pub(crate) went: Vec<StaffId>,
    /// Whether anything that is shown is different.
    pub(crate) changed: bool,
    /// Whether people stand at other steps than before.
    pub(crate) moved: bool,
}

impl Presence {
    pub(crate) fn get(&self, staff: &str) -> Option<&Person> {
        self.people.get(staff)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &StaffId> {
        self.people.keys()
    }

    /// In order of arrival.
    pub(crate) fn by_arrival(&self) -> Vec<(&StaffId, &Person)> {
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|(_, person)| person.arrival);
        people
    }

    pub(crate) fn own_sockets(&self) -> u16 {
        self.own_sockets.max(1)
    }

    /// A list: whoever is not in it is gone.
    pub(crate) fn replace(
        &mut self,
        rows: &[PresenceRow],
        me: &str,
        away_after: Duration,
        now: Instant,
    ) -> Outcome {
        self.list_heard = Some(now);
        let mut outcome = Outcome::default();
        let (own, others): (Vec<_>, Vec<_>) = presence_list::merge(rows, away_after)
            .into_iter()
            .partition(|one| one.row.staff == me);
        let sockets = own.first().map_or(0, |one| one.sockets);
        outcome.changed = std::mem::replace(&mut self.own_sockets, sockets) != sockets;

        let mut before = std::mem::take(&mut self.people);
        for one in others.into_iter().take(MAX_STAFF) {
            let known = before.remove(&one.row.staff);
            if known.as_ref().is_none_or(|known| known.inferred) {
                outcome.came.push(one.row.staff.clone());
            }
            let mut person = match &known {
                Some(known) => known.clone(),
                None => self.arrive(&one.row.staff, now),
            };
            let active = now.checked_sub(one.quiet).unwrap_or(now);
            person.heard = now;
            person.seen = match &known {
                Some(known) => active.max(known.seen),
                None => active,
            };
            person.told = one.told;
            person.inferred = false;
            person.sockets = one.sockets;
            if let Some(step) = &one.row.step {
                person.step = Some(keys::normal(step));
            }
            outcome.compare(known.as_ref(), &mut person, now);
            self.people.insert(one.row.staff.clone(), person);
        }
        for (staff, person) in before {
            self.depart(staff, &person, &mut outcome);
        }
        outcome
    }

    /// An announcement. Its times are another client's clock and tell nothing.
    pub(crate) fn upsert(&mut self, row: &PresenceRow, now: Instant) -> Outcome {
        let told = match &row.status {
            None => StaffStatus::Active,
            status => presence_list::told(status.as_deref(), None, Duration::ZERO),
        };
        self.heard(&row.staff, now, |person| {
            person.told = told;
            person.inferred = false;
            if let Some(step) = &row.step {
                person.step = Some(keys::normal(step));
            }
        })
    }

    /// Somebody did something. Who is known to be here is active, then; of somebody else it says
    /// nothing as long as there are lists without them, and is all there is where nothing lists.
    pub(crate) fn deed(&mut self, staff: &str, now: Instant) -> Outcome {
        self.deed_at(staff, None, now)
    }

    /// Somebody went to another step.
    pub(crate) fn step(&mut self, staff: &str, step: &StepRef, now: Instant) -> Outcome {
        self.deed_at(staff, Some(keys::normal(step)), now)
    }

    fn deed_at(&mut self, staff: &str, step: Option<StepRef>, now: Instant) -> Outcome {
        let age = |at| now.saturating_duration_since(at);
        let listed = self.list_heard.is_some_and(|at| age(at) < PRESENCE_VOID);
        if listed && !self.people.contains_key(staff) {
            return Outcome::default();
        }
        self.heard(staff, now, |person| {
            if person.told != StaffStatus::Unknown {
                person.told = StaffStatus::Active;
            }
            if step.is_some() {
                person.step = step;
            }
        })
    }

    fn heard(&mut self, staff: &str, now: Instant, tell: impl FnOnce(&mut Person)) -> Outcome {
        let mut outcome = Outcome::default();
        if !text::is_id(staff) {
            return outcome;
        }
        let known = self.people.remove(staff);
        if known.is_none() {
            self.make_place(&mut outcome);
        }
        let mut person = match &known {
            Some(known) => known.clone(),
            None => self.arrive(staff, now),
        };
        (person.heard, person.seen) = (now, now);
        tell(&mut person);
        if known
            .as_ref()
            .is_none_or(|known| known.inferred && !person.inferred)
        {
            outcome.came.push(staff.to_owned());
        }
        outcome.compare(known.as_ref(), &mut person, now);
        self.people.insert(staff.to_owned(), person);
        outcome
    }

    /// Lets go of whoever was heard of longest ago when there are too many.
    fn make_place(&mut self, outcome: &mut Outcome) {
        if self.people.len() < MAX_STAFF {
            return;
        }
        let oldest = self.people.iter().min_by_key(|(_, person)| person.heard);
        if let Some(staff) = oldest.map(|(staff, _)| staff.clone()) {
            self.lose(&staff, outcome);
        }
    }

    /// Somebody left, or one of their sockets did.
    pub(crate) fn remove(&mut self, staff: &str) -> Outcome {
        let mut outcome = Outcome::default();
        match self.people.get_mut(staff) {
            None => {}
            Some(person) if person.sockets > 1 => {
                person.sockets -= 1;
                outcome.changed = true;
            }
            Some(_) => self.lose(staff, &mut outcome),
        }
        outcome
    }

    /// Time passed for somebody: after a while they are away, and in the end gone.
    pub(crate) fn age(&mut self, staff: &str, now: Instant) -> Outcome {
        let mut outcome = Outcome::default();
        if let Some(person) = self.people.get(staff) {
            let age = now.saturating_duration_since(person.heard);
            outcome.changed = age >= PRESENCE_STALE;
            if age >= PRESENCE_VOID {
                self.lose(staff, &mut outcome);
            }
        }
        outcome
    }

    fn lose(&mut self, staff: &str, outcome: &mut Outcome) {
        if let Some(person) = self.people.remove(staff) {
            self.depart(staff.to_owned(), &person, outcome);
        }
    }

    fn depart(&mut self, staff: StaffId, person: &Person, outcome: &mut Outcome) {
        (outcome.changed, outcome.moved) = (true, true);
        if person.inferred {
            return;
        }
        outcome.went.push(staff.clone());
        self.departed.insert(staff, (person.since, person.arrival));
        if self.departed.len() > MAX_STAFF {
            self.departed.pop_first();
        }
    }

    /// Somebody who was not here a moment ago; who only seemed to leave never did.
    fn arrive(&mut self, staff: &str, now: Instant) -> Person {
        let (since, arrival) = self.departed.remove(staff).unwrap_or_else(|| {
            self.arrivals += 1;
            (now, self.arrivals)
        });
        Person {
            since,
            heard: now,
            seen: now,
            seen_shown: now,
            told: StaffStatus::Unknown,
            sockets: 1,
            step: None,
            inferred: true,
            arrival,
        }
    }

    /// Somebody who left did not come back at once: should they come later, they come anew.
    pub(crate) fn forget(&mut self, staff: &str) {
        self.departed.remove(staff);
    }
}

impl Person {
    /// How present they are by now.
    pub(crate) fn status(&self, now: Instant) -> StaffStatus {
        if now.saturating_duration_since(self.heard) >= PRESENCE_STALE {
            StaffStatus::Away
        } else {
            self.told
        }
    }

    /// When time alone changes something next.
    pub(crate) fn ages_at(&self, now: Instant) -> Instant {
        let stale = self.heard + PRESENCE_STALE;
        if now < stale {
            stale
        } else {
            self.heard + PRESENCE_VOID
        }
    }
}

impl Outcome {
    /// Notes in what a person looks different from before.
    fn compare(&mut self, before: Option<&Person>, person: &mut Person, now: Instant) {
        let active_since = person.seen.saturating_duration_since(person.seen_shown);
        let moved = before.is_none_or(|before| before.step != person.step);
        let changed = moved
            || active_since >= SEEN_STEP
            || before.is_none_or(|before| {
                before.status(now) != person.status(now) || before.sockets != person.sockets
            });
        if changed {
            person.seen_shown = person.seen;
        }
        self.moved |= moved;
        self.changed |= changed;
    }
}

#[cfg(test)]
#[path = "presence_tests.rs"]
mod tests;
