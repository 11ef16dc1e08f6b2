//! STUN requests to every candidate by itself: UDP and TCP, IPv4 and IPv6, all at once.
//!
//! The requests carry the transport's credentials and are those of an ICE client, so that the
//! media server answers them; they nominate nothing and leave the transport as it is.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use ortc::{IceCandidate, TcpCandidateKind, TransportParameters, TransportProtocol};
use rtc_stun::message::TransactionId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use url::{Host, Url};

use super::call_policy::{
    ANSWERS_ENOUGH, CANDIDATE_LIMIT, CHECKS_AT, RESOLVE_LIMIT, SIZE_LIMIT, SIZE_TRIES, SIZES,
};
use super::stun::{Answer, BindingRequests, LARGEST};
use crate::facts::{
    CandidateFacts, CandidateProtocol, IceFacts, SizeCheck, SocketError, StunCount,
};

/// Tries every candidate of a transport. Takes [`CANDIDATE_LIMIT`] and a little for sizes; sends
/// to each candidate a handful of packets.
///
/// `resolved`: addresses of the gateway's host, to compare with; see [`resolve`].
pub async fn check(transport: &TransportParameters, resolved: Vec<IpAddr>) -> IceFacts {
    let mut facts = IceFacts {
        lite: transport.ice_parameters.ice_lite,
        resolved,
        candidates: Vec::new(),
    };
    let Some(requests) = BindingRequests::new(&transport.ice_parameters) else {
        return facts;
    };
    let mut tries = JoinSet::new();
    for (index, candidate) in transport.ice_candidates.iter().enumerate() {
        let (Some(described), requests) = (describe(candidate), requests.clone()) else {
            continue;
        };
        let resolved = facts.resolved.clone();
        tries.spawn(async move { (index, try_one(described, &requests, &resolved).await) });
    }
    let mut tried = tries.join_all().await;
    tried.sort_by_key(|(index, _)| *index);
    facts.candidates = tried.into_iter().map(|(_, candidate)| candidate).collect();
    facts
}

/// The addresses of a gateway's host; empty when the name does not resolve in time.
pub async fn resolve(gateway: &Url) -> Vec<IpAddr> {
    match gateway.host() {
        Some(Host::Ipv4(address)) => vec![address.into()],
        Some(Host::Ipv6(address)) => vec![address.into()],
        Some(Host::Domain(name)) => addresses(name).await,
        None => Vec::new(),
    }
}

/// The addresses of a host, IPv4 first; empty when the name does not resolve in time.
pub(super) async fn addresses(host: &str) -> Vec<IpAddr> {
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return vec![address];
    }
    let mut found: Vec<IpAddr> = match timeout(RESOLVE_LIMIT, lookup_host((host, 0))).await {
        Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
        _ => Vec::new(),
    };
    found.sort();
    found.dedup();
    found
}

/// A candidate that this program could use.
fn describe(candidate: &IceCandidate) -> Option<CandidateFacts> {
    let protocol = match candidate.protocol {
        TransportProtocol::Udp => CandidateProtocol::Udp,
        TransportProtocol::Tcp if candidate.tcp_kind != Some(TcpCandidateKind::Active) => {
            CandidateProtocol::Tcp
        }
        _ => return None,
    };
    Some(CandidateFacts {
        protocol,
        announced: candidate.address.clone(),
        port: candidate.port,
        ..CandidateFacts::default()
    })
}

async fn try_one(
    mut facts: CandidateFacts,
    requests: &BindingRequests,
    resolved: &[IpAddr],
) -> CandidateFacts {
    let Some(ip) = addresses(&facts.announced).await.into_iter().next() else {
        return facts;
    };
    facts.address = Some(ip);
    facts.private = is_private(ip);
    facts.of_gateway = (!resolved.is_empty()).then(|| resolved.contains(&ip));
    let remote = SocketAddr::new(ip, facts.port);
    match facts.protocol {
        CandidateProtocol::Udp => over_udp(&mut facts, requests, remote).await,
        CandidateProtocol::Tcp => over_tcp(&mut facts, requests, remote).await,
    }
    facts
}

async fn over_udp(facts: &mut CandidateFacts, requests: &BindingRequests, remote: SocketAddr) {
    let socket = match udp_to(remote).await {
        Ok(socket) => socket,
        Err(error) => {
            facts.no_route = SocketError::of(&error) == SocketError::Unreachable;
            note(&mut facts.stun, &error);
            return;
        }
    };
    let mut checks = Checks::new(requests);
    let mut buffer = vec![0; LARGEST];
    while let Some(due) = checks.next_event() {
        tokio::select! {
            received = socket.recv(&mut buffer) => match received {
                Ok(length) => checks.read(buffer.get(..length).unwrap_or_default()),
                Err(error) => note(&mut checks.count, &error),
            },
            () = sleep_until(due) => {
                if let Some(request) = checks.due(0)
                    && let Err(error) = socket.send(&request).await
                {
                    note(&mut checks.count, &error);
                }
            }
        }
    }
    facts.stun = checks.count;
    if facts.alive() {
        for bytes in SIZES {
            let answered = passes(&socket, requests, bytes).await;
            facts.sizes.push(SizeCheck { bytes, answered });
        }
    }
}

