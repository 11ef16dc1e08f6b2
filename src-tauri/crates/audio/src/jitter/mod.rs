//! The jitter buffer: puts packets in order and gives them out in time.
//!
//! Sans-IO: it reads no clock, time is passed in. [`JitterBuffer::insert`] takes packets as
//! they arrive; [`JitterBuffer::pull`] says what to play next: a packet, what the following
//! packet's FEC knows about a lost one, concealment, or silence. The delay it keeps follows
//! the measured jitter: 40 ms on an even network.
//!
//! A gap in sequence numbers is loss. A gap in timestamps without one is a pause (DTX, mute).
//! When packets run out it cannot be known which one it is until the next packet comes; the
//! counters are put right then.

mod delay;
mod opus_packet;
mod sequence;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::FRAME_SAMPLES;
use delay::DelayEstimator;
use sequence::{Arrival, SequenceTracker};

/// A received Opus packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedPacket {
    /// RTP sequence number.
    pub sequence: u16,
    /// RTP timestamp, 48 kHz.
    pub timestamp: u32,
    /// One Opus packet.
    pub payload: Bytes,
    /// When it arrived.
    pub arrived: Instant,
}

/// What to play next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pulled {
    /// Decode this packet.
    Packet {
        /// Its payload.
        payload: Bytes,
        /// Its sequence number.
        sequence: u16,
        /// Whether playing should go a little faster or slower, to come to the wanted delay.
        pace: Pace,
    },
    /// A packet is lost: decode the FEC in this one, which follows it and is pulled next.
    Fec {
        /// The following packet's payload.
        next: Bytes,
        /// Duration of the lost packet in samples.
        samples: u32,
    },
    /// A packet is lost or not there yet: conceal.
    Conceal {
        /// For how many samples.
        samples: u32,
    },
    /// Nobody sends: play silence.
    Silence {
        /// For how many samples.
        samples: u32,
    },
}

/// How to play a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As it is.
    Keep,
    /// Leave a few milliseconds out where it is not heard: the delay is too long.
    Faster,
    /// As `Faster`, even where it can be heard: the delay is far too long.
    MuchFaster,
    /// Add a few milliseconds: the delay is too short.
    Slower,
}

/// Counters of a jitter buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JitterStats {
    /// Packets taken in, of any kind.
    pub received: u64,
    /// Came twice.
    pub duplicates: u64,
    /// Came after their time, or were thrown away to catch up.
    pub late: u64,
    /// Came after one with a higher sequence number, but in time.
    pub reordered: u64,
    /// Not Opus.
    pub malformed: u64,
    /// Played packets.
    pub played: u64,
    /// Lost packets that FEC brought back, in frames.
    pub fec_frames: u64,
    /// Lost or late packets that were concealed, in frames.
    pub concealed_frames: u64,
    /// Times packets came too late, of those that were not lost.
    pub underruns: u64,
    /// Times the sender started anew.
    pub resets: u64,
}

/// Silence is given in pieces of 10 ms, so that a talk spurt starts when it should.
const SILENCE_SAMPLES: u32 = 480;
/// When packets run out, this much is concealed before it is taken for a pause.
const CONCEAL_SAMPLES: u32 = 48 * 100;
/// The same after a packet that announced a pause (DTX): the decoder makes comfort noise.
const COMFORT_SAMPLES: u32 = 48 * 450;
/// After this much without packets the next one starts a new talk spurt.
const PAUSE_SAMPLES: u32 = 48 * 200;
/// A gap in timestamps longer than this is a jump, not a pause to be waited for.
const LONGEST_GAP_SAMPLES: i64 = 48 * 600;
/// An interruption shorter than this, with nothing missing afterwards, is told as a dropout.
const SHORT_INTERRUPTION_SAMPLES: u32 = 48 * 1000;
/// Three seconds of sound: more is never kept.
const MOST_PACKETS: usize = 150;
/// Beyond the target by this much: leave something out where it is not heard.
const TOO_LONG_US: i64 = 15_000;
/// Beyond the target by this much: leave something out anyway.
const FAR_TOO_LONG_US: i64 = 80_000;
/// Beyond the target by this much: throw packets away.
const HOPELESS_US: i64 = 1_000_000;
/// Below the target by this much: stretch.
const TOO_SHORT_US: i64 = 12_000;

