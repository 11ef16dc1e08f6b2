//! Collaboration services of the real kind: python-socketio under uvicorn, one for each
//! vocabulary, each with its oddities. See `tests/collab-services`.

use std::process::Command;

use serde_json::{Value, json};

use crate::process::{PATIENCE, Process, repository};
use crate::servers::python;

/// Which service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `join_patient_room`, `field_update`, `step_update`.
    Deployed,
    /// `join_screening`, `step_change`, `user_heartbeat`; and all of [`Self::Service`].
    Panel,
    /// Rooms, live editing, messages.
    Service,
    /// Insights.
    Kilo,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Deployed, Self::Panel, Self::Service, Self::Kilo];

    fn name(self) -> &'static str {
        match self {
            Self::Deployed => "deployed",
            Self::Panel => "panel",
            Self::Service => "service",
            Self::Kilo => "kilo",
        }
    }
}

/// A running service on 127.0.0.1. Dropping it kills it.
pub struct TestService {
    process: Process,
    kind: Kind,
    switches: Vec<String>,
    port: u16,
}

impl TestService {
    /// Starts one on a free port. For the switches see `--help` of its file.
    pub fn start(kind: Kind, switches: &[&str]) -> Self {
        let switches = switches.iter().map(|&switch| switch.to_owned()).collect();
        Self::run(kind, switches, 0)
    }

    fn run(kind: Kind, switches: Vec<String>, port: u16) -> Self {
        let script = repository()
            .join("tests/collab-services")
            .join(format!("{}.py", kind.name()));
        let mut command = Command::new(python());
        command
            .arg("-B")
            .arg(script)
            .args(["--port", &port.to_string()])
            .args(&switches);
        let process = Process::start(kind.name(), &mut command);
        let (port, _) = process.wait(PATIENCE, "port", port_of);
        Self {
            process,
            kind,
            switches,
            port,
        }
    }

    /// Base URL, `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Base URL of the relay, where `--relay-port` was given.
    ///
    /// # Panics
    /// When it does not start.
    pub fn relay_url(&self) -> String {
        let is_second = |line: &Value| port_of(line).filter(|port| *port != self.port);
        let (port, _) = self.process.wait(PATIENCE, "the relay's port", is_second);
        format!("http://127.0.0.1:{port}")
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills it and starts another on the same port, which knows nothing.
    pub fn restart(self) -> Self {
        self.kill().start_again()
    }

    /// Kills it as a crash would.
    pub fn kill(self) -> KilledService {
        let Self {
            process,
            kind,
            switches,
            port,
        } = self;
        drop(process);
        KilledService {
            kind,
            switches,
            port,
        }
    }

    /// Sends an event to everybody.
    pub fn emit(&mut self, event: &str, data: &Value) {
        self.order(&json!({ "emit": event, "data": data }));
    }

    /// Sends an event to every socket of a person.
    pub fn emit_to(&mut self, user: &str, event: &str, data: &Value) {
        self.order(&json!({ "emit": event, "data": data, "user": user }));
    }

    /// Sends `41` to every socket of a person.
    pub fn disconnect(&mut self, user: &str) {
        self.order(&json!({ "disconnect": user }));
    }

    /// Gives an order and waits until it is carried out; see `Orders` in `common.py`.
    ///
    /// # Panics
    /// When it is not.
    pub fn order(&mut self, order: &Value) {
        let mark = self.process.mark();
        self.process.tell(&order.to_string());
        let done = |line: &Value| line.get("done").map(drop);
        self.process
            .wait_after(mark, PATIENCE, "order carried out", done);
    }
}

/// A service that was killed, and can come back on its port.
#[derive(Debug)]
pub struct KilledService {
    kind: Kind,
    switches: Vec<String>,
    port: u16,
}

impl KilledService {
    /// Starts it again, with the same switches.
    pub fn start_again(self) -> TestService {
        TestService::run(self.kind, self.switches, self.port)
    }
}

fn port_of(line: &Value) -> Option<u16> {
    line.as_u64().and_then(|port| u16::try_from(port).ok())
}
