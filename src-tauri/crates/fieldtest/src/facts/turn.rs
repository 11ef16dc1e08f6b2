//! Relays, each tried with the credentials that a person gave.

use serde::{Deserialize, Serialize};

use super::StunCount;

/// What a relay did. Its user name and password are never kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TurnFacts {
    /// Host and port.
    pub server: String,
    /// How it is to be reached.
    pub transport: TurnTransport,
    /// Whether the name resolves.
    pub resolved: bool,
    /// The kind of user name.
    pub user: TurnUser,
    /// Time until an allocation, or an error, milliseconds.
    pub took_ms: f64,
    /// What came of the allocation.
    pub allocation: Allocation,
    /// Status of the permission to send to our own second socket.
    pub permission: Option<Allocation>,
    /// Packets through the relay to a socket of our own, and back.
    pub echo: Option<RelayEcho>,
    /// STUN requests through the relay to the media server.
    pub media_server: Option<StunCount>,
}

/// How a relay is to be reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnTransport {
    /// UDP.
    #[default]
    Udp,
    /// TCP, which this program does not speak to relays.
    Tcp,
    /// TLS, which this program does not speak to relays.
    Tls,
    /// The URL is none of a relay.
    Invalid,
}

/// The kind of user name, which tells the kind of credentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TurnUser {
    /// None was given.
    #[default]
    Missing,
    /// A plain name: a fixed user, or one that lacks the time which the relay expects.
    Plain,
    /// A time stamp, as time-limited credentials have it.
    #[serde(rename_all = "camelCase")]
    TimeLimited {
        /// Seconds until it ends; negative if it has.
        expires_in_s: i64,
    },
}

/// What came of a request to a relay.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Allocation {
    /// Not asked.
    #[default]
    NotAsked,
    /// Nothing came back.
    Silent,
    /// Granted.
    Granted,
    /// Refused by the code of RFC 8656.
    #[serde(rename_all = "camelCase")]
    Refused {
        /// 401 bad credentials, 403 forbidden, 438 stale nonce, 486 quota, 508 no capacity.
        code: u16,
        /// The relay's words.
        reason: String,
    },
}

/// Packets through a relay to a socket of our own, and back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RelayEcho {
    /// Packets handed to the relay.
    pub sent: u32,
    /// Of those, how many came out at our own socket.
    pub came_out: u32,
    /// Packets from our own socket to the relayed address that came back here.
    pub came_back: u32,
    /// Bytes that went all the way there and back.
    pub bytes: u64,
    /// Whether packets came out with another address than the relay announces.
    pub other_address: bool,
}

impl TurnFacts {
    /// Whether sound could go through it.
    pub fn works(&self) -> bool {
        let reaches = |count: &StunCount| count.answered > 0;
        self.allocation == Allocation::Granted
            && (self.media_server.as_ref().is_some_and(reaches)
                || self.media_server.is_none() && self.echo.is_some_and(|echo| echo.came_back > 0))
    }
}
