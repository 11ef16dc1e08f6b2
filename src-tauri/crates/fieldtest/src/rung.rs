//! The ladder: what stands on what.

use serde::{Deserialize, Serialize};

/// One layer between a person and the others in a room. The order is that of the ladder, from the
/// link up; [`Rung::Machine`] stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// What the link says: site, room, parameters.
    Link,
    /// Names and addresses of the hosts, the system's proxy.
    Address,
    /// TCP and TLS, address by address.
    Tls,
    /// The web site and its `env-config.js`.
    Site,
    /// The gateway's `/health` and `/metrics`, translation and speech.
    Services,
    /// Engine.IO by long polling.
    Polling,
    /// Engine.IO by websocket, alone and as upgrade.
    Websocket,
    /// The Socket.IO namespace, events and acks.
    Namespace,
    /// What browsers are told about origins. No concern of this program.
    Cors,
    /// Joining a room of its own.
    Room,
    /// Free media ports and people on the server.
    Capacity,
    /// The media server's candidates, one by one.
    Ice,
    /// Relays.
    Turn,
    /// DTLS and SRTP.
    Dtls,
    /// A known sound through the SFU and back.
    Media,
    /// Speech, caption, translation, speech.
    Pipeline,
    /// Devices, processor and media engine of this computer.
    Machine,
}

impl Rung {
    /// All rungs, in the order of the ladder.
    pub const ALL: [Self; 17] = [
        Self::Link,
        Self::Address,
        Self::Tls,
        Self::Site,
        Self::Services,
        Self::Polling,
        Self::Websocket,
        Self::Namespace,
        Self::Cors,
        Self::Room,
        Self::Capacity,
        Self::Ice,
        Self::Turn,
        Self::Dtls,
        Self::Media,
        Self::Pipeline,
        Self::Machine,
    ];
}

/// How a rung is. The order is that of concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It works.
    Ok,
    /// Not looked at, because it was not asked for, or nothing stands below it.
    Skipped,
    /// Looked at, and what was seen allows no judgement.
    Unknown,
    /// It works, with something that somebody should know.
    Warning,
    /// It does not work.
    Failed,
}
