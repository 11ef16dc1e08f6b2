//! One transport: a peer connection of the engine with a single, never changing description.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt;
use ortc::{DtlsFingerprint, DtlsParameters, DtlsRole, IceParameters, TransportParameters};
use rtc::media_stream::MediaStreamTrack;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use tokio::sync::{mpsc, watch};
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, RTCConfigurationBuilder,
    RTCIceTransportPolicy, RTCSessionDescription, Registry, SettingEngine, SettingEngineBuilder,
    Slot, StatsSelector, crypto,
};

use super::candidates::{self, RemoteCandidate};
use super::description::{PLACEHOLDER_PAYLOAD_TYPE, RemoteParameters};
use super::exchange::{Exchange, Streams};
use super::life::{Life, Limits, Watcher};
use super::sockets::{MediaRuntime, Network};
use super::{TransportEvents, TransportOptions, TransportState};
use crate::certificate::FINGERPRINT_ALGORITHM;
use crate::{Certificate, MediaError, TransportStats};

/// A check leaves, a pair is nominated and DTLS starts only at a tick, hence the short interval,
/// which holds only until a pair is selected; with it, the number of attempts must allow for a
/// router that is silent for long.
const ICE_CHECK_INTERVAL: Duration = Duration::from_millis(5);
const ICE_CHECKS: u16 = 3000;
/// Without an answer to consent checks for this long, the path is reported as silent.
const ICE_DISCONNECTED: Duration = Duration::from_secs(5);
const ICE_KEEPALIVE: Duration = Duration::from_secs(2);
/// No network answers faster, loopback included.
const SHORTEST_ROUND_TRIP: Duration = Duration::from_micros(50);
/// Direct paths answer sooner than this if they exist.
const RELAY_HEAD_START: Duration = Duration::from_millis(500);

pub(crate) struct Link {
    id: Arc<str>,
    fingerprint: String,
    peer: Arc<dyn PeerConnection>,
    /// Never carries media: writing an empty packet to it wakes the engine.
    placeholder: Arc<TrackLocalStaticRTP>,
    network: Arc<Network>,
    life: Arc<Life>,
    remote: RemoteParameters,
    candidates: Vec<RemoteCandidate>,
    /// Behind a relay the gate does not recognise DTLS; ICE itself then waits.
    ice_waits: bool,
    /// Where to close what the last handle's owner did not close.
    runtime: tokio::runtime::Handle,
    pub(super) streams: Arc<Streams>,
    pub(super) cname: Arc<str>,
}

