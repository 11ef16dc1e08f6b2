//! The states of a transport, and who changes them.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use rtc::peer_connection::transport::RTCDtlsTransportState;
use tokio::sync::watch;
use webrtc::peer_connection::{
    PeerConnectionEventHandler, RTCIceCandidateType, RTCIceConnectionState, RTCIceProtocol,
    RTCPeerConnectionState,
};
use webrtc::rtp_transceiver::RtpSender;

use super::exchange::Streams;
use super::sockets::Network;
use super::{IpVersion, MediaPath, PathProtocol, TransportEvent, TransportState};

/// From path and gateway's consent to keys.
const DTLS_TIMEOUT: Duration = Duration::from_secs(10);
/// How often to look whether the router has ended DTLS, which the engine does not tell.
const DTLS_CHECK: Duration = Duration::from_secs(1);

/// The state, and everything that hears of its changes.
pub(super) struct Life {
    state: watch::Sender<TransportState>,
    ice_connected: watch::Sender<bool>,
    gate_open: watch::Sender<bool>,
    /// The router's end of the path, if it is a TCP connection.
    tcp_path: watch::Sender<Option<SocketAddr>>,
    streams: Arc<Streams>,
}

impl Life {
    pub(super) fn new(streams: Arc<Streams>) -> Arc<Self> {
        Arc::new(Self {
            state: watch::Sender::new(TransportState::New),
            ice_connected: watch::Sender::new(false),
            gate_open: watch::Sender::new(false),
            tcp_path: watch::Sender::new(None),
            streams,
        })
    }

    pub(super) fn state(&self) -> TransportState {
        *self.state.borrow()
    }

    pub(super) fn states(&self) -> watch::Receiver<TransportState> {
        self.state.subscribe()
    }

    /// Changes the state and tells it. Nothing follows `Closed`, and only `Closed` follows
    /// `Failed`.
    pub(super) fn set(&self, next: TransportState) {
        let changed = self.state.send_if_modified(|state| {
            let allowed = match *state {
                TransportState::Closed => false,
                TransportState::Failed => next == TransportState::Closed,
                current => current != next,
            };
            if allowed {
                *state = next;
            }
            allowed
        });
        if changed {
            self.streams.report(TransportEvent::State(next));
        }
    }

    pub(super) fn gate_opened(&self) {
        self.gate_open.send_replace(true);
    }

    /// Fails the transport when ICE or DTLS takes too long, or when the TCP connection that carries
    /// it ends. One task, which ends with the transport.
    pub(super) fn guard(
        self: &Arc<Self>,
        network: &Arc<Network>,
        sender: Weak<dyn RtpSender>,
        limits: Limits,
    ) {
        let life = Arc::downgrade(self);
        let states = self.states();
        let starting = Starting {
            ice: self.ice_connected.subscribe(),
            gate: self.gate_open.subscribe(),
            states: self.states(),
            limits,
        };
        let tcp_path = self.tcp_path.subscribe();
        let tcp_lost = network.tcp_lost();
        tokio::spawn(async move {
            tokio::select! {
                () = ended(states) => return,
                () = async {
                    if starting.succeeds().await {
                        dtls_ends(sender).await;
                    }
                } => {}
                () = lost(tcp_path, tcp_lost) => {}
            }
            if let Some(life) = life.upgrade() {
                life.set(TransportState::Failed);
            }
        });
    }
}

/// How long a transport may take.
pub(super) struct Limits {
    pub(super) ice: Duration,
    /// Whether ICE starts only when the gate opens.
    pub(super) ice_waits: bool,
}

struct Starting {
    ice: watch::Receiver<bool>,
    gate: watch::Receiver<bool>,
    states: watch::Receiver<TransportState>,
    limits: Limits,
}

impl Starting {
    async fn succeeds(mut self) -> bool {
        if self.limits.ice_waits {
            let _ = self.gate.wait_for(|open| *open).await;
        }
        let found = self.ice.wait_for(|up| *up);
        let too_late = tokio::time::timeout(self.limits.ice, found).await.is_err();
        if too_late {
            return false;
        }
        let _ = self.gate.wait_for(|open| *open).await;
        let connected = self
            .states
            .wait_for(|state| *state == TransportState::Connected);
        let too_late = tokio::time::timeout(DTLS_TIMEOUT, connected).await.is_err();
        !too_late
    }
}

