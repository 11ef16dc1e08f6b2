//! The jitter buffer against simulated networks, in virtual time.

use super::*;
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

/// A packet of 20 ms (hybrid, so that FEC is possible) whose second byte says FEC or not.
fn packet(sequence: u16, timestamp: u32, arrived: Instant) -> EncodedPacket {
    EncodedPacket {
        sequence,
        timestamp,
        payload: Bytes::from_static(&[13 << 3, 0x40, 0, 0]),
        arrived,
    }
}

/// What was played, in order.
#[derive(Debug, Default)]
struct Played {
    sequences: Vec<u16>,
    /// Milliseconds of each kind.
    concealed: u32,
    fec: u32,
    silence: u32,
    /// Playout time (ms) of the first packet.
    first_at: Option<u64>,
}

/// Inserts `packets` (sent with these numbers, at these milliseconds) and pulls until `until`
/// ms, each pull when what the last one gave is over.
fn run(buffer: &mut JitterBuffer, mut packets: Vec<(u16, u32, u64)>, until: u64) -> Played {
    let start = Instant::now();
    packets.sort_by_key(|(_, _, at)| *at);
    let mut packets = packets.into_iter().peekable();
    let mut played = Played::default();
    // Samples from the start to the next pull.
    let mut next_pull = 0u64;
    while next_pull < until * 48 {
        let now = start + Duration::from_micros(next_pull * 125 / 6);
        while let Some((sequence, timestamp, at)) =
            packets.next_if(|(_, _, at)| start + *at as u32 * MS <= now)
        {
            buffer.insert(packet(sequence, timestamp, start + at as u32 * MS));
        }
        let samples = match buffer.pull(now) {
            Pulled::Packet { sequence, .. } => {
                played.sequences.push(sequence);
                played.first_at.get_or_insert(next_pull / 48);
                960
            }
            Pulled::Fec { samples, .. } => {
                played.fec += samples / 48;
                samples
            }
            Pulled::Conceal { samples } => {
                played.concealed += samples / 48;
                samples
            }
            Pulled::Silence { samples } => {
                played.silence += samples / 48;
                samples
            }
        };
        assert!(samples > 0, "time goes on");
        next_pull += u64::from(samples);
    }
    played
}

/// `count` packets from a sequence number, 20 ms apart, with delays from a function.
fn stream(first: u16, count: u16, delay: impl Fn(u16) -> u64) -> Vec<(u16, u32, u64)> {
    (0..count)
        .map(|i| {
            let timestamp = u32::from(i)
                .wrapping_mul(960)
                .wrapping_add(u32::MAX - 9_600);
            let sent = u64::from(i) * 20;
            (first.wrapping_add(i), timestamp, sent + delay(i))
        })
        .collect()
}

fn numbers(first: u16, count: u16) -> Vec<u16> {
    (0..count).map(|i| first.wrapping_add(i)).collect()
}

#[test]
fn an_even_stream_is_played_whole_over_all_wraps_with_little_delay() {
    let mut buffer = JitterBuffer::new();
    // Sequence and timestamp both wrap early on.
    let played = run(&mut buffer, stream(65_530, 500, |_| 30), 10_000);
    let count = played.sequences.len() as u16;
    assert!(count >= 495, "{count}");
    assert_eq!(played.sequences, numbers(65_530, count));
    assert_eq!((played.concealed, played.fec), (0, 0));
    let first = played.first_at.expect("played");
    assert!(
        (70..=80).contains(&first),
        "40 ms after its arrival: {first}"
    );
    assert!(buffer.delay() <= 50 * MS, "{:?}", buffer.delay());
    assert_eq!(buffer.target_delay(), 40 * MS);
}

#[test]
fn reordered_and_doubled_packets_are_put_right() {
    let mut buffer = JitterBuffer::new();
    let mut packets = stream(10, 300, |i| if i % 5 == 0 { 25 } else { 0 });
    let doubles: Vec<_> = packets.iter().map(|(s, t, at)| (*s, *t, at + 3)).collect();
    packets.extend(doubles);
    let played = run(&mut buffer, packets, 5900);
    assert_eq!(played.sequences, numbers(10, played.sequences.len() as u16));
    assert!(played.sequences.len() > 290);
    assert_eq!(played.concealed, 0);
    let stats = buffer.stats();
    assert!(stats.duplicates >= 290, "{stats:?}");
    assert!(stats.reordered >= 58, "{stats:?}");
    assert_eq!(stats.late, 0);
}

