//! What this device can send and receive, and in which numbers.

use ortc::{
    ABS_SEND_TIME, AUDIO_LEVEL, CodecSettings, Direction, MID, MediaKind, RtcpFeedback,
    RtpCapabilities, RtpCodecCapability, RtpHeaderExtension, TRANSPORT_WIDE_CC, is_rtx,
};

const OPUS: u8 = 111;
const VP8: u8 = 96;
const VP8_RTX: u8 = 97;

/// Everything that this device can receive, before it meets a router. Video is announced because
/// the consume path hands out its packets; decoding them is not this crate's business.
pub fn device_rtp_capabilities() -> RtpCapabilities {
    RtpCapabilities {
        codecs: vec![opus(), vp8(), vp8_rtx()],
        header_extensions: vec![
            extension(MediaKind::Audio, MID, 1, Direction::RecvOnly),
            extension(MediaKind::Video, MID, 1, Direction::RecvOnly),
            extension(MediaKind::Video, ABS_SEND_TIME, 4, Direction::RecvOnly),
            extension(MediaKind::Video, TRANSPORT_WIDE_CC, 5, Direction::RecvOnly),
            extension(MediaKind::Audio, AUDIO_LEVEL, 10, Direction::SendRecv),
        ],
    }
}

/// What it can send: only what it really puts into packets.
pub(crate) fn device_send_capabilities() -> RtpCapabilities {
    RtpCapabilities {
        codecs: vec![opus()],
        header_extensions: vec![extension(
            MediaKind::Audio,
            AUDIO_LEVEL,
            10,
            Direction::SendRecv,
        )],
    }
}

/// The capabilities in the router's payload types and extension ids, where it has the codec or the
/// extension. Not demanded by mediasoup, but what is sent then reads the same on both sides.
pub(crate) fn in_router_numbers(
    capabilities: RtpCapabilities,
    router: &RtpCapabilities,
) -> RtpCapabilities {
    let mut renumbered = capabilities.clone();
    for codec in &mut renumbered.codecs {
        if is_rtx(&codec.mime_type) {
            continue;
        }
        let Some(theirs) = router.codecs.iter().find(|theirs| {
            theirs.mime_type.eq_ignore_ascii_case(&codec.mime_type)
                && theirs.clock_rate == codec.clock_rate
        }) else {
            continue;
        };
        if let Some(payload_type) = theirs.preferred_payload_type {
            codec.preferred_payload_type = Some(payload_type);
        }
    }
    renumber_rtx(&mut renumbered, &capabilities, router);
    for extension in &mut renumbered.header_extensions {
        if let Some(theirs) = router
            .header_extensions
            .iter()
            .find(|theirs| theirs.kind == extension.kind && theirs.uri == extension.uri)
        {
            extension.preferred_id = theirs.preferred_id;
        }
    }
    renumbered
}

/// Retransmission codecs follow the codec they repair, on both sides.
fn renumber_rtx(
    renumbered: &mut RtpCapabilities,
    original: &RtpCapabilities,
    router: &RtpCapabilities,
) {
    let primaries: Vec<(Option<u8>, Option<u8>)> = original
        .codecs
        .iter()
        .zip(&renumbered.codecs)
        .map(|(before, after)| (before.preferred_payload_type, after.preferred_payload_type))
        .collect();
    for codec in &mut renumbered.codecs {
        let Some(before) = apt(codec) else { continue };
        let Some(after) = primaries
            .iter()
            .find(|(original, _)| *original == Some(before))
            .and_then(|(_, after)| *after)
        else {
            continue;
        };
        codec.parameters.insert("apt".into(), after.into());
        if let Some(theirs) = router
            .codecs
            .iter()
            .find(|theirs| is_rtx(&theirs.mime_type) && apt(theirs) == Some(after))
        {
            codec.preferred_payload_type = theirs.preferred_payload_type;
        }
    }
}

fn apt(codec: &RtpCodecCapability) -> Option<u8> {
    let value = codec.parameters.get("apt")?.as_u64()?;
    u8::try_from(value).ok()
}

fn opus() -> RtpCodecCapability {
    RtpCodecCapability {
        kind: MediaKind::Audio,
        mime_type: "audio/opus".into(),
        preferred_payload_type: Some(OPUS),
        clock_rate: 48_000,
        // Always 2 in signalling (RFC 7587), whatever is sent.
        channels: Some(2),
        parameters: settings(&[("minptime", 10), ("useinbandfec", 1)]),
        // Lost sound is concealed by the codec's own redundancy, not sent again.
        rtcp_feedback: Vec::new(),
    }
}

fn vp8() -> RtpCodecCapability {
    RtpCodecCapability {
        kind: MediaKind::Video,
        mime_type: "video/VP8".into(),
        preferred_payload_type: Some(VP8),
        clock_rate: 90_000,
        channels: None,
        parameters: CodecSettings::new(),
        rtcp_feedback: vec![
            RtcpFeedback::new("nack", ""),
            RtcpFeedback::new("nack", "pli"),
            RtcpFeedback::new("ccm", "fir"),
            RtcpFeedback::new("goog-remb", ""),
            RtcpFeedback::new("transport-cc", ""),
        ],
    }
}

fn vp8_rtx() -> RtpCodecCapability {
    RtpCodecCapability {
        kind: MediaKind::Video,
        mime_type: "video/rtx".into(),
        preferred_payload_type: Some(VP8_RTX),
        clock_rate: 90_000,
        channels: None,
        parameters: settings(&[("apt", VP8.into())]),
        rtcp_feedback: Vec::new(),
    }
}

fn settings(values: &[(&str, u64)]) -> CodecSettings {
    values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect()
}

fn extension(kind: MediaKind, uri: &str, id: u8, direction: Direction) -> RtpHeaderExtension {
    RtpHeaderExtension {
        kind,
        uri: uri.into(),
        preferred_id: id,
        preferred_encrypt: false,
        direction,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Device;

    fn golden<T: serde::de::DeserializeOwned>(name: &str) -> T {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../ortc/tests/golden");
        let text = std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_golden_files_know_this_device() {
        let known: RtpCapabilities = golden("devices/jbcall");
        assert_eq!(known, device_rtp_capabilities());
    }

    #[test]
    fn payload_types_and_extension_ids_are_the_routers() {
        for (router, level) in [
            ("routers/mediasoup-3.15", 10),
            ("routers/mediasoup-3.19", 6),
        ] {
            let router: RtpCapabilities = golden(router);
            let ours = in_router_numbers(device_rtp_capabilities(), &router);
            let numbers: Vec<_> = ours
                .codecs
                .iter()
                .map(|codec| codec.preferred_payload_type.unwrap())
                .collect();
            assert_eq!(numbers, [100, 101, 102]);
            assert_eq!(apt(&ours.codecs[2]), Some(101));
            let audio_level = ours
                .header_extensions
                .iter()
                .find(|extension| extension.uri == AUDIO_LEVEL)
                .unwrap();
            assert_eq!(audio_level.preferred_id, level);

            let device = Device::load(&router).unwrap();
            assert!(device.can_produce(MediaKind::Audio));
            assert!(!device.can_produce(MediaKind::Video));
            assert_eq!(device.recv_rtp_capabilities().codecs.len(), 3);
        }
    }

    #[test]
    fn a_router_with_nothing_in_common_is_no_error_until_something_is_produced() {
        let device = Device::load(&RtpCapabilities::default()).unwrap();
        assert!(!device.can_produce(MediaKind::Audio));
        assert!(device.recv_rtp_capabilities().codecs.is_empty());
    }
}
