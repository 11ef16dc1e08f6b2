//! Whether the peer is still there.

use std::time::{Duration, Instant};

/// The server pings every interval; a peer from which nothing came for interval + time-out is lost.
/// Everything that arrives counts, not only pings.
#[derive(Debug)]
pub(crate) struct Liveness {
    heard: Instant,
    limit: Duration,
}

impl Liveness {
    pub(crate) fn new(interval: Duration, timeout: Duration, now: Instant) -> Self {
        Self {
            heard: now,
            limit: interval + timeout,
        }
    }

    pub(crate) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.heard + self.limit
    }
}
