//! Sequence numbers: wrapping, duplicates, reordering, senders that start anew.

use super::EncodedPacket;

/// How far back packets are told apart from duplicates: as many as there are bits.
const WINDOW: i64 = 128;
/// A step forward beyond this (20 s of packets) is a new sender or nonsense (RFC 3550, A.1).
const LARGEST_STEP: i64 = 1000;
/// The same backward: packets are not reordered by more (RFC 3550, A.1).
const MOST_BEHIND: i64 = 100;

/// What a packet's sequence number means.
#[derive(Debug)]
pub(super) enum Arrival {
    /// The newest so far.
    Next {
        sequence: i64,
        packet: EncodedPacket,
    },
    /// Older than the newest, and new.
    Reordered {
        sequence: i64,
        packet: EncodedPacket,
    },
    /// Was there already.
    Duplicate,
    /// Far off; kept until a second one confirms it.
    Doubtful,
    /// The sender started anew with these two, the first of which has this number.
    Restarted {
        sequence: i64,
        packets: [EncodedPacket; 2],
    },
}

/// Gives packets numbers that do not wrap.
#[derive(Debug, Default)]
pub(super) struct SequenceTracker {
    newest: Option<i64>,
    /// Bit n: the packet n before the newest arrived.
    seen: u128,
    doubtful: Option<EncodedPacket>,
}

impl SequenceTracker {
    pub(super) fn arrive(&mut self, packet: EncodedPacket) -> Arrival {
        let Some(newest) = self.newest else {
            // Room below, for packets that come before it.
            let sequence = i64::from(packet.sequence) + (1 << 32);
            self.newest = Some(sequence);
            self.seen = 1;
            return Arrival::Next { sequence, packet };
        };
        let step = i64::from(packet.sequence.wrapping_sub(newest as u16) as i16);
        if !(-MOST_BEHIND..=LARGEST_STEP).contains(&step) {
            return self.doubt(newest, packet);
        }
        self.doubtful = None;
        let sequence = newest + step;
        if step > 0 {
            self.newest = Some(sequence);
            self.seen = if step < WINDOW { self.seen << step } else { 0 } | 1;
            return Arrival::Next { sequence, packet };
        }
        let bit = 1u128 << -step;
        if self.seen & bit != 0 {
            return Arrival::Duplicate;
        }
        self.seen |= bit;
        Arrival::Reordered { sequence, packet }
    }

    fn doubt(&mut self, newest: i64, packet: EncodedPacket) -> Arrival {
        match self.doubtful.take() {
            Some(first) if first.sequence.wrapping_add(1) == packet.sequence => {
                // Far above everything before, so that nothing old compares as new.
                let base = newest + (1 << 17);
                let sequence = (base & !0xffff) | i64::from(first.sequence);
                self.newest = Some(sequence + 1);
                self.seen = 0b11;
                Arrival::Restarted {
                    sequence,
                    packets: [first, packet],
                }
            }
            _ => {
                self.doubtful = Some(packet);
                Arrival::Doubtful
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::time::Instant;

    fn arrive(tracker: &mut SequenceTracker, sequence: u16) -> Arrival {
        tracker.arrive(EncodedPacket {
            sequence,
            timestamp: 0,
            payload: Bytes::new(),
            arrived: Instant::now(),
        })
    }

    #[test]
    fn numbers_go_on_over_the_wrap() {
        let mut tracker = SequenceTracker::default();
        let mut last = None;
        for n in 0..200_000u32 {
            let Arrival::Next { sequence, .. } = arrive(&mut tracker, n as u16) else {
                panic!("{n} is the next");
            };
            assert!(last.is_none_or(|last| sequence == last + 1));
            last = Some(sequence);
        }
    }

    #[test]
    fn duplicates_and_reordered_ones_are_told_apart() {
        let mut tracker = SequenceTracker::default();
        for n in [65_530u16, 65_535, 3] {
            assert!(matches!(arrive(&mut tracker, n), Arrival::Next { .. }));
        }
        assert!(matches!(
            arrive(&mut tracker, 65_534),
            Arrival::Reordered { .. }
        ));
        assert!(matches!(arrive(&mut tracker, 65_534), Arrival::Duplicate));
        assert!(matches!(arrive(&mut tracker, 65_535), Arrival::Duplicate));
        assert!(matches!(arrive(&mut tracker, 3), Arrival::Duplicate));
        assert!(matches!(arrive(&mut tracker, 65_400), Arrival::Doubtful));
    }

    #[test]
    fn one_wild_number_is_ignored_two_in_a_row_are_a_new_sender() {
        let mut tracker = SequenceTracker::default();
        arrive(&mut tracker, 100);
        assert!(matches!(arrive(&mut tracker, 30_000), Arrival::Doubtful));
        assert!(matches!(arrive(&mut tracker, 101), Arrival::Next { .. }));
        assert!(matches!(arrive(&mut tracker, 30_001), Arrival::Doubtful));
        let Arrival::Restarted { sequence, .. } = arrive(&mut tracker, 30_002) else {
            panic!("confirmed");
        };
        let Arrival::Next { sequence: next, .. } = arrive(&mut tracker, 30_003) else {
            panic!("goes on");
        };
        assert_eq!(next, sequence + 2);
    }

    #[test]
    fn a_sender_that_starts_anew_a_little_below_is_followed_too() {
        let mut tracker = SequenceTracker::default();
        arrive(&mut tracker, 500);
        assert!(matches!(arrive(&mut tracker, 0), Arrival::Doubtful));
        assert!(matches!(arrive(&mut tracker, 1), Arrival::Restarted { .. }));
    }
}
