//! What one producer sends, or one consumer receives.

use serde::{Deserialize, Serialize};

use super::{CodecSettings, RtcpFeedback, null_is_default};

/// The media stream of a producer or of a consumer.
/// Source: mediasoup documentation, "RTP Parameters and Capabilities".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RtpParameters {
    /// The MID (RFC 8843) of the stream in its transport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
    /// Media and RTX codecs in use; the first is the media codec.
    pub codecs: Vec<RtpCodecParameters>,
    /// Header extensions in use.
    #[serde(default, deserialize_with = "null_is_default")]
    pub header_extensions: Vec<RtpHeaderExtensionParameters>,
    /// One element for each RTP stream: several with simulcast.
    #[serde(default, deserialize_with = "null_is_default")]
    pub encodings: Vec<RtpEncodingParameters>,
    /// RTCP settings.
    #[serde(default, deserialize_with = "null_is_default")]
    pub rtcp: RtcpParameters,
    /// Stream and track of SDP's `a=msid`, when the producer told them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msid: Option<String>,
}

/// A codec in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RtpCodecParameters {
    /// Media type and name, for example `audio/opus`; compared without regard to case.
    pub mime_type: String,
    /// Payload type (RFC 3551) in the packets.
    pub payload_type: u8,
    /// RTP clock rate in Hz.
    pub clock_rate: u32,
    /// Number of audio channels; absent for video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u8>,
    /// Parameters of the codec.
    #[serde(default, deserialize_with = "null_is_default")]
    pub parameters: CodecSettings,
    /// RTCP feedback in use.
    #[serde(default, deserialize_with = "null_is_default")]
    pub rtcp_feedback: Vec<RtcpFeedback>,
}

/// A header extension in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RtpHeaderExtensionParameters {
    /// Its name, a URI.
    pub uri: String,
    /// Its id, 1 to 14, in the packets.
    pub id: u8,
    /// Whether it is encrypted (RFC 6904).
    #[serde(default, deserialize_with = "null_is_default")]
    pub encrypt: bool,
    /// Parameters of the extension.
    #[serde(default, deserialize_with = "null_is_default")]
    pub parameters: CodecSettings,
}

/// One RTP stream of a producer or a consumer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RtpEncodingParameters {
    /// SSRC of the media packets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssrc: Option<u32>,
    /// RID (RFC 8851) of the stream, when it is signalled by RID instead of SSRC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rid: Option<String>,
    /// Payload type of the codec this stream uses; the first codec when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec_payload_type: Option<u8>,
    /// The stream of retransmitted packets (RFC 4588).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtx: Option<RtxStream>,
    /// Whether discontinuous transmission is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtx: Option<bool>,
    /// Number of spatial and temporal layers, for example `L1T3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scalability_mode: Option<String>,
    /// By what the resolution of the source is divided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_resolution_down_by: Option<f64>,
    /// Upper limit in bit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bitrate: Option<u64>,
    /// Upper limit in frames per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_framerate: Option<f64>,
    /// Whether the stream is sent at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// The retransmission stream of an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtxStream {
    /// Its SSRC.
    pub ssrc: u32,
}

/// RTCP settings of a producer or a consumer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RtcpParameters {
    /// Canonical name of the sender (RFC 3550), the same for streams to be kept in sync.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cname: Option<String>,
    /// Whether reduced-size RTCP (RFC 5506) is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reduced_size: Option<bool>,
    /// Whether RTP and RTCP share a port; mediasoup takes absence for yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mux: Option<bool>,
}
