//! Somebody at a record: the real `jbcall collab join`, driven by lines on its standard input and
//! seen through `--json`.

use std::collections::BTreeMap;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::jbcall::binary;
use crate::netlab::Host;
use crate::process::{PATIENCE, Process};

/// Parts of an update that come whole.
const PARTS: [&str; 8] = [
    "record",
    "connection",
    "me",
    "staff",
    "steps",
    "queue",
    "notifications",
    "missed",
];

/// Who sits there.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Id on the wire.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Role.
    pub role: &'a str,
}

/// Ann, a nurse.
pub const ANN: Person<'_> = Person {
    id: "u1",
    name: "Ann Lee",
    role: "nurse",
};
/// Bảo, a doctor.
pub const BAO: Person<'_> = Person {
    id: "u2",
    name: "Trần Bảo",
    role: "doctor",
};

/// One device of somebody who has a record open.
pub struct Desk {
    process: Process,
    name: String,
}

/// What it shows: the parts of all updates laid over each other.
#[derive(Debug, Default, Clone)]
pub struct Shown {
    parts: Map<String, Value>,
    fields: BTreeMap<String, Value>,
    activity: BTreeMap<u64, Value>,
}

impl Desk {
    /// On this machine.
    pub fn start(url: &str, record: &str, person: Person<'_>, arguments: &[&str]) -> Self {
        Self::run(Command::new(binary()), url, record, person, arguments)
    }

    /// On a host of the lab.
    pub fn start_on(
        host: &Host,
        url: &str,
        record: &str,
        person: Person<'_>,
        arguments: &[&str],
    ) -> Self {
        Self::run(host.command(binary()), url, record, person, arguments)
    }

    fn run(
        mut command: Command,
        url: &str,
        record: &str,
        person: Person<'_>,
        arguments: &[&str],
    ) -> Self {
        command.args(["collab", "join", url, "--record", record, "--json"]);
        command.args(["--user-id", person.id, "--name", person.name]);
        command.args(["--role", person.role]).args(arguments);
        command.env("RUST_BACKTRACE", "1");
        Self {
            process: Process::start(person.id, &mut command),
            name: person.name.to_owned(),
        }
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Types a line.
    pub fn tell(&mut self, line: &str) {
        self.process.tell(line);
    }

    /// Sends a command as the window would.
    pub fn command(&mut self, command: &Value) {
        self.process.tell(&command.to_string());
    }

    /// What it shows now.
    pub fn shown(&self) -> Shown {
        let mut shown = Shown::default();
        for line in self.process.lines() {
            shown.take(&line.value["update"]);
        }
        shown
    }

    /// Waits until it shows what is asked for.
    ///
    /// # Panics
    /// When it does not within a minute, with what it shows.
    pub fn wait(&self, what: &str, shows: impl Fn(&Shown) -> bool) -> Shown {
        self.wait_for(PATIENCE, what, shows)
    }

    /// The same with another limit.
    ///
    /// # Panics
    /// As [`Self::wait`].
    pub fn wait_for(&self, limit: Duration, what: &str, shows: impl Fn(&Shown) -> bool) -> Shown {
        let deadline = Instant::now() + limit;
        let (mut shown, mut read) = (Shown::default(), 0);
        loop {
            for line in self.process.lines().iter().skip(read) {
                shown.take(&line.value["update"]);
                read += 1;
            }
            if shows(&shown) {
                return shown;
            }
            assert!(
                Instant::now() < deadline,
                "{}: not within {limit:?}: {what}; it shows {shown:#?}",
                self.name
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until it shows that; answers when it did so for the first time.
    ///
    /// # Panics
    /// As [`Self::wait`].
    pub fn first(&self, what: &str, shows: impl Fn(&Shown) -> bool) -> Instant {
        self.wait(what, &shows);
        let mut shown = Shown::default();
        let lines = self.process.lines();
        let first = lines.iter().find(|line| {
            shown.take(&line.value["update"]);
            shows(&shown)
        });
        first.map_or_else(Instant::now, |line| line.at)
    }

    /// Waits until it is in the record.
    pub fn wait_joined(&self) -> Shown {
        self.wait("in the record", |shown| shown.connection() == "joined")
    }

    /// Leaves.
    pub fn leave(&mut self) -> ExitStatus {
        self.process.tell("/quit");
        self.process.wait_exit(PATIENCE)
    }

    /// Kills it, as a crash would.
    pub fn kill(self) {
        drop(self.process);
    }

    /// Waits until it ends by itself.
    pub fn wait_exit(&mut self) -> ExitStatus {
        self.process.wait_exit(PATIENCE)
    }
}

impl Shown {
    fn take(&mut self, update: &Value) {
        if update.is_null() {
            return;
        }
        if update["whole"] == true {
            *self = Self::default();
        }
        for part in PARTS {
            if !update[part].is_null() {
                self.parts.insert(part.to_owned(), update[part].clone());
            }
        }
        for field in update["fields"].as_array().into_iter().flatten() {
            let key = field["key"].as_str().unwrap_or_default().to_owned();
            self.fields.insert(key, field.clone());
        }
        for key in update["removedFields"].as_array().into_iter().flatten() {
            self.fields.remove(key.as_str().unwrap_or_default());
        }
        for entry in update["activity"].as_array().into_iter().flatten() {
            self.activity
                .insert(entry["seq"].as_u64().unwrap_or_default(), entry.clone());
        }
    }

    /// A part of the view.
    pub fn part(&self, name: &str) -> &Value {
        self.parts.get(name).unwrap_or(&Value::Null)
    }

    /// State of the connection.
    pub fn connection(&self) -> &str {
        self.part("connection")["state"]
            .as_str()
            .unwrap_or_default()
    }

    /// Ids of everybody who is here, sorted.
    pub fn staff(&self) -> Vec<&str> {
        let staff = self.part("staff").as_array();
        let ids = staff
            .into_iter()
            .flatten()
            .filter_map(|one| one["id"].as_str());
        let mut ids: Vec<&str> = ids.collect();
        ids.sort_unstable();
        ids
    }

    /// One person.
    pub fn person(&self, id: &str) -> &Value {
        let staff = self.part("staff").as_array();
        let mut staff = staff.into_iter().flatten();
        staff.find(|one| one["id"] == id).unwrap_or(&Value::Null)
    }

    /// A field, by its key.
    pub fn field(&self, key: &str) -> &Value {
        self.fields.get(key).unwrap_or(&Value::Null)
    }

    /// The value that holds in a field.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.field(key)["value"].as_str()
    }

    /// Records of the queue, in its order.
    pub fn queue(&self) -> Vec<&str> {
        let entries = self.part("queue")["entries"].as_array();
        let records = entries.into_iter().flatten();
        records
            .filter_map(|entry| entry["record"].as_str())
            .collect()
    }

    /// Texts of the notifications, newest first.
    pub fn notifications(&self) -> Vec<&str> {
        let notifications = self.part("notifications").as_array();
        let bodies = notifications.into_iter().flatten();
        bodies.filter_map(|one| one["body"].as_str()).collect()
    }

    /// Kinds of what happened, oldest first.
    pub fn happened(&self) -> Vec<&str> {
        let entries = self.activity.values();
        entries.filter_map(|entry| entry["what"].as_str()).collect()
    }
}
