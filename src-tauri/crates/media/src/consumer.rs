//! Receiving one track.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use ortc::{MediaKind, RtpParameters};

use crate::ConsumerStats;
use crate::transport::Waker;
use crate::transport::exchange::Streams;

/// What the gateway answered to a `consume` request.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerOptions {
    /// The router's id of the consumer.
    pub id: String,
    /// The router's id of the producer.
    pub producer_id: String,
    /// Audio or video.
    pub kind: MediaKind,
    /// Codecs, SSRCs and header extensions, in the router's numbers.
    pub rtp_parameters: RtpParameters,
}

/// A track being received. Clones are handles of the same track; it ends with [`Self::close`] or
/// with its transport.
#[derive(Clone, Debug)]
pub struct Consumer {
    options: Arc<ConsumerOptions>,
    ssrc: u32,
    streams: Arc<Streams>,
    waker: Waker,
}

impl Consumer {
    pub(crate) fn new(
        options: ConsumerOptions,
        ssrc: u32,
        streams: Arc<Streams>,
        waker: Waker,
    ) -> Self {
        Self {
            options: Arc::new(options),
            ssrc,
            streams,
            waker,
        }
    }

    /// The router's id of the consumer.
    pub fn id(&self) -> &str {
        &self.options.id
    }

    /// The router's id of the producer.
    pub fn producer_id(&self) -> &str {
        &self.options.producer_id
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        self.options.kind
    }

    /// What the gateway answered.
    pub fn rtp_parameters(&self) -> &RtpParameters {
        &self.options.rtp_parameters
    }

    /// Drops packets from now on, and reports no stall. The gateway must be told separately.
    pub fn pause(&self) {
        self.streams.pause_consumer(self.ssrc, Instant::now(), true);
    }

    /// Hands packets out again.
    pub fn resume(&self) {
        self.streams
            .pause_consumer(self.ssrc, Instant::now(), false);
        self.waker.wake();
    }

    /// Ends the track: [`ConsumerPackets::recv`] returns `None`. Others are not disturbed.
    pub async fn close(&self) {
        self.streams.remove_consumer(self.ssrc);
    }

    /// Totals.
    pub fn stats(&self) -> ConsumerStats {
        self.streams.consumer_stats(self.ssrc)
    }
}

/// The packets of a consumer, in the order of arrival, without duplicates.
#[derive(Debug)]
pub struct ConsumerPackets {
    pub(crate) receiver: tokio::sync::mpsc::Receiver<RtpPacket>,
}

impl ConsumerPackets {
    /// The next packet; `None` once the consumer or its transport is closed.
    pub async fn recv(&mut self) -> Option<RtpPacket> {
        self.receiver.recv().await
    }
}

/// A received RTP packet (RFC 3550).
#[derive(Clone, Debug, PartialEq)]
pub struct RtpPacket {
    /// Sequence number; wraps.
    pub sequence: u16,
    /// In units of the codec's clock rate; wraps.
    pub timestamp: u32,
    /// For audio: the first packet after a silence. For video: the last packet of a frame.
    pub marker: bool,
    /// Payload type, as in the consumer's parameters.
    pub payload_type: u8,
    /// The codec's data.
    pub payload: Bytes,
    /// Loudness in -dBov, 0 (loudest) to 127 (silence), if the sender tells it (RFC 6464).
    pub audio_level: Option<u8>,
    /// Whether there is voice in it, if the sender tells it (RFC 6464).
    pub voice: Option<bool>,
    /// When it came out of the socket.
    pub arrived: Instant,
}
