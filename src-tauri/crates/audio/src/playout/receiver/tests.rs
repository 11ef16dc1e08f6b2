//! From sound through Opus, a bad network and the receiver to sound.

use std::time::Duration;

use bytes::Bytes;
use opus::{Application, Bitrate, Channels, Encoder};

use super::*;
use crate::analysis::{dominant_frequency, longest_gap_ms, rms};

const MS: Duration = Duration::from_millis(1);

/// A small generator of repeatable chance.
struct Chance(u64);

impl Chance {
    /// 0..=1
    fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// What a network does to a packet.
struct Network {
    /// Share of packets that are lost, 0..=1.
    loss: f32,
    /// Largest extra delay in ms.
    jitter: f32,
    /// Clock of the sender: 1.001 is a thousandth too fast.
    sender_speed: f64,
}

impl Network {
    /// Nothing lost, all clocks equal.
    fn good(jitter: f32) -> Self {
        Self {
            loss: 0.0,
            jitter,
            sender_speed: 1.0,
        }
    }
}

/// Sends a tone that swells four times a second (as syllables do: a steady one is no speech to
/// Opus, which then leaves FEC out) for so many seconds through a network and listens a second longer; returns
/// what is heard and counted.
fn transmit(hz: f32, seconds: u32, network: &Network, seed: u64) -> (Vec<f32>, StreamStats) {
    let mut encoder = Encoder::new(48_000, Channels::Mono, Application::Voip).expect("settings");
    encoder
        .set_bitrate(Bitrate::Bits(32_000))
        .expect("settings");
    encoder.set_inband_fec(true).expect("settings");
    encoder.set_packet_loss_perc(15).expect("settings");
    let mut chance = Chance(seed);
    let start = Instant::now();
    let mut in_flight = Vec::new();
    for n in 0..seconds * 50 {
        let sound: Vec<f32> = (n * 960..(n + 1) * 960)
            .map(|i| {
                let phase = f64::from(hz) * f64::from(i) / 48_000.0;
                let swell = 0.6 - 0.4 * (f64::from(i) / 12_000.0 * std::f64::consts::TAU).cos();
                ((phase.fract() * std::f64::consts::TAU).sin() * swell) as f32 * 0.3
            })
            .collect();
        let payload = encoder.encode_vec_float(&sound, 1000).expect("encoded");
        let sent = Duration::from_micros((f64::from(n) * 20_000.0 / network.sender_speed) as u64);
        let delay = Duration::from_micros((chance.next() * network.jitter * 1000.0) as u64);
        if chance.next() >= network.loss {
            in_flight.push(EncodedPacket {
                sequence: 65_500u16.wrapping_add(n as u16),
                timestamp: n.wrapping_mul(960).wrapping_sub(5000),
                payload: Bytes::from(payload),
                arrived: start + 30 * MS + sent + delay,
            });
        }
    }
    in_flight.sort_by_key(|packet| packet.arrived);
    let mut in_flight = in_flight.into_iter().peekable();
    let mut receiver = Receiver::new().expect("settings");
    let mut heard = Vec::new();
    let mut step = [0.0; 480];
    for n in 0..(seconds + 1) * 100 {
        let now = start + n * 10 * MS;
        while let Some(packet) = in_flight.next_if(|packet| packet.arrived <= now) {
            receiver.insert(packet);
        }
        receiver.fill(&mut step, now, |_| {});
        heard.extend_from_slice(&step);
    }
    (heard, receiver.stats())
}

#[test]
fn a_tone_arrives_whole_on_a_good_network() {
    let (heard, stats) = transmit(440.0, 10, &Network::good(10.0), 1);
    let heard = &heard[9600..480_000];
    let found = dominant_frequency(heard, 48_000).expect("a tone");
    assert!((found.hz - 440.0).abs() <= 2.0, "{found:?}");
    assert!(found.share > 0.9, "{found:?}");
    assert!((rms(heard) - 0.14).abs() < 0.02, "as loud: {}", rms(heard));
    assert_eq!(longest_gap_ms(heard, 48_000, 0.02), 0);
    assert_eq!((stats.concealed_frames, stats.fec_frames), (0, 0));
    assert_eq!((stats.underruns, stats.late), (0, 0));
    assert!(stats.delay <= 60 * MS, "{stats:?}");
}

#[test]
fn a_tone_survives_loss_jitter_and_reordering() {
    for seed in 1..4 {
        let bad = Network {
            loss: 0.1,
            jitter: 45.0,
            sender_speed: 1.0,
        };
        let (heard, stats) = transmit(700.0, 10, &bad, seed);
        let heard = &heard[24_000..480_000];
        let found = dominant_frequency(heard, 48_000).expect("a tone");
        assert!((found.hz - 700.0).abs() <= 5.0, "{found:?}");
        assert!(found.share > 0.6, "{found:?} {stats:?}");
        let gap = longest_gap_ms(heard, 48_000, 0.02);
        assert!(gap <= 80, "{gap} ms {stats:?}");
        assert!(stats.reordered > 20, "{stats:?}");
        assert!(stats.fec_frames >= 12, "{stats:?}");
        assert!(stats.concealed_frames <= 40, "{stats:?}");
    }
}

#[test]
fn a_sender_whose_clock_is_off_never_causes_gaps_or_growing_delay() {
    for sender_speed in [0.999, 1.001] {
        let drifting = Network {
            sender_speed,
            ..Network::good(8.0)
        };
        // 60 ms too little or too much in the end.
        let (heard, stats) = transmit(440.0, 60, &drifting, 5);
        let heard = &heard[9600..60 * 48_000 - 9600];
        assert_eq!(stats.concealed_frames, 0, "{sender_speed}: {stats:?}");
        assert!(stats.delay <= 75 * MS, "{sender_speed}: {stats:?}");
        assert_eq!(longest_gap_ms(heard, 48_000, 0.02), 0);
        let found = dominant_frequency(heard, 48_000).expect("a tone");
        assert!((found.hz - 440.0).abs() <= 2.0, "{found:?}");
    }
}

#[test]
fn when_a_sender_stops_the_sound_fades_to_silence_without_a_click() {
    let (heard, stats) = transmit(440.0, 1, &Network::good(0.0), 1);
    assert_eq!((stats.concealed_frames, stats.underruns), (0, 0));
    let steepest = heard
        .windows(2)
        .map(|w| (w[1] - w[0]).abs())
        .fold(0.0, f32::max);
    assert!(steepest < 0.06, "{steepest}");
    assert_eq!(heard[heard.len() - 24_000..], [0.0; 24_000]);
    let mut receiver = Receiver::new().expect("settings");
    let mut step = [1.0; 480];
    receiver.fill(&mut step, Instant::now(), |heard| {
        assert_eq!(heard.level, Level::SILENCE);
        assert!(!heard.voice);
    });
    assert_eq!(step, [0.0; 480], "silence before the first packet");
}

#[test]
fn packets_that_are_no_opus_do_no_harm() {
    let mut receiver = Receiver::new().expect("settings");
    let mut chance = Chance(3);
    let start = Instant::now();
    let mut step = [0.0; 480];
    for n in 0..500u32 {
        let length = (chance.next() * 60.0) as usize;
        let payload: Vec<u8> = (0..length).map(|_| (chance.next() * 255.0) as u8).collect();
        let now = start + n * 20 * MS;
        receiver.insert(EncodedPacket {
            sequence: n as u16,
            timestamp: n * 960,
            payload: payload.into(),
            arrived: now,
        });
        receiver.fill(&mut step, now, |_| {});
        receiver.fill(&mut step, now, |_| {});
        assert!(step.iter().all(|sample| sample.is_finite()));
    }
}
