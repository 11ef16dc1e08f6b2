//! The common ground of two endpoints, with both sides' numbers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::matching::{CodecMatch, match_codecs, match_header_extensions};
use super::{CodecOrder, OrtcError, is_rtx, normalise};
use crate::{
    CodecSettings, Direction, MediaKind, RtcpFeedback, RtpCapabilities, RtpCodecCapability, h264,
};

/// What a local and a remote endpoint have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtendedRtpCapabilities {
    /// Common media codecs, in the order that was asked for.
    pub codecs: Vec<ExtendedCodec>,
    /// Common header extensions, in the remote side's order.
    pub header_extensions: Vec<ExtendedHeaderExtension>,
}

/// A codec that both sides know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtendedCodec {
    /// Audio or video.
    pub kind: MediaKind,
    /// As the local side spells it.
    pub mime_type: String,
    /// RTP clock rate in Hz.
    pub clock_rate: u32,
    /// Number of audio channels; absent for video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u8>,
    /// Payload type of the local side.
    pub local_payload_type: u8,
    /// Payload type of the local side's retransmissions; present if the remote one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_rtx_payload_type: Option<u8>,
    /// Payload type of the remote side.
    pub remote_payload_type: u8,
    /// Payload type of the remote side's retransmissions; present if the local one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_rtx_payload_type: Option<u8>,
    /// Codec parameters of the local side.
    pub local_parameters: CodecSettings,
    /// Codec parameters of the remote side.
    pub remote_parameters: CodecSettings,
    /// Feedback that both sides know.
    pub rtcp_feedback: Vec<RtcpFeedback>,
}

/// A header extension that both sides know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtendedHeaderExtension {
    /// The media kind it applies to.
    pub kind: MediaKind,
    /// Its name.
    pub uri: String,
    /// Id in packets that the local side sends.
    pub send_id: u8,
    /// Id in packets that the local side receives.
    pub recv_id: u8,
    /// Whether it is encrypted.
    pub encrypt: bool,
    /// Seen from the local side.
    pub direction: Direction,
}

/// The common ground of `local` and `remote` (mediasoup-client's `getExtendedRtpCapabilities`).
/// Fails when either side's capabilities lack something that is needed to compare them.
pub fn extended_rtp_capabilities(
    local: &RtpCapabilities,
    remote: &RtpCapabilities,
    order: CodecOrder,
) -> Result<ExtendedRtpCapabilities, OrtcError> {
    let mut local = normalise(local)?;
    let mut remote = normalise(remote)?;
    let pairs = match order {
        CodecOrder::Remote => pair(&mut remote.codecs, &mut local.codecs)
            .into_iter()
            .map(|(remote, local)| (local, remote))
            .collect(),
        CodecOrder::Local => pair(&mut local.codecs, &mut remote.codecs),
    };
    let codecs = pairs
        .into_iter()
        .filter_map(|(local_index, remote_index)| {
            let ours = local.codecs.get(local_index)?;
            let theirs = remote.codecs.get(remote_index)?;
            extended_codec(ours, theirs, &local.codecs, &remote.codecs)
        })
        .collect();
    let header_extensions = remote
        .header_extensions
        .iter()
        .filter_map(|theirs| {
            let ours = local
                .header_extensions
                .iter()
                .find(|ours| match_header_extensions(ours, theirs))?;
            Some(ExtendedHeaderExtension {
                kind: theirs.kind,
                uri: theirs.uri.clone(),
                send_id: ours.preferred_id,
                recv_id: theirs.preferred_id,
                encrypt: ours.preferred_encrypt,
                direction: match theirs.direction {
                    Direction::SendRecv => Direction::SendRecv,
                    Direction::RecvOnly => Direction::SendOnly,
                    Direction::SendOnly => Direction::RecvOnly,
                    Direction::Inactive => Direction::Inactive,
                },
            })
        })
        .collect();
    Ok(ExtendedRtpCapabilities {
        codecs,
        header_extensions,
    })
}

/// For each media codec of `leading` the first that matches in `other`, as indices. The agreed
/// H.264 level is written to both at once, because later comparisons see it in mediasoup-client.
fn pair(
    leading: &mut [RtpCodecCapability],
    other: &mut [RtpCodecCapability],
) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (leading_index, a) in leading.iter_mut().enumerate() {
        if is_rtx(&a.mime_type) {
            continue;
        }
        // The answering side comes first, as in mediasoup-client: its H.264 level is the one used.
        let found = other.iter_mut().enumerate().find_map(|(index, b)| {
            match_codecs((&*b).into(), (&*a).into()).map(|how| (index, b, how))
        });
        if let Some((other_index, b, how)) = found {
            if let CodecMatch::ProfileLevel(agreed) = how {
                h264::settle(&mut a.parameters, agreed.as_ref());
                h264::settle(&mut b.parameters, agreed.as_ref());
            }
            pairs.push((leading_index, other_index));
        }
    }
    pairs
}

fn extended_codec(
    ours: &RtpCodecCapability,
    theirs: &RtpCodecCapability,
    all_ours: &[RtpCodecCapability],
    all_theirs: &[RtpCodecCapability],
) -> Option<ExtendedCodec> {
    // Checked by `normalise`, hence never absent here.
    let local_payload_type = ours.preferred_payload_type?;
    let remote_payload_type = theirs.preferred_payload_type?;
    let rtx = rtx_payload_type(all_ours, local_payload_type)
        .zip(rtx_payload_type(all_theirs, remote_payload_type));
    Some(ExtendedCodec {
        kind: ours.kind,
        mime_type: ours.mime_type.clone(),
        clock_rate: ours.clock_rate,
        channels: ours.channels,
        local_payload_type,
        local_rtx_payload_type: rtx.map(|(local, _)| local),
        remote_payload_type,
        remote_rtx_payload_type: rtx.map(|(_, remote)| remote),
        local_parameters: ours.parameters.clone(),
        remote_parameters: theirs.parameters.clone(),
        rtcp_feedback: ours
            .rtcp_feedback
            .iter()
            .filter(|feedback| theirs.rtcp_feedback.contains(feedback))
            .cloned()
            .collect(),
    })
}

fn rtx_payload_type(codecs: &[RtpCodecCapability], apt: u8) -> Option<u8> {
    codecs
        .iter()
        .find(|codec| {
            is_rtx(&codec.mime_type)
                && codec.parameters.get("apt").and_then(Value::as_f64) == Some(f64::from(apt))
        })?
        .preferred_payload_type
}
