//! The streams of producers.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::rtp;

use crate::{EncodedAudio, ProducerStats};

/// Longer than this without a packet is a silence: the next one starts a talk spurt, and the RTP
/// clock moves on by the time that passed.
const SILENCE: Duration = Duration::from_millis(200);
/// One second of sound; more in the queue means that the engine is not fetching.
const MAX_QUEUED: usize = 50;
/// Sender reports whose answers may still come.
const REPORTS_KEPT: usize = 8;

/// Everything needed to make the packets of a producer.
pub(crate) struct ProducerStream {
    pub(crate) payload_type: u8,
    /// RTP clock rate in Hz.
    pub(crate) clock_rate: u32,
    /// Id of the audio-level extension, if negotiated.
    pub(crate) audio_level: Option<u8>,
    /// Chosen at random (RFC 3550).
    pub(crate) sequence: u16,
    /// Chosen at random (RFC 3550).
    pub(crate) timestamp: u32,
}

struct Sending {
    stream: ProducerStream,
    paused: bool,
    last: Option<Last>,
    packets: u64,
    bytes: u64,
    /// Whether something was sent since the last report.
    news: bool,
    reports: VecDeque<(u32, Instant)>,
    remote: ProducerStats,
}

/// The packet before.
#[derive(Clone, Copy)]
struct Last {
    at: Instant,
    timestamp: u32,
    samples: u32,
}

#[derive(Default)]
pub(super) struct Outgoing {
    streams: HashMap<u32, Sending>,
    queue: VecDeque<(Instant, rtp::Packet)>,
    /// Packets and bytes of producers that have ended.
    ended: [u64; 2],
}

impl Outgoing {
    pub(super) fn insert(&mut self, ssrc: u32, stream: ProducerStream) {
        self.streams.insert(
            ssrc,
            Sending {
                stream,
                paused: false,
                last: None,
                packets: 0,
                bytes: 0,
                news: false,
                reports: VecDeque::new(),
                remote: ProducerStats::default(),
            },
        );
    }

    pub(super) fn remove(&mut self, ssrc: u32) {
        if let Some(sending) = self.streams.remove(&ssrc) {
            self.ended[0] += sending.packets;
            self.ended[1] += sending.bytes;
        }
        self.queue.retain(|(_, packet)| packet.header.ssrc != ssrc);
    }

    pub(super) fn clear(&mut self) {
        let streams: Vec<u32> = self.streams.keys().copied().collect();
        for ssrc in streams {
            self.remove(ssrc);
        }
    }

    pub(super) fn pause(&mut self, ssrc: u32, paused: bool) {
        if let Some(sending) = self.streams.get_mut(&ssrc) {
            sending.paused = paused;
        }
        if paused {
            self.drop_queued(ssrc);
        }
    }

    /// Takes the numbers of unsent packets back, so that nobody sees them as lost.
    fn drop_queued(&mut self, ssrc: u32) {
        let before = self.queue.len();
        self.queue.retain(|(_, packet)| packet.header.ssrc != ssrc);
        let dropped = before - self.queue.len();
        if let Some(sending) = self.streams.get_mut(&ssrc) {
            let back = u16::try_from(dropped).unwrap_or(0);
            sending.stream.sequence = sending.stream.sequence.wrapping_sub(back);
        }
    }

    pub(super) fn is_paused(&self, ssrc: u32) -> bool {
        self.streams
            .get(&ssrc)
            .is_some_and(|sending| sending.paused)
    }

    /// The packet's RTP timestamp; `None` if the producer is paused or gone.
    pub(super) fn queue_audio(
        &mut self,
        ssrc: u32,
        now: Instant,
        audio: EncodedAudio,
    ) -> Option<u32> {
        let sending = self.streams.get_mut(&ssrc)?;
        if sending.paused {
            return None;
        }
        let packet = sending.packet(ssrc, now, audio);
        let timestamp = packet.header.timestamp;
        if self.queue.len() == MAX_QUEUED {
            self.queue.pop_front();
        }
        self.queue.push_back((now, packet));
        Some(timestamp)
    }

    /// The next packet to go out, and when it was queued.
    pub(super) fn next(&mut self) -> Option<(Instant, rtp::Packet)> {
        let (queued, packet) = self.queue.pop_front()?;
        if let Some(sending) = self.streams.get_mut(&packet.header.ssrc) {
            sending.packets += 1;
            sending.bytes += packet.payload.len() as u64;
            sending.news = true;
        }
        Some((queued, packet))
    }

