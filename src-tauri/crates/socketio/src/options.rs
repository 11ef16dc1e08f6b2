//! What a caller chooses before connecting.

use crate::reconnect::ReconnectPolicy;
use http::HeaderMap;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Which transports may be used, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transports {
    /// Websocket; long polling when the websocket is refused, closed or silent. The default.
    #[default]
    WebSocketThenPolling,
    /// Websocket, nothing else.
    WebSocketOnly,
    /// Long polling, nothing else, even when the server offers an upgrade.
    PollingOnly,
    /// Long polling first, then upgraded to a websocket when the server offers it and the way to
    /// it is free. This is what browsers do by default.
    PollingUpgraded,
}

/// How the server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// As the environment says: `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, in either
    /// case; never to this computer itself (`localhost`, `127.0.0.0/8`, `::1`). The default.
    #[default]
    Environment,
    /// Directly, whatever the environment says.
    None,
    /// Through this HTTP proxy (`http://` or `https://`, user and password in the URL). Websockets
    /// and https polling use `CONNECT`.
    Url(Url),
}

/// What to connect to, and how. Only [`url`](Self::url) has no default.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the server is: scheme (`http`, `https`, `ws` or `wss`), host and port. Its path and
    /// query are ignored; see [`path`](Self::path) and [`query`](Self::query).
    pub url: Url,
    /// Path at which Engine.IO is served. Default `/socket.io/`.
    pub path: String,
    /// Socket.IO namespace. Default `/`.
    pub namespace: String,
    /// Extra query parameters of every HTTP and websocket request.
    pub query: Vec<(String, String)>,
    /// Extra headers of every HTTP and websocket request.
    pub headers: HeaderMap,
    /// Value of the `Origin` header. None by default: a native program has no origin, and
    /// allow-lists let requests without one pass.
    pub origin: Option<String>,
    /// JSON object sent with the namespace CONNECT. A value that is not an object is sent as it
    /// is, and then connection-state recovery is not asked for.
    pub auth: Option<Value>,
    /// Which transports may be used. Default: websocket, then polling.
    pub transports: Transports,
    /// What happens after a lost or failed connection.
    pub reconnect: ReconnectPolicy,
    /// Longest time for one whole attempt, from name resolution to the namespace's answer.
    /// Default 9 s. When polling may follow, the websocket gets 5/9 of it.
    pub connect_timeout: Duration,
    /// Longest wait for the last packets to leave in [`Socket::disconnect`](crate::Socket::disconnect).
    /// Default 1 s.
    pub close_timeout: Duration,
    /// PEM file with certificates to trust besides the system's.
    pub extra_ca: Option<PathBuf>,
    /// Which proxy to go through. Default: as the environment says.
    pub proxy: Proxy,
    /// Most events that wait for [`Events::next`](crate::Events::next). When it is reached, nothing
    /// more is read from the server until there is room. Default 4,096.
    pub event_queue: usize,
    /// Most packets that wait to be sent; more are refused with `QueueFull`. Default 8,192.
    pub send_queue: usize,
    /// Most bytes that wait to be sent; more are refused with `QueueFull`. Default 16 MiB.
    pub send_queue_bytes: usize,
    /// Largest message accepted from the server, in bytes. A larger one ends the connection.
    /// Default 16 MiB.
    pub max_incoming: usize,
}

impl Options {
    /// Defaults for a server at `url`.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            path: "/socket.io/".to_owned(),
            namespace: "/".to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            origin: None,
            auth: None,
            transports: Transports::default(),
            reconnect: ReconnectPolicy::default(),
            connect_timeout: Duration::from_secs(9),
            close_timeout: Duration::from_secs(1),
            extra_ca: None,
            proxy: Proxy::default(),
            event_queue: 4_096,
            send_queue: 8_192,
            send_queue_bytes: 16 << 20,
            max_incoming: 16 << 20,
        }
    }
}
