//! The media server's candidates, each tried by itself.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// What STUN requests to every candidate brought.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IceFacts {
    /// Whether the media server is ICE-lite, as it should be.
    pub lite: bool,
    /// Addresses of the gateway's host, as its name resolves here.
    pub resolved: Vec<IpAddr>,
    /// Every candidate, in the server's order.
    pub candidates: Vec<CandidateFacts>,
}

/// What carries packets to a candidate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CandidateProtocol {
    /// UDP.
    #[default]
    Udp,
    /// TCP, framed as RFC 4571 says.
    Tcp,
}

/// One candidate, and STUN binding requests to it alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CandidateFacts {
    /// UDP or TCP.
    pub protocol: CandidateProtocol,
    /// As announced: an address, or a host name.
    pub announced: String,
    /// UDP or TCP port.
    pub port: u16,
    /// The address that was tried; none if a name does not resolve.
    pub address: Option<IpAddr>,
    /// Whether the address is one of private networks, this machine, or a link.
    pub private: bool,
    /// Whether it is an address of the gateway's host; none where that was not resolved.
    pub of_gateway: Option<bool>,
    /// Whether this machine has no way to addresses of that family.
    pub no_route: bool,
    /// Time until the TCP connection stood, milliseconds.
    pub connect_ms: Option<f64>,
    /// STUN requests and answers.
    pub stun: StunCount,
    /// Padded requests: whether packets of that size get there.
    pub sizes: Vec<SizeCheck>,
}

/// STUN binding requests, and what came back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StunCount {
    /// Requests sent.
    pub sent: u32,
    /// Requests answered with success, each counted once.
    pub answered: u32,
    /// Round trips of those, milliseconds.
    pub round_trips_ms: Vec<f64>,
    /// STUN error codes that came instead.
    pub error_codes: Vec<u16>,
    /// What the operating system said, without repetition.
    pub errors: Vec<SocketError>,
}

/// What the operating system says of a packet or a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SocketError {
    /// The machine is there and nothing listens on the port.
    Refused,
    /// This machine does not let the packet out.
    NotPermitted,
    /// A router on the way says that there is no way, or that it is not allowed.
    Unreachable,
    /// No connection in time.
    TimedOut,
    /// The connection was made and ended.
    Closed,
    /// Anything else.
    Other,
}

/// A padded STUN request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SizeCheck {
    /// Size in bytes, without the headers of IP and UDP.
    pub bytes: usize,
    /// Whether it was answered.
    pub answered: bool,
}

impl CandidateFacts {
    /// Whether anything was answered.
    pub fn alive(&self) -> bool {
        self.stun.answered > 0
    }

    /// Whether it is an IPv6 address.
    pub fn is_v6(&self) -> bool {
        self.address.is_some_and(|address| address.is_ipv6())
    }

    /// Protocol and family in short, such as `UDP4`.
    pub fn path(&self) -> String {
        let protocol = match self.protocol {
            CandidateProtocol::Udp => "UDP",
            CandidateProtocol::Tcp => "TCP",
        };
        format!("{protocol}{}", if self.is_v6() { 6 } else { 4 })
    }
}

impl IceFacts {
    /// Whether any candidate answered.
    pub fn alive(&self) -> bool {
        self.candidates.iter().any(CandidateFacts::alive)
    }
}

impl SocketError {
    /// Sorts an error of the operating system.
    pub fn of(error: &std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        match error.kind() {
            K::ConnectionRefused => Self::Refused,
            K::PermissionDenied => Self::NotPermitted,
            K::NetworkUnreachable | K::HostUnreachable | K::AddrNotAvailable => Self::Unreachable,
            K::TimedOut => Self::TimedOut,
            K::ConnectionReset | K::ConnectionAborted | K::UnexpectedEof | K::BrokenPipe => {
                Self::Closed
            }
            _ => Self::Other,
        }
    }
}
