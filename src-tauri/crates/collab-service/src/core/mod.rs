//! Sockets, records and what is told to whom: state without I/O and without a clock.
//!
//! Each vocabulary has a file that reads its events; what they mean is done by `presence`,
//! `editing` and `work`, which tell every socket concerned in the words that it knows.

mod activity;
mod change;
mod client;
mod deployed;
mod editing;
mod insights;
mod moment;
mod notice;
mod panel;
mod payload;
mod presence;
mod queue;
mod record;
mod refusal;
mod restore;
mod service;
mod staff;
mod step;
#[cfg(test)]
mod tests;
mod throttle;
mod vocabularies;
mod work;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub(crate) use activity::{Action, Entry};
pub(crate) use change::Change;
pub(crate) use client::Hello;
pub(crate) use moment::Moment;
pub use notice::{Notice, NoticeLevel};
pub(crate) use queue::{Priority, QueueEntry};
pub(crate) use record::{Committed, Completion, FieldKey, StepState};
pub(crate) use step::Step;

use crate::Limits;
use crate::stats::Counters;
use client::Client;
use queue::Queue;
use record::Record;
use refusal::Refusal;
use staff::Staff;
use throttle::Throttle;
use vocabularies::Vocabularies;

/// One connection, numbered as they come: the ids of Socket.IO are used again by clients that
/// connect anew on the same session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SocketId(pub u64);

/// An event on its way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Emission {
    pub to: Vec<SocketId>,
    pub event: &'static str,
    pub args: Vec<Value>,
}

/// What the state needs from outside.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub limits: Limits,
    pub away_after: Duration,
    pub grace: Duration,
}

/// The service's state.
#[derive(Debug)]
pub(crate) struct Core {
    setup: Setup,
    counters: Arc<Counters>,
    clients: HashMap<SocketId, Client>,
    records: BTreeMap<String, Record>,
    /// Records with somebody on them.
    occupied: BTreeSet<String>,
    staff: Staff,
    queue: Queue,
    queue_sending: Throttle,
    /// Number of the latest commit.
    last_commit: u64,
    /// Number of the latest notice.
    last_notice: u64,
    /// When time alone may change something; never later than it does.
    wake: Option<Instant>,
    emissions: Vec<Emission>,
    changes: Vec<Change>,
}

/// Arguments of an acknowledgement, or why there is nothing to confirm.
type Answer = Result<Vec<Value>, Refusal>;

