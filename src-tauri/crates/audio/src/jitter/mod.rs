//! The jitter buffer: puts packets in order and gives them out in time.
//!
//! Sans-IO: it reads no clock, time is passed in.

use std::time::Instant;

use bytes::Bytes;

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
