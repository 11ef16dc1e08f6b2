//! One record: who is on it, its committed fields, its steps, and what happened.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::SocketId;
use super::activity::Activity;
use super::moment::Moment;
use super::step::Step;
use super::throttle::Throttle;
use super::vocabularies::Vocabularies;
use crate::limits::{LIST_REFRESH, NO_HEARTBEAT_FACTOR};

/// Which field of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FieldKey {
    pub step: Option<Step>,
    pub name: String,
}

/// The value of a field: the last one that arrived.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Committed {
    pub value: Value,
    /// Who wrote it.
    pub by: String,
    /// Microseconds since the Unix epoch.
    pub at: i64,
    /// Grows with each commit to the service: the order of arrival.
    pub number: u64,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completion {
    Waiting,
    InProgress,
    Completed,
}

impl Completion {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Waiting, Self::InProgress, Self::Completed]
            .into_iter()
            .find(|completion| completion.name() == name)
    }
}

/// State of one step of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepState {
    /// What clients call it.
    pub label: Option<String>,
    pub completion: Completion,
    /// Microseconds since the Unix epoch.
    pub at: i64,
}

#[derive(Debug, Default)]
pub(super) struct Record {
    /// In the order in which they came.
    pub people: Vec<Person>,
    pub fields: BTreeMap<FieldKey, Committed>,
    pub steps: BTreeMap<Step, StepState>,
    pub activity: Activity,
    /// Lists of the people.
    pub lists: Throttle,
}

/// Somebody on a record.
#[derive(Debug)]
pub(super) struct Person {
    pub id: String,
    pub seats: Vec<Seat>,
    pub step: Option<Step>,
    /// Their latest event.
    pub active_at: Moment,
    /// Whether others have been told that they are away.
    pub away: bool,
    /// When they are taken for gone, after their last socket was lost.
    pub lost_until: Option<Instant>,
}

impl Person {
    /// When they are away unless they do something; `patience` is that with those who send
    /// heartbeats.
    pub(super) fn away_at(&self, patience: Duration) -> Instant {
        let has_heartbeat = |seat: &Seat| seat.entered.has(Vocabularies::PANEL);
        let patience = if self.seats.iter().any(has_heartbeat) {
            patience
        } else {
            patience.mul_f64(NO_HEARTBEAT_FACTOR)
        };
        self.active_at.instant + patience
    }
}

/// One socket of somebody on a record.
#[derive(Debug)]
pub(super) struct Seat {
    pub socket: SocketId,
    /// In which vocabularies it has joined the record, and not left.
    pub entered: Vocabularies,
    /// In which others it has spoken about the record since.
    pub spoken: Vocabularies,
}

impl Seat {
    /// What it is to be told in.
    pub(super) fn speaks(&self) -> Vocabularies {
        self.entered.with(self.spoken)
    }
}

/// What became of somebody who left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unseated {
    /// They were not there.
    Absent,
    /// They are there in another vocabulary.
    Stays,
    /// That socket is gone, another of theirs stays.
    Socket,
    /// That was their last socket.
    Last,
}

impl Record {
    pub(super) fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub(super) fn person_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.id == id)
    }

    pub(super) fn seat(&self, id: &str, socket: SocketId) -> Option<&Seat> {
        let mut seats = self.person(id)?.seats.iter();
        seats.find(|seat| seat.socket == socket)
    }

    /// Gives a socket a seat, and its person a place; whether the person is new here.
    pub(super) fn enter(
        &mut self,
        id: &str,
        socket: SocketId,
        vocabulary: Vocabularies,
        now: Moment,
    ) -> bool {
        let is_new = self.person(id).is_none();
        if is_new {
            self.people.push(Person {
                id: id.to_owned(),
                seats: Vec::new(),
                step: None,
                active_at: now,
                away: false,
                lost_until: None,
            });
        }
        if let Some(person) = self.person_mut(id) {
            person.lost_until = None;
            match person.seats.iter_mut().find(|seat| seat.socket == socket) {
                Some(seat) => seat.entered = seat.entered.with(vocabulary),
                None => person.seats.push(Seat {
                    socket,
                    entered: vocabulary,
                    spoken: Vocabularies::NONE,
                }),
            }
        }
        is_new
    }

    /// Takes vocabularies from a seat, and the seat away when it has entered in no other. The
    /// person stays in the list also after [`Unseated::Last`].
    pub(super) fn unseat(
        &mut self,
        id: &str,
        socket: SocketId,
        vocabularies: Vocabularies,
    ) -> Unseated {
        let Some(person) = self.person_mut(id) else {
            return Unseated::Absent;
        };
        let mut seats = person.seats.iter_mut();
        let Some(seat) = seats.find(|seat| seat.socket == socket) else {
            return Unseated::Absent;
        };
        if !seat.entered.has(vocabularies) {
            return Unseated::Absent;
        }
        seat.entered = seat.entered.without(vocabularies);
        seat.spoken = seat.spoken.without(vocabularies);
        if !seat.entered.is_empty() {
            return Unseated::Stays;
        }
        person.seats.retain(|seat| seat.socket != socket);
        if person.seats.is_empty() {
            Unseated::Last
        } else {
            Unseated::Socket
        }
    }

    /// The sockets whose vocabularies fit, without one.
    pub(super) fn sockets(
        &self,
        except: Option<SocketId>,
        fits: impl Fn(Vocabularies) -> bool,
    ) -> Vec<SocketId> {
        let seats = self.people.iter().flat_map(|person| &person.seats);
        seats
            .filter(|seat| Some(seat.socket) != except && fits(seat.speaks()))
            .map(|seat| seat.socket)
            .collect()
    }

    /// When the list of people is to be sent next.
    pub(super) fn list_due(&self) -> Option<Instant> {
        let refresh = self.lists.last().map(|last| last + LIST_REFRESH);
        self.lists.due().or(refresh)
    }

    /// The step that is worked on: the latest one in progress.
    pub(super) fn current_step(&self) -> Option<&Step> {
        self.steps
            .iter()
            .filter(|(_, state)| state.completion == Completion::InProgress)
            .max_by_key(|(_, state)| state.at)
            .map(|(step, _)| step)
    }
}
