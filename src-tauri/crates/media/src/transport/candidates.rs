//! Where the router can be reached, in the engine's words.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ortc::{IceCandidate, TcpCandidateKind, TransportProtocol};
use webrtc::peer_connection::{RTCIceCandidateInit, RTCIceServer};

use super::sockets::{LocalAddress, Network};
use super::{IceServer, TransportOptions};
use crate::MediaError;

/// Names are resolved while a person waits.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);

/// A remote candidate, resolved.
#[derive(Clone, Copy, Debug)]
pub(super) struct RemoteCandidate {
    pub(super) protocol: TransportProtocol,
    pub(super) address: SocketAddr,
    priority: u32,
}

impl RemoteCandidate {
    pub(super) fn is_udp(&self) -> bool {
        self.protocol == TransportProtocol::Udp
    }
}

/// The candidates that the options allow.
pub(super) async fn usable(
    candidates: &[IceCandidate],
    options: &TransportOptions,
) -> Vec<RemoteCandidate> {
    let mut usable = Vec::new();
    for candidate in candidates {
        let wanted = match candidate.protocol {
            TransportProtocol::Udp => options.udp,
            // Relays are reached by UDP, and they reach the router by UDP.
            TransportProtocol::Tcp => {
                options.tcp
                    && !options.relay_only
                    && candidate.tcp_kind != Some(TcpCandidateKind::Active)
            }
            TransportProtocol::Unknown => false,
        };
        if !wanted || candidate.port == 0 {
            continue;
        }
        for address in resolve(&candidate.address, candidate.port).await {
            usable.push(RemoteCandidate {
                protocol: candidate.protocol,
                address,
                priority: candidate.priority,
            });
        }
    }
    usable
}

async fn resolve(host: &str, port: u16) -> Vec<SocketAddr> {
    if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return vec![SocketAddr::new(ip, port)];
    }
    let lookup = tokio::net::lookup_host((host, port));
    match tokio::time::timeout(RESOLVE_TIMEOUT, lookup).await {
        Ok(Ok(addresses)) => addresses.collect(),
        _ => Vec::new(),
    }
}

/// The candidates as the engine wants them; see [`Network::alias_tcp`].
pub(super) fn describe(
    candidates: &[RemoteCandidate],
    network: &Network,
) -> Vec<RTCIceCandidateInit> {
    let mut taken: HashSet<SocketAddr> = candidates
        .iter()
        .filter(|candidate| candidate.protocol == TransportProtocol::Udp)
        .map(|candidate| candidate.address)
        .collect();
    candidates
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let (protocol, address, kind) = if candidate.protocol == TransportProtocol::Tcp {
                let mut alias = candidate.address;
                while !taken.insert(alias) {
                    alias.set_port(alias.port().wrapping_sub(1).max(1));
                }
                network.alias_tcp(candidate.address, alias);
                ("tcp", alias, " tcptype passive")
            } else {
                ("udp", candidate.address, "")
            };
            RTCIceCandidateInit {
                candidate: format!(
                    "candidate:{index} 1 {protocol} {} {} {} typ host{kind}",
                    candidate.priority,
                    address.ip(),
                    address.port(),
                ),
                sdp_mid: Some("0".into()),
                sdp_mline_index: Some(0),
                ..RTCIceCandidateInit::default()
            }
        })
        .collect()
}

/// TURN servers in the engine's words, and their addresses. STUN servers are left out: the router
/// learns our address from the checks themselves.
pub(super) async fn relays(
    servers: &[IceServer],
) -> Result<(Vec<RTCIceServer>, Vec<SocketAddr>), MediaError> {
    let (mut relays, mut addresses) = (Vec::new(), Vec::new());
    for server in servers {
        let invalid = |reason: &str| MediaError::IceServer {
            reason: reason.into(),
        };
        let url = server.url.trim();
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(invalid("the URL has no scheme"));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "stun" | "stuns" => continue,
            "turn" => {}
            "turns" => return Err(invalid("TURN over TLS is not supported, only over UDP")),
            _ => return Err(invalid("the URL is neither stun: nor turn:")),
        }
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        if query.split('&').any(|part| {
            part.strip_prefix("transport=")
                .is_some_and(|transport| !transport.eq_ignore_ascii_case("udp"))
        }) {
            return Err(invalid("TURN over TCP is not supported, only over UDP"));
        }
        if server.username.is_empty() || server.credential.is_empty() {
            return Err(invalid("a TURN server needs a user name and a password"));
        }
        let (host, port) = split_port(authority).ok_or_else(|| invalid("the port is wrong"))?;
        addresses.extend(resolve(host, port).await);
        relays.push(RTCIceServer {
            urls: vec![format!("turn:{authority}?transport=udp")],
            username: server.username.clone(),
            credential: server.credential.clone(),
        });
    }
    Ok((relays, addresses))
}

fn split_port(authority: &str) -> Option<(&str, u16)> {
    const DEFAULT: u16 = 3478;
    if authority.is_empty() {
        return None;
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            Some((host, port.parse().ok()?))
        }
        _ => Some((authority, DEFAULT)),
    }
}

/// What to bind to reach all of `remotes`, without repetition.
pub(super) fn local_addresses(remotes: impl Iterator<Item = SocketAddr>) -> Vec<LocalAddress> {
    let mut found = HashSet::new();
    remotes
        .map(|remote| LocalAddress { remote })
        .filter(|local| local.find().is_some_and(|ip| found.insert(ip)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcp_gets_another_port_where_udp_has_the_same() {
        let network = Network::new();
        let candidate = |protocol, port| RemoteCandidate {
            protocol,
            address: SocketAddr::new("127.0.0.1".parse().unwrap(), port),
            priority: 1,
        };
        let candidates = [
            candidate(TransportProtocol::Udp, 4000),
            candidate(TransportProtocol::Tcp, 4000),
        ];
        let described = describe(&candidates, &network);
        assert_eq!(
            described[0].candidate,
            "candidate:0 1 udp 1 127.0.0.1 4000 typ host"
        );
        assert_eq!(
            described[1].candidate,
            "candidate:1 1 tcp 1 127.0.0.1 3999 typ host tcptype passive"
        );
    }

    #[tokio::test]
    async fn ice_servers_that_cannot_work_are_refused_with_a_reason() {
        let server = |url: &str| IceServer {
            url: url.into(),
            username: "u".into(),
            credential: "c".into(),
        };
        for url in [
            "turns:a",
            "turn:a?transport=tcp",
            "http://a",
            "turn:a:x",
            "a",
        ] {
            let error = relays(&[server(url)]).await.unwrap_err();
            assert_eq!(error.code(), "media.ice_server", "{url}");
        }
        let (relays, addresses) = relays(&[server("stun:127.0.0.1"), server("turn:127.0.0.1:99")])
            .await
            .unwrap();
        assert_eq!(relays.len(), 1);
        assert_eq!(addresses, ["127.0.0.1:99".parse::<SocketAddr>().unwrap()]);
    }
}
