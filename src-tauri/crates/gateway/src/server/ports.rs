//! One port number, TCP and UDP.

use std::net::{SocketAddr, TcpListener, UdpSocket};

use crate::GatewayError;

/// How often another free port is tried when the UDP port of the same number is taken.
const ATTEMPTS: usize = 64;

/// The bound sockets.
#[derive(Debug)]
pub(crate) struct Ports {
    tcp: TcpListener,
    udp: UdpSocket,
}

impl Ports {
    pub(crate) fn bind(address: SocketAddr) -> Result<Self, GatewayError> {
        let mut attempts = ATTEMPTS;
        loop {
            attempts -= 1;
            match Self::try_bind(address) {
                Err(GatewayError::Bind {
                    protocol: "UDP", ..
                }) if address.port() == 0 && attempts > 0 => {}
                result => return result,
            }
        }
    }

    fn try_bind(address: SocketAddr) -> Result<Self, GatewayError> {
        let failed = |protocol, address| {
            move |source| GatewayError::Bind {
                address,
                protocol,
                source,
            }
        };
        let tcp = TcpListener::bind(address).map_err(failed("TCP", address))?;
        let found = tcp.local_addr().map_err(failed("TCP", address))?;
        let udp = UdpSocket::bind(found).map_err(failed("UDP", found))?;
        tcp.set_nonblocking(true).map_err(failed("TCP", found))?;
        udp.set_nonblocking(true).map_err(failed("UDP", found))?;
        Ok(Self { tcp, udp })
    }

    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    pub(super) fn into_parts(self) -> (TcpListener, UdpSocket) {
        (self.tcp, self.udp)
    }
}
