//! Connections that are held open while nobody speaks.

use serde::{Deserialize, Serialize};

/// What becomes of Engine.IO's connections when nothing passes but the server's pings and their
/// answers. Other idle connections of a call do not exist.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IdleFacts {
    /// How often the server says that it pings, seconds.
    pub ping_interval_s: Option<f64>,
    /// A websocket; none if it could not be opened.
    pub websocket: Option<HeldConnection>,
    /// A session by long polling; none if it could not be opened. Held for two pings at most: each
    /// one costs two requests.
    pub polling: Option<HeldConnection>,
}

/// One connection, from its handshake to its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HeldConnection {
    /// How long it lived, seconds.
    pub held_s: f64,
    /// How long nothing had passed when it ended, seconds.
    pub quiet_s: f64,
    /// Pings that came and were answered.
    pub pings: u32,
    /// How it ended.
    pub end: HoldEnd,
}

/// How a held connection ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "how",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum HoldEnd {
    /// It did not: the time was over, and this side closed it.
    #[default]
    Held,
    /// A close frame of the websocket.
    CloseFrame {
        /// Its code; 1005 if it had none.
        code: u16,
    },
    /// Engine.IO closed the session, packet `1`.
    EngineClosed,
    /// Socket.IO put this client out, packet `41`.
    Disconnected,
    /// TCP was closed without a word.
    Closed,
    /// TCP was reset.
    Reset,
    /// A poll was answered by something else than Engine.IO.
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// No ping came any more, and nothing else.
    Silent,
}
