//! What a person chose, kept in one JSON file in the configuration folder.
//!
//! A file that cannot be read is set aside under another name, never overwritten: bad input
//! loses nothing.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::errors::{self, Answer};

/// Recent rooms kept at most.
const RECENTS_KEPT: usize = 12;

/// Everything a person can choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct Settings {
    /// The name given to others.
    pub name: String,
    /// Language of the interface.
    pub language: Language,
    /// Light, dark, or as the system says.
    pub appearance: Appearance,
    /// Device id of the microphone; `None` is the system's default, `"none"` is no microphone.
    pub microphone: Option<String>,
    /// Device id of the speaker; `None` is the system's default.
    pub speaker: Option<String>,
    /// Join with the microphone muted.
    pub start_muted: bool,
    /// Address of a gateway to use in place of the one that the site names.
    pub server_override: Option<String>,
    /// Relays (TURN) and STUN servers of one's own. The credentials stay in this file.
    pub ice_servers: Vec<IceServer>,
    /// Send media over the relay only.
    pub relay_only: bool,
    /// Remember rooms.
    pub keep_recents: bool,
    /// Rooms joined, the newest first.
    pub recents: Vec<RecentRoom>,
}

/// Language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Language {
    /// As the system says.
    #[default]
    System,
    /// English.
    En,
    /// Vietnamese.
    Vi,
}

impl Language {
    /// The language of reports; that of the system where none was chosen.
    pub fn of_reports(self) -> fieldtest::report::Language {
        let system = || {
            let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
            ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set)
        };
        match self {
            Self::Vi => fieldtest::report::Language::Vi,
            Self::System if system().is_some_and(|locale| locale.starts_with("vi")) => {
                fieldtest::report::Language::Vi
            }
            Self::En | Self::System => fieldtest::report::Language::En,
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Appearance {
    /// As the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A relay or STUN server of one's own.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct IceServer {
    /// `turn:host:port` or `stun:host:port`.
    pub url: String,
    /// User name; empty for STUN.
    pub username: String,
    /// Password; empty for STUN.
    pub credential: String,
}

// A derived `Debug` would carry the credential into a log.
impl std::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServer")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A room that was joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecentRoom {
    /// The link that leads there again; a key as well.
    pub link: String,
    /// The room as it was typed or received.
    pub room: String,
    /// Host of the site, for display.
    pub site: String,
    /// Milliseconds since the Unix epoch.
    pub last_joined_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: String::new(),
            language: Language::default(),
            appearance: Appearance::default(),
            microphone: None,
            speaker: None,
            start_muted: false,
            server_override: None,
            ice_servers: Vec::new(),
            relay_only: false,
            keep_recents: true,
            recents: Vec::new(),
        }
    }
}

impl Settings {
    /// Puts a room on top of the recent ones, unless the person switched them off.
    pub fn remember(&mut self, room: RecentRoom) {
        if !self.keep_recents {
            return;
        }
        self.forget(&room.link);
        self.recents.insert(0, room);
        self.recents.truncate(RECENTS_KEPT);
    }

    /// The gateway to use in place of the one that the site names.
    ///
    /// # Errors
    /// It is no address.
    pub fn gateway(&self) -> Answer<Option<url::Url>> {
        let parsed = self.server_override.as_deref().map(url::Url::parse);
        parsed.transpose().map_err(errors::server_override)
    }

    /// Relays and STUN servers of one's own.
    pub fn relays(&self) -> Vec<call::IceServer> {
        let relay = |server: &IceServer| call::IceServer {
            url: server.url.clone(),
            username: server.username.clone(),
            credential: server.credential.clone(),
        };
        self.ice_servers.iter().map(relay).collect()
    }

    /// Removes a room from the recent ones.
    pub fn forget(&mut self, link: &str) {
        self.recents.retain(|recent| recent.link != link);
    }
}

/// The settings file and its content.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
    current: Settings,
}

impl SettingsFile {
    /// Reads the file in `folder`; a missing or unreadable one gives the defaults.
    pub fn open(folder: &Path) -> Self {
        let path = folder.join("settings.json");
        let current = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, "the settings file cannot be read, it is set aside");
                let _ = fs::rename(&path, folder.join("settings.unreadable.json"));
                Settings::default()
            }),
            Err(_) => Settings::default(),
        };
        Self { path, current }
    }

    /// The settings as they are now.
    pub fn current(&self) -> &Settings {
        &self.current
    }

    /// Changes the settings and writes the file.
    ///
    /// # Errors
    /// The file could not be written; the change holds until the program ends.
    pub fn change(&mut self, change: impl FnOnce(&mut Settings)) -> io::Result<()> {
        change(&mut self.current);
        self.write()
    }

    /// Writes beside the file and renames, so that a crash leaves the old or the new one.
    fn write(&self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = self.path.with_extension("json.new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // The file may hold a relay's password.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(&self.current)?)?;
        file.sync_all()?;
        fs::rename(beside, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(link: &str) -> RecentRoom {
        RecentRoom {
            link: link.into(),
            room: "r".into(),
            site: "s".into(),
            last_joined_ms: 1,
        }
    }

    #[test]
    fn settings_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = SettingsFile::open(folder.path());
        file.change(|settings| settings.name = "Đặng".into())
            .unwrap();
        assert_eq!(SettingsFile::open(folder.path()).current().name, "Đặng");
    }

    #[test]
    fn an_unreadable_file_is_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("settings.json"), b"{ not json").unwrap();
        let file = SettingsFile::open(folder.path());
        assert_eq!(*file.current(), Settings::default());
        assert_eq!(
            fs::read(folder.path().join("settings.unreadable.json")).unwrap(),
            b"{ not json"
        );
    }

    #[test]
    fn missing_and_unknown_fields_are_accepted() {
        let settings: Settings =
            serde_json::from_str(r#"{"name":"Ann","fromTheFuture":1}"#).unwrap();
        assert_eq!(settings.name, "Ann");
        assert!(settings.keep_recents);
    }

    #[test]
    fn recents_are_unique_newest_first_and_bounded() {
        let mut settings = Settings::default();
        for n in 0..20 {
            settings.remember(room(&format!("l{n}")));
        }
        settings.remember(room("l15"));
        assert_eq!(settings.recents.len(), RECENTS_KEPT);
        assert_eq!(settings.recents[0].link, "l15");
        assert_eq!(
            settings.recents.iter().filter(|r| r.link == "l15").count(),
            1
        );
    }

    #[test]
    fn nothing_is_remembered_when_switched_off() {
        let mut settings = Settings {
            keep_recents: false,
            ..Settings::default()
        };
        settings.remember(room("l"));
        assert!(settings.recents.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mut file = SettingsFile::open(folder.path());
        file.change(|_| {}).unwrap();
        let mode = fs::metadata(folder.path().join("settings.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
