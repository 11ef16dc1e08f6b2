//! Numbers about what flows.

use std::time::Duration;

/// Totals of a transport since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TransportStats {
    /// RTP packets sent.
    pub packets_sent: u64,
    /// RTP payload bytes sent.
    pub bytes_sent: u64,
    /// RTP packets received, duplicates and unknown streams not counted.
    pub packets_received: u64,
    /// RTP payload bytes received.
    pub bytes_received: u64,
    /// Round trip of the last ICE check on the selected pair.
    pub round_trip: Option<Duration>,
}

/// Totals of a producer since it was made, and what the router last reported about it (RFC 3550).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProducerStats {
    /// RTP packets sent.
    pub packets_sent: u64,
    /// RTP payload bytes sent.
    pub bytes_sent: u64,
    /// Packets that the router misses; can shrink when late ones arrive.
    pub packets_lost: i64,
    /// Share of packets lost since the previous report, 0 to 1.
    pub fraction_lost: f64,
    /// Interarrival jitter seen by the router.
    pub jitter: Option<Duration>,
    /// Round trip by sender and receiver reports.
    pub round_trip: Option<Duration>,
}

/// Totals of a consumer since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ConsumerStats {
    /// RTP packets received, duplicates not counted.
    pub packets_received: u64,
    /// RTP payload bytes received.
    pub bytes_received: u64,
    /// Packets that should have come and did not; can shrink when late ones arrive.
    pub packets_lost: i64,
    /// Packets that came twice and were dropped.
    pub duplicates: u64,
    /// Packets dropped because the receiver of [`crate::ConsumerPackets`] did not keep up.
    pub overflowed: u64,
    /// Interarrival jitter (RFC 3550).
    pub jitter: Duration,
}
