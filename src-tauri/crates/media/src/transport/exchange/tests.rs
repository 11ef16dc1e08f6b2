//! The exchange driven as the engine drives it, in virtual time.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use rtc::interceptor::{Packet, TaggedPacket};
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp;
use rtc::sansio::Protocol;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::{ConsumerStream, Exchange, Outlet, ProducerStream, Retransmission, Streams, tagged};
use crate::transport::TransportEvent;
use crate::{EncodedAudio, RtpPacket};

const PRODUCER: u32 = 11;
const CONSUMER: u32 = 22;
const STALL: Duration = Duration::from_secs(2);

struct Bench {
    streams: Arc<Streams>,
    exchange: Exchange,
    events: UnboundedReceiver<TransportEvent>,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let now = Instant::now();
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let streams = Streams::new(now, wall, 99, "cname".into(), STALL, sender);
        Self {
            exchange: Exchange::new(now, Arc::clone(&streams)),
            streams,
            events,
            now,
        }
    }

    /// As after the DTLS handshake.
    fn open() -> Self {
        let mut bench = Self::new();
        bench.exchange.handle_timeout(bench.now).unwrap();
        bench
    }

    fn producer(&self) {
        self.streams.add_producer(
            PRODUCER,
            ProducerStream {
                payload_type: 100,
                clock_rate: 48_000,
                audio_level: Some(10),
                sequence: 65_534,
                timestamp: u32::MAX - 100,
            },
        );
    }

    fn consumer(&self, keep: usize) -> mpsc::Receiver<RtpPacket> {
        let (packets, receiver) = mpsc::channel(keep);
        assert!(self.streams.add_consumer(ConsumerStream {
            id: "c".into(),
            ssrc: CONSUMER,
            clock_rate: 48_000,
            audio_level: Some(10),
            retransmission: Some(Retransmission {
                ssrc: 23,
                original_payload_type: 101,
            }),
            packets: Outlet::Queue(packets),
            since: self.now,
        }));
        receiver
    }

    /// Whether the engine is to be woken.
    fn say(&self) -> bool {
        let queued = self.streams.send(
            PRODUCER,
            self.now,
            EncodedAudio {
                payload: Bytes::from_static(&[1, 2, 3]),
                samples: 960,
                audio_level_dbov: 30,
                voice: true,
            },
        );
        queued.is_some_and(|queued| queued.wake)
    }

    fn out(&mut self) -> Vec<Packet> {
        std::iter::from_fn(|| self.exchange.poll_write())
            .map(|packet: TaggedPacket| packet.message.packet)
            .collect()
    }

    fn out_rtp(&mut self) -> Vec<rtp::Packet> {
        self.out()
            .into_iter()
            .filter_map(|packet| match packet {
                Packet::Rtp(packet) => Some(packet),
                _ => None,
            })
            .collect()
    }

    fn hear(&mut self, ssrc: u32, sequence: u16, payload: &[u8]) {
        let mut header = rtp::Header {
            version: 2,
            payload_type: 100,
            sequence_number: sequence,
            ssrc,
            ..Default::default()
        };
        let level = Bytes::from_static(&[0x80 | 40]);
        header.set_extension(10, level).unwrap();
        let packet = rtp::Packet {
            header,
            payload: Bytes::copy_from_slice(payload),
        };
        self.exchange
            .handle_read(tagged(self.now, Packet::Rtp(packet)))
            .unwrap();
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.exchange.handle_timeout(self.now).unwrap();
    }

    fn events(&mut self) -> Vec<TransportEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

fn named(event: fn(String) -> TransportEvent) -> Vec<TransportEvent> {
    vec![event("c".into())]
}

#[test]
fn nothing_is_kept_for_a_connection_that_is_not_up_yet() {
    let mut bench = Bench::new();
    bench.producer();
    assert!(!bench.say(), "nobody to wake");
    assert_eq!(bench.exchange.poll_timeout(), None);
    bench.exchange.handle_timeout(bench.now).unwrap();
    assert!(bench.out_rtp().is_empty());
}

#[test]
fn packets_are_numbered_and_clocked_and_carry_their_level() {
    let mut bench = Bench::open();
    bench.producer();
    for _ in 0..3 {
        bench.say();
        bench.now += Duration::from_millis(20);
    }
    let packets = bench.out_rtp();
    let headers: Vec<_> = packets.iter().map(|packet| &packet.header).collect();
    let sequences: Vec<u16> = headers
        .iter()
        .map(|header| header.sequence_number)
        .collect();
    assert_eq!(sequences, [65_534, 65_535, 0]);
    let start = u32::MAX - 100;
    for (index, header) in headers.iter().enumerate() {
        let samples = 960 * u32::try_from(index).unwrap();
        assert_eq!(header.timestamp, start.wrapping_add(samples));
        assert_eq!(header.marker, index == 0);
        assert_eq!((header.payload_type, header.ssrc), (100, PRODUCER));
        assert_eq!(header.get_extension(10).unwrap()[..], [0x80 | 30]);
    }
}

