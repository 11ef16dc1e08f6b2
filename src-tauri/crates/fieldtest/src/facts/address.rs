//! Names and addresses of the hosts of a deployment.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// What the resolver and the network of this computer say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AddressFacts {
    /// One entry for each host, in the order of their importance.
    pub hosts: Vec<HostFacts>,
    /// Which kinds of addresses this computer has a route to.
    pub routes: Routes,
}

/// A host and what its name resolves to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HostFacts {
    /// What it is there for.
    pub roles: Vec<HostRole>,
    /// Its name, or an address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Addresses in the order of the resolver.
    pub addresses: Vec<IpAddr>,
    /// Time until the resolver answered, milliseconds.
    pub took_ms: f64,
    /// Why there is none.
    pub failure: Option<ResolveFailure>,
    /// Host and port of the HTTP proxy on the way, which then resolves the name itself.
    pub proxy: Option<String>,
    /// Why the proxy that the environment names cannot be used.
    pub proxy_error: Option<String>,
}

/// What a host is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostRole {
    /// Signaling and media.
    Gateway,
    /// The web site that names the gateway.
    Site,
    /// Text translation.
    Translation,
    /// Speech synthesis.
    Synthesis,
    /// Speech recognition.
    Recognition,
    /// Live collaboration on records.
    Collaboration,
    /// The HTTP proxy of this computer.
    Proxy,
}

/// Why a name has no address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResolveFailure {
    /// What kind of failure it is.
    pub kind: ResolveFailureKind,
    /// The resolver's words.
    pub message: String,
}

/// Kinds of failures of a resolver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResolveFailureKind {
    /// There is no such name, or it has no address.
    UnknownName,
    /// The resolver says that it could not find out now.
    TryAgain,
    /// The resolver did not answer in time.
    Silent,
    /// It said something else.
    #[default]
    Other,
}

/// Which kinds of addresses this computer has a route to. No packet is sent to find out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Routes {
    /// Public IPv4 addresses.
    pub v4: bool,
    /// Public IPv6 addresses.
    pub v6: bool,
}
