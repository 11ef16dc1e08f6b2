//! The ladder: what stands on what.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One layer between a person and the others in a room. The order is that of the ladder, from the
/// link up; [`Rung::Machine`] stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
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
    /// The path at which a collaboration service answers, among those that are in use.
    Endpoint,
    /// Engine.IO by long polling.
    Polling,
    /// Engine.IO by websocket, alone and as upgrade.
    Websocket,
    /// The Socket.IO namespace, events and acks.
    Namespace,
    /// What browsers are told about origins. No concern of this program.
    Cors,
    /// What a collaboration service speaks, and whether that is understood.
    Vocabulary,
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
    pub const ALL: [Self; 19] = [
        Self::Link,
        Self::Address,
        Self::Tls,
        Self::Site,
        Self::Services,
        Self::Endpoint,
        Self::Polling,
        Self::Websocket,
        Self::Namespace,
        Self::Cors,
        Self::Vocabulary,
        Self::Room,
        Self::Capacity,
        Self::Ice,
        Self::Turn,
        Self::Dtls,
        Self::Media,
        Self::Pipeline,
        Self::Machine,
    ];

    /// The ladder of a call.
    pub const CALL: [Self; 17] = [
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

    /// The ladder of a record at a collaboration service.
    pub const RECORD: [Self; 8] = [
        Self::Link,
        Self::Address,
        Self::Tls,
        Self::Endpoint,
        Self::Polling,
        Self::Websocket,
        Self::Namespace,
        Self::Vocabulary,
    ];

    /// What must work for this rung to be worth looking at: of every group at least one. What a
    /// probe can tell all the same, it looks at anyway.
    pub fn stands_on(self) -> &'static [&'static [Self]] {
        match self {
            Self::Link | Self::Machine => &[],
            Self::Address | Self::Turn => &[&[Self::Link]],
            Self::Tls => &[&[Self::Address]],
            Self::Site | Self::Services | Self::Endpoint | Self::Capacity => &[&[Self::Tls]],
            // A call has no endpoint to look for.
            Self::Polling | Self::Websocket => &[&[Self::Tls], &[Self::Endpoint]],
            Self::Namespace | Self::Cors => &[&[Self::Polling, Self::Websocket]],
            Self::Vocabulary => &[&[Self::Namespace]],
            Self::Room => &[&[Self::Namespace]],
            Self::Ice => &[&[Self::Room], &[Self::Capacity]],
            Self::Dtls => &[&[Self::Ice, Self::Turn]],
            Self::Media => &[&[Self::Dtls]],
            Self::Pipeline => &[&[Self::Services], &[Self::Media]],
        }
    }

    /// Whether a call, or work on a record, fails without it.
    pub fn is_needed(self) -> bool {
        !matches!(
            self,
            Self::Site | Self::Services | Self::Cors | Self::Turn | Self::Pipeline | Self::Machine
        )
    }

    /// Its place from the bottom of the ladder, from 0.
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|rung| *rung == self).unwrap_or(0)
    }
}

/// How a rung is. The order is that of concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladders_are_parts_of_the_whole_in_its_order() {
        for ladder in [&Rung::CALL[..], &Rung::RECORD] {
            assert!(ladder.is_sorted());
        }
        assert!(Rung::ALL.is_sorted());
    }

    #[test]
    fn every_rung_stands_on_lower_ones() {
        for rung in Rung::ALL {
            for lower in rung.stands_on().iter().copied().flatten() {
                assert!(lower < &rung, "{rung:?} on {lower:?}");
            }
        }
    }
}
