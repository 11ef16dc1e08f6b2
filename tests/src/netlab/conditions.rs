//! What one direction of a link does to packets, decided without I/O: time is passed in,
//! randomness is seeded, so that a failing run can be repeated.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Properties of one direction of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions {
    /// Time every packet takes.
    pub delay: Duration,
    /// Up to this much more, evenly distributed; the order of packets is kept.
    pub jitter: Duration,
    /// Which packets are lost.
    pub loss: Loss,
    /// Share (0..=1) of the packets that overtake: they are delivered without `delay`.
    pub reorder: f64,
    /// Bits per second; `None` for no limit.
    pub rate: Option<u64>,
    /// Bytes that may wait for a limited `rate`; what does not fit is dropped.
    pub queue: usize,
}

/// Which packets are lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// None.
    None,
    /// Independently, with this probability (0..=1).
    Random(f64),
    /// In bursts (Gilbert-Elliott): everything is lost in the bad state, nothing in the
    /// good one. The mean burst is `1 / recover` packets; the mean loss is
    /// `enter / (enter + recover)`.
    Bursts {
        /// Probability per packet of going from good to bad.
        enter: f64,
        /// Probability per packet of going from bad to good.
        recover: f64,
    },
    /// Everything: the link is cut.
    All,
}

impl Default for Conditions {
    /// A perfect link.
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            loss: Loss::None,
            reorder: 0.0,
            rate: None,
            queue: 256 * 1024,
        }
    }
}

impl Conditions {
    /// A link that only delays, by this much in each direction.
    pub fn delayed(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }

    /// A cut link.
    pub fn cut() -> Self {
        Self {
            loss: Loss::All,
            ..Self::default()
        }
    }
}

/// One direction of a link.
#[derive(Debug)]
pub struct Direction {
    conditions: Conditions,
    random: StdRng,
    bad: bool,
    /// When the line has sent everything that waits for it, since the start.
    line_free: Duration,
    /// Delivery of the last packet that did not overtake.
    last_delivery: Duration,
}

impl Direction {
    /// The same seed and the same packets give the same fate to each of them.
    pub fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            conditions,
            random: StdRng::seed_from_u64(seed),
            bad: false,
            line_free: Duration::ZERO,
            last_delivery: Duration::ZERO,
        }
    }

    /// From now on these conditions apply to packets that arrive.
    pub fn set(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// When a packet of `size` bytes that arrives `now` (since the start) is delivered;
    /// `None` when it is lost.
    pub fn offer(&mut self, now: Duration, size: usize) -> Option<Duration> {
        // Every packet draws the same numbers, so that one changed condition does not
        // change the fate of the others.
        let (loss, jitter, reorder): (f64, f64, f64) = (
            self.random.random(),
            self.random.random(),
            self.random.random(),
        );
        if self.is_lost(loss) {
            return None;
        }
        let sent = self.transmit(now, size)?;
        if reorder < self.conditions.reorder {
            return Some(sent);
        }
        let delivery = sent + self.conditions.delay + self.conditions.jitter.mul_f64(jitter);
        self.last_delivery = self.last_delivery.max(delivery);
        Some(self.last_delivery)
    }

    fn is_lost(&mut self, drawn: f64) -> bool {
        match self.conditions.loss {
            Loss::None => false,
            Loss::All => true,
            Loss::Random(probability) => drawn < probability,
            Loss::Bursts { enter, recover } => {
                self.bad = if self.bad {
                    drawn >= recover
                } else {
                    drawn < enter
                };
                self.bad
            }
        }
    }

    fn transmit(&mut self, now: Duration, size: usize) -> Option<Duration> {
        let Some(rate) = self.conditions.rate else {
            return Some(now);
        };
        let start = self.line_free.max(now);
        let waiting = (start - now).as_secs_f64() * rate as f64 / 8.0;
        if waiting + size as f64 > self.conditions.queue as f64 {
            return None;
        }
        self.line_free = start + Duration::from_secs_f64(size as f64 * 8.0 / rate as f64);
        Some(self.line_free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn fates(conditions: Conditions, seed: u64, packets: u64) -> Vec<Option<Duration>> {
        let mut direction = Direction::new(conditions, seed);
        (0..packets)
            .map(|i| direction.offer(millis(20 * i), 200))
            .collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_fates() {
        let conditions = Conditions {
            delay: millis(50),
            jitter: millis(30),
            loss: Loss::Bursts {
                enter: 0.02,
                recover: 0.25,
            },
            reorder: 0.05,
            ..Conditions::default()
        };
        let run = |seed| fates(conditions.clone(), seed, 2000);
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }

    #[test]
    fn jitter_keeps_the_order_and_the_bounds() {
        let conditions = Conditions {
            delay: millis(50),
            jitter: millis(200),
            ..Conditions::default()
        };
        let mut last = Duration::ZERO;
        for (i, fate) in fates(conditions, 1, 500).into_iter().enumerate() {
            let at = fate.expect("nothing is lost");
            assert!(at >= last);
            assert!(at >= millis(20 * i as u64 + 50));
            assert!(at <= millis(20 * i as u64 + 250));
            last = at;
        }
    }

    #[test]
    fn bursts_lose_the_share_and_length_they_promise() {
        let conditions = Conditions {
            loss: Loss::Bursts {
                enter: 0.01,
                recover: 0.2,
            },
            ..Conditions::default()
        };
        let fates = fates(conditions, 3, 100_000);
        let lost = fates.iter().filter(|fate| fate.is_none()).count() as f64;
        let bursts = fates
            .windows(2)
            .filter(|pair| pair[0].is_some() && pair[1].is_none())
            .count() as f64;
        assert!((lost / 100_000.0 - 0.01 / 0.21).abs() < 0.01, "{lost}");
        assert!((lost / bursts - 5.0).abs() < 0.7, "{}", lost / bursts);
    }

    #[test]
    fn reordered_packets_overtake() {
        let conditions = Conditions {
            delay: millis(50),
            reorder: 0.1,
            ..Conditions::default()
        };
        let fates = fates(conditions, 5, 1000);
        let overtaking = fates
            .iter()
            .enumerate()
            .filter(|(i, fate)| **fate == Some(millis(20 * *i as u64)))
            .count();
        assert!((60..140).contains(&overtaking), "{overtaking}");
    }

    #[test]
    fn a_limited_rate_queues_then_drops() {
        let conditions = Conditions {
            rate: Some(80_000),
            queue: 1000,
            ..Conditions::default()
        };
        let mut direction = Direction::new(conditions, 1);
        let fates: Vec<_> = (0..7)
            .map(|_| direction.offer(Duration::ZERO, 200))
            .collect();
        let expected = [20, 40, 60, 80, 100].map(|ms| Some(millis(ms)));
        assert_eq!(fates[..5], expected);
        assert_eq!(fates[5..], [None, None]);
        assert_eq!(direction.offer(millis(100), 200), Some(millis(120)));
    }

    #[test]
    fn a_cut_link_delivers_nothing_until_it_is_repaired() {
        let mut direction = Direction::new(Conditions::cut(), 1);
        assert_eq!(direction.offer(Duration::ZERO, 100), None);
        direction.set(Conditions::default());
        assert_eq!(direction.offer(millis(1), 100), Some(millis(1)));
    }
}
