//! One WebRTC transport of one client.

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use ortc::{DtlsRole, IceCandidate, IceParameters, TransportParameters};
use str0m::config::Fingerprint;
use str0m::ice::StunMessage;
use str0m::media::Mid;
use str0m::{Candidate, Event, IceCreds, Input, Output, Rtc};

use super::{
    ConsumerKey, Datagram, ExtensionTable, Flow, Names, ProducerKey, Surroundings, config,
};

/// How many addresses a client may use at a time: its interfaces, and what a NAT makes of them.
const ADDRESSES: usize = 16;

/// Polls in a row without progress after which a transport has to wait for the next tick. Never
/// reached unless str0m asks for the present again and again.
const PATIENCE: usize = 64;
const TICK: Duration = Duration::from_millis(1);

pub(super) struct Transport {
    pub(super) rtc: Rtc,
    /// When time has to be passed in next.
    pub(super) wakes_at: Instant,
    /// The media path is complete: ICE, DTLS and keys.
    pub(super) established: bool,
    /// Which producer an SSRC belongs to, and whether it carries retransmissions.
    pub(super) ssrcs: HashMap<u32, (ProducerKey, bool)>,
    /// MIDs that the client has given its producers.
    pub(super) client_mids: HashMap<String, ProducerKey>,
    /// Which consumer a MID of ours belongs to.
    pub(super) consumer_mids: HashMap<Mid, ConsumerKey>,
    /// Extensions of what the client sends.
    pub(super) extensions: ExtensionTable,
    /// Number of the next consumer's MID.
    pub(super) next_mid: u32,
    /// `connect-webrtc-transport` has been called.
    connecting: bool,
    met: Option<String>,
    addresses: VecDeque<SocketAddr>,
}

impl Transport {
    pub(super) fn new(
        flow: Flow,
        names: &Names,
        surroundings: &Surroundings,
        now: Instant,
    ) -> Self {
        let extensions = ExtensionTable::default();
        let config = match flow {
            Flow::Up => surroundings.identity.receiving(&extensions),
            Flow::Down => surroundings.identity.sending(&surroundings.router),
        };
        let mut rtc = config
            .set_local_ice_credentials(IceCreds {
                ufrag: names.username_fragment.clone(),
                pass: names.password.clone(),
            })
            .build(now);
        rtc.direct_api().set_ice_controlling(false);
        for local in [
            SocketAddr::from((Ipv4Addr::LOCALHOST, surroundings.port)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, surroundings.port)),
        ] {
            // Loopback addresses make valid candidates.
            if let Ok(candidate) = Candidate::host(local, "udp") {
                rtc.add_local_candidate(candidate);
            }
        }
        Self {
            rtc,
            wakes_at: now,
            established: false,
            ssrcs: HashMap::new(),
            client_mids: HashMap::new(),
            consumer_mids: HashMap::new(),
            extensions,
            next_mid: 0,
            connecting: false,
            met: None,
            addresses: VecDeque::new(),
        }
    }

    /// What the client must know to reach it.
    pub(super) fn announced(
        &mut self,
        names: Names,
        candidates: &[IceCandidate],
    ) -> TransportParameters {
        let fingerprint = self.rtc.direct_api().local_dtls_fingerprint().clone();
        TransportParameters {
            id: names.id,
            ice_parameters: IceParameters {
                username_fragment: names.username_fragment,
                password: names.password,
                ice_lite: true,
            },
            ice_candidates: candidates.to_vec(),
            dtls_parameters: config::announced_dtls(&fingerprint),
        }
    }

    pub(super) fn connect(
        &mut self,
        fingerprint: Fingerprint,
        role: DtlsRole,
    ) -> Result<(), String> {
        if self.connecting {
            return Err("connect() already called [method:webRtcTransport.connect]".to_owned());
        }
        let mut direct = self.rtc.direct_api();
        direct.set_remote_fingerprint(fingerprint);
        // The gateway leaves the handshake to the client, unless the client wants to be asked.
        direct
            .start_dtls(role == DtlsRole::Server)
            .map_err(|error| error.to_string())?;
        self.connecting = true;
        Ok(())
    }

    /// Whether a datagram is of use now: DTLS waits for the client's certificate to be known,
    /// clients repeat it.
    pub(super) fn wants(&self, contents: &[u8]) -> bool {
        self.connecting || contents.first().is_some_and(|first| *first < 4)
    }

    /// Learns the client's user fragment, which nobody signals. It may change when the client
    /// gathers anew. The password stays unknown: an ICE-lite side never asks.
    pub(super) fn meet(&mut self, remote: String) {
        if self.met.as_ref() == Some(&remote) {
            return;
        }
        self.rtc.direct_api().set_remote_ice_credentials(IceCreds {
            ufrag: remote.clone(),
            pass: String::new(),
        });
        self.met = Some(remote);
    }

    /// Notes an address of the client; answers the one that has to make room for it.
    pub(super) fn remember(&mut self, address: SocketAddr) -> Option<SocketAddr> {
        self.addresses.push_back(address);
        if self.addresses.len() > ADDRESSES {
            self.addresses.pop_front()
        } else {
            None
        }
    }

    /// Works off everything due at `now`. False when the transport has ended.
    pub(super) fn poll(
        &mut self,
        now: Instant,
        outbox: &mut VecDeque<Datagram>,
        events: &mut Vec<Event>,
    ) -> bool {
        let mut idle = 0;
        while self.rtc.is_alive() {
            match self.rtc.poll_output() {
                Ok(Output::Transmit(transmit)) => outbox.push_back(Datagram {
                    to: transmit.destination,
                    contents: transmit.contents.into(),
                }),
                Ok(Output::Event(event)) => {
                    if matches!(event, Event::Connected) {
                        self.established = true;
                    }
                    events.push(event);
                }
                Ok(Output::Timeout(at)) if at > now => {
                    self.wakes_at = at;
                    return true;
                }
                Ok(Output::Timeout(_)) => {
                    idle += 1;
                    if idle > PATIENCE {
                        self.wakes_at = now + TICK;
                        return true;
                    }
                    if self.rtc.handle_input(Input::Timeout(now)).is_err() {
                        return false;
                    }
                }
                Err(_) => return false,
            }
        }
        false
    }
}

/// All datagrams arrive on one socket whose address a client sees differently through each
/// interface. For str0m they all arrive on this one.
pub(super) fn local_address(remote: SocketAddr, port: u16) -> SocketAddr {
    match remote {
        SocketAddr::V4(_) => (Ipv4Addr::LOCALHOST, port).into(),
        SocketAddr::V6(_) => (Ipv6Addr::LOCALHOST, port).into(),
    }
}

/// The gateway's and the client's user fragment in a connectivity check.
pub(super) fn remote_fragment(contents: &[u8]) -> Option<(String, String)> {
    let message = StunMessage::parse(contents).ok()?;
    if !message.is_binding_request() {
        return None;
    }
    let (local, remote) = message.split_username()?;
    Some((local.to_owned(), remote.to_owned()))
}
