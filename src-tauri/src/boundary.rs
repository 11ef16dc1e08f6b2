//! What crosses the boundary between shell and page, besides the view of a call.
//!
//! The page's TypeScript types are generated from these.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use call::view::ErrorView;

/// What a link or a code turned out to mean.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ParsedLink {
    /// The room as it is shown and shared.
    pub room: String,
    /// Host to show: "Room bao-123 on jbcalling.site".
    pub site: String,
    /// Host of the gateway where the link itself names one.
    pub gateway_host: Option<String>,
    /// A name that the link carries.
    pub name: Option<String>,
}

/// A room of one's own.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NewRoom {
    /// The link that leads there.
    pub link: String,
}

/// One microphone or speaker.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AudioDevice {
    /// What settings and commands name it by.
    pub id: String,
    /// What people name it by.
    pub name: String,
    /// Whether the system uses it unless told otherwise.
    pub is_default: bool,
}

/// The devices of this computer.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeviceList {
    /// Microphones.
    pub inputs: Vec<AudioDevice>,
    /// Speakers.
    pub outputs: Vec<AudioDevice>,
    /// Why the lists are empty, where asking for them failed.
    pub error: Option<ErrorView>,
}

/// A room whose socket is being opened, before Join is pressed.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PreparedRoom {
    /// The room as it is shown and shared.
    pub room: String,
    /// Host of the site.
    pub site: String,
}

/// Pressing Join.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct JoinRequest {
    /// The name given to others.
    pub name: String,
    /// Device id, `null` for the system's default, `"none"` to join without a microphone.
    pub microphone: Option<String>,
    /// Device id, `null` for the system's default.
    pub speaker: Option<String>,
    /// Whether to join muted.
    pub muted: bool,
}

/// What a person does in a call.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum CallCommand {
    /// Stop capturing and pause the producer.
    Mute,
    /// Capture and send again.
    Unmute,
    /// Say something in the chat.
    Chat {
        /// Plain text.
        text: String,
    },
    /// The chat was looked at.
    MarkChatRead,
    /// A notice was seen.
    DismissNotice {
        /// Its id.
        id: u64,
    },
    /// Use another microphone.
    SetMicrophone {
        /// As in [`JoinRequest::microphone`].
        device: Option<String>,
    },
    /// Use another speaker.
    SetSpeaker {
        /// As in [`JoinRequest::speaker`].
        device: Option<String>,
    },
    /// Leave the call.
    Leave,
}

/// What the meter shows before a call.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(untagged)]
#[ts(export)]
pub enum MeterEvent {
    /// Loudness now.
    Level {
        /// dBFS, -127 to 0.
        level: f32,
    },
    /// The microphone cannot be used.
    Failed {
        /// Why.
        error: ErrorView,
    },
}

/// What this program is.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct About {
    /// Version of the program.
    pub version: String,
    /// Version of the window toolkit.
    pub tauri: String,
    /// Version of the system's web view.
    pub webview: String,
}

/// What to show for an address: "jbcalling.site", or "127.0.0.1:3000" where the port matters.
pub fn display_host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
