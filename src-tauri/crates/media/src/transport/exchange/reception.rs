//! What was received of one stream: duplicates, losses, jitter (RFC 3550, appendix A).

use std::time::{Duration, Instant};

/// How many packets back a duplicate is recognised.
const WINDOW: u64 = 1024;
/// Forward jumps beyond this are taken for a new start, once a second packet confirms it.
const MAX_DROPOUT: i64 = 3000;

/// What a packet turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    New,
    Duplicate,
    /// Far off: old beyond recognition, or the first after a jump.
    Stray,
}

/// The record of one stream.
#[derive(Debug)]
pub(super) struct Reception {
    clock_rate: u32,
    /// Extended sequence numbers; 64 bits never wrap in a call.
    first: u64,
    highest: u64,
    started: bool,
    seen: [u64; WINDOW as usize / 64],
    stray: Option<u16>,
    pub(super) packets: u64,
    pub(super) bytes: u64,
    pub(super) duplicates: u64,
    /// Packets received, and those expected, before the last new start.
    earlier: (u64, u64),
    received: u64,
    transit: Option<(Instant, u32)>,
    jitter: f64,
    reported: (u64, u64),
    sender_report: Option<(u32, Instant)>,
}

impl Reception {
    pub(super) fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate: clock_rate.max(1),
            first: 0,
            highest: 0,
            started: false,
            seen: [0; WINDOW as usize / 64],
            stray: None,
            packets: 0,
            bytes: 0,
            duplicates: 0,
            earlier: (0, 0),
            received: 0,
            transit: None,
            jitter: 0.0,
            reported: (0, 0),
            sender_report: None,
        }
    }

    pub(super) fn receive(
        &mut self,
        now: Instant,
        sequence: u16,
        timestamp: u32,
        bytes: usize,
    ) -> Arrival {
        let arrival = self.place(sequence);
        match arrival {
            Arrival::New => {
                self.received += 1;
                self.packets += 1;
                self.bytes += bytes as u64;
                self.measure(now, timestamp);
            }
            Arrival::Duplicate => self.duplicates += 1,
            Arrival::Stray => {}
        }
        arrival
    }

    fn place(&mut self, sequence: u16) -> Arrival {
        if !self.started {
            self.restart(sequence);
            return Arrival::New;
        }
        let ahead = i64::from(sequence.wrapping_sub(self.highest as u16).cast_signed());
        if ahead > MAX_DROPOUT || ahead <= -(WINDOW as i64) {
            if self.stray == Some(sequence) {
                self.earlier.0 += self.received;
                self.earlier.1 += self.highest - self.first + 1;
                self.restart(sequence);
                return Arrival::New;
            }
            self.stray = Some(sequence.wrapping_add(1));
            return Arrival::Stray;
        }
        self.stray = None;
        let extended = self.highest.saturating_add_signed(ahead);
        if ahead > 0 {
            for skipped in self.highest + 1..extended {
                self.mark(skipped, false);
            }
            self.mark(extended, true);
            self.highest = extended;
            return Arrival::New;
        }
        if self.is_marked(extended) {
            return Arrival::Duplicate;
        }
        self.mark(extended, true);
        self.first = self.first.min(extended);
        Arrival::New
    }

    fn restart(&mut self, sequence: u16) {
        // Room below for packets that come late.
        let extended = (1 << 32) | u64::from(sequence);
        self.seen = [0; WINDOW as usize / 64];
        self.first = extended;
        self.highest = extended;
        self.received = 0;
        self.stray = None;
        self.started = true;
        self.transit = None;
        self.mark(extended, true);
    }

    fn slot(extended: u64) -> (usize, u64) {
        let position = extended % WINDOW;
        ((position / 64) as usize, 1 << (position % 64))
    }

    fn mark(&mut self, extended: u64, seen: bool) {
        let (word, bit) = Self::slot(extended);
        if seen {
            self.seen[word] |= bit;
        } else {
            self.seen[word] &= !bit;
        }
    }

    fn is_marked(&self, extended: u64) -> bool {
        let (word, bit) = Self::slot(extended);
        self.seen[word] & bit != 0
    }

    fn measure(&mut self, now: Instant, timestamp: u32) {
        if let Some((before, previous)) = self.transit {
            let apart = now.saturating_duration_since(before).as_secs_f64();
            let stamped = timestamp.wrapping_sub(previous).cast_signed();
            let difference = apart * f64::from(self.clock_rate) - f64::from(stamped);
            self.jitter += (difference.abs() - self.jitter) / 16.0;
        }
        self.transit = Some((now, timestamp));
    }

    /// Packets that should have come so far.
    fn expected(&self) -> u64 {
        let current = if self.started {
            self.highest - self.first + 1
        } else {
            0
        };
        self.earlier.1 + current
    }

    fn total_received(&self) -> u64 {
        self.earlier.0 + self.received
    }

    pub(super) fn lost(&self) -> i64 {
        self.expected().cast_signed() - self.total_received().cast_signed()
    }

    pub(super) fn jitter(&self) -> Duration {
        Duration::from_secs_f64(self.jitter / f64::from(self.clock_rate))
    }

    /// The middle bits of a sender report's time, to be repeated in ours.
    pub(super) fn sender_report(&mut self, now: Instant, middle: u32) {
        self.sender_report = Some((middle, now));
    }

    pub(super) fn has_news(&self) -> bool {
        self.total_received() != self.reported.1
    }

    pub(super) fn take_report(
        &mut self,
        now: Instant,
        ssrc: u32,
    ) -> rtc::rtcp::reception_report::ReceptionReport {
        let (expected, received) = (self.expected(), self.total_received());
        let expected_now = expected.saturating_sub(self.reported.0);
        let lost_now = expected_now.saturating_sub(received.saturating_sub(self.reported.1));
        self.reported = (expected, received);
        let fraction = (lost_now * 256).checked_div(expected_now).unwrap_or(0);
        let (last_sender_report, delay) = match self.sender_report {
            Some((middle, at)) => {
                let held = now.saturating_duration_since(at).as_secs_f64();
                (middle, (held * 65_536.0) as u32)
            }
            None => (0, 0),
        };
        rtc::rtcp::reception_report::ReceptionReport {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            // 24 bits, signed.
            total_lost: (self.lost().clamp(-0x80_0000, 0x7f_ffff) as u32) & 0xff_ffff,
            last_sequence_number: self.highest as u32,
            jitter: self.jitter as u32,
            last_sender_report,
            delay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(reception: &mut Reception, sequences: &[u16]) -> Vec<Arrival> {
        let now = Instant::now();
        sequences
            .iter()
            .map(|sequence| reception.receive(now, *sequence, 0, 10))
            .collect()
    }

    #[test]
    fn duplicates_are_told_from_late_packets_across_the_wrap() {
        let mut reception = Reception::new(48_000);
        let arrivals = feed(&mut reception, &[65_534, 0, 65_535, 65_535, 1, 0]);
        use Arrival::{Duplicate, New};
        assert_eq!(arrivals, [New, New, New, Duplicate, New, Duplicate]);
        assert_eq!(reception.lost(), 0);
        assert_eq!((reception.packets, reception.duplicates), (4, 2));
    }

    #[test]
    fn losses_are_counted_and_taken_back_when_late_packets_come() {
        let mut reception = Reception::new(48_000);
        feed(&mut reception, &[10, 15]);
        assert_eq!(reception.lost(), 4);
        feed(&mut reception, &[12]);
        assert_eq!(reception.lost(), 3);
        let report = reception.take_report(Instant::now(), 7);
        assert_eq!((report.ssrc, report.total_lost), (7, 3));
        assert_eq!(report.fraction_lost, 128, "3 of 6");
        assert!(!reception.has_news());
    }

    #[test]
    fn one_stray_packet_changes_nothing_and_two_start_anew() {
        let mut reception = Reception::new(48_000);
        let arrivals = feed(&mut reception, &[1, 2, 30_000, 3, 30_000, 30_001, 30_002]);
        use Arrival::{New, Stray};
        assert_eq!(arrivals, [New, New, Stray, New, Stray, New, New]);
        assert_eq!(reception.lost(), 0, "the jump is not a loss");
    }

    #[test]
    fn jitter_is_zero_for_an_even_stream_and_grows_with_unevenness() {
        let start = Instant::now();
        let mut even = Reception::new(48_000);
        let mut uneven = Reception::new(48_000);
        for index in 0..100_u32 {
            let on_time = start + Duration::from_millis(20) * index;
            let late = on_time + Duration::from_millis(10) * (index % 2);
            even.receive(on_time, index as u16, index * 960, 1);
            uneven.receive(late, index as u16, index * 960, 1);
        }
        assert!(even.jitter() < Duration::from_micros(1));
        assert!(uneven.jitter() > Duration::from_millis(9), "{uneven:?}");
    }

    proptest::proptest! {
        /// Whatever comes, nothing panics, and no packet is new twice within the window.
        #[test]
        fn any_packets_in_any_order(
            packets in proptest::collection::vec((0..2000_u16, proptest::num::u32::ANY), 1..300),
            offset in proptest::num::u16::ANY,
            clock_rate in proptest::num::u32::ANY,
        ) {
            let start = Instant::now();
            let mut reception = Reception::new(clock_rate);
            let mut new = std::collections::HashMap::new();
            let mut starts = reception.earlier;
            for (index, (sequence, timestamp)) in packets.iter().enumerate() {
                let now = start + Duration::from_millis(index as u64);
                let sequence = sequence.wrapping_add(offset);
                let arrival = reception.receive(now, sequence, *timestamp, 1);
                if reception.earlier != starts {
                    starts = reception.earlier;
                    new.clear();
                }
                if arrival == Arrival::New
                    && let Some(before) = new.insert(sequence, reception.highest)
                {
                    proptest::prop_assert!(reception.highest - before >= WINDOW);
                }
                reception.take_report(now, 1);
                reception.jitter();
            }
            proptest::prop_assert!(reception.lost() >= 0);
        }
    }
}
