//! From a producer's packet to those of its consumers.

use std::time::Instant;

use ortc::MediaKind;
use str0m::media::Pt;
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite};

use super::{Sfu, TransportKey};
use crate::stats::Counters;

impl Sfu {
    /// Hands a packet that came in on `from` to everybody who consumes it.
    pub(super) fn forward(&mut self, from: TransportKey, packet: &RtpPacket, now: Instant) {
        let Some(source) = self.transports.get(&from) else {
            return;
        };
        let ssrc = *packet.header.ssrc;
        let Some((key, is_rtx)) = source.ssrcs.get(&ssrc).copied() else {
            return;
        };
        let Some(producer) = self.producers.get_mut(&key) else {
            return;
        };
        let Some((sequence, payload)) = original(packet, is_rtx, producer.last_sequence) else {
            return;
        };
        producer.last_sequence = producer.last_sequence.max(sequence);
        producer.last_packet = Some(now);
        Counters::add(&self.surroundings.counters.packets_received, 1);
        if producer.paused {
            return;
        }
        let mut sent = 0;
        for key in &producer.consumers {
            let Some(consumer) = self.consumers.get_mut(key) else {
                continue;
            };
            let Some(target) = self.transports.get_mut(&consumer.transport) else {
                continue;
            };
            // Before that nothing could be sent, and packets would only pile up.
            if consumer.paused || !target.established {
                continue;
            }
            let Some(sequence) = consumer.sequencer.forward(sequence) else {
                continue;
            };
            let mut direct = target.rtc.direct_api();
            let Some(stream) = direct.stream_tx(&consumer.ssrc.into()) else {
                continue;
            };
            let write = RtpWrite::new(
                Pt::new_with_value(consumer.payload_type),
                sequence.into(),
                packet.header.timestamp,
                packet.timestamp,
                payload.clone(),
            )
            .marker(packet.header.marker)
            .nackable(consumer.kind == MediaKind::Video)
            .ext_vals(passed_on(&packet.header.ext_vals));
            stream.write_rtp(write);
            self.stirred.push(consumer.transport);
            sent += 1;
        }
        Counters::add(&self.surroundings.counters.packets_forwarded, sent);
    }
}

type Payload = std::sync::Arc<[u8]>;

/// Sequence number (without wrapping) and payload of a packet as it was sent first. `None` for
/// padding, which some senders put into retransmissions to probe for bandwidth.
fn original(packet: &RtpPacket, is_rtx: bool, last: u64) -> Option<(u64, Payload)> {
    if !is_rtx {
        return Some((*packet.seq_no, packet.payload.clone()));
    }
    // RFC 4588: the original number goes before the payload.
    let (number, payload) = packet.payload.split_first_chunk::<2>()?;
    if payload.is_empty() {
        return None;
    }
    Some((unwrapped(u16::from_be_bytes(*number), last), payload.into()))
}

/// The number nearest to `last` that ends in `number`.
fn unwrapped(number: u16, last: u64) -> u64 {
    let base = last & !0xFFFF;
    let same = base + u64::from(number);
    if same > last + 0x8000 {
        same.checked_sub(0x1_0000).unwrap_or(same)
    } else if same + 0x8000 < last {
        same + 0x1_0000
    } else {
        same
    }
}

/// The extensions that are the producer's to give; the others are the gateway's own.
fn passed_on(values: &ExtensionValues) -> ExtensionValues {
    ExtensionValues {
        audio_level: values.audio_level,
        voice_activity: values.voice_activity,
        video_orientation: values.video_orientation,
        ..ExtensionValues::default()
    }
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn numbers_are_unwrapped_to_the_nearest() {
        assert_eq!(unwrapped(10, 12), 10);
        assert_eq!(unwrapped(65_535, 65_537), 65_535);
        assert_eq!(unwrapped(3, 65_535), 65_539);
        assert_eq!(
            unwrapped(65_535, 2),
            65_535,
            "nothing lies before the start"
        );
    }
}
