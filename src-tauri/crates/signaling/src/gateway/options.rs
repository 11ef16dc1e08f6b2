//! How a gateway is reached.

use std::path::PathBuf;
use std::time::Duration;

use socketio::{Options, Proxy, ReconnectPolicy, Transports};
use url::Url;

use crate::wire::{Dialect, GATEWAY};

/// What the network around this computer asks for. The same for sockets and for discovery.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// PEM file with certificates to trust besides the system's.
    pub extra_ca: Option<PathBuf>,
    /// Which proxy to go through; by default as the environment says.
    pub proxy: Proxy,
}

/// How a gateway is reached and kept.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// The gateway's names.
    pub dialect: Dialect,
    /// Certificates and proxies.
    pub network: Network,
    /// Websocket first by default.
    pub transports: Transports,
    /// Unlimited attempts by default.
    pub reconnect: ReconnectPolicy,
    /// Limit of one attempt; none of one's own means the socket's default (9 s).
    pub connect_timeout: Option<Duration>,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            dialect: GATEWAY,
            network: Network::default(),
            transports: Transports::default(),
            reconnect: ReconnectPolicy::default(),
            connect_timeout: None,
        }
    }
}

impl ConnectOptions {
    /// The options of the socket under a gateway's address. A path in the address is where a
    /// reverse proxy put the gateway: `https://host/calls` is served at
    /// `/calls/socket.io/`.
    pub(super) fn socket_options(&self, gateway: &Url) -> Options {
        let mut options = Options::new(gateway.clone());
        let prefix = gateway.path().trim_end_matches('/');
        let prefix = prefix.strip_suffix("/socket.io").unwrap_or(prefix);
        options.path = format!("{prefix}/socket.io/");
        options.transports = self.transports;
        options.reconnect = self.reconnect.clone();
        options.extra_ca = self.network.extra_ca.clone();
        options.proxy = self.network.proxy.clone();
        if let Some(limit) = self.connect_timeout {
            options.connect_timeout = limit;
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_below_the_path_of_the_gateway() {
        let path = |url: &str| {
            let url = Url::parse(url).expect("a valid address");
            ConnectOptions::default().socket_options(&url).path
        };
        assert_eq!(path("http://127.0.0.1:3000"), "/socket.io/");
        assert_eq!(path("https://a.example/calls/"), "/calls/socket.io/");
        assert_eq!(path("https://a.example/socket.io/"), "/socket.io/");
    }
}
