//! Who is where: by person, over any number of their sockets.

use std::time::Instant;

use serde_json::{Value, json};

use super::activity::{Action, Entry};
use super::moment::Moment;
use super::record::{Person, Record, Unseated};
use super::refusal::Refusal;
use super::step::{Step, step_json};
use super::vocabularies::Vocabularies;
use super::{Core, SocketId};
use crate::limits::{LIST_INTERVAL, LIST_INTERVAL_PER_PERSON, LIST_REFRESH};

/// Every vocabulary in which a record can be entered.
const ANY: Vocabularies = Vocabularies::PRESENCE.with(Vocabularies::SERVICE);

impl Core {
    /// Lets a socket onto a record.
    pub(super) fn enter(
        &mut self,
        now: Moment,
        socket: SocketId,
        id: &str,
        vocabulary: Vocabularies,
        step: Option<Step>,
    ) -> Result<(), Refusal> {
        let Some(client) = self.clients.get(&socket) else {
            return Ok(());
        };
        let staff = client.id.clone();
        let limit = self.setup.limits.people_per_record;
        let record = self.record(id)?;
        if record.person(&staff).is_none() && record.people.len() >= limit {
            return Err(Refusal::TooManyPeople(limit));
        }
        // With these words a socket is on one record at a time: a heartbeat names none.
        if vocabulary.has(Vocabularies::PRESENCE) {
            let others = self.records_of(socket);
            for other in others.iter().filter(|other| *other != id) {
                self.leave(now, socket, other, Vocabularies::PRESENCE);
            }
        }
        let record = self.record(id)?;
        let is_new = record.enter(&staff, socket, vocabulary, now);
        if let Some(person) = record.person_mut(&staff)
            && step.is_some()
        {
            person.step = step;
        }
        if let Some(client) = self.clients.get_mut(&socket) {
            client.records.insert(id.to_owned());
        }
        self.occupied.insert(id.to_owned());
        self.touch(now, socket, None);
        self.lower_wake(now.instant + self.setup.away_after);
        if is_new {
            self.log(now, id, &staff, Action::Joined, |_| {});
            let user = self.records.get(id).and_then(|record| {
                let person = record.person(&staff)?;
                Some(self.row(person))
            });
            if let Some(user) = user {
                self.tell_others(
                    id,
                    Vocabularies::PRESENCE,
                    Some(socket),
                    "user_joined",
                    user,
                );
            }
        }
        let asks = vocabulary.has(Vocabularies::PRESENCE);
        if is_new && !asks {
            self.ask_queue(now, None);
        }
        self.ask_list(now, id, asks.then_some(socket));
        Ok(())
    }

    /// Takes a socket off a record, in the vocabularies that are named.
    pub(super) fn leave(
        &mut self,
        now: Moment,
        socket: SocketId,
        id: &str,
        vocabularies: Vocabularies,
    ) {
        let Some(client) = self.clients.get_mut(&socket) else {
            return;
        };
        let staff = client.id.clone();
        let Some(record) = self.records.get_mut(id) else {
            return;
        };
        let unseated = record.unseat(&staff, socket, vocabularies);
        if matches!(unseated, Unseated::Socket | Unseated::Last) {
            client.records.remove(id);
        }
        match unseated {
            Unseated::Last => self.gone(now, id, &staff),
            Unseated::Socket => self.ask_list(now, id, None),
            Unseated::Absent | Unseated::Stays => {}
        }
    }

    /// A connection ended. In words it counts at once; a lost one may come back.
    pub(super) fn disconnected(&mut self, now: Moment, socket: SocketId, in_words: bool) {
        for id in self.records_of(socket) {
            if in_words {
                self.leave(now, socket, &id, ANY);
                continue;
            }
            let until = now.instant + self.setup.grace;
            let Some(client) = self.clients.get(&socket) else {
                return;
            };
            let Some(record) = self.records.get_mut(&id) else {
                continue;
            };
            if record.unseat(&client.id, socket, ANY) == Unseated::Last
                && let Some(person) = record.person_mut(&client.id)
            {
                person.lost_until = Some(until);
                self.lower_wake(until);
            }
        }
        self.clients.remove(&socket);
    }

