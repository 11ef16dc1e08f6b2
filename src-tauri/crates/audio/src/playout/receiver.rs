//! One received stream: jitter buffer, Opus, pace; gives sound of any length.

use std::time::Instant;

use opus::{Channels, Decoder};

use super::StreamStats;
use super::stretch;
use crate::jitter::{EncodedPacket, JitterBuffer, Pace, Pulled};
use crate::voice::VoiceDetector;
use crate::{AudioError, FRAME_SAMPLES, Level, SAMPLE_RATE};

/// The longest Opus packet: 120 ms.
const LONGEST_PACKET: usize = 5760;
/// Sound that starts or stops in the middle is faded over 2.5 ms, so that it does not click.
const FADE_SAMPLES: usize = 120;

/// What a decoded piece tells those who look at the stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    /// Of the last piece.
    pub(super) level: Level,
    /// Whether somebody speaks.
    pub(super) voice: bool,
    /// How long the last piece is.
    pub(super) samples: usize,
}

/// Turns packets into sound.
pub(super) struct Receiver {
    buffer: JitterBuffer,
    decoder: Decoder,
    detector: VoiceDetector,
    /// Decoded and not given yet, from `given` on.
    ready: Vec<f32>,
    given: usize,
    /// One decoded packet.
    piece: Vec<f32>,
    /// The last piece was silence.
    silent: bool,
    last_sample: f32,
}

impl Receiver {
    pub(super) fn new() -> Result<Self, AudioError> {
        Ok(Self {
            buffer: JitterBuffer::new(),
            decoder: Decoder::new(SAMPLE_RATE, Channels::Mono)?,
            detector: VoiceDetector::new(),
            ready: Vec::with_capacity(2 * FRAME_SAMPLES),
            given: 0,
            piece: Vec::with_capacity(2 * FRAME_SAMPLES),
            silent: true,
            last_sample: 0.0,
        })
    }

    pub(super) fn insert(&mut self, packet: EncodedPacket) {
        self.buffer.insert(packet);
    }

    /// Fills `out` with what is to be heard from `now` on; calls `heard` for each piece that
    /// was decoded for it.
    pub(super) fn fill(&mut self, out: &mut [f32], now: Instant, mut heard: impl FnMut(Heard)) {
        while self.ready.len() - self.given < out.len() {
            self.ready.drain(..self.given);
            self.given = 0;
            heard(self.decode_next(now));
            self.ready.extend_from_slice(&self.piece);
        }
        let end = self.given + out.len();
        out.copy_from_slice(&self.ready[self.given..end]);
        self.given = end;
    }

    /// Makes the next piece.
    fn decode_next(&mut self, now: Instant) -> Heard {
        let pulled = self.buffer.pull(now);
        let silence = matches!(pulled, Pulled::Silence { .. });
        match pulled {
            Pulled::Packet { payload, pace, .. } => {
                self.decode(&payload, LONGEST_PACKET, false);
                self.stretch(pace);
            }
            Pulled::Fec { next, samples } => self.decode(&next, samples as usize, true),
            Pulled::Conceal { samples } => self.decode(&[], samples as usize, false),
            Pulled::Silence { samples } => {
                self.piece.clear();
                self.piece.resize(samples as usize, 0.0);
            }
        }
        self.smooth(silence);
        let level = Level::of(&self.piece);
        let voice = self.detector.update(level);
        Heard {
            level,
            voice,
            samples: self.piece.len(),
        }
    }

    /// Decodes into `piece`. What cannot be decoded is concealed, and if even that fails,
    /// silent.
    fn decode(&mut self, payload: &[u8], samples: usize, fec: bool) {
        self.piece.resize(samples, 0.0);
        let decoded = self
            .decoder
            .decode_float(payload, &mut self.piece, fec)
            .or_else(|_| {
                let samples = samples.min(FRAME_SAMPLES);
                self.decoder
                    .decode_float(&[], &mut self.piece[..samples], false)
            });
        match decoded {
            Ok(decoded) => self.piece.truncate(decoded),
            Err(_) => {
                self.piece.clear();
                self.piece.resize(samples.min(FRAME_SAMPLES), 0.0);
            }
        }
        if self.piece.is_empty() {
            self.piece.resize(FRAME_SAMPLES, 0.0);
        }
    }

    fn stretch(&mut self, pace: Pace) {
        let change = match pace {
            Pace::Keep => 0,
            Pace::Faster => -(stretch::shorten(&mut self.piece, false) as i32),
            Pace::MuchFaster => -(stretch::shorten(&mut self.piece, true) as i32),
            Pace::Slower => stretch::lengthen(&mut self.piece) as i32,
        };
        if change != 0 {
            self.buffer.stretched(change);
        }
    }

    /// Fades between sound and silence.
    fn smooth(&mut self, silence: bool) {
        let fade = FADE_SAMPLES.min(self.piece.len());
        if silence && !self.silent {
            for (i, sample) in self.piece[..fade].iter_mut().enumerate() {
                *sample = self.last_sample * (1.0 - (i + 1) as f32 / fade as f32);
            }
        } else if !silence && self.silent {
            for (i, sample) in self.piece[..fade].iter_mut().enumerate() {
                *sample *= i as f32 / fade as f32;
            }
        }
        self.silent = silence;
        self.last_sample = self.piece.last().copied().unwrap_or(0.0);
    }

    pub(super) fn stats(&self) -> StreamStats {
        let jitter = self.buffer.stats();
        StreamStats {
            received: jitter.received,
            duplicates: jitter.duplicates,
            late: jitter.late,
            reordered: jitter.reordered,
            decoded_frames: jitter.played,
            fec_frames: jitter.fec_frames,
            concealed_frames: jitter.concealed_frames,
            underruns: jitter.underruns,
            resets: jitter.resets,
            target_delay: self.buffer.target_delay(),
            delay: self.buffer.delay(),
        }
    }
}

#[cfg(test)]
mod tests;
