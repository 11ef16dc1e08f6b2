//! Asks the system's resolver for every host, all at once.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::{Host, Url};

use super::connect::{Endpoint, Network, milliseconds};
use crate::facts::{AddressFacts, HostFacts, HostRole, ResolveFailure, ResolveFailureKind, Routes};

/// Longest wait for the resolver: two of its own attempts would take 10 s, and a failing rung is to
/// be named before that.
pub const RESOLVE_LIMIT: Duration = Duration::from_secs(5);

/// Addresses of the documentation networks (RFC 5737, RFC 3849): public to the routing table,
/// nobody's in truth.
const SOMEWHERE_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const SOMEWHERE_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));

/// Resolves the hosts of these addresses within [`RESOLVE_LIMIT`]; hosts that serve several things
/// are asked for once.
pub async fn look_up(network: &Network, servers: &[(HostRole, Url)]) -> AddressFacts {
    let mut asked: Vec<HostFacts> = Vec::new();
    for (role, url) in servers {
        let mut host = describe(network, *role, url);
        let proxy = host.proxy.as_deref().and_then(proxy_host);
        for host in [Some(std::mem::take(&mut host)), proxy]
            .into_iter()
            .flatten()
        {
            let known = asked
                .iter_mut()
                .find(|known| (&known.host, known.port) == (&host.host, host.port));
            match known {
                Some(known) => add_roles(&mut known.roles, &host.roles),
                None => asked.push(host),
            }
        }
    }
    let mut lookups = JoinSet::new();
    for (index, host) in asked.iter().enumerate() {
        let (name, port) = (host.host.clone(), host.port);
        lookups.spawn(async move { (index, resolve(&name, port).await) });
    }
    for (index, (outcome, took_ms)) in lookups.join_all().await {
        let Some(host) = asked.get_mut(index) else {
            continue;
        };
        host.took_ms = took_ms;
        match outcome {
            Ok(addresses) => host.addresses = addresses,
            Err(failure) => host.failure = Some(failure),
        }
    }
    AddressFacts {
        hosts: asked,
        routes: routes(),
    }
}

fn add_roles(known: &mut Vec<HostRole>, more: &[HostRole]) {
    for role in more {
        if !known.contains(role) {
            known.push(*role);
        }
    }
}

fn describe(network: &Network, role: HostRole, url: &Url) -> HostFacts {
    let endpoint = Endpoint::new(url.clone());
    let (proxy, proxy_error) = match network.proxy_to(url) {
        Ok(proxy) => (proxy.map(without_credentials), None),
        Err(fault) => (None, Some(fault.message)),
    };
    HostFacts {
        roles: vec![role],
        host: endpoint.host().to_owned(),
        port: endpoint.port(),
        proxy,
        proxy_error,
        ..HostFacts::default()
    }
}

/// Scheme, host and port of a proxy, whose address may hold a password.
fn without_credentials(proxy: Url) -> String {
    let endpoint = Endpoint::new(proxy);
    let port = endpoint.port();
    match endpoint.url.host() {
        Some(Host::Ipv6(address)) => format!("[{address}]:{port}"),
        _ => format!("{}:{port}", endpoint.host()),
    }
}

/// A proxy as a host to be resolved.
fn proxy_host(proxy: &str) -> Option<HostFacts> {
    let (host, port) = proxy.rsplit_once(':')?;
    Some(HostFacts {
        roles: vec![HostRole::Proxy],
        host: host.trim_matches(['[', ']']).to_owned(),
        port: port.parse().ok()?,
        ..HostFacts::default()
    })
}

