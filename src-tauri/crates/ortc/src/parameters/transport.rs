//! What is needed to reach a WebRTC transport of a router.

use serde::{Deserialize, Serialize};

use super::null_is_default;

/// A WebRTC transport of a router, as `create-webrtc-transport` answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransportParameters {
    /// The router's id of the transport.
    pub id: String,
    /// ICE credentials of the router's side.
    pub ice_parameters: IceParameters,
    /// Where the router listens, best first.
    #[serde(default, deserialize_with = "null_is_default")]
    pub ice_candidates: Vec<IceCandidate>,
    /// DTLS fingerprints of the router's side.
    pub dtls_parameters: DtlsParameters,
}

/// ICE credentials (RFC 8445).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IceParameters {
    /// The `ufrag`.
    pub username_fragment: String,
    /// The password.
    pub password: String,
    /// Whether that side is ICE-lite; mediasoup always is, hence the client always controls.
    #[serde(default, deserialize_with = "null_is_default")]
    pub ice_lite: bool,
}

impl std::fmt::Debug for IceParameters {
    // The password would let a reader of a log take over the media path.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("IceParameters")
            .field("username_fragment", &self.username_fragment)
            .field("ice_lite", &self.ice_lite)
            .finish_non_exhaustive()
    }
}

/// An address at which a transport can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    try_from = "IceCandidateJson",
    into = "IceCandidateJson"
)]
pub struct IceCandidate {
    /// Groups candidates of one kind (RFC 8445).
    pub foundation: String,
    /// The higher, the better.
    pub priority: u32,
    /// IPv4 or IPv6 address, or a host name.
    pub address: String,
    /// UDP or TCP.
    pub protocol: TransportProtocol,
    /// UDP or TCP port.
    pub port: u16,
    /// How the address was learnt; routers have host candidates only.
    pub kind: IceCandidateKind,
    /// Which side opens the connection; for TCP only (RFC 6544).
    pub tcp_kind: Option<TcpCandidateKind>,
}

/// mediasoup 3.15 sends both `ip` and `address`; older servers only `ip`, newer ones `address`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IceCandidateJson {
    #[serde(default, deserialize_with = "null_is_default")]
    foundation: String,
    #[serde(default, deserialize_with = "null_is_default")]
    priority: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    protocol: TransportProtocol,
    port: u16,
    #[serde(rename = "type", default, deserialize_with = "null_is_default")]
    kind: IceCandidateKind,
    #[serde(rename = "tcpType", default, skip_serializing_if = "Option::is_none")]
    tcp_kind: Option<TcpCandidateKind>,
}

impl TryFrom<IceCandidateJson> for IceCandidate {
    type Error = &'static str;

    fn try_from(json: IceCandidateJson) -> Result<Self, Self::Error> {
        Ok(Self {
            foundation: json.foundation,
            priority: json.priority,
            address: json
                .address
                .or(json.ip)
                .ok_or("missing field `address` (and `ip`)")?,
            protocol: json.protocol,
            port: json.port,
            kind: json.kind,
            tcp_kind: json.tcp_kind,
        })
    }
}

impl From<IceCandidate> for IceCandidateJson {
    fn from(candidate: IceCandidate) -> Self {
        Self {
            foundation: candidate.foundation,
            priority: candidate.priority,
            ip: Some(candidate.address.clone()),
            address: Some(candidate.address),
            protocol: candidate.protocol,
            port: candidate.port,
            kind: candidate.kind,
            tcp_kind: candidate.tcp_kind,
        }
    }
}

/// What carries the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransportProtocol {
    /// UDP.
    Udp,
    /// TCP with RFC 4571 framing.
    Tcp,
    /// Something newer; such candidates are left alone.
    #[serde(other)]
    Unknown,
}

/// How a candidate's address was learnt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IceCandidateKind {
    /// The machine's own address.
    #[default]
    Host,
    /// Seen by a STUN server.
    Srflx,
    /// Seen by the peer.
    Prflx,
    /// Lent by a TURN server.
    Relay,
    /// Something newer; such candidates are left alone.
    #[serde(other)]
    Unknown,
}

/// Which side of a TCP candidate opens the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TcpCandidateKind {
    /// This side connects.
    Active,
    /// This side listens; routers always do.
    Passive,
    /// Both at once; also anything that this version does not know.
    #[serde(other)]
    So,
}

/// DTLS role and certificate fingerprints of one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DtlsParameters {
    /// Who opens the handshake; routers say `auto`, which lets the client do it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub role: DtlsRole,
    /// One for each hash algorithm, in an order that varies: choose by [`Self::fingerprint`].
    pub fingerprints: Vec<DtlsFingerprint>,
}

impl DtlsParameters {
    /// The value of the fingerprint made with `algorithm` (for example `sha-256`), if present.
    pub fn fingerprint(&self, algorithm: &str) -> Option<&str> {
        self.fingerprints
            .iter()
            .find(|fingerprint| fingerprint.algorithm.eq_ignore_ascii_case(algorithm))
            .map(|fingerprint| fingerprint.value.as_str())
    }
}

/// Who opens the DTLS handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DtlsRole {
    /// Either: the other side decides.
    #[default]
    Auto,
    /// This side sends the ClientHello.
    Client,
    /// This side waits for it.
    Server,
}

/// Hash of a certificate (RFC 8122).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DtlsFingerprint {
    /// Name of the hash, for example `sha-256`.
    pub algorithm: String,
    /// Hexadecimal bytes, upper case, with colons between.
    pub value: String,
}
