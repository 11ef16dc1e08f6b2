//! The state, event by event, in virtual time.

mod bad_input;
mod convergence;
mod editing;
mod presence;
mod work;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::*;

/// A service, its time, and what everybody was told.
pub(super) struct World {
    pub core: Core,
    start: Instant,
    passed: Duration,
    pub told: Vec<(SocketId, &'static str, Value)>,
    pub changes: Vec<Change>,
    sockets: u64,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(super) fn with(limits: Limits) -> Self {
        let setup = Setup {
            limits,
            away_after: Duration::from_secs(60),
            grace: Duration::from_secs(5),
        };
        Self {
            core: Core::new(setup, Arc::default()),
            start: Instant::now(),
            passed: Duration::ZERO,
            told: Vec::new(),
            changes: Vec::new(),
            sockets: 0,
        }
    }

    /// The same service after a restart.
    pub(super) fn restarted(self) -> Self {
        let mut next = Self::with(self.core.setup.limits);
        next.passed = self.passed;
        next.core.restore(self.changes.clone());
        next.changes = self.changes;
        next
    }

    pub(super) fn now(&self) -> Moment {
        let passed = i64::try_from(self.passed.as_micros()).unwrap();
        Moment {
            instant: self.start + self.passed,
            unix_us: 1_795_206_162_000_000 + passed,
        }
    }

    fn collect(&mut self) {
        for emission in self.core.take_emissions() {
            for to in emission.to {
                let mut args = emission.args.clone();
                let arg = args.pop().unwrap_or(Value::Null);
                assert!(args.is_empty());
                self.told.push((to, emission.event, arg));
            }
        }
        self.changes.extend(self.core.take_changes());
    }

    /// Lets time pass, with everything that becomes due in it.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.passed + time;
        while let Some(due) = self.core.next_due() {
            let due = due.saturating_duration_since(self.start);
            if due > end {
                break;
            }
            self.passed = self.passed.max(due);
            let now = self.now();
            self.core.pass_time(now);
            assert!(
                self.core.next_due().is_none_or(|next| next > now.instant),
                "time goes on"
            );
            self.collect();
        }
        self.passed = end;
    }

    pub(super) fn connect(&mut self, auth: Value) -> SocketId {
        self.sockets += 1;
        let socket = SocketId(self.sockets);
        let hello = Hello {
            auth: Some(auth),
            query: Vec::new(),
        };
        self.core.connected(self.now(), socket, &hello);
        self.collect();
        socket
    }

    pub(super) fn close(&mut self, socket: SocketId, in_words: bool) {
        self.core.closed(self.now(), socket, in_words);
        self.collect();
    }

    pub(super) fn say(&mut self, socket: SocketId, event: &str, arg: Value) -> Vec<Value> {
        self.say_all(socket, event, &[arg])
    }

    pub(super) fn say_all(&mut self, socket: SocketId, event: &str, args: &[Value]) -> Vec<Value> {
        let ack = self.core.handle(self.now(), socket, event, args, true);
        self.collect();
        ack
    }

    /// What a socket was told since this was asked last, for all sockets.
    pub(super) fn heard(&mut self, socket: SocketId) -> Vec<(&'static str, Value)> {
        let told = std::mem::take(&mut self.told).into_iter();
        told.filter(|(to, ..)| *to == socket)
            .map(|(_, event, arg)| (event, arg))
            .collect()
    }

    pub(super) fn forget(&mut self) {
        self.pass(Duration::from_secs(1));
        self.told.clear();
    }

    /// Joins in the panel's words.
    pub(super) fn panel(&mut self, id: &str, name: &str, record: &str) -> SocketId {
        let socket = self.connect(json!({ "user_id": id, "role": "guest" }));
        self.join_screening(socket, id, name, record);
        socket
    }

    pub(super) fn join_screening(&mut self, socket: SocketId, id: &str, name: &str, record: &str) {
        let join = json!({
            "patient_id": record,
            "user": { "user_id": id, "name": name, "role": "nurse", "step": 3,
                      "last_activity": "2025-11-22T10:00:00.000Z", "status": "active" },
            "session_id": format!("screening_{record}"),
        });
        assert_eq!(self.say(socket, "join_screening", join), [] as [Value; 0]);
    }

    /// Joins in the service's words.
    pub(super) fn service(&mut self, id: &str, record: &str) -> SocketId {
        let socket = self.connect(json!({ "user_id": id, "role": "doctor" }));
        let room = json!({ "room": format!("hospital_mobile_session_{record}") });
        assert_eq!(self.say(socket, "join_room", room), [] as [Value; 0]);
        socket
    }

    /// Joins in the deployed service's words; also the answer.
    pub(super) fn deployed(&mut self, id: &str, record: &str, priority: &str) -> (SocketId, Value) {
        let socket = self.connect(json!({}));
        let join = json!({
            "patient_id": record,
            "user": { "user_id": id, "name": format!("Name of {id}"), "role": "nurse", "step": 3 },
            "priority": priority,
        });
        let mut ack = self.say(socket, "join_patient_room", join);
        (socket, ack.pop().unwrap())
    }
}

pub(super) fn events(heard: &[(&'static str, Value)]) -> Vec<&'static str> {
    heard.iter().map(|(event, _)| *event).collect()
}

pub(super) fn ids(list: &Value) -> Vec<&str> {
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| row["user_id"].as_str().unwrap()).collect()
}

/// The latest argument of an event.
pub(super) fn last<'a>(heard: &'a [(&'static str, Value)], event: &str) -> &'a Value {
    let found = heard.iter().rfind(|(name, _)| *name == event);
    &found.unwrap_or_else(|| panic!("no {event} in {heard:?}")).1
}