impl Link {
    pub(super) async fn open(
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> Result<(Arc<Self>, TransportEvents), MediaError> {
        let remote = RemoteParameters::new(&parameters)?;
        let candidates = candidates::usable(&parameters.ice_candidates, &options).await;
        let (relays, relay_addresses) = candidates::relays(&options.ice_servers).await?;
        if candidates.is_empty() || (options.relay_only && relay_addresses.is_empty()) {
            return Err(MediaError::NoCandidate);
        }
        let certificate = match options.certificate.clone() {
            Some(certificate) => certificate,
            None => Certificate::generate()?,
        };

        let (sender, receiver) = mpsc::unbounded_channel();
        let now = Instant::now();
        let cname: Arc<str> = format!("{:016x}", rand::random::<u64>()).into();
        let streams = Streams::new(
            now,
            SystemTime::now(),
            rand::random(),
            Arc::clone(&cname),
            options.stall_after,
            sender,
        );
        let network = Network::new();
        let life = Life::new(Arc::clone(&streams));
        let watcher = Arc::new(Watcher::new(Arc::clone(&life)));

        let direct = candidates.iter().filter(|_| !options.relay_only);
        let direct_udp = direct.clone().filter(|candidate| candidate.is_udp());
        let direct_tcp = direct.filter(|candidate| !candidate.is_udp());
        let udp = direct_udp
            .map(|candidate| candidate.address)
            .chain(relay_addresses);
        let peer = PeerConnectionBuilder::new()
            .with_configuration(
                RTCConfigurationBuilder::default()
                    .with_ice_servers(relays.clone())
                    .with_ice_transport_policy(if options.relay_only {
                        RTCIceTransportPolicy::Relay
                    } else {
                        RTCIceTransportPolicy::All
                    })
                    .with_certificates(vec![certificate.inner.clone()])
                    .build(),
            )
            .with_media_engine(media_engine()?)
            .with_setting_engine(settings(&options))
            .with_interceptor_registry(Registry::new().with(
                Slot::from(usize::MAX),
                Exchange::new(now, Arc::clone(&streams)),
            ))
            .with_runtime(Arc::new(MediaRuntime {
                network: Arc::clone(&network),
            }))
            .with_handler(Arc::clone(&watcher) as _)
            .with_udp_addrs(candidates::local_addresses(udp))
            .with_tcp_addrs(candidates::local_addresses(
                direct_tcp.map(|candidate| candidate.address),
            ))
            .build()
            .await
            .map_err(|error| MediaError::Socket(error.to_string()))?;
        let peer: Arc<dyn PeerConnection> = Arc::new(peer);

        let placeholder = Arc::new(placeholder());
        let transceiver = peer
            .add_transceiver_from_track(
                Arc::clone(&placeholder) as Arc<dyn TrackLocal>,
                Some(RTCRtpTransceiverInit {
                    direction: RTCRtpTransceiverDirection::Sendonly,
                    streams: vec![],
                    send_encodings: vec![],
                }),
            )
            .await
            .map_err(MediaError::engine)?;
        let sender = transceiver
            .sender()
            .await
            .map_err(MediaError::engine)?
            .ok_or_else(|| MediaError::Engine("the placeholder has no sender".into()))?;
        watcher.watch(&sender);

        let link = Arc::new(Self {
            id: parameters.id.into(),
            fingerprint: certificate.fingerprint,
            peer,
            placeholder,
            network,
            life,
            remote,
            candidates,
            ice_waits: options.relay_only,
            runtime: tokio::runtime::Handle::current(),
            streams,
            cname,
        });
        link.grant_nomination(&link.remote)?;
        link.negotiate(&link.remote).await?;
        if !link.ice_waits {
            link.add_candidates().await?;
        }
        link.life.guard(
            &link.network,
            Arc::downgrade(&sender),
            Limits {
                ice: options.ice_timeout,
                ice_waits: link.ice_waits,
            },
        );
        Ok((link, TransportEvents { receiver }))
    }

    fn grant_nomination(&self, remote: &RemoteParameters) -> Result<(), MediaError> {
        if let Some(password) = remote.lite_password() {
            let provider = crypto::default_provider().map_err(MediaError::engine)?;
            self.network.nomination.grant(password, provider);
        }
        Ok(())
    }

    async fn negotiate(&self, remote: &RemoteParameters) -> Result<(), MediaError> {
        let offer = self
            .peer
            .create_offer(None)
            .await
            .map_err(MediaError::engine)?;
        self.peer
            .set_local_description(offer)
            .await
            .map_err(MediaError::engine)?;
        let answer = RTCSessionDescription::answer(remote.answer()).map_err(MediaError::engine)?;
        self.peer
            .set_remote_description(answer)
            .await
            .map_err(MediaError::engine)
    }

    async fn add_candidates(&self) -> Result<(), MediaError> {
        for candidate in candidates::describe(&self.candidates, &self.network) {
            self.peer
                .add_ice_candidate(candidate)
                .await
                .map_err(MediaError::engine)?;
        }
        self.wake();
        Ok(())
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn dtls_parameters(&self) -> DtlsParameters {
        DtlsParameters {
            role: DtlsRole::Client,
            fingerprints: vec![DtlsFingerprint {
                algorithm: FINGERPRINT_ALGORITHM.into(),
                value: self.fingerprint.clone(),
            }],
        }
    }

    pub(super) fn connect(self: &Arc<Self>) {
        self.life.gate_opened();
        self.network.gate.open();
        if self.ice_waits {
            let link = Arc::downgrade(self);
            tokio::spawn(async move {
                if let Some(link) = link.upgrade() {
                    let _ = link.add_candidates().await;
                }
            });
        }
    }

    pub(super) fn state(&self) -> TransportState {
        self.life.state()
    }

    pub(super) fn states(&self) -> watch::Receiver<TransportState> {
        self.life.states()
    }

    pub(super) async fn restart_ice(&self, ice: &IceParameters) -> Result<(), MediaError> {
        let remote = self.remote.with_ice(ice)?;
        self.peer.restart_ice().await.map_err(MediaError::engine)?;
        self.grant_nomination(&remote)?;
        self.negotiate(&remote).await?;
        self.add_candidates().await
    }

    pub(super) async fn stats(&self) -> TransportStats {
        let ([packets_sent, bytes_sent], [packets_received, bytes_received]) =
            self.streams.totals();
        let report = self
            .peer
            .get_stats(Instant::now(), StatsSelector::None)
            .await;
        let round_trip = report
            .candidate_pairs()
            .filter(|pair| pair.nominated)
            .map(|pair| Duration::try_from_secs_f64(pair.current_round_trip_time))
            .filter_map(Result::ok)
            // Shorter is our own answer (see `Nomination`), until the first consent check.
            .find(|round_trip| *round_trip > SHORTEST_ROUND_TRIP);
        TransportStats {
            packets_sent,
            bytes_sent,
            packets_received,
            bytes_received,
            round_trip,
        }
    }

    /// Makes the engine fetch what is queued and look at its timers.
    pub(super) fn wake(&self) {
        // Done at once unless the engine is busy; then it will look by itself.
        if self
            .placeholder
            .write_rtcp(Vec::new())
            .now_or_never()
            .is_none()
        {
            self.streams.not_woken();
        }
    }

    pub(super) async fn close(&self) {
        self.life.set(TransportState::Closed);
        self.streams.close();
        self.network.close();
        let _ = self.peer.close().await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.life.state() == TransportState::Closed {
            return;
        }
        self.life.set(TransportState::Closed);
        self.streams.close();
        self.network.close();
        // The engine does not end by itself; also, closing tells the router.
        let peer = Arc::clone(&self.peer);
        self.runtime.spawn(async move {
            let _ = peer.close().await;
        });
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Link")
            .field("id", &self.id)
            .field("state", &self.life.state())
            .finish_non_exhaustive()
    }
}

/// Wakes the engine if the transport is still there.
#[derive(Clone, Debug)]
pub(crate) struct Waker(Weak<Link>);

impl Waker {
    pub(super) fn new(link: &Arc<Link>) -> Self {
        Self(Arc::downgrade(link))
    }

    pub(crate) fn wake(&self) {
        if let Some(link) = self.0.upgrade() {
            link.wake();
        }
    }
}

fn placeholder_codec() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: "audio/opus".into(),
        clock_rate: 48_000,
        channels: 2,
        ..RTCRtpCodec::default()
    }
}

