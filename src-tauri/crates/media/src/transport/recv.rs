//! The transport to consume on.

use std::sync::Arc;
use std::time::Instant;

use ortc::{
    AUDIO_LEVEL, DtlsParameters, IceParameters, RtpCapabilities, RtpParameters,
    TransportParameters, can_receive, is_rtx,
};
use tokio::sync::watch;

use super::exchange::{ConsumerStream, Outlet, Retransmission};
use super::link::{Link, Waker};
use super::{TransportEvents, TransportOptions, TransportState};
use crate::{Consumer, ConsumerOptions, ConsumerPackets, MediaError, RtpPacket, TransportStats};

/// Packets that may wait for a slow reader: five seconds of sound.
const PACKETS_KEPT: usize = 256;

/// A transport to consume on. Clones are handles of the same transport; it ends with
/// [`Self::close`] or when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct RecvTransport {
    link: Arc<Link>,
    capabilities: Arc<RtpCapabilities>,
}

impl RecvTransport {
    pub(crate) async fn open(
        capabilities: Arc<RtpCapabilities>,
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> Result<(Self, TransportEvents), MediaError> {
        let (link, events) = Link::open(parameters, options).await?;
        Ok((Self { link, capabilities }, events))
    }

    /// The router's id of the transport.
    pub fn id(&self) -> &str {
        self.link.id()
    }

    /// What to send with `connect-webrtc-transport`: role client, one SHA-256 fingerprint.
    pub fn dtls_parameters(&self) -> DtlsParameters {
        self.link.dtls_parameters()
    }

    /// Lets DTLS start. Call it once the gateway has acknowledged `connect-webrtc-transport`: a
    /// handshake that starts earlier is not heard, and is repeated only after a second. Must be
    /// called within a tokio runtime.
    pub fn connect(&self) {
        self.link.connect();
    }

    /// Where the transport is in its life.
    pub fn state(&self) -> TransportState {
        self.link.state()
    }

    /// The state and its changes, without the other events.
    pub fn states(&self) -> watch::Receiver<TransportState> {
        self.link.states()
    }

    /// Starts ICE again with the router's new credentials, for gateways that can restart it.
    pub async fn restart_ice(&self, parameters: IceParameters) -> Result<(), MediaError> {
        self.link.restart_ice(&parameters).await
    }

    /// Totals over all tracks.
    pub async fn stats(&self) -> TransportStats {
        self.link.stats().await
    }

    /// Ends all tracks, tasks and sockets. Idempotent.
    pub async fn close(&self) {
        self.link.close().await;
    }

    /// Prepares for a consumer; afterwards the gateway may be asked to resume it. May be called
    /// before the transport is connected, and any number of times at once.
    pub async fn consume(
        &self,
        options: ConsumerOptions,
    ) -> Result<(Consumer, ConsumerPackets), MediaError> {
        let (sender, receiver) = tokio::sync::mpsc::channel(PACKETS_KEPT);
        let consumer = self.receive(options, Outlet::Queue(sender))?;
        Ok((consumer, ConsumerPackets { receiver }))
    }

    /// The same for a reader that is called with each packet as it comes out of the engine, and
    /// that needs neither queue nor task: `receive` must neither wait nor call the transport.
    pub async fn consume_with(
        &self,
        options: ConsumerOptions,
        receive: impl FnMut(RtpPacket) + Send + 'static,
    ) -> Result<Consumer, MediaError> {
        self.receive(options, Outlet::Call(Box::new(receive)))
    }

    fn receive(&self, options: ConsumerOptions, packets: Outlet) -> Result<Consumer, MediaError> {
        if self.state() == TransportState::Closed {
            return Err(MediaError::Closed);
        }
        let parameters = &options.rtp_parameters;
        let codec = parameters.codecs.first();
        let Some(codec) = codec.filter(|_| can_receive(parameters, &self.capabilities)) else {
            return Err(MediaError::CannotConsume {
                mime_type: codec
                    .map(|codec| codec.mime_type.clone())
                    .unwrap_or_default(),
            });
        };
        let ssrc = parameters
            .encodings
            .first()
            .and_then(|encoding| encoding.ssrc)
            .ok_or(MediaError::UnusableSsrc)?;
        let added = self.link.streams.add_consumer(ConsumerStream {
            id: options.id.clone(),
            ssrc,
            clock_rate: codec.clock_rate,
            audio_level: parameters
                .header_extensions
                .iter()
                .find(|extension| extension.uri == AUDIO_LEVEL)
                .map(|extension| extension.id),
            retransmission: retransmission(parameters, codec.payload_type),
            packets,
            since: Instant::now(),
        });
        if !added {
            return Err(MediaError::UnusableSsrc);
        }
        let waker = Waker::new(&self.link);
        // The engine learns of the new deadline for a first packet.
        waker.wake();
        Ok(Consumer::new(
            options,
            ssrc,
            Arc::clone(&self.link.streams),
            waker,
        ))
    }
}

fn retransmission(parameters: &RtpParameters, payload_type: u8) -> Option<Retransmission> {
    let rtx = parameters.encodings.first()?.rtx?;
    parameters.codecs.iter().find(|codec| {
        is_rtx(&codec.mime_type)
            && codec.parameters.get("apt").and_then(|apt| apt.as_u64()) == Some(payload_type.into())
    })?;
    Some(Retransmission {
        ssrc: rtx.ssrc,
        original_payload_type: payload_type,
    })
}
