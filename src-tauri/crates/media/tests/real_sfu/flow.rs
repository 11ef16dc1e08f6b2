//! What flows, and what stops.

use std::time::{Duration, Instant};

use media::{MediaError, TransportEvent};
use serde_json::json;

use crate::sfu::{PATIENCE, Router, Talker, event, options, packet};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_produced_is_consumed_unchanged() {
    let router = Router::start().await;
    let device = router.device().await;
    let (send, _send_events) = router.sending(&device, json!({}), options()).await;
    let (producer, id) = router.produce(&send).await;
    // Consumed before the transport is connected, as in a call.
    let (recv, mut recv_events) = router.receiving(&device, json!({}), options()).await;
    let (consumer, mut packets) = router.consume(&device, &recv, &id).await;
    let _talker = Talker::start(producer.clone());

    let (first, mut last) = packet(&mut packets).await;
    assert_eq!(first.audio_level, Some(30));
    assert_eq!(first.voice, Some(true));
    let (mut sequence, mut timestamp) = (first.sequence, first.timestamp);
    for _ in 0..50 {
        let (next, number) = packet(&mut packets).await;
        assert_eq!(number, last + 1, "in order, none lost on loopback");
        assert_eq!(next.sequence, sequence.wrapping_add(1));
        assert_eq!(next.timestamp, timestamp.wrapping_add(960));
        assert_eq!(next.payload.len(), 68);
        (last, sequence, timestamp) = (number, next.sequence, next.timestamp);
    }
    event(&mut recv_events, |event| {
        let first =
            matches!(event, TransportEvent::FirstPacket { consumer: id } if id == consumer.id());
        first.then_some(())
    })
    .await;
    let stats = consumer.stats();
    assert!(
        stats.packets_received > 50 && stats.packets_lost == 0,
        "{stats:?}"
    );
    let sent = send.stats().await;
    assert!(
        sent.packets_sent > 50 && sent.bytes_sent > 50 * 68,
        "{sent:?}"
    );
    assert!(sent.round_trip.is_some(), "{sent:?}");
    assert_eq!(recv.stats().await.packets_received, stats.packets_received);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_go_both_ways() {
    let router = Router::start().await;
    let device = router.device().await;
    let (send, _events) = router.sending(&device, json!({}), options()).await;
    let (producer, id) = router.produce(&send).await;
    let (recv, _recv_events) = router.receiving(&device, json!({}), options()).await;
    let (consumer, mut packets) = router.consume(&device, &recv, &id).await;
    let _talker = Talker::start(producer.clone());
    let drain = tokio::spawn(async move { while packets.recv().await.is_some() {} });

    let deadline = Instant::now() + PATIENCE;
    loop {
        let stats = producer.stats().await;
        let at_router = router
            .request("consumerStats", json!({ "consumer": consumer.id() }))
            .await;
        // The router only knows the round trip from our receiver reports.
        let heard = at_router[0]["roundTripTime"].is_number();
        if stats.round_trip.is_some() && stats.jitter.is_some() && heard {
            assert_eq!(stats.packets_lost, 0);
            assert!(stats.round_trip < Some(Duration::from_secs(5)), "{stats:?}");
            break;
        }
        assert!(
            Instant::now() < deadline,
            "no reports: {stats:?} {at_router}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    recv.close().await;
    drain.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_stops_packets_at_once_and_is_reported_as_a_stall() {
    let router = Router::start().await;
    let device = router.device().await;
    let (send, _events) = router.sending(&device, json!({}), options()).await;
    let (producer, id) = router.produce(&send).await;
    let (recv, mut recv_events) = router.receiving(&device, json!({}), options()).await;
    let (_consumer, mut packets) = router.consume(&device, &recv, &id).await;
    let talker = Talker::start(producer.clone());
    let (before, _) = packet(&mut packets).await;

    producer.pause();
    let sent_at_pause = producer.stats().await.packets_sent;
    event(&mut recv_events, |event| {
        matches!(event, TransportEvent::Stalled { .. }).then_some(())
    })
    .await;
    assert_eq!(producer.stats().await.packets_sent, sent_at_pause);
    let mut last = before;
    while let Ok(next) = packets_now(&mut packets) {
        last = next;
    }

    let (silent_since, muted) = (
        Instant::now(),
        talker.sent.load(std::sync::atomic::Ordering::Relaxed),
    );
    producer.resume();
    event(&mut recv_events, |event| {
        matches!(event, TransportEvent::Flowing { .. }).then_some(())
    })
    .await;
    let (after, number) = packet(&mut packets).await;
    assert!(number >= muted, "what was said while muted is never sent");
    assert_eq!(
        after.sequence,
        last.sequence.wrapping_add(1),
        "silence, not loss"
    );
    assert!(after.marker, "a new talk spurt");
    let skipped = after.timestamp.wrapping_sub(last.timestamp);
    assert!(skipped > 48_000, "the clock went on: {skipped}");
    assert!(silent_since.elapsed() < PATIENCE);
}

fn packets_now(packets: &mut media::ConsumerPackets) -> Result<media::RtpPacket, ()> {
    use futures_util::FutureExt;
    packets.recv().now_or_never().flatten().ok_or(())
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_come_late_and_go_without_disturbing_others() {
    let router = Router::start().await;
    let device = router.device().await;
    let (send, _events) = router.sending(&device, json!({}), options()).await;
    let (recv, _recv_events) = router.receiving(&device, json!({}), options()).await;
    let (first, first_id) = router.produce(&send).await;
    let (second, second_id) = router.produce(&send).await;
    let _first_talker = Talker::start(first.clone());
    let _second_talker = Talker::start(second.clone());

    let (_stays, mut stays) = router.consume(&device, &recv, &first_id).await;
    let (_, start) = packet(&mut stays).await;
    // Coming and going again and again, also of a producer that is consumed twice at once.
    for _ in 0..10 {
        let (one, mut one_packets) = router.consume(&device, &recv, &second_id).await;
        let (other, mut other_packets) = router.consume(&device, &recv, &second_id).await;
        packet(&mut one_packets).await;
        one.close().await;
        router
            .request("closeConsumer", json!({ "consumer": one.id() }))
            .await;
        packet(&mut other_packets).await;
        packet(&mut other_packets).await;
        other.close().await;
        while one_packets.recv().await.is_some() {}
    }
    second.close().await;
    router
        .request("closeProducer", json!({ "producer": second_id }))
        .await;
    let (third, third_id) = router.produce(&send).await;
    let _third_talker = Talker::start(third);
    let (_late, mut late) = router.consume(&device, &recv, &third_id).await;
    packet(&mut late).await;

    let mut last = start;
    for _ in 0..60 {
        let (_, number) = packet(&mut stays).await;
        assert_eq!(number, last + 1, "undisturbed");
        last = number;
    }
}

/// What is inside is not this crate's business, so pictures come the same way.
#[tokio::test(flavor = "multi_thread")]
async fn video_packets_are_handed_out_too() {
    let router = Router::start().await;
    let device = router.device().await;
    let (recv, _events) = router.receiving(&device, json!({}), options()).await;
    let id = router.request("produceVideo", json!({})).await;
    let (consumer, mut packets) = router.consume(&device, &recv, id.as_str().unwrap()).await;
    assert_eq!(consumer.kind(), ortc::MediaKind::Video);
    let codecs = &consumer.rtp_parameters().codecs;
    assert!(codecs.iter().any(|codec| ortc::is_rtx(&codec.mime_type)));
    let (first, _) = packet(&mut packets).await;
    assert_eq!(first.payload_type, codecs[0].payload_type);
    let start_code = [0x9d, 0x01, 0x2a];
    let is_key_frame = first.payload.windows(3).any(|bytes| bytes == start_code);
    assert!(is_key_frame, "{first:?}");
    for _ in 0..20 {
        assert!(packet(&mut packets).await.0.marker);
    }
    // The router's probes for bandwidth come on the same transport, and are nobody's.
    assert_eq!(consumer.stats().packets_lost, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_that_cannot_be_received_are_refused() {
    let router = Router::start().await;
    let device = router.device().await;
    let (recv, _events) = router.receiving(&device, json!({}), options()).await;
    let consume = |parameters: serde_json::Value| {
        recv.consume(media::ConsumerOptions {
            id: "c".into(),
            producer_id: "p".into(),
            kind: ortc::MediaKind::Audio,
            rtp_parameters: serde_json::from_value(parameters).unwrap(),
        })
    };
    let opus =
        json!({ "mimeType": "audio/opus", "payloadType": 100, "clockRate": 48000, "channels": 2 });
    let unknown = json!({ "mimeType": "audio/x", "payloadType": 99, "clockRate": 8000 });

    let error = consume(json!({ "codecs": [] })).await.unwrap_err();
    assert!(matches!(error, MediaError::CannotConsume { .. }), "{error}");
    let error = consume(json!({ "codecs": [unknown] })).await.unwrap_err();
    assert_eq!(error.code(), "media.cannot_consume");
    let error = consume(json!({ "codecs": [opus] })).await.unwrap_err();
    assert_eq!(error.code(), "media.unusable_ssrc", "{error}");
    let good = json!({ "codecs": [opus], "encodings": [{ "ssrc": 7 }] });
    let _kept = consume(good.clone()).await.unwrap();
    let error = consume(good).await.unwrap_err();
    assert_eq!(error.code(), "media.unusable_ssrc", "in use: {error}");
    recv.close().await;
    let error = consume(json!({ "codecs": [] })).await.unwrap_err();
    assert_eq!(error.code(), "media.closed");
}
