//! The transport to produce on.

use ortc::{DtlsParameters, IceParameters};

use crate::{MediaError, TransportState, TransportStats};

/// A transport to produce on. Clones are handles of the same transport; it ends with
/// [`Self::close`] or when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct SendTransport {
    id: std::sync::Arc<str>,
}

impl SendTransport {
    /// The router's id of the transport.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What to send with `connect-webrtc-transport`: role client, one SHA-256 fingerprint.
    pub fn dtls_parameters(&self) -> DtlsParameters {
        todo!()
    }

    /// Lets DTLS start. Call it once the gateway has acknowledged `connect-webrtc-transport`: a
    /// handshake that starts earlier is not heard, and is repeated only after a second.
    pub fn connect(&self) {
        todo!()
    }

    /// Where the transport is in its life.
    pub fn state(&self) -> TransportState {
        todo!()
    }

    /// Starts ICE again with the router's new credentials, for gateways that can restart it.
    pub async fn restart_ice(&self, parameters: IceParameters) -> Result<(), MediaError> {
        let _ = parameters;
        todo!()
    }

    /// Totals over all tracks.
    pub async fn stats(&self) -> TransportStats {
        todo!()
    }

    /// Ends all tracks, tasks and sockets. Idempotent.
    pub async fn close(&self) {
        todo!()
    }
}

impl SendTransport {
    /// A new Opus track; send its [`crate::Producer::rtp_parameters`] with `produce`.
    pub async fn produce_audio(
        &self,
        options: crate::OpusOptions,
    ) -> Result<crate::Producer, MediaError> {
        let _ = options;
        todo!()
    }
}
