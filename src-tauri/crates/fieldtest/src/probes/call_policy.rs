//! Limits of the probes from the room to the sound, all in one place.

use std::time::Duration;

/// From the first packet to a candidate until it counts as silent; all are tried at once.
pub const CANDIDATE_LIMIT: Duration = Duration::from_secs(2);
/// When STUN requests to a candidate leave. They are spread so that a short loss of the network
/// does not look like a closed port.
pub const CHECKS_AT: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_millis(900),
    Duration::from_millis(1_400),
];
/// So many answers tell enough of a candidate.
pub const ANSWERS_ENOUGH: u32 = 3;
/// Sizes that must pass, without the headers of IP and UDP: flights of DTLS and packets of video
/// are up to 1200 bytes; the other is what Ethernet carries, less a tunnel's share.
pub const SIZES: [usize; 2] = [1_200, 1_372];
/// How long a padded request is waited for, and how often it is sent.
pub const SIZE_LIMIT: Duration = Duration::from_millis(400);
/// See [`SIZE_LIMIT`].
pub const SIZE_TRIES: u32 = 2;

/// One request to a relay with its repetitions.
pub const RELAY_REQUEST_LIMIT: Duration = Duration::from_millis(1_500);
/// When a request to a relay is repeated.
pub const RELAY_REPEAT: Duration = Duration::from_millis(400);
/// Packets sent through a relay, and the time between them.
pub const ECHO_PACKETS: u32 = 5;
/// See [`ECHO_PACKETS`].
pub const ECHO_INTERVAL: Duration = Duration::from_millis(100);
/// How long the last packet through a relay is waited for.
pub const ECHO_LIMIT: Duration = Duration::from_secs(1);
/// Size of those packets: that of a packet of sound.
pub const ECHO_BYTES: usize = 120;
/// A name of a host is resolved within this.
pub const RESOLVE_LIMIT: Duration = Duration::from_secs(2);

/// From the link to an open socket.
pub const DIAL_LIMIT: Duration = Duration::from_secs(5);
/// An acknowledgement of the gateway. Production answers within milliseconds, and within two
/// seconds while its database hangs.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// `produce`, which waits for the speech service.
pub const PRODUCE_LIMIT: Duration = Duration::from_secs(8);
/// With so many people on a server its media ports are left to them.
pub const PEOPLE_TO_SPARE: u64 = 3;
/// From the gateway's consent to keys.
pub const DTLS_LIMIT: Duration = Duration::from_secs(5);
/// First packet after a resume; then the resume is sent once more.
pub const FIRST_PACKET_LIMIT: Duration = Duration::from_millis(1_200);
/// How long sound goes on after what was to be recognised, so that the router reports once more:
/// it does about every five seconds.
pub const REPORT_LIMIT: Duration = Duration::from_millis(1_500);
/// What is still on its way when the sound has ended.
pub const LAST_PACKETS: Duration = Duration::from_millis(300);
/// How long closing a socket or a transport may take.
pub const CLOSE_LIMIT: Duration = Duration::from_secs(1);
