//! The device: what this program and a router have in common.

use ortc::{MediaKind, RtpCapabilities, TransportParameters};

use crate::{MediaError, RecvTransport, SendTransport, TransportEvents, TransportOptions};

/// This program's media abilities, cut to those of one router. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Device {
    recv: RtpCapabilities,
}

impl Device {
    /// A device for a router with the given capabilities (they come with the join ack).
    pub fn load(router: &RtpCapabilities) -> Result<Self, MediaError> {
        let _ = router;
        todo!()
    }

    /// What to send with every `consume` request.
    pub fn recv_rtp_capabilities(&self) -> &RtpCapabilities {
        &self.recv
    }

    /// Whether the router accepts something of this kind that the device can send.
    pub fn can_produce(&self, kind: MediaKind) -> bool {
        let _ = kind;
        todo!()
    }

    /// A transport to produce on. Sockets are opened and ICE starts at once; DTLS waits for
    /// [`SendTransport::connect`]. Must be called within a tokio runtime.
    pub async fn create_send_transport(
        &self,
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> Result<(SendTransport, TransportEvents), MediaError> {
        let _ = (parameters, options);
        todo!()
    }

    /// A transport to consume on. Sockets are opened and ICE starts at once; DTLS waits for
    /// [`RecvTransport::connect`]. Must be called within a tokio runtime.
    pub async fn create_recv_transport(
        &self,
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> Result<(RecvTransport, TransportEvents), MediaError> {
        let _ = (parameters, options);
        todo!()
    }
}
