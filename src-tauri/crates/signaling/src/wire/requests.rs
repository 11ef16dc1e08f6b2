//! Data of the requests: exactly the fields which the gateway reads.

use ortc::{DtlsParameters, MediaKind, RtpCapabilities, RtpParameters};
use serde::{Deserialize, Serialize};

use super::{ConsumerId, Language, ProducerId, TransportId};
use crate::room::RoomId;

/// Data of `join-room`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinRoom {
    /// The string that was typed or received, never the id of an earlier answer.
    pub room_id: RoomId,
    /// A name that people can read; must not be empty.
    pub name: String,
    /// External user id, stored by the gateway and never relayed.
    #[serde(rename = "userid", skip_serializing_if = "Option::is_none", default)]
    pub user_id: Option<String>,
    /// External token, accepted and ignored by the gateway.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
    /// The language that this participant speaks; none means Vietnamese.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source_language: Option<Language>,
    /// The language that this listener wants.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target_language: Option<Language>,
}

impl JoinRoom {
    /// A join with nothing but the two required fields.
    pub fn new(room_id: RoomId, name: impl Into<String>) -> Self {
        Self {
            room_id,
            name: name.into(),
            user_id: None,
            token: None,
            source_language: None,
            target_language: None,
        }
    }
}

/// Which way media flows, seen from this client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From here to the gateway.
    Send,
    /// From the gateway to here.
    Receive,
}

/// Data of `create-webrtc-transport`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateTransport {
    /// True makes the send transport, false the receive transport.
    #[serde(default)]
    pub producing: bool,
    /// The opposite; ignored by the gateway.
    #[serde(default)]
    pub consuming: bool,
}

impl From<Direction> for CreateTransport {
    fn from(direction: Direction) -> Self {
        Self {
            producing: direction == Direction::Send,
            consuming: direction == Direction::Receive,
        }
    }
}

/// Data of `connect-webrtc-transport`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectTransport {
    /// The transport to connect.
    pub transport_id: TransportId,
    /// Role `client` and the fingerprint of this side's certificate.
    pub dtls_parameters: DtlsParameters,
}

/// Data of `produce`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Produce {
    /// The send transport; the gateway ignores it and uses the current one.
    pub transport_id: TransportId,
    /// Audio or video.
    pub kind: MediaKind,
    /// What will be sent.
    pub rtp_parameters: RtpParameters,
}

/// Data of `consume`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consume {
    /// Whose track.
    pub producer_id: ProducerId,
    /// What this client can receive.
    pub rtp_capabilities: RtpCapabilities,
}

/// Data of `resume-consumer` and `pause-consumer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerRef {
    /// The consumer meant.
    pub consumer_id: ConsumerId,
}

/// Data of `pause-producer`, `resume-producer` and `close-producer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProducerRef {
    /// The producer meant.
    pub producer_id: ProducerId,
}

/// Data of `chat-message` towards the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendChat {
    /// The name to appear under.
    pub sender: String,
    /// Plain text; see [`crate::policy::CHAT_MAX_CHARS`].
    pub text: String,
    /// Milliseconds since the Unix epoch, by the sender's clock. With sender and text it
    /// tells the echo of one's own message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub timestamp: Option<u64>,
}

/// Data of `screen-share-started` and `screen-share-stopped` towards the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScreenShareNotice {
    /// The room string; passed on unchecked.
    pub room_id: RoomId,
}

/// Data of `update-language`. Sent as `null` it would stop the gateway: it is always an
/// object here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateLanguage {
    /// The language spoken from now on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source_language: Option<Language>,
    /// The language wanted from now on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target_language: Option<Language>,
}
