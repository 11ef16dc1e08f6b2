//! How much packets' delay varies, and which delay is therefore worth having.

use std::time::{Duration, Instant};

/// Never aims lower: covers the 20 ms of a packet and the rhythm of playout.
pub(super) const LOWEST_TARGET: Duration = Duration::from_millis(40);
/// Never aims higher: a conversation becomes impossible.
pub(super) const HIGHEST_TARGET: Duration = Duration::from_millis(400);
/// Packets out of a hundred that shall come in time.
const IN_TIME: f32 = 0.97;
/// On top of the measured variation.
const MARGIN_MS: u32 = 20;
/// Width of one class of the histogram.
const CLASS_MS: u32 = 5;
const CLASSES: usize = 80;
/// Packets that the histogram remembers, about: 5 s.
const MEMORY: f32 = 250.0;
/// A change of transit time beyond this is a jump of timestamps or an outage, not jitter.
const JUMP_US: i64 = 500_000;
/// The shortest transit is looked for in the last one to two of these.
const WINDOW: Duration = Duration::from_secs(2);

/// Learns from arrivals. Transit times are microseconds from an arbitrary origin: only their
/// differences mean something.
#[derive(Debug)]
pub(super) struct DelayEstimator {
    epoch: Option<Instant>,
    /// Timestamp of the last packet, and what it is without wrapping.
    last_timestamp: u32,
    last_unwrapped: i64,
    last_transit_us: i64,
    /// Shortest transit in this and in the last window.
    shortest_us: [i64; 2],
    window_start: Option<Instant>,
    histogram: [f32; CLASSES],
    packets: u32,
    target: Duration,
}

impl DelayEstimator {
    pub(super) fn new() -> Self {
        Self {
            epoch: None,
            last_timestamp: 0,
            last_unwrapped: 0,
            last_transit_us: 0,
            shortest_us: [i64::MAX; 2],
            window_start: None,
            histogram: [0.0; CLASSES],
            packets: 0,
            target: LOWEST_TARGET,
        }
    }

    /// The next packet of a stream that paused or started anew: its transit is the new
    /// measure, what was learnt about variation stays.
    pub(super) fn rebase(&mut self) {
        self.shortest_us = [i64::MAX; 2];
        self.window_start = None;
    }

    /// Takes a packet's arrival into account.
    pub(super) fn observe(&mut self, timestamp: u32, arrived: Instant) {
        let first = self.epoch.is_none();
        let epoch = *self.epoch.get_or_insert(arrived);
        if first {
            self.last_timestamp = timestamp;
        }
        let unwrapped = self.unwrap(timestamp);
        let transit = micros_between(epoch, arrived) - samples_to_micros(unwrapped);
        if !first && (transit - self.last_transit_us).abs() > JUMP_US {
            self.rebase();
        }
        self.last_timestamp = timestamp;
        self.last_unwrapped = unwrapped;
        self.last_transit_us = transit;

        match self.window_start {
            Some(start) if arrived.saturating_duration_since(start) <= WINDOW => {}
            Some(_) => {
                self.shortest_us = [i64::MAX, self.shortest_us[0]];
                self.window_start = Some(arrived);
            }
            None => self.window_start = Some(arrived),
        }
        self.shortest_us[0] = self.shortest_us[0].min(transit);
        self.learn(transit - self.shortest());
    }

    fn learn(&mut self, jitter_us: i64) {
        self.packets = self.packets.saturating_add(1);
        let weight = 1.0 / (self.packets as f32).min(MEMORY);
        for share in &mut self.histogram {
            *share *= 1.0 - weight;
        }
        let class = (jitter_us.max(0) / i64::from(CLASS_MS * 1000)) as usize;
        self.histogram[class.min(CLASSES - 1)] += weight;

        let mut sum = 0.0;
        let mut quantile_ms = 0;
        for (class, share) in self.histogram.iter().enumerate() {
            sum += share;
            if sum >= IN_TIME {
                // The lowest class is "no jitter", not "up to 5 ms".
                quantile_ms = class as u32 * CLASS_MS;
                break;
            }
        }
        self.target = Duration::from_millis(u64::from(quantile_ms + MARGIN_MS))
            .clamp(LOWEST_TARGET, HIGHEST_TARGET);
    }

    /// The delay worth having.
    pub(super) fn target(&self) -> Duration {
        self.target
    }

    /// Delay in microseconds that a packet gets when it is played now: on top of the
    /// shortest way that packets of late had.
    pub(super) fn delay_us(&self, timestamp: u32, now: Instant) -> i64 {
        let Some(epoch) = self.epoch else { return 0 };
        if self.shortest() == i64::MAX {
            return 0;
        }
        micros_between(epoch, now) - samples_to_micros(self.unwrap(timestamp)) - self.shortest()
    }

    fn shortest(&self) -> i64 {
        self.shortest_us[0].min(self.shortest_us[1])
    }

    fn unwrap(&self, timestamp: u32) -> i64 {
        let step = timestamp.wrapping_sub(self.last_timestamp) as i32;
        self.last_unwrapped + i64::from(step)
    }
}

fn samples_to_micros(samples: i64) -> i64 {
    samples * 125 / 6
}

fn micros_between(from: Instant, to: Instant) -> i64 {
    match to.checked_duration_since(from) {
        Some(later) => later.as_micros() as i64,
        None => -(from.duration_since(to).as_micros() as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds packets 20 ms apart with these delays (ms), starting close to the wrap of
    /// timestamps; returns the target in ms.
    fn target_after(delays: impl Iterator<Item = u64>) -> u64 {
        let start = Instant::now();
        let mut estimator = DelayEstimator::new();
        for (i, delay) in delays.enumerate() {
            let timestamp = (u32::MAX - 48_000).wrapping_add(i as u32 * 960);
            let sent = Duration::from_millis(i as u64 * 20);
            estimator.observe(timestamp, start + sent + Duration::from_millis(delay));
        }
        estimator.target().as_millis() as u64
    }

    #[test]
    fn an_even_stream_needs_little_delay() {
        assert_eq!(target_after((0..500).map(|_| 30)), 40);
    }

    #[test]
    fn jitter_raises_the_target_and_calm_lowers_it_again() {
        let rough = target_after((0..500).map(|i| if i % 7 == 0 { 120 } else { 20 }));
        assert!((110..=140).contains(&rough), "{rough}");
        let calm = target_after((0..3000).map(|i| if i < 500 && i % 7 == 0 { 120 } else { 20 }));
        assert_eq!(calm, 40);
    }

    #[test]
    fn a_jump_of_the_clock_is_not_jitter() {
        let target = target_after((0..600).map(|i| if i < 300 { 10 } else { 5000 }));
        assert_eq!(target, 40);
    }

    #[test]
    fn the_delay_of_a_packet_is_told() {
        let start = Instant::now();
        let mut estimator = DelayEstimator::new();
        let ms = Duration::from_millis;
        for i in 0..10u32 {
            estimator.observe(i * 960, start + ms(u64::from(i) * 20 + 5));
        }
        assert_eq!(estimator.delay_us(9 * 960, start + ms(185)), 0);
        assert_eq!(estimator.delay_us(9 * 960, start + ms(230)), 45_000);
        assert_eq!(estimator.delay_us(10 * 960, start + ms(185)), -20_000);
    }
}
