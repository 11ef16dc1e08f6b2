//! The transport to produce on.

use std::sync::Arc;

use ortc::{
    AUDIO_LEVEL, DtlsParameters, ExtendedRtpCapabilities, IceParameters, MediaKind, RtcpParameters,
    RtpEncodingParameters, RtpParameters, TransportParameters, reduce_codecs,
    sending_rtp_parameters,
};
use tokio::sync::watch;

use super::exchange::ProducerStream;
use super::link::{Link, Waker};
use super::{TransportEvents, TransportOptions, TransportState};
use crate::{MediaError, OpusOptions, Producer, TransportStats};

/// A transport to produce on. Clones are handles of the same transport; it ends with
/// [`Self::close`] or when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct SendTransport {
    link: Arc<Link>,
    capabilities: Arc<ExtendedRtpCapabilities>,
}

impl SendTransport {
    pub(crate) async fn open(
        capabilities: Arc<ExtendedRtpCapabilities>,
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
        self.link.streams.add_producer(ssrc, stream);
        Ok(Producer::new(
            parameters,
            ssrc,
            Arc::clone(&self.link.streams),
            Waker::new(&self.link),
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
            cname: Some(self.link.cname.to_string()),
            reduced_size: Some(true),
            mux: None,
        };
        Ok(parameters)
    }
}
