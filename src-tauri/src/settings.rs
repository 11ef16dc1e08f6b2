//! What a person chose.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::errors::{self, Answer};
use crate::kept::KeptFile;

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
    /// Show the text of notifications on the desktop, where others may see it.
    pub notification_text: bool,
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
            notification_text: false,
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

/// The settings and their file.
pub type SettingsFile = KeptFile<Settings>;

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
}
