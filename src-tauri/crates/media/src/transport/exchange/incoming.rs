//! The streams of consumers.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rtc::rtp;
use tokio::sync::mpsc;

use super::reception::{Arrival, Reception};
use crate::transport::TransportEvent;
use crate::{ConsumerStats, RtpPacket};

/// Everything needed to receive a consumer.
pub(crate) struct ConsumerStream {
    pub(crate) id: String,
    pub(crate) ssrc: u32,
    /// RTP clock rate in Hz.
    pub(crate) clock_rate: u32,
    /// Id of the audio-level extension, if negotiated.
    pub(crate) audio_level: Option<u8>,
    pub(crate) retransmission: Option<Retransmission>,
    pub(crate) packets: Outlet,
    /// When it was made.
    pub(crate) since: Instant,
}

/// Where the packets of a consumer go.
pub(crate) enum Outlet {
    /// To a reader, at its own pace.
    Queue(mpsc::Sender<RtpPacket>),
    /// To whoever is called with them, at once.
    Call(Box<dyn FnMut(RtpPacket) + Send>),
}

impl Outlet {
    /// False if the reader does not keep up.
    fn hand_over(&mut self, packet: RtpPacket) -> bool {
        match self {
            Self::Queue(queue) => queue.try_send(packet).is_ok(),
            Self::Call(call) => {
                call(packet);
                true
            }
        }
    }
}

/// The stream that carries packets again (RFC 4588).
#[derive(Clone, Copy)]
pub(crate) struct Retransmission {
    pub(crate) ssrc: u32,
    /// Payload type of the packets inside.
    pub(crate) original_payload_type: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// No packet yet.
    Waiting,
    Flowing,
    Stalled,
}

struct Receiving {
    stream: ConsumerStream,
    reception: Reception,
    flow: Flow,
    ever: bool,
    paused: bool,
    overflowed: u64,
    /// The last packet, or when waiting for one began.
    last: Instant,
}

pub(super) struct Incoming {
    stall_after: Duration,
    /// By SSRC.
    streams: HashMap<u32, Receiving>,
    /// SSRC of retransmissions to SSRC of the stream.
    retransmissions: HashMap<u32, u32>,
    ended: [u64; 2],
}

impl Incoming {
    pub(super) fn new(stall_after: Duration) -> Self {
        Self {
            stall_after,
            streams: HashMap::new(),
            retransmissions: HashMap::new(),
            ended: [0; 2],
        }
    }

    pub(super) fn insert(&mut self, stream: ConsumerStream) -> bool {
        let retransmission = stream
            .retransmission
            .map(|retransmission| retransmission.ssrc);
        if self.is_used(stream.ssrc) || retransmission.is_some_and(|ssrc| self.is_used(ssrc)) {
            return false;
        }
        if let Some(ssrc) = retransmission {
            self.retransmissions.insert(ssrc, stream.ssrc);
        }
        self.streams.insert(
            stream.ssrc,
            Receiving {
                reception: Reception::new(stream.clock_rate),
                flow: Flow::Waiting,
                ever: false,
                paused: false,
                overflowed: 0,
                last: stream.since,
                stream,
            },
        );
        true
    }

    fn is_used(&self, ssrc: u32) -> bool {
        self.streams.contains_key(&ssrc) || self.retransmissions.contains_key(&ssrc)
    }

    pub(super) fn remove(&mut self, ssrc: u32) {
        if let Some(receiving) = self.streams.remove(&ssrc) {
            self.ended[0] += receiving.reception.packets;
            self.ended[1] += receiving.reception.bytes;
        }
        self.retransmissions.retain(|_, primary| *primary != ssrc);
    }

    pub(super) fn clear(&mut self) {
        let streams: Vec<u32> = self.streams.keys().copied().collect();
        for ssrc in streams {
            self.remove(ssrc);
        }
    }

    pub(super) fn pause(&mut self, ssrc: u32, now: Instant, paused: bool) {
        if let Some(receiving) = self.streams.get_mut(&ssrc) {
            receiving.paused = paused;
            receiving.last = now;
        }
    }

    /// Waiting for packets counts from when they could come.
    pub(super) fn start(&mut self, now: Instant) {
        for receiving in self.streams.values_mut() {
            receiving.last = receiving.last.max(now);
        }
    }

