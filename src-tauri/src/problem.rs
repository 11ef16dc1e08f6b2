//! "Report a problem": what this program adds to the archive, and what must not be in it.

use std::time::SystemTime;

use fieldtest::problem::Problem;
use fieldtest::record::Recorder;
use fieldtest::report::redact::{Kind, Redactor};
use fieldtest::report::{Report, Role, Server};
use serde_json::{Value, json};
use signaling::RoomId;

use crate::boundary::About;
use crate::errors::{self, Answer};
use crate::settings::Settings;

/// The archive.
///
/// # Errors
/// It could not be put together.
pub fn archive(
    description: &str,
    settings: &Settings,
    about: &About,
    recorder: &Recorder,
    report: Option<Report>,
) -> Answer<Vec<u8>> {
    let problem = Problem {
        saved: SystemTime::now(),
        program: format!("JB Calling Desktop {}", about.version),
        language: settings.language.of_reports(),
        description: description.to_owned(),
        configuration: configuration(settings, about),
        servers: servers(settings),
        history: recorder.history().clone(),
        report,
    };
    let mut redactor = recorder.redactor();
    hide_settings(settings, &mut redactor);
    problem
        .archive(&mut redactor)
        .map_err(errors::report_not_saved)
}

/// How the program is set up; devices and rooms are left out, servers go by themselves.
fn configuration(settings: &Settings, about: &About) -> Value {
    json!({
        "version": about.version,
        "tauri": about.tauri,
        "webview": about.webview,
        "language": settings.language,
        "appearance": settings.appearance,
        "startMuted": settings.start_muted,
        "ownServer": settings.server_override.is_some(),
        "ownRelays": settings.ice_servers.len(),
        "relayOnly": settings.relay_only,
        "keepRecents": settings.keep_recents,
        "microphoneChosen": settings.microphone.is_some(),
        "speakerChosen": settings.speaker.is_some(),
    })
}

fn servers(settings: &Settings) -> Vec<Server> {
    let server = |role, text: &str| Server::new(role, &url::Url::parse(text).ok()?);
    let gateway = settings.server_override.iter();
    let relays = settings.ice_servers.iter();
    gateway
        .filter_map(|text| server(Role::Gateway, text))
        .chain(relays.filter_map(|relay| server(Role::Relay, &relay.url)))
        .collect()
}

fn hide_settings(settings: &Settings, redactor: &mut Redactor) {
    redactor.secret(Kind::Person, &settings.name);
    for recent in &settings.recents {
        if let Some(room) = RoomId::new(recent.room.clone()) {
            redactor.room(&room);
        }
    }
    for relay in &settings.ice_servers {
        redactor.secret(Kind::Secret, &relay.username);
        redactor.secret(Kind::Secret, &relay.credential);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{IceServer, RecentRoom};

    #[test]
    fn settings_give_servers_and_no_secret() {
        let settings = Settings {
            name: "Linh Đỗ".into(),
            server_override: Some(
                "https://user:tiny@gateway.example/room/ward-12?token=t0ken".into(),
            ),
            ice_servers: vec![IceServer {
                url: "turn:relay.example:3478?transport=udp".into(),
                username: "relay-user".into(),
                credential: "relay-word".into(),
            }],
            recents: vec![RecentRoom {
                link: "https://site.example/room/ward-13".into(),
                room: "ward-13".into(),
                site: "site.example".into(),
                last_joined_ms: 1,
            }],
            microphone: Some("Headset of Linh".into()),
            ..Settings::default()
        };
        let about = About {
            version: "1".into(),
            tauri: "2".into(),
            webview: "3".into(),
        };
        let shown = configuration(&settings, &about).to_string();
        let addresses: Vec<_> = servers(&settings).iter().map(Server::address).collect();
        assert_eq!(
            addresses,
            ["https://gateway.example:443", "turn:relay.example:3478"]
        );
        let mut redactor = Redactor::default();
        hide_settings(&settings, &mut redactor);
        let told = redactor.text("Linh Đỗ in ward-13 with relay-user and relay-word");
        for secret in ["Linh", "ward", "tiny", "t0ken", "relay-user", "relay-word"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        let recorder = Recorder::default();
        assert!(archive("", &settings, &about, &recorder, None).is_ok());
    }
}
