//! Every time limit, back-off and threshold of a call that is not one of the protocol's: those
//! (how long an answer may take, for instance) are in [`signaling::policy`].

use std::time::Duration;

use rand::RngExt;

/// A person who waits this long for an answer is told what is being waited for.
pub const SILENCE_NOTICE: Duration = Duration::from_secs(5);
/// A microphone that takes longer than this to be accepted is explained.
pub const PRODUCE_NOTICE: Duration = Duration::from_secs(4);
/// How long the very first connection may take before the call is given up with a sentence.
pub const FIRST_CONNECT_PATIENCE: Duration = Duration::from_secs(8);
/// Joins that may fail transiently before a call that never worked is given up.
pub const FIRST_JOIN_TRIES: u32 = 2;
/// How often the race of first joiners is retried before it counts as a failed join.
pub const JOIN_RACE_TRIES: u32 = 3;
/// "Participant not in room" this soon after a join means that the session was erased on the
/// server: the socket is not used again.
pub const ERASED_SESSION_WINDOW: Duration = Duration::from_secs(5);

/// From the opened transports to the first connected pair and keys.
pub const MEDIA_CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// A person whose media does not connect is told what that may be after this long.
pub const MEDIA_NOTICE: Duration = Duration::from_secs(7);
/// A transport that says "disconnected" gets this long to recover by itself.
pub const SUSPECT_GRACE: Duration = Duration::from_secs(3);
/// First packet after a resume; a failed resume looks exactly like a successful one.
pub const FIRST_PACKET_LIMIT: Duration = Duration::from_secs(2);
/// A consumer without packets for this long is shown as muted. An open microphone sends 50
/// packets a second, whether somebody speaks or not.
pub const STALL_AFTER: Duration = Duration::from_millis(1_500);
/// How often a `consume` that got no answer is asked again.
pub const CONSUME_TRIES: u32 = 3;
/// Pause between those.
pub const CONSUME_DELAY: Duration = Duration::from_millis(500);
/// How often pausing or resuming the own producer is asked again after a failure.
pub const PRODUCER_SWITCH_TRIES: u32 = 3;
/// Pause between those.
pub const PRODUCER_SWITCH_DELAY: Duration = Duration::from_secs(1);
/// Media that worked this long resets the back-off.
pub const STABLE_AFTER: Duration = Duration::from_secs(10);
/// Producers announced for participants nobody has announced (yet): at most this many are kept.
pub const ORPHANS: usize = 64;

/// Longest chat message shown, in characters.
pub const CHAT_SHOWN_CHARS: usize = 8_000;
/// Chat messages kept.
pub const CHAT_KEPT: usize = 500;
/// Participants kept; a server that lists more is not to fill the memory.
pub const PARTICIPANTS: usize = 256;

/// Notices that only inform disappear after this long.
pub const INFO_SHOWN: Duration = Duration::from_secs(6);
/// Warnings and errors disappear after this long.
pub const WARNING_SHOWN: Duration = Duration::from_secs(20);
/// Notices kept at once; the oldest goes first.
pub const NOTICES_KEPT: usize = 8;
/// After a rejoin, people who rejoin as well are not announced as new for this long.
pub const REUNION: Duration = Duration::from_secs(30);

/// Level above which somebody begins to be shown as speaking, dBFS.
pub const SPEAKING_ON: f32 = -42.0;
/// Level below which somebody is on the way to silence, dBFS.
pub const SPEAKING_OFF: f32 = -50.0;
/// Silence this long ends "speaking": pauses between words do not make the ring flicker.
pub const SPEAKING_HOLD: Duration = Duration::from_millis(500);

/// The view is sent at most this often.
pub const VIEW_INTERVAL: Duration = Duration::from_millis(50);
/// Levels are sent this often.
pub const LEVEL_INTERVAL: Duration = Duration::from_millis(100);
/// A view that counts time is sent this often.
pub const CLOCK_INTERVAL: Duration = Duration::from_millis(500);

/// Outages up to this long are met with fast socket attempts.
pub const FAST_RECONNECT_PHASE: Duration = Duration::from_secs(60);
/// Longest wait between socket attempts in that phase: a gateway that returns is found at
/// once, and being audible again within 5 s of its return leaves no room for more.
pub const FAST_RECONNECT_CAP: Duration = Duration::from_millis(1_500);
/// How long the first socket attempt may take, fallbacks included.
pub const FIRST_SOCKET_LIMIT: Duration = Duration::from_secs(10);
/// How long a later socket attempt may take: one that hangs must not outlast the outage by much.
pub const SOCKET_LIMIT: Duration = Duration::from_secs(5);

/// Delay before socket attempt `attempt` (from 1) after a loss that is `lost_for` old.
///
/// The first attempt comes nearly at once, jittered so that a whole room does not knock in
/// the same millisecond on a gateway that restarts.
pub fn socket_delay(attempt: u32, lost_for: Duration, rng: &mut impl RngExt) -> Duration {
    if lost_for >= FAST_RECONNECT_PHASE {
        return slow(rng);
    }
    let ceiling = Duration::from_millis(250)
        .saturating_mul(1 << attempt.saturating_sub(1).min(6))
        .min(FAST_RECONNECT_CAP);
    ceiling.mul_f64(rng.random_range(0.5..1.0))
}

/// Delay before full join `attempt` (from 1): 1, 2, 4, 8, then 10–15 s with jitter.
pub fn join_delay(attempt: u32, rng: &mut impl RngExt) -> Duration {
    match attempt {
        0 | 1 => Duration::from_secs(1),
        2 => Duration::from_secs(2),
        3 => Duration::from_secs(4),
        4 => Duration::from_secs(8),
        _ => slow(rng),
    }
}

fn slow(rng: &mut impl RngExt) -> Duration {
    Duration::from_millis(rng.random_range(10_000..=15_000))
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::SmallRng};

    use super::*;

    #[test]
    fn joins_back_off_1_2_4_8_then_10_to_15_seconds() {
        let mut rng = SmallRng::seed_from_u64(1);
        let fixed: Vec<u64> = (1..=4)
            .map(|attempt| join_delay(attempt, &mut rng).as_secs())
            .collect();
        assert_eq!(fixed, [1, 2, 4, 8]);
        for attempt in 5..100 {
            let delay = join_delay(attempt, &mut rng);
            assert!((10_000..=15_000).contains(&delay.as_millis()), "{delay:?}");
        }
    }

    #[test]
    fn sockets_are_tried_often_in_the_first_minute() {
        let mut rng = SmallRng::seed_from_u64(2);
        for attempt in 1..200 {
            let delay = socket_delay(attempt, Duration::from_secs(59), &mut rng);
            assert!(delay <= FAST_RECONNECT_CAP, "{delay:?}");
            assert!(delay >= Duration::from_millis(100), "{delay:?}");
        }
        let late = socket_delay(30, Duration::from_secs(61), &mut rng);
        assert!(late >= Duration::from_secs(10), "{late:?}");
    }
}
