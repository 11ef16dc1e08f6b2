//! Sending one track.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use ortc::{CodecSettings, RtpParameters};

use crate::ProducerStats;
use crate::transport::Waker;
use crate::transport::exchange::Streams;

/// How an Opus producer is announced (RFC 7587).
#[derive(Clone, Debug, PartialEq)]
pub struct OpusOptions {
    /// Whether the encoder sends in-band forward error correction.
    pub fec: bool,
    /// Whether the encoder stops sending in silence. Receivers then cannot tell silence from
    /// death, and the gateway's speech recognition hears gaps, so it is off by default.
    pub dtx: bool,
    /// Whether the sound is stereo.
    pub stereo: bool,
    /// Upper limit in bit/s, if any.
    pub max_average_bitrate: Option<u32>,
    /// Packet duration in ms.
    pub packet_ms: u8,
}

impl Default for OpusOptions {
    fn default() -> Self {
        Self {
            fec: true,
            dtx: false,
            stereo: false,
            max_average_bitrate: None,
            packet_ms: 20,
        }
    }
}

impl OpusOptions {
    /// Writes the options as codec parameters (RFC 7587, section 6.1).
    pub(crate) fn announce(&self, settings: &mut CodecSettings) {
        settings.insert("useinbandfec".into(), u8::from(self.fec).into());
        settings.insert("usedtx".into(), u8::from(self.dtx).into());
        settings.insert("ptime".into(), self.packet_ms.into());
        if self.stereo {
            settings.insert("stereo".into(), 1.into());
            settings.insert("sprop-stereo".into(), 1.into());
        }
        if let Some(bitrate) = self.max_average_bitrate {
            settings.insert("maxaveragebitrate".into(), bitrate.into());
        }
    }
}

/// One encoded piece of sound, to be sent as one packet.
#[derive(Clone, Debug)]
pub struct EncodedAudio {
    /// An Opus packet.
    pub payload: Bytes,
    /// Its duration in samples of the 48 kHz RTP clock, whatever the encoder's own rate.
    pub samples: u32,
    /// Loudness in -dBov, 0 (loudest) to 127 (silence) (RFC 6464).
    pub audio_level_dbov: u8,
    /// Whether there is voice in it.
    pub voice: bool,
}

/// A track being sent. Clones are handles of the same track; it ends with [`Self::close`] or with
/// its transport.
#[derive(Clone, Debug)]
pub struct Producer {
    parameters: Arc<RtpParameters>,
    ssrc: u32,
    streams: Arc<Streams>,
    waker: Waker,
}

impl Producer {
    pub(crate) fn new(
        parameters: RtpParameters,
        ssrc: u32,
        streams: Arc<Streams>,
        waker: Waker,
    ) -> Self {
        Self {
            parameters: Arc::new(parameters),
            ssrc,
            streams,
            waker,
        }
    }

    /// What to send with the `produce` request.
    pub fn rtp_parameters(&self) -> &RtpParameters {
        &self.parameters
    }

    /// Sends one packet if the transport is connected and the producer is not paused; drops it
    /// otherwise. Never blocks on the network: callable from an encoder's thread. Gives the
    /// packet's RTP timestamp, by which a receiver recognises it.
    pub fn send(&self, audio: EncodedAudio) -> Option<u32> {
        let queued = self.streams.send(self.ssrc, Instant::now(), audio)?;
        if queued.wake {
            self.waker.wake();
        }
        Some(queued.timestamp)
    }

    /// Stops sending at once: packets still queued are dropped too.
    pub fn pause(&self) {
        self.streams.pause_producer(self.ssrc, true);
    }

    /// Sends again. The pause shows as silence, not as loss.
    pub fn resume(&self) {
        self.streams.pause_producer(self.ssrc, false);
    }

    /// Whether [`Self::pause`] is in effect.
    pub fn is_paused(&self) -> bool {
        self.streams.is_producer_paused(self.ssrc)
    }

    /// Ends the track. The gateway must be told separately.
    pub async fn close(&self) {
        self.streams.remove_producer(self.ssrc);
    }

    /// Totals and the router's last report.
    pub async fn stats(&self) -> ProducerStats {
        self.streams.producer_stats(self.ssrc)
    }
}