#[test]
fn single_losses_are_recovered_from_the_next_packet_and_long_ones_concealed() {
    let mut buffer = JitterBuffer::new();
    let mut packets = stream(0, 200, |_| 10);
    packets.retain(|(s, _, _)| *s % 20 != 7 && !(100..103).contains(s));
    let played = run(&mut buffer, packets, 3900);
    let stats = buffer.stats();
    assert_eq!(stats.fec_frames, 10 + 1, "{stats:?}");
    assert_eq!(stats.concealed_frames, 2, "the first two of three");
    assert_eq!(played.fec, 220);
    assert_eq!(played.concealed, 40);
    assert_eq!(stats.underruns, 0);
}

#[test]
fn without_fec_in_the_next_packet_a_loss_counts_as_concealed() {
    let mut buffer = JitterBuffer::new();
    let start = Instant::now();
    for i in [0u16, 1, 3, 4] {
        let mut plain = packet(i, u32::from(i) * 960, start);
        plain.payload = Bytes::from_static(&[13 << 3, 0, 0, 0]);
        buffer.insert(plain);
    }
    let pulled: Vec<_> = (0..5).map(|_| buffer.pull(start + 60 * MS)).collect();
    assert!(matches!(pulled[2], Pulled::Fec { samples: 960, .. }));
    assert_eq!(buffer.stats().concealed_frames, 1);
    assert_eq!(buffer.stats().fec_frames, 0);
}

#[test]
fn a_late_packet_is_played_late_and_counted_as_dropout() {
    let mut buffer = JitterBuffer::new();
    let played = run(
        &mut buffer,
        stream(0, 200, |i| if i < 100 { 0 } else { 70 }),
        3900,
    );
    assert_eq!(played.sequences, numbers(0, played.sequences.len() as u16));
    let stats = buffer.stats();
    assert_eq!(stats.underruns, 1, "{stats:?}");
    assert!((1..=3).contains(&stats.concealed_frames), "{stats:?}");
    assert_eq!(stats.late, 0);
}

#[test]
fn a_mute_is_no_dropout_whether_timestamps_go_on_or_not() {
    for jump in [0u32, 48 * 3000] {
        let mut buffer = JitterBuffer::new();
        let mut packets = stream(0, 100, |_| 5);
        for i in 0..100u16 {
            let timestamp = packets[99].1.wrapping_add((u32::from(i) + 1) * 960 + jump);
            packets.push((100 + i, timestamp, 2005 + 3000 + u64::from(i) * 20));
        }
        let played = run(&mut buffer, packets, 6900);
        assert_eq!(played.sequences, numbers(0, played.sequences.len() as u16));
        assert!(played.sequences.len() > 190, "{played:?}");
        let stats = buffer.stats();
        assert_eq!(stats.concealed_frames, 0, "jump {jump}: {stats:?}");
        assert_eq!((stats.underruns, stats.late), (0, 0), "jump {jump}");
        assert!(played.silence > 2500);
        assert!(buffer.delay() < 60 * MS, "{:?}", buffer.delay());
    }
}

#[test]
fn dtx_gaps_are_comfort_noise_and_no_dropouts() {
    let mut buffer = JitterBuffer::new();
    let start = Instant::now();
    let mut sequence = 0u16;
    let mut packets = Vec::new();
    for talk in 0..3u64 {
        let base = talk * 2000;
        for i in 0..40u64 {
            packets.push((base + i * 20, false));
        }
        for i in 0..3u64 {
            packets.push((base + 800 + i * 400, true));
        }
    }
    let mut next = packets.into_iter().peekable();
    let mut comfort = 0;
    let mut played = 0;
    let mut at = 0u64;
    while at < 6000 * 48 {
        let now = start + Duration::from_micros(at * 125 / 6);
        while let Some((ms, pause)) = next.next_if(|(ms, _)| start + *ms as u32 * MS <= now) {
            let mut dtx = packet(sequence, ms as u32 * 48, start + ms as u32 * MS);
            if pause {
                dtx.payload = Bytes::from_static(&[13 << 3]);
            }
            sequence += 1;
            buffer.insert(dtx);
        }
        at += match buffer.pull(now) {
            Pulled::Packet { .. } => {
                played += 1;
                960
            }
            Pulled::Conceal { samples } => {
                comfort += samples / 48;
                u64::from(samples)
            }
            Pulled::Fec { samples, .. } | Pulled::Silence { samples } => u64::from(samples),
        };
    }
    assert_eq!(played, 3 * 43);
    assert!(
        comfort > 2000,
        "the decoder makes comfort noise: {comfort} ms"
    );
    let stats = buffer.stats();
    assert_eq!(
        (stats.concealed_frames, stats.underruns),
        (0, 0),
        "{stats:?}"
    );
}

#[test]
fn a_sender_that_starts_anew_is_followed_and_one_wild_packet_is_not() {
    let mut buffer = JitterBuffer::new();
    let mut packets = stream(100, 100, |_| 5);
    packets.push((40_000, 1, 1003));
    for i in 0..100u16 {
        packets.push((9000 + i, 777 + u32::from(i) * 960, 2005 + u64::from(i) * 20));
    }
    let played = run(&mut buffer, packets, 3900);
    let stats = buffer.stats();
    assert_eq!(stats.resets, 1);
    assert!(!played.sequences.contains(&40_000));
    assert!(played.sequences.contains(&9000));
    assert!(played.sequences.contains(&9080));
}

