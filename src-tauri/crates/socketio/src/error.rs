//! Everything that can end or prevent a connection, a request or an emit, each told apart.

use http::StatusCode;
use serde_json::Value;
use std::io;
use std::time::Duration;

/// Why an attempt to connect failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL, the path, a header or the proxy's address cannot be used.
    #[error("the connection options cannot be used: {message}")]
    InvalidOptions {
        /// What is wrong with which option.
        message: String,
    },
    /// The extra CA file cannot be read, or has no certificate in it.
    #[error("the file of trusted certificates cannot be used: {message}")]
    ExtraCa {
        /// What is wrong with it.
        message: String,
    },
    /// The host name has no address, or the resolver did not answer.
    #[error("the host name cannot be resolved: {message}")]
    Resolve {
        /// The resolver's words.
        message: String,
    },
    /// No TCP connection to the server or to the proxy.
    #[error("no connection to the server: {message}")]
    Unreachable {
        /// As the operating system reports it.
        kind: io::ErrorKind,
        /// The operating system's words.
        message: String,
    },
    /// The proxy did not let the connection pass.
    #[error("the proxy refused the connection: {message}")]
    Proxy {
        /// The proxy's HTTP status when it answered at all; 407 asks for user and password.
        status: Option<StatusCode>,
        /// What the proxy said.
        message: String,
    },
    /// The server's certificate is not trusted, has expired or is made for another name.
    #[error("the server's certificate is not accepted: {message}")]
    Certificate {
        /// rustls' words.
        message: String,
    },
    /// TLS failed for another reason than the certificate.
    #[error("no TLS connection: {message}")]
    Tls {
        /// rustls' words.
        message: String,
    },
    /// An HTTP answer which is not Engine.IO's: wrong path, a proxy's error page, a redirect, a
    /// web page.
    #[error("the server answered with HTTP status {status} instead of Socket.IO: {body}")]
    Http {
        /// Status of the answer; 200 when a web page came instead of a packet.
        status: StatusCode,
        /// `Location` of a redirect. Redirects are not followed.
        location: Option<String>,
        /// The beginning of the body, at most 200 bytes.
        body: String,
    },
    /// The peer accepted the connection, but does not speak Engine.IO 4.
    #[error("the server does not speak Socket.IO as expected: {message}")]
    Protocol {
        /// What was not as expected.
        message: String,
    },
    /// The connection ended during the handshake.
    #[error("the connection was lost during the handshake: {message}")]
    Lost {
        /// As the operating system reports it.
        kind: io::ErrorKind,
        /// Its words, or the websocket's close code.
        message: String,
    },
    /// No answer within [`Options::connect_timeout`](crate::Options::connect_timeout).
    #[error("no answer within {} s", .after.as_secs_f32())]
    Timeout {
        /// How long the client waited.
        after: Duration,
    },
    /// The engine opened, but the namespace answered neither yes nor no in time.
    #[error("the server did not answer the namespace request within {} s", .after.as_secs_f32())]
    NamespaceSilent {
        /// How long the client waited, counted from the start of the attempt.
        after: Duration,
    },
    /// The namespace refused the connection (CONNECT_ERROR, `44`).
    #[error("the server refused the connection: {message}")]
    Refused {
        /// The server's words; python-socketio's default is `Connection rejected by server`.
        message: String,
        /// The rest of what the server sent with it.
        data: Option<Value>,
    },
    /// The websocket failed, and then polling failed too.
    #[error("{polling} (and by websocket: {websocket})")]
    BothTransports {
        /// Why the websocket failed.
        websocket: Box<ConnectError>,
        /// Why polling failed; it tells more, because a server says over HTTP what it refuses.
        polling: Box<ConnectError>,
    },
}

impl ConnectError {
    /// Stable name of the variant, for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidOptions { .. } => "socket.invalid-options",
            Self::ExtraCa { .. } => "socket.extra-ca",
            Self::Resolve { .. } => "socket.resolve",
            Self::Unreachable { .. } => "socket.unreachable",
            Self::Proxy { .. } => "socket.proxy",
            Self::Certificate { .. } => "socket.certificate",
            Self::Tls { .. } => "socket.tls",
            Self::Http { .. } => "socket.http",
            Self::Protocol { .. } => "socket.protocol",
            Self::Lost { .. } => "socket.lost",
            Self::Timeout { .. } => "socket.timeout",
            Self::NamespaceSilent { .. } => "socket.namespace-silent",
            Self::Refused { .. } => "socket.refused",
            Self::BothTransports { polling, .. } => polling.code(),
        }
    }
}

