//! What a server answers to Socket.IO, asked over both transports and at several paths.

use serde::{Deserialize, Serialize};

use super::Exchange;

/// All that was asked of one server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Signaling {
    /// Scheme, host and port.
    pub server: String,
    /// Path that was asked, with a slash at its end.
    pub path: String,
    /// Redirects on the way to `server`, in order. Only those to the same host are followed.
    pub redirects: Vec<Exchange>,
    /// The first polling session, without an `Origin`.
    pub polling: Option<PollingSession>,
    /// Further polling sessions, each from nothing: a balancer's choice is not visible in one.
    pub repeats: Vec<PollingSession>,
    /// A polling session that sends no cookies back; asked when cookies were set and a session was
    /// lost.
    pub without_cookies: Option<PollingSession>,
    /// A websocket from nothing, without an `Origin`, and the namespace on it.
    pub websocket: Option<Exchange>,
    /// A path that cannot exist: whether everything is answered with the same page.
    pub random_path: Option<Exchange>,
    /// The usual paths, asked when `path` did not answer as Socket.IO.
    pub other_paths: Vec<OtherPath>,
    /// What browsers would meet.
    pub cors: Option<Cors>,
}

/// A session of Engine.IO by long polling, step by step. A step without the step before it was not
/// tried.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PollingSession {
    /// The handshake.
    pub handshake: Exchange,
    /// Namespace connect, by POST.
    pub connect: Option<Exchange>,
    /// The poll that brings the namespace's answer.
    pub poll: Option<Exchange>,
    /// Websocket with the session's id, `2probe`.
    pub upgrade: Option<Exchange>,
}

/// Another path at the same server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OtherPath {
    /// The path, with a slash at its end.
    pub path: String,
    /// Polling handshake.
    pub polling: Exchange,
    /// Websocket from nothing, and the namespace on it.
    pub websocket: Exchange,
}

/// Answers to requests that say which origin they come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cors {
    /// The web site's origin.
    pub origin: String,
    /// Polling handshake with that origin.
    pub polling: Option<Exchange>,
    /// Preflight of a POST with that origin.
    pub preflight: Option<Exchange>,
    /// Websocket with that origin.
    pub websocket: Option<Exchange>,
    /// Polling handshake with the origin of this program's window, which never asks itself.
    pub app: Option<Exchange>,
}
