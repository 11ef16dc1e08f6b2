//! The certificate that proves who is at the other end of DTLS.

use webrtc::peer_connection::RTCCertificate;

use crate::MediaError;

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
        todo!()
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
