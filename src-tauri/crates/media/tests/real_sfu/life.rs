//! How transports begin, fail and end.

use std::time::{Duration, Instant};

use media::{MediaError, TransportEvent, TransportOptions, TransportState};
use serde_json::json;

use crate::sfu::{PATIENCE, Router, Talker, connected, event, options, packet, state};

#[tokio::test(flavor = "multi_thread")]
async fn dtls_waits_for_the_gateways_consent_and_then_loses_no_time() {
    let router = Router::start().await;
    let device = router.device().await;
    let parameters = router.transport(json!({})).await;
    let (transport, mut events) = device
        .create_send_transport(parameters, options())
        .await
        .unwrap();
    // ICE finds its path meanwhile.
    event(&mut events, |event| {
        matches!(event, TransportEvent::Path(_)).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(transport.state(), TransportState::Connecting);
    let at_router = router
        .request("transportState", json!({ "transport": transport.id() }))
        .await;
    assert_ne!(at_router["dtlsState"], "connected");

    router
        .connect(transport.id(), transport.dtls_parameters())
        .await;
    transport.connect();
    connected(&mut events).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_does_not_answer_is_a_failure_within_fifteen_seconds() {
    let router = Router::start().await;
    let device = router.device().await;
    let parameters = router.transport(json!({})).await;
    router
        .request("closeTransport", json!({ "transport": parameters.id }))
        .await;
    let started = Instant::now();
    let (_transport, mut events) = device
        .create_send_transport(parameters, options())
        .await
        .unwrap();
    state(&mut events, TransportState::Failed).await;
    let took = started.elapsed();
    assert!(
        took > Duration::from_secs(10),
        "not too early either: {took:?}"
    );
    // The machine may be slow, but the limit is its own timer.
    assert!(took < Duration::from_secs(17), "{took:?}");
}

/// The fingerprint is all that tells the router from somebody in between.
#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_than_the_announced_one_is_a_failure() {
    let router = Router::start().await;
    let device = router.device().await;
    let mut parameters = router.transport(json!({})).await;
    for fingerprint in &mut parameters.dtls_parameters.fingerprints {
        fingerprint.value = ["00"; 32].join(":");
    }
    let (transport, mut events) = device
        .create_send_transport(parameters, options())
        .await
        .unwrap();
    router
        .connect(transport.id(), transport.dtls_parameters())
        .await;
    transport.connect();
    let mut connected = false;
    event(&mut events, |event| {
        connected |= *event == TransportEvent::State(TransportState::Connected);
        (*event == TransportEvent::State(TransportState::Failed)).then_some(())
    })
    .await;
    assert!(!connected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_tcp_connection_is_a_failure_at_once() {
    let router = Router::start().await;
    let device = router.device().await;
    let (transport, mut events) = router
        .sending(&device, json!({ "udp": false }), options())
        .await;
    let closed = Instant::now();
    router
        .request("closeTransport", json!({ "transport": transport.id() }))
        .await;
    state(&mut events, TransportState::Failed).await;
    assert!(
        closed.elapsed() < Duration::from_secs(4),
        "{:?}",
        closed.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transport_that_the_router_closes_fails_soon() {
    let router = Router::start().await;
    let device = router.device().await;
    let (transport, mut events) = router.sending(&device, json!({}), options()).await;
    router
        .request("closeTransport", json!({ "transport": transport.id() }))
        .await;
    let mut silent = false;
    event(&mut events, |event| {
        silent |= *event == TransportEvent::State(TransportState::Disconnected);
        (*event == TransportEvent::State(TransportState::Failed)).then_some(())
    })
    .await;
    assert!(!silent, "told by the router, not guessed from its silence");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_dies_is_noticed() {
    let router = Router::start().await;
    let device = router.device().await;
    let (_transport, mut events) = router.sending(&device, json!({}), options()).await;
    router.kill().await;
    state(&mut events, TransportState::Disconnected).await;
    state(&mut events, TransportState::Failed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_ends_everything_and_tells_the_router() {
    let router = Router::start().await;
    let device = router.device().await;
    let (send, mut send_events) = router.sending(&device, json!({}), options()).await;
    let (recv, mut recv_events) = router.receiving(&device, json!({}), options()).await;
    let (producer, id) = router.produce(&send).await;
    let (_consumer, mut packets) = router.consume(&device, &recv, &id).await;
    let _talker = Talker::start(producer.clone());
    packet(&mut packets).await;

    recv.close().await;
    recv.close().await;
    state(&mut recv_events, TransportState::Closed).await;
    assert_eq!(recv_events.next().await, None, "the events end");
    while packets.recv().await.is_some() {}
    send.close().await;
    state(&mut send_events, TransportState::Closed).await;
    let error = send.produce_audio(Default::default()).await.unwrap_err();
    assert!(matches!(error, MediaError::Closed));
    producer.resume();

    let deadline = Instant::now() + PATIENCE;
    loop {
        let at_router = router
            .request("transportState", json!({ "transport": send.id() }))
            .await;
        if at_router["dtlsState"] == "closed" {
            break;
        }
        assert!(Instant::now() < deadline, "{at_router}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ice_restarts_with_new_credentials() {
    let router = Router::start().await;
    let device = router.device().await;
    let (send, _events) = router.sending(&device, json!({}), options()).await;
    let (recv, _recv_events) = router.receiving(&device, json!({}), options()).await;
    let (producer, id) = router.produce(&send).await;
    let (_consumer, mut packets) = router.consume(&device, &recv, &id).await;
    let _talker = Talker::start(producer.clone());
    let (_, before) = packet(&mut packets).await;

    let ice = router
        .request("restartIce", json!({ "transport": send.id() }))
        .await;
    send.restart_ice(serde_json::from_value(ice).unwrap())
        .await
        .unwrap();
    let mut last = before;
    while last < before + 100 {
        last = packet(&mut packets).await.1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_that_cannot_be_used_are_refused() {
    let router = Router::start().await;
    let device = router.device().await;
    let parameters = router.transport(json!({})).await;
    let refused = async |parameters, options| {
        let refused = device.create_send_transport(parameters, options).await;
        refused.expect_err("refused").code()
    };

    let mut nowhere = parameters.clone();
    nowhere.ice_candidates.clear();
    assert_eq!(refused(nowhere, options()).await, "media.no_candidate");
    let without_relay = TransportOptions {
        relay_only: true,
        ..options()
    };
    assert_eq!(
        refused(parameters.clone(), without_relay).await,
        "media.no_candidate"
    );
    let mut unchecked = parameters.clone();
    unchecked
        .dtls_parameters
        .fingerprints
        .retain(|fingerprint| fingerprint.algorithm != "sha-256");
    assert_eq!(refused(unchecked, options()).await, "media.no_fingerprint");
}
