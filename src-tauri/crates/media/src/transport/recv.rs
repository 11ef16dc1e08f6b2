//! The transport to consume on.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use ortc::{AUDIO_LEVEL, RtpCapabilities, RtpParameters, TransportParameters, can_receive, is_rtx};

use super::either::Transport;
use super::exchange::{ConsumerStream, Outlet, Retransmission};
use super::link::Waker;
use super::{TransportEvents, TransportOptions, TransportState};
use crate::{Consumer, ConsumerOptions, ConsumerPackets, MediaError, RtpPacket};

/// Packets that may wait for a slow reader: five seconds of sound.
const PACKETS_KEPT: usize = 256;

/// A transport to consume on. Clones are handles of the same transport; it ends with
/// [`Transport::close`] or when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct RecvTransport {
    transport: Transport,
    capabilities: Arc<RtpCapabilities>,
}

impl Deref for RecvTransport {
    type Target = Transport;

    fn deref(&self) -> &Transport {
        &self.transport
    }
}

impl RecvTransport {
    pub(crate) async fn open(
        capabilities: Arc<RtpCapabilities>,
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> Result<(Self, TransportEvents), MediaError> {
        let (transport, events) = Transport::open(parameters, options).await?;
        let opened = Self {
            transport,
            capabilities,
        };
        Ok((opened, events))
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
        let added = self.transport.0.streams.add_consumer(ConsumerStream {
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
        let waker = Waker::new(&self.transport.0);
        // The engine learns of the new deadline for a first packet.
        waker.wake();
        Ok(Consumer::new(
            options,
            ssrc,
            Arc::clone(&self.transport.0.streams),
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