    pub(super) fn totals(&self) -> [u64; 2] {
        self.streams.values().fold(self.ended, |sum, sending| {
            [sum[0] + sending.packets, sum[1] + sending.bytes]
        })
    }

    pub(super) fn stats(&self, ssrc: u32) -> ProducerStats {
        let Some(sending) = self.streams.get(&ssrc) else {
            return ProducerStats::default();
        };
        ProducerStats {
            packets_sent: sending.packets,
            bytes_sent: sending.bytes,
            ..sending.remote
        }
    }

    pub(super) fn has_news(&self) -> bool {
        self.streams.values().any(|sending| sending.news)
    }

    /// What to put into sender reports: SSRC, RTP time, packets, bytes. `ntp` is remembered, to
    /// recognise the router's answer.
    pub(super) fn take_news(&mut self, now: Instant, ntp: u64) -> Vec<(u32, u32, u32, u32)> {
        let mut news = Vec::new();
        for (ssrc, sending) in &mut self.streams {
            let Some(last) = sending.last.filter(|_| sending.news) else {
                continue;
            };
            sending.news = false;
            if sending.reports.len() == REPORTS_KEPT {
                sending.reports.pop_front();
            }
            sending.reports.push_back((middle(ntp), now));
            let elapsed = samples(
                now.saturating_duration_since(last.at),
                sending.stream.clock_rate,
            );
            news.push((
                *ssrc,
                last.timestamp.wrapping_add(elapsed),
                // Both wrap (RFC 3550).
                sending.packets as u32,
                sending.bytes as u32,
            ));
        }
        news
    }

    /// The router's view of one of our streams.
    pub(super) fn read_report(
        &mut self,
        now: Instant,
        report: &rtc::rtcp::reception_report::ReceptionReport,
    ) {
        let Some(sending) = self.streams.get_mut(&report.ssrc) else {
            return;
        };
        // 24 bits, signed.
        let lost = (report.total_lost << 8).cast_signed() >> 8;
        let jitter = f64::from(report.jitter) / f64::from(sending.stream.clock_rate.max(1));
        sending.remote.packets_lost = i64::from(lost);
        sending.remote.fraction_lost = f64::from(report.fraction_lost) / 256.0;
        sending.remote.jitter = Some(Duration::from_secs_f64(jitter));
        let answered = sending
            .reports
            .iter()
            .find(|(ntp, _)| *ntp == report.last_sender_report);
        if let Some((_, sent)) = answered {
            let held = Duration::from_secs_f64(f64::from(report.delay) / 65_536.0);
            let round_trip = now.saturating_duration_since(*sent).saturating_sub(held);
            sending.remote.round_trip = Some(round_trip);
        }
    }
}

impl Sending {
    fn packet(&mut self, ssrc: u32, now: Instant, audio: EncodedAudio) -> rtp::Packet {
        let (timestamp, spurt) = match self.last {
            None => (self.stream.timestamp, true),
            Some(last) => {
                let passed = now.saturating_duration_since(last.at);
                if passed > SILENCE {
                    let step = audio.samples.max(1);
                    let elapsed = samples(passed, self.stream.clock_rate);
                    // Whole packets, so that receivers see missing packets of the usual length.
                    let gap = (elapsed / step).saturating_mul(step).max(last.samples);
                    (last.timestamp.wrapping_add(gap), true)
                } else {
                    (last.timestamp.wrapping_add(last.samples), false)
                }
            }
        };
        self.last = Some(Last {
            at: now,
            timestamp,
            samples: audio.samples,
        });
        let mut header = rtp::Header {
            version: 2,
            marker: spurt,
            payload_type: self.stream.payload_type,
            sequence_number: self.stream.sequence,
            timestamp,
            ssrc,
            ..rtp::Header::default()
        };
        self.stream.sequence = self.stream.sequence.wrapping_add(1);
        if let Some(id) = self.stream.audio_level {
            let level = audio.audio_level_dbov.min(127) | (u8::from(audio.voice) << 7);
            // Ids are checked when the producer is made.
            let _ = header.set_extension(id, Bytes::copy_from_slice(&[level]));
        }
        rtp::Packet {
            header,
            payload: audio.payload,
        }
    }
}

fn samples(duration: Duration, clock_rate: u32) -> u32 {
    // Wraps, like the RTP clock.
    (duration.as_micros() * u128::from(clock_rate) / 1_000_000) as u32
}

/// The 32 bits of an NTP time that reception reports repeat.
pub(super) fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}