#[test]
fn the_engine_is_woken_once_for_many_packets() {
    let mut bench = Bench::open();
    bench.producer();
    assert!(bench.say());
    assert!(!bench.say(), "already woken");
    bench.out();
    assert!(bench.say());
}

#[test]
fn a_pause_drops_what_is_queued_and_shows_as_silence() {
    let mut bench = Bench::open();
    bench.producer();
    bench.say();
    let before = bench.out_rtp().remove(0).header;
    bench.now += Duration::from_millis(20);
    bench.say();
    bench.streams.pause_producer(PRODUCER, true);
    assert!(!bench.say(), "paused");
    assert!(bench.out_rtp().is_empty(), "the queued packet is gone");
    bench.now += Duration::from_secs(10);
    bench.streams.pause_producer(PRODUCER, false);
    bench.say();
    let after = bench.out_rtp().remove(0).header;
    assert_eq!(
        after.sequence_number,
        before.sequence_number.wrapping_add(1)
    );
    let skipped = after.timestamp.wrapping_sub(before.timestamp);
    assert_eq!(skipped, 501 * 960, "10.02 s, in whole packets");
    assert!(after.marker);
}

#[test]
fn a_consumer_gets_each_packet_once_and_only_its_own() {
    let mut bench = Bench::open();
    let mut packets = bench.consumer(10);
    for (ssrc, sequence) in [(CONSUMER, 5), (CONSUMER, 5), (1234, 6), (CONSUMER, 6)] {
        bench.hear(ssrc, sequence, b"x");
    }
    bench.hear(CONSUMER, 7, b"");
    let received: Vec<_> = std::iter::from_fn(|| packets.try_recv().ok()).collect();
    let sequences: Vec<u16> = received.iter().map(|packet| packet.sequence).collect();
    assert_eq!(sequences, [5, 6], "no duplicate, no probe, no padding");
    assert_eq!(received[0].audio_level, Some(40));
    assert_eq!(received[0].voice, Some(true));
    assert_eq!(received[0].arrived, bench.now);
    let stats = bench.streams.consumer_stats(CONSUMER);
    assert_eq!((stats.packets_received, stats.duplicates), (3, 1));
    let once = named(|consumer| TransportEvent::FirstPacket { consumer });
    assert_eq!(bench.events(), once);
}

#[test]
fn retransmissions_fill_the_gap_once() {
    let mut bench = Bench::open();
    let mut packets = bench.consumer(10);
    bench.hear(CONSUMER, 5, b"a");
    bench.hear(CONSUMER, 7, b"c");
    bench.hear(23, 900, &[0, 6, b'b']);
    bench.hear(23, 901, &[0, 6, b'b']);
    bench.hear(23, 902, &[0]);
    let received: Vec<_> = std::iter::from_fn(|| packets.try_recv().ok())
        .map(|packet| (packet.sequence, packet.payload))
        .collect();
    let expected = [(5, "a"), (7, "c"), (6, "b")];
    assert_eq!(received, expected.map(|(n, text)| (n, Bytes::from(text))));
}

#[test]
fn a_reader_that_does_not_read_costs_only_its_own_packets() {
    let mut bench = Bench::open();
    let mut packets = bench.consumer(2);
    for sequence in 0..5 {
        bench.hear(CONSUMER, sequence, b"x");
    }
    assert_eq!(bench.streams.consumer_stats(CONSUMER).overflowed, 3);
    assert_eq!(packets.try_recv().unwrap().sequence, 0);
}

#[test]
fn silence_is_noticed_once_and_so_is_its_end() {
    let mut bench = Bench::open();
    let _packets = bench.consumer(10);
    assert_eq!(bench.exchange.poll_timeout(), Some(bench.now + STALL));
    bench.pass(STALL);
    let stalled = named(|consumer| TransportEvent::Stalled { consumer });
    assert_eq!(bench.events(), stalled, "no first packet");
    bench.pass(STALL);
    assert_eq!(bench.events(), [], "told once");

    bench.hear(CONSUMER, 1, b"x");
    let first = named(|consumer| TransportEvent::FirstPacket { consumer });
    assert_eq!(bench.events(), first);
    bench.pass(STALL);
    assert_eq!(bench.events(), stalled);
    bench.hear(CONSUMER, 2, b"x");
    let flowing = named(|consumer| TransportEvent::Flowing { consumer });
    assert_eq!(bench.events(), flowing);

    bench.streams.pause_consumer(CONSUMER, bench.now, true);
    bench.pass(STALL * 3);
    assert_eq!(bench.events(), [], "wanted silence");
    bench.streams.pause_consumer(CONSUMER, bench.now, false);
    bench.streams.remove_consumer(CONSUMER);
    bench.pass(STALL * 3);
    assert_eq!(bench.events(), [], "gone");
}

