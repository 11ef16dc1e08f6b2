//! What is kept, without the people in it and the room.

use signaling::RoomId;

use super::sample::ME;
use super::{History, LogEntry, Recorder};
use crate::report::redact::{Kind, Redactor};
use crate::report::{Language, clock};

impl Recorder {
    /// Knows everything that no export of this call may name, and the gateway, which stays.
    pub fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        if let Some(view) = &self.view {
            redactor.server(host_of(&view.gateway_host));
            if let Some(room) = RoomId::new(view.room.clone()) {
                redactor.room(&room);
            }
            redactor.secret(Kind::Person, &view.me.name);
            for one in &view.participants {
                redactor.secret(Kind::Person, &one.name);
                redactor.secret(Kind::Id, &one.id);
            }
        }
        for row in self.history.samples.iter().flat_map(|sample| &sample.rows) {
            redactor.secret(Kind::Person, &row.name);
            if row.participant_id != ME {
                redactor.secret(Kind::Id, &row.participant_id);
            }
        }
        for entry in &self.history.log {
            for (name, value) in &entry.values {
                if let Some(kind) = kind_of(name) {
                    redactor.secret(kind, value);
                }
            }
        }
        redactor
    }
}

impl History {
    /// With placeholders for people, their ids and devices; equal ones for equal things.
    pub fn redacted(&self, redactor: &mut Redactor) -> Self {
        let mut redacted = self.clone();
        for row in redacted
            .samples
            .iter_mut()
            .flat_map(|sample| &mut sample.rows)
        {
            row.name = redactor.hidden(Kind::Person, &row.name);
            if row.participant_id != ME {
                row.participant_id = redactor.hidden(Kind::Id, &row.participant_id);
            }
        }
        for entry in &mut redacted.log {
            for (name, value) in &mut entry.values {
                *value = match kind_of(name) {
                    Some(kind) => redactor.hidden(kind, value),
                    None => redactor.text(value),
                };
            }
        }
        redacted
    }

    /// What happened, a line each: `2026-11-20T20:38:32Z  Gateway restarted, back after 3.1 s`.
    pub fn log_in_words(&self, language: Language) -> String {
        let line = |entry: &LogEntry| {
            let at = clock::rfc3339_of_ms(entry.at);
            format!("{at}  {}\n", entry.in_words(language))
        };
        self.log.iter().map(line).collect()
    }
}

/// What stands in a value of a log entry.
fn kind_of(value: &str) -> Option<Kind> {
    match value {
        "name" => Some(Kind::Person),
        "device" => Some(Kind::Device),
        _ => None,
    }
}

fn host_of(host_and_port: &str) -> &str {
    match host_and_port.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host_and_port,
    }
}