/// A socket that hears of refusals by `remote`.
pub(super) async fn udp_to(remote: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = match remote {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(remote).await?;
    Ok(socket)
}

/// Whether a request of this size is answered.
async fn passes(socket: &UdpSocket, requests: &BindingRequests, bytes: usize) -> bool {
    let mut buffer = vec![0; LARGEST];
    for _ in 0..SIZE_TRIES {
        let Some((id, request)) = requests.request(bytes) else {
            return false;
        };
        if socket.send(&request).await.is_err() {
            continue;
        }
        let answer = timeout(SIZE_LIMIT, async {
            loop {
                let length = socket.recv(&mut buffer).await.ok()?;
                let (answered, answer) = requests.read(buffer.get(..length)?).unzip();
                if answered == Some(id) {
                    return answer;
                }
            }
        });
        if let Ok(Some(Answer::Success)) = answer.await {
            return true;
        }
    }
    false
}

async fn over_tcp(facts: &mut CandidateFacts, requests: &BindingRequests, remote: SocketAddr) {
    let started = Instant::now();
    let deadline = started + CANDIDATE_LIMIT;
    let mut stream = match timeout_at(deadline, TcpStream::connect(remote)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            facts.no_route = SocketError::of(&error) == SocketError::Unreachable;
            return note(&mut facts.stun, &error);
        }
        Err(_) => return note(&mut facts.stun, &io::ErrorKind::TimedOut.into()),
    };
    facts.connect_ms = Some(milliseconds(started.elapsed()));
    let _ = stream.set_nodelay(true);
    let (mut reader, mut writer) = stream.split();
    let mut checks = Checks::new(requests);
    let mut frames = Frames::default();
    while let Some(due) = checks.next_event() {
        tokio::select! {
            received = reader.read_buf(&mut frames.bytes) => match received {
                Ok(0) => {
                    note(&mut checks.count, &io::ErrorKind::UnexpectedEof.into());
                    break;
                }
                Ok(_) => while let Some(frame) = frames.next() {
                    checks.read(&frame);
                },
                Err(error) => {
                    note(&mut checks.count, &error);
                    break;
                }
            },
            () = sleep_until(due) => {
                if let Some(request) = checks.due(0)
                    && let Err(error) = writer.write_all(&framed(&request)).await
                {
                    note(&mut checks.count, &error);
                    break;
                }
            }
        }
    }
    facts.stun = checks.count;
}

/// RFC 4571: the length goes before each packet.
fn framed(packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(packet.len()).unwrap_or(u16::MAX);
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend_from_slice(packet);
    frame
}

/// Takes the packets out of a stream.
#[derive(Default)]
struct Frames {
    bytes: Vec<u8>,
}

impl Frames {
    fn next(&mut self) -> Option<Vec<u8>> {
        let length = u16::from_be_bytes(*self.bytes.first_chunk::<2>()?);
        let end = 2 + usize::from(length);
        if self.bytes.len() < end {
            return None;
        }
        let rest = self.bytes.split_off(end);
        let mut frame = std::mem::replace(&mut self.bytes, rest);
        frame.drain(..2);
        Some(frame)
    }
}

/// Requests to one candidate: when they leave, and which are answered.
pub(super) struct Checks<'a> {
    requests: &'a BindingRequests,
    started: Instant,
    open: HashMap<TransactionId, Instant>,
    pub(super) count: StunCount,
}

impl<'a> Checks<'a> {
    pub(super) fn new(requests: &'a BindingRequests) -> Self {
        Self {
            requests,
            started: Instant::now(),
            open: HashMap::new(),
            count: StunCount::default(),
        }
    }

    /// When the next request leaves, or all is over; `None` once nothing more is to be learnt.
    pub(super) fn next_event(&self) -> Option<Instant> {
        let end = self.started + CANDIDATE_LIMIT;
        if self.count.answered >= ANSWERS_ENOUGH || Instant::now() >= end {
            return None;
        }
        let next = CHECKS_AT.get(self.count.sent as usize);
        Some(next.map_or(end, |at| (self.started + *at).min(end)))
    }

    /// The request that is to leave now, if one is.
    pub(super) fn due(&mut self, bytes: usize) -> Option<Vec<u8>> {
        let at = self.started + *CHECKS_AT.get(self.count.sent as usize)?;
        let now = Instant::now();
        if now < at {
            return None;
        }
        self.count.sent += 1;
        let (id, request) = self.requests.request(bytes)?;
        self.open.insert(id, now);
        Some(request)
    }

    pub(super) fn read(&mut self, datagram: &[u8]) {
        let Some((id, answer)) = self.requests.read(datagram) else {
            return;
        };
        let Some(sent) = self.open.remove(&id) else {
            return;
        };
        match answer {
            Answer::Success => {
                self.count.answered += 1;
                self.count.round_trips_ms.push(milliseconds(sent.elapsed()));
            }
            Answer::Error(code, _) => self.count.error_codes.push(code),
        }
    }
}

fn note(count: &mut StunCount, error: &io::Error) {
    let error = SocketError::of(error);
    if !count.errors.contains(&error) {
        count.errors.push(error);
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Whether an address means something only within one network.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let shared = first == 100 && (64..128).contains(&second);
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || shared
        }
        IpAddr::V6(v6) => {
            v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.is_loopback()
                || v6.is_unspecified()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_taken_out_of_a_stream_however_it_is_cut() {
        let mut stream = framed(b"one");
        stream.extend(framed(b""));
        stream.extend(framed(b"three"));
        let mut frames = Frames::default();
        let mut found = Vec::new();
        for byte in stream {
            frames.bytes.push(byte);
            found.extend(frames.next());
        }
        assert_eq!(found, [b"one".to_vec(), Vec::new(), b"three".to_vec()]);
        assert!(frames.bytes.is_empty());
    }

    #[test]
    fn private_addresses_are_known() {
        let private = |text: &str| is_private(text.parse().expect("an address"));
        for address in [
            "10.1.2.3",
            "127.0.0.1",
            "172.17.0.2",
            "100.64.0.1",
            "fd77::1",
            "::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(private(address), "{address}");
        }
        for address in ["8.8.8.8", "100.128.0.1", "2001:db8::1", "172.32.0.1"] {
            assert!(!private(address), "{address}");
        }
    }
}
