//! Limits, all in one place. The server sets none of its own.

use std::time::Duration;

use crate::wire::RequestName;
use ortc::MediaKind;

/// Most answers come within milliseconds; two seconds more if a database behind hangs.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(10);

/// An audio track is announced only when the gateway's own tap is ready, and that waits for
/// the speech service: 15 s and more while it does not answer.
pub const PRODUCE_AUDIO_LIMIT: Duration = Duration::from_secs(25);

/// Leaving waits for the speech service (5 s) and the database (2 s).
pub const LEAVE_LIMIT: Duration = Duration::from_secs(8);

/// Closing an audio producer waits for the speech service (5 s).
pub const CLOSE_PRODUCER_LIMIT: Duration = Duration::from_secs(8);

/// Pausing and resuming touches nothing but the router.
pub const PAUSE_RESUME_LIMIT: Duration = Duration::from_secs(5);

/// A chat message that has not come back by then was not delivered.
pub const CHAT_ECHO_LIMIT: Duration = Duration::from_secs(5);

/// Longest chat text, in characters: what web clients allow. A message above 1 MB would
/// close the connection.
pub const CHAT_MAX_CHARS: usize = 500;

/// Wait before the one repeated join when two first participants raced for the same room.
pub const JOIN_RACE_PAUSE: Duration = Duration::from_millis(500);

/// One whole discovery, from link to gateway, whatever happens on the way.
pub const DISCOVERY_LIMIT: Duration = Duration::from_secs(8);

/// From link to open socket, whatever happens on the way.
pub const DIAL_LIMIT: Duration = Duration::from_secs(9);

/// One fetch of `env-config.js`, redirects included. Shorter than the whole so that the
/// search for a gateway without a site still has time.
pub const ENV_CONFIG_LIMIT: Duration = Duration::from_secs(4);

/// How long an open socket waits for a slow `env-config.js` before it is taken for the
/// gateway.
pub const ENV_CONFIG_GRACE: Duration = Duration::from_millis(300);

/// How long the greeting of a server may take that looks like an older one.
pub const GREETING_LIMIT: Duration = Duration::from_secs(1);

/// Largest `env-config.js` read, in bytes.
pub const ENV_CONFIG_MAX_BYTES: usize = 64 * 1024;

/// Most redirects followed for `env-config.js`.
pub const MAX_REDIRECTS: usize = 5;

/// How long a gateway's `/health` may take.
pub const HEALTH_LIMIT: Duration = Duration::from_secs(5);

/// Largest `/health` read, in bytes: it lists all rooms; this is enough for several thousand.
pub const HEALTH_MAX_BYTES: usize = 2 * 1024 * 1024;

/// How long the answer to a request may take before it is given up.
pub fn limit(request: RequestName, kind: Option<MediaKind>) -> Duration {
    match request {
        RequestName::Produce if kind != Some(MediaKind::Video) => PRODUCE_AUDIO_LIMIT,
        RequestName::LeaveRoom => LEAVE_LIMIT,
        RequestName::CloseProducer => CLOSE_PRODUCER_LIMIT,
        RequestName::ResumeConsumer
        | RequestName::PauseConsumer
        | RequestName::ResumeProducer
        | RequestName::PauseProducer => PAUSE_RESUME_LIMIT,
        _ => DEFAULT_LIMIT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_audio_produce_may_take_long() {
        let produce = |kind| limit(RequestName::Produce, kind);
        assert_eq!(produce(Some(MediaKind::Audio)).as_secs(), 25);
        assert_eq!(produce(Some(MediaKind::Video)).as_secs(), 10);
        assert_eq!(limit(RequestName::JoinRoom, None).as_secs(), 10);
        assert_eq!(limit(RequestName::LeaveRoom, None).as_secs(), 8);
        assert_eq!(limit(RequestName::ResumeConsumer, None).as_secs(), 5);
    }

    #[test]
    fn discovery_ends_within_ten_seconds() {
        assert!(DISCOVERY_LIMIT < Duration::from_secs(10));
        assert!(DIAL_LIMIT < Duration::from_secs(10));
        assert!(ENV_CONFIG_LIMIT < DISCOVERY_LIMIT);
    }
}
