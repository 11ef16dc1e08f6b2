//! A relay (TURN, RFC 8656): allocation, permission, packets through it to a socket of our own and
//! back, and to the media server. Over UDP only, as the media engine speaks to relays.
//!
//! Only with credentials that somebody gave to this program: those that a site publishes by
//! mistake are never used.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use media::IceServer;
use ortc::{TransportParameters, TransportProtocol};
use rtc_stun::attributes::{
    ATTR_DATA, ATTR_LIFETIME, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_TRANSPORT, ATTR_USERNAME,
    ATTR_XOR_PEER_ADDRESS, ATTR_XOR_RELAYED_ADDRESS, ATTR_XORMAPPED_ADDRESS, AttrType,
};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    BINDING_REQUEST, CLASS_INDICATION, CLASS_REQUEST, METHOD_ALLOCATE, METHOD_CREATE_PERMISSION,
    METHOD_DATA, METHOD_REFRESH, METHOD_SEND, Message, MessageType, Method, Setter,
};
use rtc_stun::textattrs::TextAttribute;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::call_policy::{
    ECHO_BYTES, ECHO_INTERVAL, ECHO_LIMIT, ECHO_PACKETS, RELAY_REPEAT, RELAY_REQUEST_LIMIT,
};
use super::ice::{Checks, addresses, udp_to};
use super::stun::{self, Answer, BindingRequests, Crypto, LARGEST};
use super::turn_url;
use crate::facts::{Allocation, RelayEcho, StunCount, TurnFacts, TurnTransport, TurnUser};

const UNAUTHORIZED: u16 = 401;
const STALE_NONCE: u16 = 438;
/// REQUESTED-TRANSPORT: UDP.
const UDP: [u8; 4] = [17, 0, 0, 0];

/// Tries every relay, all at once. With a transport's parameters, its UDP candidates are asked
/// through the relay, too.
pub async fn check(
    servers: &[IceServer],
    transport: Option<&TransportParameters>,
) -> Vec<TurnFacts> {
    let mut tries = JoinSet::new();
    let relays = servers
        .iter()
        .filter(|server| turn_url::is_relay(&server.url));
    for (index, server) in relays.enumerate() {
        let (server, transport) = (server.clone(), transport.cloned());
        tries.spawn(async move { (index, try_one(&server, transport.as_ref()).await) });
    }
    let mut tried = tries.join_all().await;
    tried.sort_by_key(|(index, _)| *index);
    tried.into_iter().map(|(_, facts)| facts).collect()
}

async fn try_one(server: &IceServer, transport: Option<&TransportParameters>) -> TurnFacts {
    let mut facts = TurnFacts {
        user: kind_of_user(&server.username, SystemTime::now()),
        ..TurnFacts::default()
    };
    let Some(place) = turn_url::parse(&server.url) else {
        facts.transport = TurnTransport::Invalid;
        return facts;
    };
    facts.transport = place.transport;
    facts.server = format!("{}:{}", place.host, place.port);
    if facts.transport != TurnTransport::Udp {
        return facts;
    }
    let Some(ip) = addresses(&place.host).await.into_iter().next() else {
        return facts;
    };
    facts.resolved = true;
    let started = Instant::now();
    let relay = Relay::allocate(SocketAddr::new(ip, place.port), server, &mut facts).await;
    facts.took_ms = started.elapsed().as_secs_f64() * 1_000.0;
    if let Some(relay) = relay {
        relay.examine(transport, &mut facts).await;
        relay.release().await;
    }
    facts
}

/// What the user name tells of the credentials: time-limited ones begin with the second at which
/// they end.
fn kind_of_user(username: &str, now: SystemTime) -> TurnUser {
    /// 2001, so that short numbers count as names.
    const EARLIEST: i64 = 1_000_000_000;
    if username.is_empty() {
        return TurnUser::Missing;
    }
    let time = username
        .split(':')
        .find_map(|part| part.parse::<i64>().ok());
    match time.filter(|time| *time > EARLIEST) {
        Some(ends) => {
            let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
            let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
            TurnUser::TimeLimited {
                expires_in_s: ends.saturating_sub(now),
            }
        }
        None => TurnUser::Plain,
    }
}