#[test]
fn after_an_outage_the_delay_comes_down_again() {
    let mut buffer = JitterBuffer::new();
    // Everything sent between 1 s and 4 s arrives at 4 s.
    let packets = stream(0, 1000, |i| {
        let sent = u64::from(i) * 20;
        if (1000..4000).contains(&sent) {
            4000 - sent
        } else {
            0
        }
    });
    let played = run(&mut buffer, packets, 5000);
    assert!(played.sequences.windows(2).all(|w| w[0] < w[1]));
    // This simulation does not play faster; that packets are thrown away is enough.
    assert!(buffer.delay() < 1200 * MS, "{:?}", buffer.delay());
    assert!(played.sequences.contains(&210), "it goes on");
}

#[test]
fn garbage_is_counted_and_ignored() {
    let mut buffer = JitterBuffer::new();
    let now = Instant::now();
    for payload in [&b""[..], &[0xff], &[0x03, 0x00], &[0xfb, 0x3f]] {
        let mut bad = packet(1, 1, now);
        bad.payload = Bytes::from_static(payload);
        buffer.insert(bad);
    }
    assert_eq!(buffer.stats().malformed, 4);
    assert!(matches!(buffer.pull(now), Pulled::Silence { .. }));
}

proptest! {
    /// On any network: nothing is played twice or out of order, nothing that comes in time
    /// is missed, and a stream that ends becomes silent.
    #[test]
    fn order_is_kept_on_any_network(
        first in any::<u16>(),
        delays in prop::collection::vec(0u64..120, 50..300),
        lost in prop::collection::vec(prop::bool::weighted(0.1), 300),
        doubled in prop::collection::vec(prop::bool::weighted(0.1), 300),
    ) {
        let mut buffer = JitterBuffer::new();
        let count = delays.len() as u16;
        let mut packets = stream(first, count, |i| delays[usize::from(i)]);
        let extra: Vec<_> = packets.iter().zip(&doubled)
            .filter(|(_, doubled)| **doubled)
            .map(|((s, t, at), _)| (*s, *t, at + 7))
            .collect();
        packets.extend(extra);
        packets.retain(|(s, _, _)| !lost[usize::from(s.wrapping_sub(first))]);
        let until = u64::from(count) * 20 + 2000;
        let played = run(&mut buffer, packets.clone(), until);
        let order: Vec<u16> = played.sequences.iter().map(|s| s.wrapping_sub(first)).collect();
        prop_assert!(order.windows(2).all(|w| w[0] < w[1]), "{order:?}");
        let stats = buffer.stats();
        prop_assert_eq!(
            stats.played + stats.late + stats.duplicates + stats.malformed,
            stats.received,
            "every packet is accounted for: {:?}", stats
        );
        let end = Instant::now() + Duration::from_secs(3600);
        let silent = matches!(buffer.pull(end), Pulled::Silence { .. });
        prop_assert!(silent);
    }

    /// Delays that vary by less than the lowest target never cause a gap.
    #[test]
    fn little_jitter_is_never_heard(
        first in any::<u16>(),
        delays in prop::collection::vec(0u64..18, 100..400),
    ) {
        let mut buffer = JitterBuffer::new();
        let count = delays.len() as u16;
        let packets = stream(first, count, |i| 50 + delays[usize::from(i)]);
        let played = run(&mut buffer, packets, u64::from(count) * 20);
        prop_assert_eq!((played.concealed, played.fec), (0, 0));
        prop_assert!(played.sequences.len() + 7 >= usize::from(count));
    }

    /// Whatever comes in, it does not panic and time goes on.
    #[test]
    fn nonsense_does_no_harm(
        packets in prop::collection::vec(
            (any::<u16>(), any::<u32>(), 0u64..3000, prop::collection::vec(any::<u8>(), 0..4)),
            0..200,
        ),
    ) {
        let mut buffer = JitterBuffer::new();
        let start = Instant::now();
        for (i, (sequence, timestamp, at, payload)) in packets.into_iter().enumerate() {
            buffer.insert(EncodedPacket {
                sequence,
                timestamp,
                payload: payload.into(),
                arrived: start + at as u32 * MS,
            });
            if i % 3 == 0 {
                buffer.pull(start + at as u32 * MS);
            }
        }
        for i in 0..500 {
            buffer.pull(start + Duration::from_secs(4) + i * 10 * MS);
        }
        let silent = matches!(buffer.pull(start + Duration::from_secs(60)), Pulled::Silence { .. });
        prop_assert!(silent);
    }
}
