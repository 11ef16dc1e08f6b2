//! "Report a problem": one file that can be handed on, without people, rooms and secrets.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use call::view::CallView;
use fieldtest::record::History;
use fieldtest::report::Report;
use fieldtest::report::redact::{Kind, Redactor};
use serde_json::{Value, json};
use signaling::RoomId;

use crate::calls::epoch_ms;
use crate::errors::{self, Answer};
use crate::settings::Settings;

/// What of a call must not be in a file: the room and the people.
#[derive(Debug, Clone, Default)]
pub struct Known {
    rooms: BTreeSet<String>,
    names: BTreeSet<String>,
    ids: BTreeSet<String>,
}

/// Everything that goes into the file.
pub struct Problem<'a> {
    /// What happened, in the person's words; goes in as written.
    pub description: &'a str,
    /// The configuration.
    pub settings: &'a Settings,
    /// The last ten minutes.
    pub history: History,
    /// The last run of the doctor, if there was one.
    pub report: Option<Report>,
    /// What must not be in it.
    pub known: Known,
}

impl Known {
    /// Remembers the room and the people of a view.
    pub fn see(&mut self, view: &CallView) {
        self.rooms.insert(view.room.clone());
        self.names.insert(view.me.name.clone());
        for participant in &view.participants {
            self.names.insert(participant.name.clone());
            self.ids.insert(participant.id.clone());
        }
    }

    /// The value with placeholders for all of them.
    pub fn redacted(&self, value: &Value) -> Value {
        self.redactor().value(value)
    }

    fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        for room in self.rooms.iter().cloned().filter_map(RoomId::new) {
            redactor.room(&room);
        }
        for name in &self.names {
            redactor.secret(Kind::Person, name);
        }
        for id in &self.ids {
            redactor.secret(Kind::Id, id);
        }
        redactor
    }
}

impl Problem<'_> {
    /// Writes the file into a folder; answers where.
    ///
    /// # Errors
    /// It could not be written.
    pub fn save(&self, folder: &Path) -> Answer<PathBuf> {
        let configuration = json!({
            "language": self.settings.language,
            "appearance": self.settings.appearance,
            "startMuted": self.settings.start_muted,
            "serverOverride": self.settings.server_override,
            "relays": self.settings.ice_servers.iter().map(|server| &server.url).collect::<Vec<_>>(),
            "relayOnly": self.settings.relay_only,
            "microphoneChosen": self.settings.microphone.is_some(),
            "speakerChosen": self.settings.speaker.is_some(),
        });
        let mut redactor = self.known.redactor();
        let file = json!({
            "program": env!("CARGO_PKG_VERSION"),
            "description": self.description,
            "configuration": redactor.value(&configuration),
            "statistics": redactor.value(&serde_json::to_value(&self.history).unwrap_or_default()),
            "doctor": self.report,
        });
        write(folder, "jbcalling-problem", file)
    }
}

/// Writes a value as a file with a name of its own.
///
/// # Errors
/// It could not be written.
pub fn write(folder: &Path, name: &str, value: Value) -> Answer<PathBuf> {
    let file = folder.join(format!("{name}-{}.json", epoch_ms()));
    let text = serde_json::to_vec_pretty(&value).map_err(errors::report_not_saved)?;
    std::fs::write(&file, text).map_err(errors::report_not_saved)?;
    Ok(file)
}
