//! The session description that stands for the router.
//!
//! webrtc-rs negotiates by session descriptions; mediasoup has none. One answer, made up of the
//! transport's ICE and DTLS parameters, brings the engine to life. Its only media section is a
//! placeholder: streams are handled above the engine (see `exchange`), so that nothing ever has to
//! be renegotiated.

use ortc::{IceParameters, TransportParameters};

use crate::MediaError;
use crate::certificate::FINGERPRINT_ALGORITHM;

/// Payload type of the placeholder. No router uses it, so that no packet can be taken for the
/// placeholder's.
pub(super) const PLACEHOLDER_PAYLOAD_TYPE: u8 = 50;

/// The parts of the router's parameters that go into the answer, checked: what comes from the
/// network must not be able to add lines to it.
#[derive(Debug, Clone)]
pub(super) struct RemoteParameters {
    ice: IceParameters,
    fingerprint: String,
}

impl RemoteParameters {
    pub(super) fn new(parameters: &TransportParameters) -> Result<Self, MediaError> {
        let fingerprint = parameters
            .dtls_parameters
            .fingerprint(FINGERPRINT_ALGORITHM)
            .ok_or(MediaError::NoFingerprint)?;
        let is_fingerprint = fingerprint
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b':');
        if !is_fingerprint || fingerprint.is_empty() {
            return Err(MediaError::MalformedTransport {
                field: "dtlsParameters.fingerprints",
            });
        }
        Ok(Self {
            ice: checked(&parameters.ice_parameters)?,
            fingerprint: fingerprint.to_owned(),
        })
    }

    pub(super) fn with_ice(&self, ice: &IceParameters) -> Result<Self, MediaError> {
        Ok(Self {
            ice: checked(ice)?,
            fingerprint: self.fingerprint.clone(),
        })
    }

    /// The router's ICE password, if it is ICE-lite.
    pub(super) fn lite_password(&self) -> Option<String> {
        self.ice.ice_lite.then(|| self.ice.password.clone())
    }

    /// The answer to an offer with one audio section.
    pub(super) fn answer(&self) -> String {
        let Self { ice, fingerprint } = self;
        let payload_type = PLACEHOLDER_PAYLOAD_TYPE;
        [
            "v=0",
            "o=- 1 1 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            // Makes the engine the controlling side, also when the router forgot to say so.
            "a=ice-lite",
            &format!("a=fingerprint:{FINGERPRINT_ALGORITHM} {fingerprint}"),
            "a=group:BUNDLE 0",
            &format!("m=audio 7 UDP/TLS/RTP/SAVPF {payload_type}"),
            "c=IN IP4 127.0.0.1",
            &format!("a=rtpmap:{payload_type} opus/48000/2"),
            "a=setup:passive",
            "a=mid:0",
            "a=recvonly",
            &format!("a=ice-ufrag:{}", ice.username_fragment),
            &format!("a=ice-pwd:{}", ice.password),
            "a=rtcp-mux",
            "a=rtcp-rsize",
            "",
        ]
        .join("\r\n")
    }
}

fn checked(ice: &IceParameters) -> Result<IceParameters, MediaError> {
    let is_ice_text = |text: &str| {
        let is_ice_char = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
        !text.is_empty() && text.len() <= 256 && text.bytes().all(is_ice_char)
    };
    for (field, text) in [
        ("iceParameters.usernameFragment", &ice.username_fragment),
        ("iceParameters.password", &ice.password),
    ] {
        if !is_ice_text(text) {
            return Err(MediaError::MalformedTransport { field });
        }
    }
    Ok(ice.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ortc::{DtlsFingerprint, DtlsParameters, DtlsRole};

    fn parameters(ufrag: &str, algorithms: &[(&str, &str)]) -> TransportParameters {
        TransportParameters {
            id: "t".into(),
            ice_parameters: IceParameters {
                username_fragment: ufrag.into(),
                password: "tt1s2xwij17hw9abyq6lbu13o2kutyvw".into(),
                ice_lite: true,
            },
            ice_candidates: Vec::new(),
            dtls_parameters: DtlsParameters {
                role: DtlsRole::Auto,
                fingerprints: algorithms
                    .iter()
                    .map(|(algorithm, value)| DtlsFingerprint {
                        algorithm: (*algorithm).into(),
                        value: (*value).into(),
                    })
                    .collect(),
            },
        }
    }

    #[test]
    fn the_fingerprint_is_chosen_by_its_algorithm_wherever_it_stands() {
        let fingerprints = [("sha-1", "BD:44"), ("sha-512", "1F"), ("SHA-256", "3C:23")];
        let remote = RemoteParameters::new(&parameters("abc", &fingerprints)).unwrap();
        assert!(remote.answer().contains("a=fingerprint:sha-256 3C:23\r\n"));
        let without = RemoteParameters::new(&parameters("abc", &fingerprints[..2]));
        assert!(matches!(without, Err(MediaError::NoFingerprint)));
    }

    #[test]
    fn the_network_cannot_add_lines() {
        let good = [("sha-256", "3C:23")];
        for ufrag in ["", "a\r\na=setup:active", "a b", "ü"] {
            let error = RemoteParameters::new(&parameters(ufrag, &good)).unwrap_err();
            assert_eq!(error.code(), "media.malformed_transport", "{ufrag:?}");
        }
        let bad = [("sha-256", "3C\r\na=x")];
        assert!(RemoteParameters::new(&parameters("abc", &bad)).is_err());
    }
}
