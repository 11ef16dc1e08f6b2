//! TCP and TLS connections, and why there is none.

use serde::{Deserialize, Serialize};

use super::Exchange;

/// How one host and port is reached.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tls {
    /// Host name or address, as configured.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Whether TLS is expected there.
    pub expected: bool,
    /// One connection to each address, in the order of the resolver. Through a proxy there is one,
    /// without an address.
    pub connections: Vec<Connection>,
    /// What the server chose when it was offered `h2` and `http/1.1`; none if neither.
    pub alpn_of_choice: Option<String>,
    /// What a certificate that is not accepted answers to one plain `GET /`; captive portals send
    /// people to their page with it.
    pub behind_refused_certificate: Option<Exchange>,
    /// What the TLS port answers to plain HTTP, when it does not speak TLS.
    pub plain: Option<Exchange>,
    /// How far the `Date` header of the server is ahead of the local clock, seconds.
    pub clock_ahead_s: Option<i64>,
    /// The local clock during the run, unix seconds.
    pub local_time: Option<i64>,
}

/// A TCP connection, with TLS if asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Connection {
    /// Address and port of the peer.
    pub address: Option<String>,
    /// Host and port of the HTTP proxy on the way.
    pub proxy: Option<String>,
    /// Until TCP was connected, name resolution and the proxy's tunnel included, milliseconds.
    pub tcp_ms: Option<f64>,
    /// From there until TLS was ready, milliseconds.
    pub tls_ms: Option<f64>,
    /// Protocol version, such as `TLSv1.3`.
    pub version: Option<String>,
    /// Protocol chosen by ALPN.
    pub alpn: Option<String>,
    /// The server's certificates, its own first; known also when they were refused.
    pub chain: Vec<Certificate>,
    /// Why there is no connection.
    pub fault: Option<Fault>,
}

/// What an X.509 certificate says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Certificate {
    /// Distinguished name of the owner.
    pub subject: String,
    /// Distinguished name of the issuer.
    pub issuer: String,
    /// Host names and addresses that it is made for.
    pub names: Vec<String>,
    /// Valid from, unix seconds.
    pub not_before: i64,
    /// Valid until, unix seconds.
    pub not_after: i64,
}

/// Why a connection or an answer did not come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fault {
    /// What kind of failure it is.
    pub kind: FaultKind,
    /// As the operating system or TLS says it.
    pub message: String,
}

/// Kinds of failures, by what they tell about the way to the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The name has no address.
    Resolve,
    /// The host answers, nothing listens on the port.
    Refused,
    /// TCP was not answered in time: filtered, or the host is off.
    Filtered,
    /// No route, or the network is down.
    Unreachable,
    /// The connection was cut before it was ready.
    Reset,
    /// The HTTP proxy refused the tunnel.
    Proxy,
    /// The HTTP proxy asks for user and password.
    ProxyAuthentication,
    /// The certificate's time is over.
    CertificateExpired,
    /// The certificate's time has not begun.
    CertificateNotYetValid,
    /// The certificate is made for other names.
    CertificateWrongName,
    /// Nobody whom this computer trusts has signed the certificate.
    CertificateUnknownIssuer,
    /// The port answers, but not in TLS.
    NotTls,
    /// TLS was not answered in time.
    TlsSilent,
    /// TLS failed otherwise.
    Tls,
    /// Connected, and no complete answer in time.
    NoAnswer,
    /// The connection was closed instead of an answer.
    Closed,
    /// The answer is not HTTP.
    NotHttp,
    /// The settings cannot be used.
    #[default]
    Settings,
}

impl FaultKind {
    /// Whether a certificate was shown and not accepted.
    pub fn is_certificate(self) -> bool {
        matches!(
            self,
            Self::CertificateExpired
                | Self::CertificateNotYetValid
                | Self::CertificateWrongName
                | Self::CertificateUnknownIssuer
        )
    }
}

impl Fault {
    /// A fault in words of the operating system or TLS.
    pub fn new(kind: FaultKind, message: impl ToString) -> Self {
        Self {
            kind,
            message: message.to_string(),
        }
    }
}
