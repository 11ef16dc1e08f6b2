//! The transport to produce on.

use std::ops::Deref;
use std::sync::Arc;

use ortc::{
    AUDIO_LEVEL, ExtendedRtpCapabilities, MediaKind, RtcpParameters, RtpEncodingParameters,
    RtpParameters, TransportParameters, reduce_codecs, sending_rtp_parameters,
};

use super::either::Transport;
use super::exchange::ProducerStream;
use super::link::Waker;
use super::{TransportEvents, TransportOptions, TransportState};
use crate::{MediaError, OpusOptions, Producer};

/// A transport to produce on. Clones are handles of the same transport; it ends with
/// [`Transport::close`] or when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct SendTransport {
    transport: Transport,
    capabilities: Arc<ExtendedRtpCapabilities>,
}

impl Deref for SendTransport {
    type Target = Transport;

    fn deref(&self) -> &Transport {
        &self.transport
    }
}

impl SendTransport {
    pub(crate) async fn open(
        capabilities: Arc<ExtendedRtpCapabilities>,
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

    /// A new Opus track; send its [`Producer::rtp_parameters`] with `produce`. May be called before
    /// the transport is connected.
    pub async fn produce_audio(&self, options: OpusOptions) -> Result<Producer, MediaError> {
        if self.state() == TransportState::Closed {
            return Err(MediaError::Closed);
        }
        let kind = MediaKind::Audio;
        let parameters = self.opus_parameters(&options, rand::random())?;
        let (Some(codec), Some(ssrc)) = (
            parameters.codecs.first(),
            parameters
                .encodings
                .first()
                .and_then(|encoding| encoding.ssrc),
        ) else {
            return Err(MediaError::CannotProduce { kind });
        };
        let stream = ProducerStream {
            payload_type: codec.payload_type,
            clock_rate: codec.clock_rate,
            audio_level: parameters
                .header_extensions
                .iter()
                .find(|extension| extension.uri == AUDIO_LEVEL)
                .map(|extension| extension.id)
                .filter(|id| (1..=14).contains(id)),
            sequence: rand::random(),
            timestamp: rand::random(),
        };
        self.transport.0.streams.add_producer(ssrc, stream);
        Ok(Producer::new(
            parameters,
            ssrc,
            Arc::clone(&self.transport.0.streams),
            Waker::new(&self.transport.0),
        ))
    }

    fn opus_parameters(
        &self,
        options: &OpusOptions,
        ssrc: u32,
    ) -> Result<RtpParameters, MediaError> {
        let kind = MediaKind::Audio;
        let mut parameters = sending_rtp_parameters(kind, &self.capabilities);
        parameters.codecs = reduce_codecs(&parameters.codecs, None)
            .map_err(|_| MediaError::CannotProduce { kind })?;
        if let Some(codec) = parameters.codecs.first_mut() {
            options.announce(&mut codec.parameters);
        }
        parameters.encodings = vec![RtpEncodingParameters {
            ssrc: Some(ssrc),
            dtx: Some(options.dtx),
            ..RtpEncodingParameters::default()
        }];
        parameters.rtcp = RtcpParameters {
            cname: Some(self.transport.0.cname.to_string()),
            reduced_size: Some(true),
            mux: None,
        };
        Ok(parameters)
    }
}