impl Core {
    pub(crate) fn new(setup: Setup, counters: Arc<Counters>) -> Self {
        Self {
            setup,
            counters,
            clients: HashMap::new(),
            records: BTreeMap::new(),
            occupied: BTreeSet::new(),
            staff: Staff::default(),
            queue: Queue::default(),
            queue_sending: Throttle::default(),
            last_commit: 0,
            last_notice: 0,
            wake: None,
            emissions: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// A socket is there.
    pub(crate) fn connected(&mut self, now: Moment, socket: SocketId, hello: &Hello) {
        let client = Client::new(socket, hello);
        let known = hello.identity();
        self.learn(
            &client.id,
            known.name.as_deref(),
            known.role.as_deref(),
            false,
        );
        let is_named = client.is_named;
        let id = client.id.clone();
        self.clients.insert(socket, client);
        let (event, greeting) = if is_named {
            let user = json!({
                "user_id": id,
                "role": self.staff.role(&id),
                "permissions": hello.permissions(),
            });
            let status = json!({ "status": "online", "timestamp": now.text(), "user_info": user });
            ("system_status", status)
        } else {
            ("connected", json!({ "status": "ok" }))
        };
        self.tell(vec![socket], event, vec![greeting]);
    }

    /// A socket is gone; `in_words` when it said so.
    pub(crate) fn closed(&mut self, now: Moment, socket: SocketId, in_words: bool) {
        self.disconnected(now, socket, in_words);
        self.count();
    }

    /// Carries an event out; the arguments of its acknowledgement.
    pub(crate) fn handle(
        &mut self,
        now: Moment,
        socket: SocketId,
        event: &str,
        args: &[Value],
        wants_ack: bool,
    ) -> Vec<Value> {
        Counters::add(&self.counters.events, 1);
        let answer = match event {
            "ping" => self.ping(now, socket, args),
            _ => self
                .panel(now, socket, event, args)
                .or_else(|| self.service(now, socket, event, args))
                .or_else(|| self.deployed(now, socket, event, args))
                .or_else(|| self.insights(now, socket, event, args))
                .unwrap_or(Err(Refusal::UnknownEvent)),
        };
        self.count();
        match answer {
            Ok(args) => args,
            Err(refusal) => {
                Counters::add(&self.counters.refused, 1);
                // In this vocabulary the ack says it all, where there is one.
                let said_by_ack = wants_ack && deployed::is_event(event);
                if !said_by_ack && refusal != Refusal::UnknownEvent {
                    self.tell(vec![socket], "error", vec![refusal.event()]);
                }
                vec![refusal.ack()]
            }
        }
    }

    /// Does what is due.
    pub(crate) fn pass_time(&mut self, now: Moment) {
        if self.wake.is_none_or(|wake| wake > now.instant) {
            return;
        }
        self.pass_time_of_presence(now);
        let queue_due = self.queue_sending.due();
        if queue_due.is_some_and(|due| due <= now.instant) {
            self.send_queue(now);
        }
        self.wake = [self.next_change_of_presence(), self.queue_sending.due()]
            .into_iter()
            .flatten()
            .min();
        self.count();
    }

    /// When [`Self::pass_time`] is to be called next.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.wake
    }

    /// What is to be sent, in order.
    pub(crate) fn take_emissions(&mut self) -> Vec<Emission> {
        std::mem::take(&mut self.emissions)
    }

    /// What is to be kept, before anything is sent.
    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// For the page of that name.
    pub(crate) fn health(&self, now: Moment) -> Value {
        json!({
            "status": "healthy",
            "service": "collab",
            "timestamp": now.text(),
            "connected_clients": self.clients.len(),
            "records": self.records.len(),
        })
    }

    /// What happened on a record; `None` when there is no such record.
    pub(crate) fn activity(&self, name: &str) -> Option<Value> {
        let id = vocabularies::record_of(name);
        let record = self.records.get(id)?;
        let activity = record
            .activity
            .json(|staff| self.staff.name(staff).to_owned());
        Some(json!({ "record": id, "activity": activity }))
    }

    /// A record, made when it is new.
    fn record(&mut self, id: &str) -> Result<&mut Record, Refusal> {
        let limit = self.setup.limits.records;
        if !self.records.contains_key(id) && self.records.len() >= limit {
            return Err(Refusal::TooManyRecords(limit));
        }
        Ok(self.records.entry(id.to_owned()).or_default())
    }

    fn learn(&mut self, id: &str, name: Option<&str>, role: Option<&str>, firmly: bool) {
        let change = self.staff.learn(id, name, role, firmly);
        self.changes.extend(change);
    }

    fn tell(&mut self, to: Vec<SocketId>, event: &'static str, args: Vec<Value>) {
        if !to.is_empty() {
            self.emissions.push(Emission { to, event, args });
        }
    }

    /// Tells those on a record who speak one of the vocabularies.
    fn tell_others(
        &mut self,
        id: &str,
        vocabularies: Vocabularies,
        except: Option<SocketId>,
        event: &'static str,
        arg: Value,
    ) {
        let to = self
            .records
            .get(id)
            .map(|record| record.sockets(except, |speaks| speaks.has(vocabularies)));
        self.tell(to.unwrap_or_default(), event, vec![arg]);
    }

    fn lower_wake(&mut self, at: Instant) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    fn count(&self) {
        let records = self.occupied.iter().filter_map(|id| self.records.get(id));
        let people = records.map(|record| record.people.len()).sum();
        Counters::set(&self.counters.people, people);
        Counters::set(&self.counters.records, self.records.len());
    }
}
