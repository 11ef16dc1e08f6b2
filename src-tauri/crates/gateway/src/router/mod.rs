//! What the router can do, and the parameters that follow from it: the server's side of
//! mediasoup's algebra (`ortc.ts` of the server, not of the client).

use ortc::{
    Direction, MediaKind, RtcpParameters, RtpCapabilities, RtpCodecCapability, RtpCodecParameters,
    RtpEncodingParameters, RtpHeaderExtensionParameters, RtpParameters, RtxStream, is_rtx,
};

/// The capabilities of the production gateway's router (mediasoup 3.15), as recorded.
const CAPABILITIES: &str = include_str!("capabilities.json");

const TRANSPORT_WIDE_CC: &str =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const ABS_SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

/// The router of every room.
pub(crate) fn capabilities() -> RtpCapabilities {
    serde_json::from_str(CAPABILITIES).expect("the recorded capabilities are valid")
}

/// A producer's parameters in the router's numbers. The error is mediasoup's text.
pub(crate) fn consumable(
    kind: MediaKind,
    producer: &RtpParameters,
    router: &RtpCapabilities,
) -> Result<RtpParameters, String> {
    let mut codecs = Vec::new();
    for codec in &producer.codecs {
        if is_rtx(&codec.mime_type) {
            continue;
        }
        let matched = matching(codec, router).ok_or_else(|| {
            format!(
                "unsupported codec [mimeType:{}, payloadType:{}]",
                codec.mime_type, codec.payload_type
            )
        })?;
        codecs.push(RtpCodecParameters {
            mime_type: matched.mime_type.clone(),
            payload_type: matched.preferred_payload_type.unwrap_or_default(),
            clock_rate: matched.clock_rate,
            channels: matched.channels,
            // Those of the producer, so that the consumer's decoder is told the truth.
            parameters: codec.parameters.clone(),
            rtcp_feedback: matched.rtcp_feedback.clone(),
        });
        codecs.extend(rtx_of(matched, router));
    }
    if codecs.is_empty() {
        return Err("missing params.codecs".to_owned());
    }
    Ok(RtpParameters {
        mid: None,
        codecs,
        header_extensions: router
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
                id: extension.preferred_id,
                encrypt: extension.preferred_encrypt,
                parameters: Default::default(),
            })
            .collect(),
        encodings: Vec::new(),
        rtcp: RtcpParameters {
            cname: producer.rtcp.cname.clone(),
            reduced_size: Some(true),
            mux: None,
        },
        msid: None,
    })
}

/// The router's codec that a producer's codec is. Payload types do not count, profiles do.
fn matching<'a>(
    codec: &RtpCodecParameters,
    router: &'a RtpCapabilities,
) -> Option<&'a RtpCodecCapability> {
    let wanted = RtpParameters {
        codecs: vec![codec.clone()],
        ..RtpParameters::default()
    };
    router.codecs.iter().find(|capability| {
        let alone = RtpCapabilities {
            codecs: vec![(*capability).clone()],
            header_extensions: Vec::new(),
        };
        !is_rtx(&capability.mime_type) && ortc::can_consume(&wanted, &alone)
    })
}

fn rtx_of(codec: &RtpCodecCapability, router: &RtpCapabilities) -> Option<RtpCodecParameters> {
    let payload_type = u64::from(codec.preferred_payload_type?);
    let rtx = router.codecs.iter().find(|rtx| {
        is_rtx(&rtx.mime_type)
            && rtx.parameters.get("apt").and_then(|apt| apt.as_u64()) == Some(payload_type)
    })?;
    Some(RtpCodecParameters {
        mime_type: rtx.mime_type.clone(),
        payload_type: rtx.preferred_payload_type?,
        clock_rate: rtx.clock_rate,
        channels: rtx.channels,
        parameters: rtx.parameters.clone(),
        rtcp_feedback: rtx.rtcp_feedback.clone(),
    })
}

/// SSRCs of a new consumer.
pub(crate) struct Ssrcs {
    pub media: u32,
    /// Used when the client can receive retransmissions of this codec.
    pub rtx: u32,
}

/// What a client with `capabilities` will receive of a producer; its MID is still to be given.
/// `None` when they have no codec in common.
pub(crate) fn consumer(
    consumable: &RtpParameters,
    capabilities: &RtpCapabilities,
    ssrcs: &Ssrcs,
) -> Option<RtpParameters> {
    if !ortc::can_consume(consumable, capabilities) {
        return None;
    }
    // The client's capabilities carry the router's numbers, so a codec is found by its number.
    let supported = |codec: &RtpCodecParameters| {
        capabilities.codecs.iter().find(|capability| {
            capability.mime_type.eq_ignore_ascii_case(&codec.mime_type)
                && capability.preferred_payload_type == Some(codec.payload_type)
        })
    };
    let media = consumable.codecs.first()?;
    let mut codecs = vec![RtpCodecParameters {
        rtcp_feedback: supported(media)
            .map_or(&media.rtcp_feedback, |capability| &capability.rtcp_feedback)
            .clone(),
        ..media.clone()
    }];
    let rtx = consumable
        .codecs
        .get(1)
        .filter(|rtx| is_rtx(&rtx.mime_type) && supported(rtx).is_some());
    codecs.extend(rtx.cloned());

    let header_extensions: Vec<_> = consumable
        .header_extensions
        .iter()
        .filter(|extension| {
            capabilities.header_extensions.iter().any(|capability| {
                capability.uri == extension.uri && capability.preferred_id == extension.id
            })
        })
        .cloned()
        .collect();
    let has = |uri: &str| {
        header_extensions
            .iter()
            .any(|extension| extension.uri == uri)
    };
    let (wide, absolute) = (has(TRANSPORT_WIDE_CC), has(ABS_SEND_TIME));
    let is_audio = media.mime_type.to_ascii_lowercase().starts_with("audio/");
    for codec in &mut codecs {
        codec
            .rtcp_feedback
            .retain(|feedback| match feedback.kind.as_str() {
                "transport-cc" => wide,
                "goog-remb" => absolute && !wide,
                // Nothing repeats audio.
                "nack" => !is_audio || !feedback.parameter.is_empty(),
                _ => true,
            });
    }
    Some(RtpParameters {
        mid: None,
        encodings: vec![RtpEncodingParameters {
            ssrc: Some(ssrcs.media),
            rtx: rtx.map(|_| RtxStream { ssrc: ssrcs.rtx }),
            ..RtpEncodingParameters::default()
        }],
        codecs,
        header_extensions,
        rtcp: consumable.rtcp.clone(),
        msid: None,
    })
}