    /// The records on which a socket is.
    pub(super) fn records_of(&self, socket: SocketId) -> Vec<String> {
        let client = self.clients.get(&socket);
        client
            .map(|client| client.records.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Somebody showed that they are there, perhaps at which step.
    pub(super) fn touch(&mut self, now: Moment, socket: SocketId, step: Option<&Step>) {
        let Some(client) = self.clients.get(&socket) else {
            return;
        };
        let staff = client.id.clone();
        for id in self.records_of(socket) {
            let Some(person) = self
                .records
                .get_mut(&id)
                .and_then(|record| record.person_mut(&staff))
            else {
                continue;
            };
            person.active_at = now;
            let was_away = std::mem::replace(&mut person.away, false);
            let moved = step.is_some_and(|step| person.step.as_ref() != Some(step));
            if moved {
                person.step = step.cloned();
            }
            if was_away {
                self.lower_wake(now.instant + self.setup.away_after);
            }
            if was_away || moved {
                self.ask_list(now, &id, None);
            }
        }
    }

    /// What time alone has changed.
    pub(super) fn pass_time_of_presence(&mut self, now: Moment) {
        let occupied: Vec<String> = self.occupied.iter().cloned().collect();
        for id in occupied {
            let Some(record) = self.records.get_mut(&id) else {
                continue;
            };
            let mut turned = false;
            let mut lost = Vec::new();
            for person in &mut record.people {
                if person.lost_until.is_some_and(|until| until <= now.instant) {
                    lost.push(person.id.clone());
                } else if !person.away && person.away_at(self.setup.away_after) <= now.instant {
                    person.away = true;
                    turned = true;
                }
            }
            let due = record.list_due().is_some_and(|due| due <= now.instant);
            for staff in &lost {
                self.gone(now, &id, staff);
            }
            if turned {
                self.ask_list(now, &id, None);
            } else if due {
                self.send_list(now, &id);
            }
        }
    }

    /// When time alone changes something next.
    pub(super) fn next_change_of_presence(&self) -> Option<Instant> {
        let records = self.occupied.iter().filter_map(|id| self.records.get(id));
        let of_record = |record: &Record| {
            let people = record.people.iter().flat_map(|person| {
                let away_at = person.away_at(self.setup.away_after);
                [person.lost_until, (!person.away).then_some(away_at)]
            });
            people.flatten().chain(record.list_due()).min()
        };
        records.filter_map(of_record).min()
    }

    /// Somebody has no socket on a record any more.
    fn gone(&mut self, now: Moment, id: &str, staff: &str) {
        let Some(record) = self.records.get_mut(id) else {
            return;
        };
        record.people.retain(|person| person.id != staff);
        if record.people.is_empty() {
            self.occupied.remove(id);
        }
        self.log(now, id, staff, Action::Left, |_| {});
        let left = Value::from(staff);
        self.tell_others(id, Vocabularies::PRESENCE, None, "user_left", left);
        self.ask_list(now, id, None);
        self.ask_queue(now, None);
    }

    /// Sends the list of people to all of them, now or soon; at once to `joiner` in any case.
    pub(super) fn ask_list(&mut self, now: Moment, id: &str, joiner: Option<SocketId>) {
        let Some(record) = self.records.get_mut(id) else {
            return;
        };
        let people = u32::try_from(record.people.len()).unwrap_or(u32::MAX);
        let interval = LIST_INTERVAL + LIST_INTERVAL_PER_PERSON.saturating_mul(people);
        if record.lists.ask(now.instant, interval) {
            self.send_list(now, id);
            return;
        }
        if let Some(due) = record.lists.due() {
            self.lower_wake(due);
        }
        if let Some(joiner) = joiner {
            let list = self.list(id);
            self.tell(vec![joiner], "active_users_updated", vec![list]);
        }
    }

    fn send_list(&mut self, now: Moment, id: &str) {
        if let Some(record) = self.records.get_mut(id) {
            record.lists.sent(now.instant);
        }
        self.lower_wake(now.instant + LIST_REFRESH);
        let list = self.list(id);
        self.tell_others(
            id,
            Vocabularies::PRESENCE,
            None,
            "active_users_updated",
            list,
        );
    }

    /// Everybody on a record: one row for each person.
    pub(super) fn list(&self, id: &str) -> Value {
        let people = self.records.get(id).map(|record| record.people.as_slice());
        let people = people.unwrap_or_default().iter();
        people.map(|person| self.row(person)).collect()
    }

    fn row(&self, person: &Person) -> Value {
        let is_away = person.away || person.lost_until.is_some();
        json!({
            "user_id": person.id,
            "name": self.staff.name(&person.id),
            "role": self.staff.role(&person.id),
            "step": step_json(person.step.as_ref()),
            "last_activity": person.active_at.text(),
            "status": if is_away { "away" } else { "active" },
        })
    }

    /// Keeps that something happened.
    pub(super) fn log(
        &mut self,
        now: Moment,
        id: &str,
        staff: &str,
        action: Action,
        fill: impl FnOnce(&mut Entry),
    ) {
        let limit = self.setup.limits.activity_per_record;
        let Some(record) = self.records.get_mut(id) else {
            return;
        };
        let mut entry = Entry {
            seq: record.activity.next_seq(),
            at: now.unix_us,
            by: staff.to_owned(),
            action,
            step: None,
            field: None,
            value: None,
        };
        fill(&mut entry);
        let forget = record.activity.add(entry.clone(), limit);
        self.changes.push(super::Change::Activity {
            record: id.to_owned(),
            entry,
            forget,
        });
    }
}
