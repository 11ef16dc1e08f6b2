//! How the str0m instances are set up.

use std::sync::Arc;

use ortc::{DtlsFingerprint, DtlsParameters, MediaKind, RtpCapabilities};
use str0m::RtcConfig;
use str0m::config::{CryptoProvider, DtlsCert, DtlsVersion, Fingerprint};
use str0m::format::{Codec, FormatParams};
use str0m::media::{Frequency, Pt};
use str0m::rtp::{Extension, ExtensionMap};

use super::ExtensionTable;
use crate::GatewayError;

/// Payload types of clients: all but those that RTCP needs to be told apart (RFC 5761).
const CLIENT_PAYLOAD_TYPES: [std::ops::RangeInclusive<u8>; 2] = [0..=63, 96..=127];

/// Payload types under which clients send Opus: Chromium, Firefox, the router.
const OPUS_PAYLOAD_TYPES: [u8; 3] = [111, 109, 100];

/// One certificate and one provider for all transports: made beforehand, because a new
/// certificate would cost every transport several milliseconds.
#[derive(Clone)]
pub(crate) struct Identity {
    provider: Arc<CryptoProvider>,
    certificate: DtlsCert,
}

impl Identity {
    pub(crate) fn new() -> Result<Self, GatewayError> {
        let provider = Arc::new(str0m::crypto::from_feature_flags());
        let certificate = provider
            .dtls_provider
            .generate_certificate()
            .ok_or(GatewayError::Certificate)?;
        Ok(Self {
            provider,
            certificate,
        })
    }

    fn base(&self) -> RtcConfig {
        RtcConfig::new()
            .set_crypto_provider(self.provider.clone())
            .set_dtls_cert(self.certificate.clone())
            // What all clients of the protocol speak, mediasoup included.
            .set_dtls_version(DtlsVersion::Dtls12)
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .set_stats_interval(None)
            .clear_codecs()
            .clear_extension_map()
    }

    /// For packets from a client. Payload types, like extension ids, are known later than the
    /// instance has to be built, and only the clock rate depends on them here (and on that only
    /// the jitter in receiver reports).
    pub(crate) fn receiving(&self, extensions: &ExtensionTable) -> RtcConfig {
        let mut config = self.base().set_extension_map(extensions.map());
        for payload_type in CLIENT_PAYLOAD_TYPES.into_iter().flatten() {
            let (codec, rate) = if OPUS_PAYLOAD_TYPES.contains(&payload_type) {
                (Codec::Opus, Frequency::FORTY_EIGHT_KHZ)
            } else {
                (Codec::Vp8, Frequency::NINETY_KHZ)
            };
            config.codec_config().add_config(
                Pt::new_with_value(payload_type),
                None,
                codec,
                rate,
                None,
                FormatParams::default(),
            );
        }
        config
    }

    /// For packets to a client, in the router's numbers.
    pub(crate) fn sending(&self, router: &RtpCapabilities) -> RtcConfig {
        let mut config = self.base().set_extension_map(router_extensions(router));
        for codec in &router.codecs {
            let Some(payload_type) = codec.preferred_payload_type else {
                continue;
            };
            if ortc::is_rtx(&codec.mime_type) {
                continue;
            }
            let rtx = router.codecs.iter().find(|rtx| {
                let apt = rtx.parameters.get("apt").and_then(|apt| apt.as_u64());
                ortc::is_rtx(&rtx.mime_type) && apt == Some(u64::from(payload_type))
            });
            let (kind, rate) = match codec.kind {
                MediaKind::Audio => (Codec::Opus, Frequency::FORTY_EIGHT_KHZ),
                MediaKind::Video => (Codec::Vp8, Frequency::NINETY_KHZ),
            };
            config.codec_config().add_config(
                Pt::new_with_value(payload_type),
                rtx.and_then(|rtx| rtx.preferred_payload_type)
                    .map(Pt::new_with_value),
                kind,
                rate,
                codec.channels,
                FormatParams::default(),
            );
        }
        config
    }
}

/// The router's ids of what is passed on. Transport-wide numbers are left out: without a
/// bandwidth estimation of ours nobody would read the feedback.
fn router_extensions(router: &RtpCapabilities) -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    for extension in &router.header_extensions {
        let known = [
            Extension::RtpMid,
            Extension::AbsoluteSendTime,
            Extension::AudioLevel,
            Extension::VideoOrientation,
        ];
        if let Some(known) = known
            .into_iter()
            .find(|known| known.as_uri() == extension.uri)
        {
            map.set(extension.preferred_id, known);
        }
    }
    map
}

/// The gateway's side, as it is announced.
pub(crate) fn announced_dtls(fingerprint: &Fingerprint) -> DtlsParameters {
    let bytes: Vec<String> = fingerprint
        .bytes
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    DtlsParameters {
        role: ortc::DtlsRole::Auto,
        fingerprints: vec![DtlsFingerprint {
            algorithm: fingerprint.hash_func.clone(),
            value: bytes.join(":"),
        }],
    }
}

/// The hashes that mediasoup knows.
const ALGORITHMS: [&str; 5] = ["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"];

/// The client's fingerprint, `sha-256` by preference. The error is mediasoup's text.
pub(crate) fn client_fingerprint(parameters: &DtlsParameters) -> Result<Fingerprint, String> {
    for fingerprint in &parameters.fingerprints {
        if !ALGORITHMS.contains(&fingerprint.algorithm.as_str()) {
            return Err(format!(
                "invalid FingerprintAlgorithm: {}",
                fingerprint.algorithm
            ));
        }
    }
    let fingerprints = &parameters.fingerprints;
    let chosen = fingerprints
        .iter()
        .find(|fingerprint| fingerprint.algorithm == "sha-256")
        .or_else(|| fingerprints.first())
        .ok_or("empty fingerprints array")?;
    let bytes: Result<Vec<u8>, _> = chosen
        .value
        .split(':')
        .map(|byte| u8::from_str_radix(byte, 16))
        .collect();
    Ok(Fingerprint {
        hash_func: chosen.algorithm.clone(),
        // A value that is no fingerprint never matches: as on the real gateway, only DTLS fails.
        bytes: bytes.unwrap_or_default(),
    })
}
