//! The device: what this program and a router have in common.

use std::sync::Arc;

use ortc::{
    CodecOrder, ExtendedRtpCapabilities, MediaKind, RtpCapabilities, TransportParameters,
    extended_rtp_capabilities, recv_rtp_capabilities,
};

use crate::capabilities::{device_rtp_capabilities, device_send_capabilities, in_router_numbers};
use crate::{MediaError, RecvTransport, SendTransport, TransportEvents, TransportOptions};

/// This program's media abilities, cut to those of one router. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Device {
    recv: Arc<RtpCapabilities>,
    send: Arc<ExtendedRtpCapabilities>,
}

impl Device {
    /// A device for a router with the given capabilities (they come with the join ack).
    pub fn load(router: &RtpCapabilities) -> Result<Self, MediaError> {
        let recv = in_router_numbers(device_rtp_capabilities(), router);
        let send = in_router_numbers(device_send_capabilities(), router);
        Ok(Self {
            recv: Arc::new(recv_rtp_capabilities(&extended_rtp_capabilities(
                &recv,
                router,
                CodecOrder::Remote,
            )?)),
            send: Arc::new(extended_rtp_capabilities(
                &send,
                router,
                CodecOrder::Remote,
            )?),
        })
    }

    /// What to send with every `consume` request.
    pub fn recv_rtp_capabilities(&self) -> &RtpCapabilities {
        &self.recv
    }

    /// Whether the router accepts something of this kind that the device can send.
    pub fn can_produce(&self, kind: MediaKind) -> bool {
        self.send.codecs.iter().any(|codec| codec.kind == kind)
    }

    /// A transport to produce on. Sockets are opened and ICE starts at once; DTLS waits for
    /// [`SendTransport::connect`]. Must be called within a tokio runtime.
    pub async fn create_send_transport(
        &self,
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> Result<(SendTransport, TransportEvents), MediaError> {
        SendTransport::open(Arc::clone(&self.send), parameters, options).await
    }

    /// A transport to consume on. Sockets are opened and ICE starts at once; DTLS waits for
    /// [`RecvTransport::connect`]. Must be called within a tokio runtime.
    pub async fn create_recv_transport(
        &self,
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> Result<(RecvTransport, TransportEvents), MediaError> {
        RecvTransport::open(Arc::clone(&self.recv), parameters, options).await
    }
}