    /// Hands the packet to its consumer. Packets of unknown streams, such as mediasoup's bandwidth
    /// probes (SSRC 1234), are nobody's.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        mut packet: rtp::Packet,
    ) -> Option<TransportEvent> {
        if let Some(primary) = self.retransmissions.get(&packet.header.ssrc) {
            let receiving = self.streams.get(primary)?;
            let original = receiving.stream.retransmission?.original_payload_type;
            packet = restore(packet, *primary, original)?;
        }
        let receiving = self.streams.get_mut(&packet.header.ssrc)?;
        let header = &packet.header;
        let arrival = receiving.reception.receive(
            now,
            header.sequence_number,
            header.timestamp,
            packet.payload.len(),
        );
        receiving.last = now;
        if arrival != Arrival::New || receiving.paused {
            return None;
        }
        receiving.deliver(now, packet);
        receiving.flows()
    }

    pub(super) fn next_stall(&self) -> Option<Instant> {
        self.streams
            .values()
            .filter(|receiving| receiving.can_stall())
            .map(|receiving| receiving.last + self.stall_after)
            .min()
    }

    pub(super) fn find_stalled(&mut self, now: Instant) -> Vec<TransportEvent> {
        let stall_after = self.stall_after;
        self.streams
            .values_mut()
            .filter(|receiving| receiving.can_stall() && receiving.last + stall_after <= now)
            .map(|receiving| {
                receiving.flow = Flow::Stalled;
                TransportEvent::Stalled {
                    consumer: receiving.stream.id.clone(),
                }
            })
            .collect()
    }

    pub(super) fn totals(&self) -> [u64; 2] {
        self.streams.values().fold(self.ended, |sum, receiving| {
            let reception = &receiving.reception;
            [sum[0] + reception.packets, sum[1] + reception.bytes]
        })
    }

    pub(super) fn stats(&self, ssrc: u32) -> ConsumerStats {
        let Some(receiving) = self.streams.get(&ssrc) else {
            return ConsumerStats::default();
        };
        ConsumerStats {
            packets_received: receiving.reception.packets,
            bytes_received: receiving.reception.bytes,
            packets_lost: receiving.reception.lost(),
            duplicates: receiving.reception.duplicates,
            overflowed: receiving.overflowed,
            jitter: receiving.reception.jitter(),
        }
    }

    pub(super) fn sender_report(&mut self, now: Instant, ssrc: u32, middle: u32) {
        if let Some(receiving) = self.streams.get_mut(&ssrc) {
            receiving.reception.sender_report(now, middle);
        }
    }

    pub(super) fn has_news(&self) -> bool {
        self.streams
            .values()
            .any(|receiving| receiving.reception.has_news())
    }

    pub(super) fn take_reports(
        &mut self,
        now: Instant,
    ) -> Vec<rtc::rtcp::reception_report::ReceptionReport> {
        self.streams
            .iter_mut()
            .filter(|(_, receiving)| receiving.reception.has_news())
            .map(|(ssrc, receiving)| receiving.reception.take_report(now, *ssrc))
            .collect()
    }
}

impl Receiving {
    fn can_stall(&self) -> bool {
        !self.paused && self.flow != Flow::Stalled
    }

    fn flows(&mut self) -> Option<TransportEvent> {
        let before = std::mem::replace(&mut self.flow, Flow::Flowing);
        let consumer = || self.stream.id.clone();
        if !std::mem::replace(&mut self.ever, true) {
            return Some(TransportEvent::FirstPacket {
                consumer: consumer(),
            });
        }
        (before == Flow::Stalled).then(|| TransportEvent::Flowing {
            consumer: consumer(),
        })
    }

    fn deliver(&mut self, now: Instant, packet: rtp::Packet) {
        // Padding alone.
        if packet.payload.is_empty() {
            return;
        }
        let level = self
            .stream
            .audio_level
            .and_then(|id| packet.header.get_extension(id))
            .and_then(|value| value.first().copied());
        let delivered = self.stream.packets.hand_over(RtpPacket {
            sequence: packet.header.sequence_number,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            payload_type: packet.header.payload_type,
            payload: packet.payload,
            audio_level: level.map(|level| level & 0x7f),
            voice: level.map(|level| level & 0x80 != 0),
            arrived: now,
        });
        if !delivered {
            self.overflowed += 1;
        }
    }
}

/// The packet inside a retransmission: its sequence number comes first in the payload.
fn restore(mut packet: rtp::Packet, ssrc: u32, payload_type: u8) -> Option<rtp::Packet> {
    let number = packet.payload.get(..2)?;
    packet.header.sequence_number = u16::from_be_bytes([number[0], number[1]]);
    packet.header.ssrc = ssrc;
    packet.header.payload_type = payload_type;
    packet.header.padding = false;
    packet.payload = packet.payload.slice(2..);
    Some(packet)
}
