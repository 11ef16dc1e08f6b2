//! The certificate that proves who is at the other end of DTLS.

use rtc::crypto::SignatureScheme;
use rtc::peer_connection::certificate::CertificateParams;
use webrtc::peer_connection::{RTCCertificate, crypto};

use crate::MediaError;

/// The only hash that webrtc-rs can check a router's certificate with, and the one we announce.
pub(crate) const FINGERPRINT_ALGORITHM: &str = "sha-256";

/// A self-signed certificate and its key. Making one costs milliseconds, so do it before a call;
/// one certificate may serve all transports of a call.
#[derive(Clone)]
pub struct Certificate {
    pub(crate) inner: RTCCertificate,
    pub(crate) fingerprint: String,
}

impl Certificate {
    /// A fresh ECDSA P-256 certificate.
    pub fn generate() -> Result<Self, MediaError> {
        let provider = crypto::default_provider().map_err(MediaError::engine)?;
        let params = CertificateParams::new(Vec::new()).map_err(MediaError::engine)?;
        let scheme = SignatureScheme::EcdsaP256Sha256;
        let inner = RTCCertificate::generate(provider.crypto(), scheme, params)
            .map_err(MediaError::engine)?;
        let fingerprint = inner
            .get_fingerprints(provider.crypto())
            .map_err(MediaError::engine)?
            .into_iter()
            .find(|fingerprint| fingerprint.algorithm == FINGERPRINT_ALGORITHM)
            .map(|fingerprint| fingerprint.value.to_uppercase())
            .ok_or_else(|| MediaError::Engine("the certificate has no fingerprint".into()))?;
        Ok(Self { inner, fingerprint })
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_unique_and_in_the_form_of_rfc_8122() {
        let (one, other) = (
            Certificate::generate().unwrap(),
            Certificate::generate().unwrap(),
        );
        assert_ne!(one.fingerprint, other.fingerprint);
        let bytes: Vec<&str> = one.fingerprint.split(':').collect();
        assert_eq!(bytes.len(), 32);
        assert!(bytes.iter().all(|byte| {
            byte.len() == 2 && u8::from_str_radix(byte, 16).is_ok() && **byte == byte.to_uppercase()
        }));
    }
}
