//! What follows from the common ground: capabilities to announce, parameters to send with.

use super::matching::match_codecs;
use super::{ABS_SEND_TIME, ExtendedRtpCapabilities, OrtcError, TRANSPORT_WIDE_CC, is_rtx};
use crate::{
    CodecSettings, Direction, MediaKind, RtpCapabilities, RtpCodecCapability, RtpCodecParameters,
    RtpHeaderExtension, RtpHeaderExtensionParameters, RtpParameters,
};

/// What the local side can receive, in the remote side's numbers: this is what a client sends
/// with `consume` (mediasoup-client's `getRecvRtpCapabilities`).
pub fn recv_rtp_capabilities(extended: &ExtendedRtpCapabilities) -> RtpCapabilities {
    capabilities(extended, Direction::RecvOnly)
}

/// What the local side can send, in the remote side's numbers (`getSendRtpCapabilities`).
pub fn send_rtp_capabilities(extended: &ExtendedRtpCapabilities) -> RtpCapabilities {
    capabilities(extended, Direction::SendOnly)
}

fn capabilities(extended: &ExtendedRtpCapabilities, direction: Direction) -> RtpCapabilities {
    let mut codecs = Vec::new();
    for codec in &extended.codecs {
        codecs.push(RtpCodecCapability {
            kind: codec.kind,
            mime_type: codec.mime_type.clone(),
            preferred_payload_type: Some(codec.remote_payload_type),
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: codec.local_parameters.clone(),
            rtcp_feedback: codec.rtcp_feedback.clone(),
        });
        if let Some(payload_type) = codec.remote_rtx_payload_type {
            codecs.push(RtpCodecCapability {
                kind: codec.kind,
                mime_type: format!("{}/rtx", codec.kind),
                preferred_payload_type: Some(payload_type),
                clock_rate: codec.clock_rate,
                channels: None,
                parameters: apt(codec.remote_payload_type),
                rtcp_feedback: Vec::new(),
            });
        }
    }
    let header_extensions = extended
        .header_extensions
        .iter()
        .filter(|extension| {
            extension.direction == Direction::SendRecv || extension.direction == direction
        })
        .map(|extension| RtpHeaderExtension {
            kind: extension.kind,
            uri: extension.uri.clone(),
            preferred_id: extension.recv_id,
            preferred_encrypt: extension.encrypt,
            direction: extension.direction,
        })
        .collect();
    RtpCapabilities {
        codecs,
        header_extensions,
    }
}

/// Parameters for sending `kind`, in the local side's numbers; MID, encodings and RTCP are left
/// for the transport to fill in (`getSendingRtpParameters`).
pub fn sending_rtp_parameters(
    kind: MediaKind,
    extended: &ExtendedRtpCapabilities,
) -> RtpParameters {
    sending(kind, extended, |codec| &codec.local_parameters)
}

/// The same as the remote side would describe it in its answer: with its codec parameters, and
/// only the feedback of the bandwidth estimation in use (`getSendingRemoteRtpParameters`).
pub fn sending_remote_rtp_parameters(
    kind: MediaKind,
    extended: &ExtendedRtpCapabilities,
) -> RtpParameters {
    let mut parameters = sending(kind, extended, |codec| &codec.remote_parameters);
    let has = |uri: &str| {
        parameters
            .header_extensions
            .iter()
            .any(|extension| extension.uri == uri)
    };
    let unused: &[&str] = if has(TRANSPORT_WIDE_CC) {
        &["goog-remb"]
    } else if has(ABS_SEND_TIME) {
        &["transport-cc"]
    } else {
        &["transport-cc", "goog-remb"]
    };
    for codec in &mut parameters.codecs {
        codec
            .rtcp_feedback
            .retain(|feedback| !unused.contains(&feedback.kind.as_str()));
    }
    parameters
}

fn sending(
    kind: MediaKind,
    extended: &ExtendedRtpCapabilities,
    settings: impl Fn(&super::ExtendedCodec) -> &CodecSettings,
) -> RtpParameters {
    let mut codecs = Vec::new();
    for codec in extended.codecs.iter().filter(|codec| codec.kind == kind) {
        codecs.push(RtpCodecParameters {
            mime_type: codec.mime_type.clone(),
            payload_type: codec.local_payload_type,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: settings(codec).clone(),
            rtcp_feedback: codec.rtcp_feedback.clone(),
        });
        if let Some(payload_type) = codec.local_rtx_payload_type {
            codecs.push(RtpCodecParameters {
                mime_type: format!("{}/rtx", codec.kind),
                payload_type,
                clock_rate: codec.clock_rate,
                channels: None,
                parameters: apt(codec.local_payload_type),
                rtcp_feedback: Vec::new(),
            });
        }
    }
    let header_extensions = extended
        .header_extensions
        .iter()
        .filter(|extension| {
            extension.kind == kind
                && matches!(
                    extension.direction,
                    Direction::SendRecv | Direction::SendOnly
                )
        })
        .map(|extension| RtpHeaderExtensionParameters {
            uri: extension.uri.clone(),
            id: extension.send_id,
            encrypt: extension.encrypt,
            parameters: CodecSettings::new(),
        })
        .collect();
    RtpParameters {
        codecs,
        header_extensions,
        ..RtpParameters::default()
    }
}

fn apt(payload_type: u8) -> CodecSettings {
    [("apt".to_owned(), payload_type.into())]
        .into_iter()
        .collect()
}

/// Of codecs made by [`sending_rtp_parameters`], the first (or the first that matches `wanted`)
/// and its retransmission codec, if it has one (`reduceCodecs`).
pub fn reduce_codecs(
    codecs: &[RtpCodecParameters],
    wanted: Option<&RtpCodecCapability>,
) -> Result<Vec<RtpCodecParameters>, OrtcError> {
    let position = match wanted {
        None => 0,
        Some(wanted) => codecs
            .iter()
            .position(|codec| match_codecs(codec.into(), wanted.into()).is_some())
            .ok_or(OrtcError::NoMatchingCodec)?,
    };
    let codec = codecs.get(position).ok_or(OrtcError::NoMatchingCodec)?;
    let rtx = codecs
        .get(position + 1)
        .filter(|next| is_rtx(&next.mime_type));
    Ok([codec].into_iter().chain(rtx).cloned().collect())
}

/// Whether `kind` can be sent at all (`canSend`).
pub fn can_send(kind: MediaKind, capabilities: &RtpCapabilities) -> bool {
    capabilities.codecs.iter().any(|codec| codec.kind == kind)
}

/// Whether a consumer with these parameters can be received: its first codec's payload type is
/// among the capabilities (`canReceive`).
pub fn can_receive(parameters: &RtpParameters, capabilities: &RtpCapabilities) -> bool {
    parameters.codecs.first().is_some_and(|codec| {
        capabilities
            .codecs
            .iter()
            .any(|capability| capability.preferred_payload_type == Some(codec.payload_type))
    })
}

/// Whether a router would make a consumer of a producer for an endpoint with `capabilities`
/// (`canConsume` of the mediasoup server): one media codec in common. `consumable` are the
/// producer's parameters in the router's numbers.
pub fn can_consume(consumable: &RtpParameters, capabilities: &RtpCapabilities) -> bool {
    let Ok(capabilities) = super::normalise(capabilities) else {
        return false;
    };
    let matching = |codec: &&RtpCodecParameters| {
        capabilities
            .codecs
            .iter()
            .any(|capability| match_codecs(capability.into(), (*codec).into()).is_some())
    };
    consumable
        .codecs
        .iter()
        .find(matching)
        .is_some_and(|codec| !is_rtx(&codec.mime_type))
}