/// Why an established connection ended.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The server disconnected this socket from its namespace (`41`).
    #[error("the server disconnected this client")]
    ServerDisconnect,
    /// The server closed the engine in order: an Engine.IO close packet or a websocket close frame.
    #[error("the server closed the connection")]
    EngineClose {
        /// The websocket's close code, when there was one.
        code: Option<u16>,
    },
    /// The server no longer knows the session, or refuses it (polling: any status but 200). A
    /// restarted server, or another replica than the one that has the session.
    #[error("the server refused the session with HTTP status {status}: {body}")]
    SessionRefused {
        /// Status of the answer.
        status: StatusCode,
        /// The beginning of the body, at most 200 bytes.
        body: String,
    },
    /// Nothing came from the server within ping interval + ping time-out.
    #[error("the server has been silent for {} s", .after.as_secs_f32())]
    PingTimeout {
        /// Interval + time-out as announced by the server.
        after: Duration,
    },
    /// The connection broke: TCP reset, end of stream without a close, an error of TLS.
    #[error("the connection was lost: {message}")]
    TransportLost {
        /// As the operating system reports it.
        kind: io::ErrorKind,
        /// The operating system's words.
        message: String,
    },
    /// The server sent something that is not the protocol, or more than
    /// [`Options::max_incoming`](crate::Options::max_incoming).
    #[error("the server sent something unexpected: {message}")]
    ProtocolViolation {
        /// What was wrong with it.
        message: String,
    },
    /// The connection did not survive a change of the network that the owner reported.
    #[error("the connection did not survive a change of the network")]
    NetworkChanged,
    /// The owner asked for a new connection with [`Socket::reconnect_now`](crate::Socket::reconnect_now).
    #[error("a new connection was asked for")]
    ReconnectRequested,
    /// The owner disconnected, or dropped every [`Socket`](crate::Socket).
    #[error("disconnected by this client")]
    Stopped,
}

impl DisconnectReason {
    /// Stable name of the variant, for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ServerDisconnect => "socket.server-disconnect",
            Self::EngineClose { .. } => "socket.engine-close",
            Self::SessionRefused { .. } => "socket.session-refused",
            Self::PingTimeout { .. } => "socket.ping-timeout",
            Self::TransportLost { .. } => "socket.transport-lost",
            Self::ProtocolViolation { .. } => "socket.protocol-violation",
            Self::NetworkChanged => "socket.network-changed",
            Self::ReconnectRequested => "socket.reconnect-requested",
            Self::Stopped => "socket.stopped",
        }
    }
}

/// Why an event was not queued for sending.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// There is no connection at the moment. Nothing is kept for a later one.
    #[error("not connected")]
    NotConnected,
    /// The message is larger than the server accepts (`maxPayload` of its handshake).
    #[error("the message has {size} bytes, the server accepts {limit}")]
    TooLarge {
        /// Bytes of the largest frame of the message.
        size: usize,
        /// What the server accepts, bytes.
        limit: usize,
    },
    /// [`Options::send_queue`](crate::Options::send_queue) or
    /// [`Options::send_queue_bytes`](crate::Options::send_queue_bytes) is reached: the server, or
    /// the network, does not take what is sent.
    #[error("too much is waiting to be sent")]
    QueueFull,
}

/// Why a request has no reply.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It was not sent.
    #[error(transparent)]
    NotSent(#[from] EmitError),
    /// No ack within the request's own time-out. The server may have acted on it all the same.
    #[error("no answer within {} s", .after.as_secs_f32())]
    Timeout {
        /// The request's time-out.
        after: Duration,
    },
    /// The connection ended before the ack came. The server may have acted on it all the same.
    #[error("the connection ended before the answer: {0}")]
    Disconnected(DisconnectReason),
}

impl EmitError {
    /// Stable name of the variant, for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotConnected => "socket.not-connected",
            Self::TooLarge { .. } => "socket.too-large",
            Self::QueueFull => "socket.queue-full",
        }
    }
}

impl RequestError {
    /// Stable name of the variant, for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSent(error) => error.code(),
            Self::Timeout { .. } => "socket.ack-timeout",
            Self::Disconnected(reason) => reason.code(),
        }
    }
}