/// Resolves when the router has closed the transport, or has refused our certificate.
async fn dtls_ends(sender: Weak<dyn RtpSender>) {
    let mut tick = tokio::time::interval(DTLS_CHECK);
    loop {
        tick.tick().await;
        let Some(sender) = sender.upgrade() else {
            return std::future::pending().await;
        };
        if let Ok(Some(dtls)) = sender.transport().await
            && let Ok(state) = dtls.state().await
            && matches!(
                state,
                RTCDtlsTransportState::Closed | RTCDtlsTransportState::Failed
            )
        {
            return;
        }
    }
}

async fn ended(mut states: watch::Receiver<TransportState>) {
    let over =
        |state: &TransportState| matches!(state, TransportState::Failed | TransportState::Closed);
    let _ = states.wait_for(over).await;
}

/// Resolves when the TCP connection in use is among the lost ones; others do not matter.
async fn lost(
    mut path: watch::Receiver<Option<SocketAddr>>,
    mut lost: watch::Receiver<Vec<SocketAddr>>,
) {
    loop {
        let in_use = *path.borrow_and_update();
        if in_use.is_some_and(|in_use| lost.borrow_and_update().contains(&in_use)) {
            return;
        }
        let changed = tokio::select! {
            changed = path.changed() => changed,
            changed = lost.changed() => changed,
        };
        if changed.is_err() {
            return std::future::pending().await;
        }
    }
}

/// Hears from the engine.
pub(super) struct Watcher {
    life: Arc<Life>,
    sender: OnceLock<Weak<dyn RtpSender>>,
}

impl Watcher {
    pub(super) fn new(life: Arc<Life>) -> Self {
        Self {
            life,
            sender: OnceLock::new(),
        }
    }

    /// The way to the engine's transport objects.
    pub(super) fn watch(&self, sender: &Arc<dyn RtpSender>) {
        let _ = self.sender.set(Arc::downgrade(sender));
    }

    async fn path(&self) -> Option<MediaPath> {
        let sender = self.sender.get()?.upgrade()?;
        let dtls = sender.transport().await.ok()??;
        let pair = dtls
            .ice_transport()
            .get_selected_candidate_pair()
            .await
            .ok()??;
        let (local, remote) = (pair.local(), pair.remote());
        let tcp = local.protocol == RTCIceProtocol::Tcp;
        let address = remote.address.parse::<IpAddr>().ok();
        let tcp_path = address
            .filter(|_| tcp)
            .map(|ip| SocketAddr::new(ip, remote.port));
        self.life.tcp_path.send_replace(tcp_path);
        Some(MediaPath {
            protocol: if tcp {
                PathProtocol::Tcp
            } else {
                PathProtocol::Udp
            },
            relay: local.typ == RTCIceCandidateType::Relay,
            ip_version: if address.is_some_and(|address| address.is_ipv6()) {
                IpVersion::V6
            } else {
                IpVersion::V4
            },
        })
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Watcher {
    async fn on_ice_connection_state_change(&self, state: RTCIceConnectionState) {
        let up = matches!(
            state,
            RTCIceConnectionState::Connected | RTCIceConnectionState::Completed
        );
        if up && let Some(path) = self.path().await {
            self.life.streams.report(TransportEvent::Path(path));
        }
        self.life.ice_connected.send_replace(up);
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        if state == RTCPeerConnectionState::Connected {
            self.life.streams.open(Instant::now());
        }
        self.life.set(match state {
            RTCPeerConnectionState::Connecting => TransportState::Connecting,
            RTCPeerConnectionState::Connected => TransportState::Connected,
            RTCPeerConnectionState::Disconnected => TransportState::Disconnected,
            RTCPeerConnectionState::Failed => TransportState::Failed,
            _ => return,
        });
    }
}