/// The addresses of a host, with the time it took in milliseconds.
async fn resolve(host: &str, port: u16) -> (Result<Vec<IpAddr>, ResolveFailure>, f64) {
    let started = Instant::now();
    if let Ok(address) = host.parse() {
        return (Ok(vec![address]), milliseconds(started));
    }
    let (send, answer) = oneshot::channel();
    let name = host.to_owned();
    // A thread of its own: one of the runtime's would keep the program from ending while the
    // resolver hangs.
    let thread = std::thread::Builder::new()
        .name("resolve".to_owned())
        .spawn(move || {
            let found = (name.as_str(), port).to_socket_addrs();
            let _ = send.send(found.map(distinct));
        });
    let outcome = match thread {
        Err(error) => Err(failure(ResolveFailureKind::Other, error)),
        Ok(_) => match timeout(RESOLVE_LIMIT, answer).await {
            Ok(Ok(Ok(addresses))) if addresses.is_empty() => {
                Err(failure(ResolveFailureKind::UnknownName, "no address"))
            }
            Ok(Ok(Ok(addresses))) => Ok(addresses),
            Ok(Ok(Err(error))) => Err(failure(kind(&error), error)),
            Ok(Err(error)) => Err(failure(ResolveFailureKind::Other, error)),
            Err(_) => {
                let limit = RESOLVE_LIMIT.as_secs();
                let message = format!("no answer within {limit} s");
                Err(failure(ResolveFailureKind::Silent, message))
            }
        },
    };
    (outcome, milliseconds(started))
}

fn distinct(found: impl Iterator<Item = SocketAddr>) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    for address in found.map(|found| found.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

fn failure(kind: ResolveFailureKind, message: impl ToString) -> ResolveFailure {
    ResolveFailure {
        kind,
        message: message.to_string(),
    }
}

/// The resolvers of the systems tell their failures by words only, except that of Windows. Words in
/// another language are left undecided.
fn kind(error: &std::io::Error) -> ResolveFailureKind {
    const UNKNOWN: [&str; 4] = [
        "name or service not known",
        "no address associated",
        "nodename nor servname",
        "name does not resolve",
    ];
    const TRY_AGAIN: [&str; 2] = ["temporary failure", "try again"];
    match error.raw_os_error() {
        Some(11001 | 11004) => return ResolveFailureKind::UnknownName,
        Some(11002) => return ResolveFailureKind::TryAgain,
        _ => {}
    }
    let words = error.to_string().to_ascii_lowercase();
    if UNKNOWN.iter().any(|unknown| words.contains(unknown)) {
        ResolveFailureKind::UnknownName
    } else if TRY_AGAIN.iter().any(|again| words.contains(again)) {
        ResolveFailureKind::TryAgain
    } else {
        ResolveFailureKind::Other
    }
}

/// Whether there is a route to public addresses. To connect a UDP socket sends nothing.
fn routes() -> Routes {
    let reaches = |from: IpAddr, to: IpAddr| {
        let socket = UdpSocket::bind(SocketAddr::new(from, 0));
        socket.is_ok_and(|socket| socket.connect(SocketAddr::new(to, 9)).is_ok())
    };
    Routes {
        v4: reaches(Ipv4Addr::UNSPECIFIED.into(), SOMEWHERE_V4),
        v6: reaches(Ipv6Addr::UNSPECIFIED.into(), SOMEWHERE_V6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Error;

    #[test]
    fn the_resolver_s_words_are_understood() {
        for (words, expected) in [
            (
                "failed to lookup address information: Name or service not known",
                ResolveFailureKind::UnknownName,
            ),
            (
                "failed to lookup address information: Temporary failure in name resolution",
                ResolveFailureKind::TryAgain,
            ),
            ("thất bại", ResolveFailureKind::Other),
        ] {
            assert_eq!(kind(&Error::other(words)), expected);
        }
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let proxy = Url::parse("http://an:geheim@[fd00::1]:8080").expect("an address");
        let shown = without_credentials(proxy);
        assert_eq!(shown, "[fd00::1]:8080");
        let host = proxy_host(&shown).expect("a host");
        assert_eq!((host.host.as_str(), host.port), ("fd00::1", 8080));
    }
}
