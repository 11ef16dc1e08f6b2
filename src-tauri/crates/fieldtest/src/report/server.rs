//! The servers of a deployment. Their names are what operators need.

use serde::{Deserialize, Serialize};
use url::Url;

/// What a server is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The web site that links lead to.
    Site,
    /// The call gateway.
    Gateway,
    /// Translation of captions.
    Translation,
    /// Speech from text.
    Speech,
    /// Text from speech.
    Recognition,
    /// A STUN or TURN server.
    Relay,
    /// A service of records.
    Collaboration,
}

/// A server that was tested; no path, which may hold a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Server {
    /// What it is there for.
    pub role: Role,
    /// `https`, `http`, `turn`.
    pub scheme: String,
    /// Name or address, an IPv6 address without brackets.
    pub host: String,
    /// Port, also when it is the usual one.
    pub port: Option<u16>,
}

impl Server {
    /// From an address; none without a host. `turn:host:port` is an address, too.
    pub fn new(role: Role, url: &Url) -> Option<Self> {
        if let Some(host) = url.host_str() {
            return Some(Self {
                role,
                scheme: url.scheme().to_owned(),
                host: host.trim_matches(['[', ']']).to_owned(),
                port: url.port_or_known_default(),
            });
        }
        if !matches!(url.scheme(), "turn" | "turns" | "stun" | "stuns") {
            return None;
        }
        let inner = Url::parse(&format!("http://{}", url.path())).ok()?;
        Some(Self {
            role,
            scheme: url.scheme().to_owned(),
            host: inner.host_str()?.trim_matches(['[', ']']).to_owned(),
            port: inner.port(),
        })
    }

    /// `https://host:port`.
    pub fn address(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        let port = self.port.map_or(String::new(), |port| format!(":{port}"));
        match self.scheme.as_str() {
            "turn" | "turns" | "stun" | "stuns" => format!("{}:{host}{port}", self.scheme),
            scheme => format!("{scheme}://{host}{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_scheme_host_and_port_only() {
        let url = Url::parse("https://[2001:db8::1]/room/bao-123?token=x").expect("a URL");
        let server = Server::new(Role::Site, &url).expect("a host");
        assert_eq!(server.address(), "https://[2001:db8::1]:443");
        let relay = Url::parse("turn:relay.example:3478?transport=udp").expect("a URL");
        let relay = Server::new(Role::Relay, &relay).expect("a host");
        assert_eq!(relay.address(), "turn:relay.example:3478");
    }
}
