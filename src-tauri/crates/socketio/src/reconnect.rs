//! When to try again. A value, without clock and without randomness of its own.

use std::time::Duration;

/// Full-jitter exponential backoff: before attempt `n` (0, 1, 2 …) the client waits a uniformly
/// random time between nothing and `min(cap, base * 2^n)`.
///
/// Full jitter spreads the clients of a restarted server best; see "Exponential Backoff And
/// Jitter", AWS Architecture Blog, 2015.
#[derive(Debug, Clone, PartialEq)]
pub struct ReconnectPolicy {
    /// Upper bound of the first delay. Default 250 ms.
    pub base: Duration,
    /// Upper bound of every delay. Default 3 s, so that a server which was away for long is found
    /// again within 3 s of its return.
    pub cap: Duration,
    /// Most attempts in a row before giving up; `None`, the default, never gives up. `Some(0)`
    /// never reconnects.
    pub max_attempts: Option<u32>,
    /// A connection which lasted this long starts the counting of attempts anew; one that is lost
    /// sooner counts as a failed attempt, so that a server which accepts and drops is not hammered.
    /// Default 5 s.
    pub stable_after: Duration,
    /// Whether to come back after the server said `41` (it disconnected this socket on purpose, or
    /// closed the namespace on its way down). Default true, with backoff.
    pub after_server_disconnect: bool,
    /// Whether to try again after the namespace refused us (`44`). Default false: the answer was
    /// deliberate and will be the same. [`Socket::reconnect_now`](crate::Socket::reconnect_now)
    /// tries again.
    pub after_refusal: bool,
}

impl Default for ReconnectPolicy {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(250),
            cap: Duration::from_secs(3),
            max_attempts: None,
            stable_after: Duration::from_secs(5),
            after_server_disconnect: true,
            after_refusal: false,
        }
    }
}

impl ReconnectPolicy {
    /// Never reconnects by itself.
    pub fn never() -> Self {
        Self {
            max_attempts: Some(0),
            ..Self::default()
        }
    }

    /// Delay before attempt `attempt` (0 is the first after a loss), or `None` when no further
    /// attempt is due. `random` is uniform in `0.0..1.0`.
    pub fn delay(&self, attempt: u32, random: f64) -> Option<Duration> {
        if self.max_attempts.is_some_and(|most| attempt >= most) {
            return None;
        }
        let factor = 2f64.powi(attempt.min(64) as i32);
        let bound = (self.base.as_secs_f64() * factor).min(self.cap.as_secs_f64());
        Some(Duration::from_secs_f64(bound * random.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_cap_and_are_fully_jittered() {
        let policy = ReconnectPolicy::default();
        let most = |attempt| policy.delay(attempt, 1.0).expect("unlimited").as_millis();
        assert_eq!(
            [250, 500, 1000, 2000, 3000, 3000],
            [0, 1, 2, 3, 4, 5].map(most)
        );
        assert_eq!(policy.delay(3, 0.0), Some(Duration::ZERO));
        assert_eq!(policy.delay(2, 0.5), Some(Duration::from_millis(500)));
    }

    #[test]
    fn attempts_are_unlimited_unless_limited() {
        assert_eq!(
            ReconnectPolicy::default().delay(u32::MAX, 1.0),
            Some(Duration::from_secs(3))
        );
        let three = ReconnectPolicy {
            max_attempts: Some(3),
            ..ReconnectPolicy::default()
        };
        assert!(three.delay(2, 0.5).is_some());
        assert_eq!(three.delay(3, 0.5), None);
        assert_eq!(ReconnectPolicy::never().delay(0, 0.5), None);
    }
}