/// An allocation. Given back by [`Relay::release`], or as well as it goes when dropped.
struct Relay {
    socket: UdpSocket,
    server: SocketAddr,
    login: Login,
    relayed: Option<SocketAddr>,
}

/// Long-term credentials (RFC 8489, 9.2).
struct Login {
    username: String,
    password: String,
    realm: String,
    nonce: String,
    crypto: Crypto,
}

impl Login {
    /// Signs a request; unsigned until the relay has told its realm.
    fn sign(&self, message: &mut Message) -> Option<()> {
        if self.realm.is_empty() {
            return Some(());
        }
        for (attribute, text) in [
            (ATTR_USERNAME, &self.username),
            (ATTR_REALM, &self.realm),
            (ATTR_NONCE, &self.nonce),
        ] {
            TextAttribute::new(attribute, text.clone())
                .add_to(message)
                .ok()?;
        }
        let integrity = MessageIntegrity::new_long_term_integrity_with_provider(
            self.username.clone(),
            self.realm.clone(),
            self.password.clone(),
            self.crypto.crypto(),
        );
        integrity.ok()?.add_to(message).ok()?;
        FINGERPRINT.add_to(message).ok()
    }

    /// Learns what the relay wants signed requests to say.
    fn learn(&mut self, answer: &Message) {
        let text = |attribute: AttrType| {
            let value = TextAttribute::get_from_as(answer, attribute).ok()?;
            Some(value.text)
        };
        if let Some(realm) = text(ATTR_REALM) {
            self.realm = realm;
        }
        if let Some(nonce) = text(ATTR_NONCE) {
            self.nonce = nonce;
        }
    }
}

impl Relay {
    /// Allocates, and writes down how it went.
    async fn allocate(
        server: SocketAddr,
        credentials: &IceServer,
        facts: &mut TurnFacts,
    ) -> Option<Self> {
        facts.allocation = Allocation::Silent;
        let mut relay = Self {
            socket: udp_to(server).await.ok()?,
            server,
            login: Login {
                username: credentials.username.clone(),
                password: credentials.credential.clone(),
                realm: String::new(),
                nonce: String::new(),
                crypto: stun::crypto()?,
            },
            relayed: None,
        };
        // Unsigned first: the relay then tells its realm. Once more for a nonce that has expired.
        for _ in 0..3 {
            let ask = |message: &mut Message| message.add(ATTR_REQUESTED_TRANSPORT, &UDP);
            let answer = relay.request(METHOD_ALLOCATE, ask).await?;
            let known = relay.login.realm.clone();
            match stun::answer(&answer)? {
                Answer::Success => {
                    relay.relayed = stun::address(&answer, ATTR_XOR_RELAYED_ADDRESS);
                    facts.allocation = Allocation::Granted;
                    return Some(relay);
                }
                Answer::Error(code, reason) => {
                    relay.login.learn(&answer);
                    facts.allocation = Allocation::Refused { code, reason };
                    let asked_to_sign = code == UNAUTHORIZED && known.is_empty();
                    let again = asked_to_sign || code == STALE_NONCE;
                    if !again || facts.user == TurnUser::Missing {
                        return None;
                    }
                }
            }
        }
        None
    }