#[test]
fn waiting_for_a_first_packet_counts_from_the_connection() {
    let mut bench = Bench::new();
    let _packets = bench.consumer(10);
    bench.pass(Duration::from_secs(60));
    assert_eq!(bench.events(), []);
    assert_eq!(bench.exchange.poll_timeout(), Some(bench.now + STALL));
}

#[test]
fn sender_reports_are_answered_with_a_round_trip() {
    let mut bench = Bench::open();
    bench.producer();
    bench.say();
    bench.out();
    bench.pass(Duration::from_secs(1));
    let Some(Packet::Rtcp(reports)) = bench.out().into_iter().next() else {
        panic!("a report");
    };
    let sent = reports[0].as_any().downcast_ref::<SenderReport>().unwrap();
    assert_eq!(
        (sent.ssrc, sent.packet_count, sent.octet_count),
        (PRODUCER, 1, 3)
    );
    assert_eq!(sent.ntp_time >> 32, 1_800_000_000 + 2_208_988_800 + 1);
    let start = u32::MAX - 100;
    assert_eq!(
        sent.rtp_time,
        start.wrapping_add(48_000),
        "the same instant"
    );

    let answer = ReceiverReport {
        ssrc: 1,
        reports: vec![ReceptionReport {
            ssrc: PRODUCER,
            fraction_lost: 64,
            total_lost: 0xff_ffff,
            jitter: 480,
            last_sender_report: (sent.ntp_time >> 16) as u32,
            delay: 65_536 / 2,
            ..Default::default()
        }],
        ..Default::default()
    };
    bench.now += Duration::from_millis(600);
    bench
        .exchange
        .handle_read(tagged(bench.now, Packet::Rtcp(vec![Box::new(answer)])))
        .unwrap();
    let stats = bench.streams.producer_stats(PRODUCER);
    assert_eq!(stats.round_trip, Some(Duration::from_millis(100)));
    assert_eq!(stats.jitter, Some(Duration::from_millis(10)));
    assert_eq!((stats.packets_lost, stats.fraction_lost), (-1, 0.25));

    bench.pass(Duration::from_secs(5));
    assert!(bench.out().is_empty(), "nothing sent, nothing to report");
    assert_eq!(bench.exchange.poll_timeout(), None, "and no timer");
}

#[test]
fn receiver_reports_repeat_the_senders_time() {
    let mut bench = Bench::open();
    let _packets = bench.consumer(10);
    bench.hear(CONSUMER, 1, b"x");
    bench.hear(CONSUMER, 3, b"x");
    let report = SenderReport {
        ssrc: CONSUMER,
        ntp_time: 0x1111_2222_3333_4444,
        ..Default::default()
    };
    bench
        .exchange
        .handle_read(tagged(bench.now, Packet::Rtcp(vec![Box::new(report)])))
        .unwrap();
    bench.pass(Duration::from_secs(1));
    let Some(Packet::Rtcp(reports)) = bench.out().into_iter().next() else {
        panic!("a report");
    };
    let sent = reports[0]
        .as_any()
        .downcast_ref::<ReceiverReport>()
        .unwrap();
    assert_eq!(sent.ssrc, 99);
    let reception = &sent.reports[0];
    assert_eq!((reception.ssrc, reception.total_lost), (CONSUMER, 1));
    assert_eq!(reception.last_sender_report, 0x2222_3333);
    assert_eq!(reception.delay, 65_536);
}

#[test]
fn closing_ends_streams_and_events() {
    let mut bench = Bench::open();
    bench.producer();
    let mut packets = bench.consumer(10);
    bench.hear(CONSUMER, 1, b"x");
    bench.streams.close();
    assert!(!bench.say());
    assert!(packets.try_recv().is_ok());
    assert_eq!(
        packets.try_recv(),
        Err(mpsc::error::TryRecvError::Disconnected)
    );
    bench.events();
    assert!(
        bench
            .events
            .try_recv()
            .is_err_and(|error| { error == mpsc::error::TryRecvError::Disconnected })
    );
    bench.pass(Duration::from_secs(10));
    assert_eq!(bench.streams.totals(), ([0, 0], [1, 1]), "totals stay");
}
