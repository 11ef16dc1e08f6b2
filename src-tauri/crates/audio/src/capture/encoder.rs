//! Opus, as calls need it.

use bytes::Bytes;
use opus::{Application, Bitrate, Channels};

use super::OpusOptions;
use crate::{AudioError, FRAME_SAMPLES, SAMPLE_RATE};

/// Larger than any packet at the highest bitrate, smaller than a datagram.
const LARGEST_PACKET: usize = 1200;

/// Encodes frames of 20 ms.
pub(super) struct Encoder {
    opus: opus::Encoder,
    packet_loss: u8,
    buffer: [u8; LARGEST_PACKET],
}

impl Encoder {
    pub(super) fn new(options: &OpusOptions) -> Result<Self, AudioError> {
        let mut opus = opus::Encoder::new(SAMPLE_RATE, Channels::Mono, Application::Voip)?;
        opus.set_bitrate(Bitrate::Bits(options.bitrate.clamp(6_000, 128_000) as i32))?;
        opus.set_complexity(i32::from(options.complexity.min(10)))?;
        opus.set_inband_fec(options.fec)?;
        opus.set_packet_loss_perc(i32::from(options.packet_loss.min(100)))?;
        Ok(Self {
            opus,
            packet_loss: options.packet_loss.min(100),
            buffer: [0; LARGEST_PACKET],
        })
    }

    /// Encodes, with as much FEC as `packet_loss` percent of loss is worth.
    pub(super) fn encode(
        &mut self,
        frame: &[f32; FRAME_SAMPLES],
        packet_loss: u8,
    ) -> Result<Bytes, AudioError> {
        if packet_loss != self.packet_loss {
            self.opus.set_packet_loss_perc(i32::from(packet_loss))?;
            self.packet_loss = packet_loss;
        }
        let length = self.opus.encode_float(frame, &mut self.buffer)?;
        Ok(Bytes::copy_from_slice(&self.buffer[..length]))
    }

    /// Forgets the sound before, so that nothing from before a mute is heard after it.
    pub(super) fn forget(&mut self) {
        if let Err(error) = self.opus.reset_state() {
            tracing::error!(%error, "the encoder keeps its state");
        }
    }
}
