//! Where clients can reach this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use ortc::{IceCandidate, IceCandidateKind, TransportProtocol};

/// mediasoup's priority of its first UDP candidate, and the step to the next address.
const FIRST_PRIORITY: u32 = 1_076_302_079;
const PRIORITY_STEP: u32 = 51_200;

/// The addresses to announce, best first: those of the options, else the one bound to, else all
/// of this machine, of which loopback counts only when there is no other.
pub(crate) fn announced(options: &[IpAddr], bound: IpAddr) -> Vec<IpAddr> {
    if !options.is_empty() {
        return options.to_vec();
    }
    if !bound.is_unspecified() {
        return vec![bound];
    }
    let mut addresses = of_this_machine();
    if bound.is_ipv4() {
        addresses.retain(IpAddr::is_ipv4);
    }
    if addresses.is_empty() {
        addresses.push(Ipv4Addr::LOCALHOST.into());
    }
    addresses
}

fn of_this_machine() -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = default_route().into_iter().collect();
    // Linux only; elsewhere the address towards the default route has to do.
    let v4 = std::fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    let v6 = std::fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    for address in fib_trie(&v4).chain(if_inet6(&v6)) {
        if !address.is_loopback() && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// The address of the interface that leads to other networks. Connecting a UDP socket sends
/// nothing; the destination is reserved for documentation.
fn default_route() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Local addresses in `/proc/net/fib_trie`: each is followed by a line `/32 host LOCAL`.
fn fib_trie(text: &str) -> impl Iterator<Item = IpAddr> {
    let next = text.lines().skip(1);
    text.lines()
        .zip(next)
        .filter(|(_, next)| next.trim() == "/32 host LOCAL")
        .filter_map(|(line, _)| {
            let address: Ipv4Addr = line.trim().strip_prefix("|-- ")?.parse().ok()?;
            Some(address.into())
        })
}

/// Global addresses in `/proc/net/if_inet6`: 32 digits, then numbers of which the third is the
/// scope, 0 for global.
fn if_inet6(text: &str) -> impl Iterator<Item = IpAddr> {
    text.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let digits = fields.next().filter(|digits| digits.len() == 32)?;
        let scope = fields.nth(2)?;
        let address = u128::from_str_radix(digits, 16).ok()?;
        (scope == "00").then(|| Ipv6Addr::from(address).into())
    })
}

/// The addresses as ICE candidates on `port`.
pub(crate) fn candidates(addresses: &[IpAddr], port: u16) -> Vec<IceCandidate> {
    let priorities = (0..).map(|rank| FIRST_PRIORITY - rank * PRIORITY_STEP);
    addresses
        .iter()
        .zip(priorities)
        .map(|(address, priority)| IceCandidate {
            foundation: "udpcandidate".to_owned(),
            priority,
            address: address.to_string(),
            protocol: TransportProtocol::Udp,
            port,
            kind: IceCandidateKind::Host,
            tcp_kind: None,
        })
        .collect()
}

/// Base URL of a gateway at `address`.
pub(crate) fn url(address: IpAddr, port: u16) -> String {
    format!("http://{}", SocketAddr::new(address, port))
}

/// Path of a room, escaped for a URL (RFC 3986, unreserved characters stay).
pub(crate) fn room_path(room: &str) -> String {
    let mut path = "/room/".to_owned();
    for byte in room.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_tables_are_read() {
        let trie = "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.0.5\n        /32 host LOCAL\n     \
                    |-- 10.0.0.255\n        /32 link BROADCAST\n     |-- 127.0.0.1\n        /32 \
                    host LOCAL\n";
        let found: Vec<_> = fib_trie(trie).map(|address| address.to_string()).collect();
        assert_eq!(found, ["10.0.0.5", "127.0.0.1"]);
        let inet6 = "fe80000000000000021122fffe334455 02 40 20 80 eth0\n\
                     20010db8000000000000000000000010 02 40 00 80 eth0\nnonsense\n";
        let found: Vec<_> = if_inet6(inet6).map(|address| address.to_string()).collect();
        assert_eq!(found, ["2001:db8::10"]);
    }

    #[test]
    fn what_is_announced_follows_the_binding() {
        let v4: IpAddr = "192.0.2.7".parse().unwrap();
        assert_eq!(announced(&[v4], Ipv4Addr::UNSPECIFIED.into()), [v4]);
        assert_eq!(announced(&[], v4), [v4]);
        assert!(!announced(&[], Ipv4Addr::UNSPECIFIED.into()).is_empty());
    }

    #[test]
    fn candidates_fall_in_priority() {
        let addresses = ["192.0.2.7", "2001:db8::1"].map(|text| text.parse().unwrap());
        let candidates = candidates(&addresses, 3000);
        assert_eq!(candidates[0].priority, 1_076_302_079);
        assert_eq!(candidates[1].priority, 1_076_250_879);
        assert_eq!(candidates[1].address, "2001:db8::1");
    }

    #[test]
    fn links_are_escaped() {
        assert_eq!(room_path("a/b c?ũ"), "/room/a%2Fb%20c%3F%C5%A9");
        let v6: IpAddr = "2001:db8::1".parse().unwrap();
        assert_eq!(url(v6, 3000), "http://[2001:db8::1]:3000");
    }
}
