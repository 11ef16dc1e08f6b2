//! Why a gateway could not be started.

use std::net::SocketAddr;

/// Why a gateway could not be started.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Another program has the port, or the address is not this machine's.
    #[error("cannot listen on {address} ({protocol}): {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// `TCP` or `UDP`.
        protocol: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// No certificate for DTLS could be made.
    #[error("cannot make a certificate for the media transports")]
    Certificate,
    /// The system refused a thread or an event queue.
    #[error("cannot start the gateway: {source}")]
    System {
        /// The system's reason.
        source: std::io::Error,
    },
}

impl GatewayError {
    /// Stable name of the error, for translation and for logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "gateway_host.cannot_listen",
            Self::Certificate => "gateway_host.no_certificate",
            Self::System { .. } => "gateway_host.system",
        }
    }
}