    /// A request with its repetitions; `None` when nothing came back.
    async fn request(&self, method: Method, fill: impl FnOnce(&mut Message)) -> Option<Message> {
        let mut message = stun::message(MessageType::new(method, CLASS_REQUEST));
        fill(&mut message);
        self.login.sign(&mut message)?;
        let deadline = Instant::now() + RELAY_REQUEST_LIMIT;
        while Instant::now() < deadline {
            let _ = self.socket.send(&message.raw).await;
            let repeat = (Instant::now() + RELAY_REPEAT).min(deadline);
            let answered = timeout_at(repeat, async {
                loop {
                    let Some(answer) = self.receive().await else {
                        continue;
                    };
                    if answer.transaction_id == message.transaction_id {
                        return answer;
                    }
                }
            });
            if let Ok(answer) = answered.await {
                return Some(answer);
            }
        }
        None
    }

    /// The next datagram; `None` if it is not STUN.
    async fn receive(&self) -> Option<Message> {
        let mut buffer = vec![0; LARGEST];
        match self.socket.recv(&mut buffer).await {
            Ok(length) => stun::read(buffer.get(..length)?),
            Err(_) => {
                // A refusal by the far end is told at once and again and again.
                tokio::time::sleep(Duration::from_millis(20)).await;
                None
            }
        }
    }

    /// The next packet from the other side of the relay.
    async fn relayed(&self) -> Vec<u8> {
        loop {
            if let Some(message) = self.receive().await
                && message.typ.method == METHOD_DATA
                && let Ok(data) = message.get(ATTR_DATA)
            {
                return data;
            }
        }
    }

    /// Sends a packet from the relayed address.
    async fn send_to(&self, peer: SocketAddr, data: &[u8]) {
        let mut message = stun::message(MessageType::new(METHOD_SEND, CLASS_INDICATION));
        if stun::add_address(&mut message, ATTR_XOR_PEER_ADDRESS, peer).is_some() {
            message.add(ATTR_DATA, data);
            let _ = self.socket.send(&message.raw).await;
        }
    }

    async fn permit(&self, peer: SocketAddr) -> Allocation {
        let answer = self.request(METHOD_CREATE_PERMISSION, |message| {
            let _ = stun::add_address(message, ATTR_XOR_PEER_ADDRESS, peer);
        });
        match answer.await.as_ref().and_then(stun::answer) {
            None => Allocation::Silent,
            Some(Answer::Success) => Allocation::Granted,
            Some(Answer::Error(code, reason)) => Allocation::Refused { code, reason },
        }
    }

    async fn examine(&self, transport: Option<&TransportParameters>, facts: &mut TurnFacts) {
        if let Some(peer) = Peer::open(self.server).await {
            let permission = self.permit(peer.seen_as).await;
            if permission == Allocation::Granted {
                facts.echo = Some(self.echo(&peer).await);
            }
            facts.permission = Some(permission);
        }
        if let Some(transport) = transport {
            facts.media_server = self.ask_media_server(transport).await;
        }
    }

    /// Packets to a socket of our own and back.
    async fn echo(&self, peer: &Peer) -> RelayEcho {
        let mut echo = RelayEcho::default();
        let token: [u8; ECHO_BYTES] = std::array::from_fn(|_| rand::random());
        let start = Instant::now();
        let end = start + ECHO_INTERVAL * ECHO_PACKETS + ECHO_LIMIT;
        let mut buffer = vec![0; LARGEST];
        while echo.came_back < ECHO_PACKETS && Instant::now() < end {
            let next = start + ECHO_INTERVAL * echo.sent;
            tokio::select! {
                () = sleep_until(next.min(end)), if echo.sent < ECHO_PACKETS => {
                    // The first packet from inside lets those of the relay in through a router
                    // that translates addresses.
                    if let Some(relayed) = self.relayed && echo.sent == 0 {
                        let _ = peer.socket.send_to(b"open", relayed).await;
                    }
                    self.send_to(peer.seen_as, &token).await;
                    echo.sent += 1;
                }
                received = peer.socket.recv_from(&mut buffer) => {
                    if let Ok((length, from)) = received
                        && buffer.get(..length) == Some(&token[..])
                    {
                        echo.came_out += 1;
                        echo.other_address |= self.relayed.is_some_and(|relayed| relayed != from);
                        let _ = peer.socket.send_to(&token, from).await;
                    }
                }
                data = self.relayed() => {
                    if data == token {
                        echo.came_back += 1;
                        echo.bytes += data.len() as u64;
                    }
                }
                () = sleep_until(end) => break,
            }
        }
        echo
    }

