//! Which of this machine's addresses leads to a remote one.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

/// The local address that the kernel's routes choose towards `remote`, asked anew at every
/// binding, so that an ICE restart after a change of network finds the new one. Nothing is sent.
/// Binding to it, instead of to every interface, makes one pair per remote candidate, and reaches
/// routers on loopback too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalAddress {
    pub(crate) remote: SocketAddr,
}

impl LocalAddress {
    pub(crate) fn find(self) -> Option<IpAddr> {
        let any = if self.remote.is_ipv4() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        } else {
            IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        };
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.connect(self.remote).ok()?;
        let local = socket.local_addr().ok()?.ip();
        (!local.is_unspecified()).then_some(local)
    }
}

impl ToSocketAddrs for LocalAddress {
    type Iter = std::option::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        Ok(self
            .find()
            .map(|local| SocketAddr::new(local, 0))
            .into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_reached_from_loopback() {
        let remote = "127.0.0.1:40000".parse().unwrap();
        let addresses: Vec<_> = LocalAddress { remote }.to_socket_addrs().unwrap().collect();
        assert_eq!(addresses, ["127.0.0.1:0".parse::<SocketAddr>().unwrap()]);
    }
}