fn media_engine() -> Result<MediaEngine, MediaError> {
    let mut engine = MediaEngine::default();
    let codec = RTCRtpCodecParameters {
        rtp_codec: placeholder_codec(),
        payload_type: PLACEHOLDER_PAYLOAD_TYPE,
    };
    engine
        .register_codec(codec, RtpCodecKind::Audio)
        .map_err(MediaError::engine)?;
    Ok(engine)
}

fn settings(options: &TransportOptions) -> SettingEngine {
    let failed = options.ice_timeout.saturating_sub(ICE_DISCONNECTED);
    SettingEngineBuilder::new()
        .with_ice_connection_attempts(Some(ICE_CHECK_INTERVAL), Some(ICE_CHECKS))
        .with_ice_timeouts(
            Some(ICE_DISCONNECTED.min(options.ice_timeout)),
            Some(failed.max(Duration::from_secs(1))),
            Some(ICE_KEEPALIVE),
        )
        .with_relay_acceptance_min_wait(Some(if options.relay_only {
            Duration::ZERO
        } else {
            RELAY_HEAD_START
        }))
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_discard_local_candidates_during_ice_restart(true)
        .build()
}

fn placeholder() -> TrackLocalStaticRTP {
    TrackLocalStaticRTP::new(MediaStreamTrack::new(
        "placeholder".into(),
        "placeholder".into(),
        "placeholder".into(),
        RtpCodecKind::Audio,
        vec![RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(rand::random()),
                ..RTCRtpCodingParameters::default()
            },
            codec: placeholder_codec(),
            ..RTCRtpEncodingParameters::default()
        }],
    ))
}