    /// STUN requests to the media server's UDP candidates, from the relayed address.
    async fn ask_media_server(&self, transport: &TransportParameters) -> Option<StunCount> {
        let requests = BindingRequests::new(&transport.ice_parameters)?;
        let v6 = self.relayed?.is_ipv6();
        for candidate in &transport.ice_candidates {
            if candidate.protocol != TransportProtocol::Udp {
                continue;
            }
            let reachable = addresses(&candidate.address).await.into_iter();
            let Some(ip) = reachable.into_iter().find(|ip| ip.is_ipv6() == v6) else {
                continue;
            };
            let router = SocketAddr::new(ip, candidate.port);
            if self.permit(router).await != Allocation::Granted {
                return Some(StunCount::default());
            }
            let mut checks = Checks::new(&requests);
            while let Some(due) = checks.next_event() {
                tokio::select! {
                    data = self.relayed() => checks.read(&data),
                    () = sleep_until(due) => if let Some(request) = checks.due(0) {
                        self.send_to(router, &request).await;
                    }
                }
            }
            return Some(checks.count);
        }
        None
    }

    /// Gives the allocation back.
    async fn release(mut self) {
        let _ = self
            .request(METHOD_REFRESH, |message| {
                message.add(ATTR_LIFETIME, &[0; 4])
            })
            .await;
        self.relayed = None;
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if self.relayed.is_none() {
            return;
        }
        let mut message = stun::message(MessageType::new(METHOD_REFRESH, CLASS_REQUEST));
        message.add(ATTR_LIFETIME, &[0; 4]);
        if self.login.sign(&mut message).is_some() {
            let _ = self.socket.try_send(&message.raw);
        }
    }
}

/// A second socket of our own, to which the relay sends.
struct Peer {
    socket: UdpSocket,
    /// Its address as the relay sees it.
    seen_as: SocketAddr,
}

impl Peer {
    async fn open(relay: SocketAddr) -> Option<Self> {
        // Bound to the address that leads to the relay, which is the one it sees unless a router
        // translates it.
        let local = udp_to(relay).await.ok()?.local_addr().ok()?;
        let socket = UdpSocket::bind((local.ip(), 0)).await.ok()?;
        let mut request = stun::message(BINDING_REQUEST);
        FINGERPRINT.add_to(&mut request).ok()?;
        let mut buffer = vec![0; LARGEST];
        let mut seen_as = socket.local_addr().ok()?;
        for _ in 0..2 {
            let _ = socket.send_to(&request.raw, relay).await;
            let answer = timeout(RELAY_REPEAT, socket.recv_from(&mut buffer)).await;
            if let Ok(Ok((length, _))) = answer
                && let Some(answer) = stun::read(buffer.get(..length)?)
                && let Some(mapped) = stun::address(&answer, ATTR_XORMAPPED_ADDRESS)
            {
                seen_as = mapped;
                break;
            }
        }
        Some(Self { socket, seen_as })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_name_tells_the_kind_of_credentials() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let kind = |user| kind_of_user(user, now);
        assert_eq!(kind(""), TurnUser::Missing);
        assert_eq!(kind("caller"), TurnUser::Plain);
        assert_eq!(kind("4711"), TurnUser::Plain);
        for user in ["1800003600", "1800003600:caller", "caller:1800003600"] {
            let expires_in_s = 3_600;
            assert_eq!(kind(user), TurnUser::TimeLimited { expires_in_s });
        }
        let expires_in_s = -60;
        let expired = TurnUser::TimeLimited { expires_in_s };
        assert_eq!(kind("1799999940:caller"), expired);
    }
}
