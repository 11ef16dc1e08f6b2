//! Every time limit and threshold of a participant that is not one of the protocol's: those are
//! in [`signaling::policy`].

use std::time::Duration;

/// How often the race of first joiners is run again before it counts as a failed join.
pub const JOIN_RACE_TRIES: u32 = 3;
/// First packet after a resume; a failed resume looks exactly like a successful one, so it is
/// asked for once more then.
pub const FIRST_PACKET_LIMIT: Duration = Duration::from_secs(2);
/// From the open transport to a path.
pub const ICE_LIMIT: Duration = Duration::from_secs(14);
/// How long the end of a stay waits for transports that close.
pub const CLOSING_LIMIT: Duration = Duration::from_millis(1_500);
/// Loudness from which a packet counts as audible, dBov (RFC 6464 has them negated).
pub const AUDIBLE_DBOV: u8 = 60;
/// Payload from which a packet counts as audible when its sender does not tell its loudness,
/// bytes: Opus puts silence into fewer.
pub const AUDIBLE_BYTES: usize = 20;
/// Producers of others that are consumed at most; a server that lists more is not to fill the
/// memory.
pub const CONSUMERS: usize = 64;
/// With how many packets the sender of a track is looked for in this process.
pub const SENDER_TRIES: u32 = 500;
/// A track of which a packet came within this time flows.
pub const FLOWING: Duration = Duration::from_secs(1);
