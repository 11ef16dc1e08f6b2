//! Data of the successful answers.

use ortc::{MediaKind, RtpCapabilities, RtpParameters};
use serde::{Deserialize, Serialize};

use super::{ConsumerId, Participant, ParticipantId, ProducerId};

/// Answer to `join-room`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// Always true; failures have another shape.
    #[serde(default = "yes")]
    pub success: bool,
    /// The id the gateway actually uses, perhaps rewritten: for diagnostics only, never to
    /// be shown, shared or joined with.
    #[serde(default, deserialize_with = "super::loose::text_or_empty")]
    pub room_id: String,
    /// This participant.
    pub participant_id: ParticipantId,
    /// Everybody else, with what they send.
    #[serde(default)]
    pub participants: Vec<Participant>,
    /// The router's capabilities.
    pub rtp_capabilities: RtpCapabilities,
}

fn yes() -> bool {
    true
}

/// Answer to `produce`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Produced {
    /// The new producer.
    pub producer_id: ProducerId,
}

/// Answer to `consume`. The consumer is always created paused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerParameters {
    /// The new consumer.
    pub id: ConsumerId,
    /// What it consumes.
    pub producer_id: ProducerId,
    /// Audio or video.
    pub kind: MediaKind,
    /// What will be received.
    pub rtp_parameters: RtpParameters,
}