/// Orders and times the packets of one stream.
#[derive(Debug)]
pub struct JitterBuffer {
    packets: VecDeque<Stored>,
    sequences: SequenceTracker,
    delays: DelayEstimator,
    phase: Phase,
    /// What would follow the last played packet.
    expected: Option<Expected>,
    /// Duration of the last packet.
    packet_samples: u32,
    /// Smoothed delay of what is played, microseconds.
    delay_us: i64,
    stats: JitterStats,
}

/// What is kept of a packet; a clone shares the payload.
#[derive(Debug, Clone)]
struct Stored {
    sequence: i64,
    timestamp: u32,
    samples: u32,
    payload: Bytes,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// No talk spurt has begun.
    Waiting,
    /// Since then packets are gathered.
    Filling(Instant),
    /// Packets are given out.
    Playing,
}

#[derive(Debug, Clone, Copy)]
struct Expected {
    sequence: i64,
    timestamp: u32,
    /// Samples that were played instead since packets ran out or a gap began.
    covered: u32,
    /// Of these, made up by concealment because packets ran out.
    concealed: u32,
    /// The last packet announced a pause.
    pause: bool,
}

impl Default for JitterBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl JitterBuffer {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            packets: VecDeque::new(),
            sequences: SequenceTracker::default(),
            delays: DelayEstimator::new(),
            phase: Phase::Waiting,
            expected: None,
            packet_samples: FRAME_SAMPLES as u32,
            delay_us: 0,
            stats: JitterStats::default(),
        }
    }

    /// Takes a packet, in any order and of any content.
    pub fn insert(&mut self, packet: EncodedPacket) {
        self.stats.received += 1;
        if opus_packet::duration(&packet.payload).is_none() {
            self.stats.malformed += 1;
            return;
        }
        match self.sequences.arrive(packet) {
            Arrival::Next { sequence, packet } => self.store(sequence, packet, false),
            Arrival::Reordered { sequence, packet } => self.store(sequence, packet, true),
            Arrival::Duplicate => self.stats.duplicates += 1,
            Arrival::Doubtful => {}
            Arrival::Restarted { sequence, packets } => {
                self.restart();
                for (i, packet) in packets.into_iter().enumerate() {
                    self.store(sequence + i as i64, packet, false);
                }
            }
        }
    }

    fn store(&mut self, sequence: i64, packet: EncodedPacket, reordered: bool) {
        let Some(samples) = opus_packet::duration(&packet.payload) else {
            return;
        };
        let late = self.expected.is_some_and(|e| sequence < e.sequence);
        if !late && matches!(self.phase, Phase::Waiting) {
            self.delays.rebase();
            self.phase = Phase::Filling(packet.arrived);
        }
        self.delays.observe(packet.timestamp, packet.arrived);
        if late {
            self.stats.late += 1;
            return;
        }
        if reordered {
            self.stats.reordered += 1;
        }
        let place = self.packets.partition_point(|p| p.sequence < sequence);
        self.packets.insert(
            place,
            Stored {
                sequence,
                timestamp: packet.timestamp,
                samples,
                payload: packet.payload,
            },
        );
        if self.packets.len() > MOST_PACKETS {
            self.discard_first();
        }
    }

    /// The sender started anew: nothing that is known of the old numbers holds.
    fn restart(&mut self) {
        self.stats.resets += 1;
        self.packets.clear();
        self.expected = None;
        self.phase = Phase::Waiting;
    }

    fn discard_first(&mut self) {
        if let Some(first) = self.packets.pop_front() {
            self.stats.late += 1;
            self.expect_after(&first);
        }
    }

    /// What to play next; called whenever the last answer was played.
    pub fn pull(&mut self, now: Instant) -> Pulled {
        if let Phase::Filling(since) = self.phase {
            let target = self.delays.target();
            let waited = now.saturating_duration_since(since) >= target;
            // After an outage packets come in a burst: the first has waited long elsewhere.
            let late = self.packets.front().is_some_and(|first| {
                self.delays.delay_us(first.timestamp, now) >= target.as_micros() as i64
            });
            if late || waited && !self.packets.is_empty() {
                self.begin_spurt(now);
            }
        }
        match self.phase {
            Phase::Playing => self.pull_playing(now),
            Phase::Waiting | Phase::Filling(_) => self.silence(),
        }
    }

    fn silence(&mut self) -> Pulled {
        self.cover(SILENCE_SAMPLES, 0);
        Pulled::Silence {
            samples: SILENCE_SAMPLES,
        }
    }

    /// From gathering to playing: settles what the interruption before was.
    fn begin_spurt(&mut self, now: Instant) {
        let Some(first) = self.packets.front().cloned() else {
            return;
        };
        if let Some(expected) = self.expected {
            let missing = first.sequence - expected.sequence;
            let late = missing == 0
                && first.timestamp == expected.timestamp
                && expected.covered < SHORT_INTERRUPTION_SAMPLES;
            if missing > 0 || late {
                self.count_dropout(expected.concealed, late);
            }
        }
        self.expected = Some(Expected {
            sequence: first.sequence,
            timestamp: first.timestamp,
            covered: 0,
            concealed: 0,
            pause: false,
        });
        self.delay_us = self.delays.delay_us(first.timestamp, now);
        self.phase = Phase::Playing;
    }

    fn count_dropout(&mut self, concealed_samples: u32, late: bool) {
        self.stats.underruns += u64::from(late);
        self.stats.concealed_frames += u64::from(concealed_samples.div_ceil(FRAME_SAMPLES as u32));
    }

    fn pull_playing(&mut self, now: Instant) -> Pulled {
        self.throw_away_hopeless(now);
        let Some(expected) = self.expected else {
            // Playing always has an expectation; if not, wait for the next packet.
            self.phase = Phase::Waiting;
            return self.silence();
        };
        let Some(head) = self.packets.front().cloned() else {
            return self.starve(expected);
        };
        let missing = head.sequence - expected.sequence;
        let ahead = i64::from(head.timestamp.wrapping_sub(expected.timestamp) as i32);
        let uncovered = ahead - i64::from(expected.covered);

        if missing == 0 && ahead <= 0 && expected.concealed > 0 {
            // Nothing was lost, it came too late: it is played now, later than planned.
            self.count_dropout(expected.concealed, true);
        } else if missing > 0 && expected.concealed > 0 {
            self.count_dropout(expected.concealed, false);
            self.forget_concealed();
        }
        if uncovered <= 0 || uncovered > LONGEST_GAP_SAMPLES {
            return self.play_head(now);
        }
        if missing == 0 {
            return self.fill_pause(expected, uncovered);
        }
        let samples = head.samples;
        if uncovered >= 2 * i64::from(samples) {
            self.stats.concealed_frames += frames(samples);
            self.cover(samples, 0);
            return Pulled::Conceal { samples };
        }
        if opus_packet::has_fec(&head.payload) {
            self.stats.fec_frames += frames(samples);
        } else {
            self.stats.concealed_frames += frames(samples);
        }
        // One lost packet is left, whatever the timestamps say exactly.
        self.cover(uncovered as u32, 0);
        Pulled::Fec {
            next: head.payload,
            samples,
        }
    }

    /// Packets have run out: late, lost, or the sender pauses.
    fn starve(&mut self, expected: Expected) -> Pulled {
        if expected.covered >= PAUSE_SAMPLES && !expected.pause
            || expected.covered >= COMFORT_SAMPLES
        {
            self.phase = Phase::Waiting;
            return self.silence();
        }
        if expected.pause || expected.covered < CONCEAL_SAMPLES {
            let samples = self.packet_samples.min(FRAME_SAMPLES as u32);
            self.cover(samples, if expected.pause { 0 } else { samples });
            return Pulled::Conceal { samples };
        }
        self.silence()
    }

    /// The sender paused, and the packet after the pause is there already but not due.
    fn fill_pause(&mut self, expected: Expected, uncovered: i64) -> Pulled {
        self.forget_concealed();
        let samples = u32::try_from(uncovered)
            .unwrap_or(SILENCE_SAMPLES)
            .min(SILENCE_SAMPLES);
        self.cover(samples, 0);
        // The decoder conceals whole multiples of 2.5 ms only.
        if expected.pause && samples == SILENCE_SAMPLES {
            return Pulled::Conceal { samples };
        }
        Pulled::Silence { samples }
    }

    fn cover(&mut self, samples: u32, concealed: u32) {
        if let Some(expected) = &mut self.expected {
            expected.covered = expected.covered.saturating_add(samples);
            expected.concealed = expected.concealed.saturating_add(concealed);
        }
    }

    fn forget_concealed(&mut self) {
        if let Some(expected) = &mut self.expected {
            expected.concealed = 0;
        }
    }

    fn play_head(&mut self, now: Instant) -> Pulled {
        let Some(head) = self.packets.pop_front() else {
            return self.silence();
        };
        self.stats.played += 1;
        self.packet_samples = head.samples;
        self.expect_after(&head);
        let delay = self.delays.delay_us(head.timestamp, now);
        self.delay_us += (delay - self.delay_us) / 16;
        Pulled::Packet {
            sequence: head.sequence as u16,
            pace: self.pace(),
            payload: head.payload,
        }
    }

    fn expect_after(&mut self, packet: &Stored) {
        self.expected = Some(Expected {
            sequence: packet.sequence + 1,
            timestamp: packet.timestamp.wrapping_add(packet.samples),
            covered: 0,
            concealed: 0,
            pause: opus_packet::is_pause(&packet.payload),
        });
    }

    fn pace(&self) -> Pace {
        let excess = self.delay_us - self.delays.target().as_micros() as i64;
        match excess {
            FAR_TOO_LONG_US.. => Pace::MuchFaster,
            TOO_LONG_US.. => Pace::Faster,
            _ if excess < -TOO_SHORT_US => Pace::Slower,
            _ => Pace::Keep,
        }
    }

    /// Seconds behind (after an outage, a burst): starts again at the wanted delay.
    fn throw_away_hopeless(&mut self, now: Instant) {
        let target = self.delays.target().as_micros() as i64;
        let is_hopeless = |buffer: &Self, limit: i64| {
            buffer.packets.len() > 1
                && buffer
                    .packets
                    .front()
                    .is_some_and(|p| buffer.delays.delay_us(p.timestamp, now) > target + limit)
        };
        if !is_hopeless(self, HOPELESS_US) {
            return;
        }
        while is_hopeless(self, 0) {
            self.discard_first();
        }
        self.delay_us = target;
    }

    /// Tells that playing a packet was made shorter (negative) or longer by so many samples.
    pub fn stretched(&mut self, samples: i32) {
        self.delay_us += i64::from(samples) * 125 / 6;
    }

    /// The delay it aims at.
    pub fn target_delay(&self) -> Duration {
        self.delays.target()
    }

    /// The delay it has: how much longer sound takes than on the shortest way of late.
    pub fn delay(&self) -> Duration {
        Duration::from_micros(self.delay_us.max(0) as u64)
    }

    /// Counters so far.
    pub fn stats(&self) -> JitterStats {
        self.stats
    }
}

fn frames(samples: u32) -> u64 {
    u64::from(samples.div_ceil(FRAME_SAMPLES as u32))
}

#[cfg(test)]
mod tests;
