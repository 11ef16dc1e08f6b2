//! What a router or a device is able to do.

use serde::{Deserialize, Serialize};

use super::{CodecSettings, MediaKind, RtcpFeedback, known_kinds, null_is_default};

/// What an endpoint can send or receive: of a router, of a device, or what both have in common.
/// Source: mediasoup documentation, "RTP Parameters and Capabilities".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RtpCapabilities {
    /// Media and RTX codecs, in order of preference.
    #[serde(default, deserialize_with = "known_kinds")]
    pub codecs: Vec<RtpCodecCapability>,
    /// RTP header extensions, one element for each media kind.
    #[serde(default, deserialize_with = "known_kinds")]
    pub header_extensions: Vec<RtpHeaderExtension>,
}

/// A codec that an endpoint supports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RtpCodecCapability {
    /// Audio or video.
    pub kind: MediaKind,
    /// Media type and name, for example `audio/opus`; compared without regard to case.
    pub mime_type: String,
    /// Payload type (RFC 3551) that the endpoint would like to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_payload_type: Option<u8>,
    /// RTP clock rate in Hz.
    pub clock_rate: u32,
    /// Number of audio channels; absent for video. Opus is always declared with 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u8>,
    /// Parameters that decide whether two codecs match, and hints.
    #[serde(default, deserialize_with = "null_is_default")]
    pub parameters: CodecSettings,
    /// RTCP feedback that the endpoint understands for this codec.
    #[serde(default, deserialize_with = "null_is_default")]
    pub rtcp_feedback: Vec<RtcpFeedback>,
}

/// A header extension (RFC 8285) that an endpoint supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RtpHeaderExtension {
    /// The media kind it applies to.
    pub kind: MediaKind,
    /// Its name, a URI.
    pub uri: String,
    /// The id, 1 to 14, that the endpoint would like to use in packets.
    pub preferred_id: u8,
    /// Whether it should be encrypted (RFC 6904); mediasoup never asks for it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub preferred_encrypt: bool,
    /// Seen from the endpoint whose capabilities these are: `recvonly` on a router means that it
    /// accepts the extension from producers and does not send it to consumers.
    #[serde(default, deserialize_with = "null_is_default")]
    pub direction: Direction,
}

/// Which way something may flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Both ways; also the meaning of an absent direction.
    #[default]
    SendRecv,
    /// Only out.
    SendOnly,
    /// Only in.
    RecvOnly,
    /// Neither; also the meaning of a direction that this version does not know.
    #[serde(other)]
    Inactive,
}
