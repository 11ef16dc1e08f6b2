//! Why no gateway was found or reached.

use socketio::ConnectError;

/// Why no gateway was found or reached. `host` is the host (and port) in question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The name has no address.
    #[error("{host} cannot be found. Check the link and the internet connection.")]
    UnknownHost {
        /// The host.
        host: String,
    },
    /// Nothing answers there.
    #[error("{host} cannot be reached. Check the link and the internet connection.")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// No answer in time.
    #[error("{host} does not answer. Check the internet connection, or try again later.")]
    Timeout {
        /// The host.
        host: String,
    },
    /// Something answers there that is no call gateway.
    #[error(
        "There is no call gateway at {host}. Check the link; if this network wants a sign-in \
         page first, open a browser."
    )]
    NoGateway {
        /// The host.
        host: String,
    },
    /// A server of an older dialect.
    #[error("The server at {host} is an older version that is not supported. Ask its operator.")]
    Older {
        /// The host.
        host: String,
    },
    /// A proxy answers for a service that is down.
    #[error("The call service at {host} is down (HTTP {status}). Try again in a minute.")]
    Down {
        /// The host.
        host: String,
        /// HTTP status.
        status: u16,
    },
    /// The gateway refused the connection.
    #[error("{host} refused the connection ({reason}). Ask its operator.")]
    Refused {
        /// The host.
        host: String,
        /// The gateway's words.
        reason: String,
    },
    /// The certificate or the encryption is not acceptable.
    #[error(
        "The connection to {host} is not secure (certificate). Check this computer's date; \
         in a company network, set its certificate file."
    )]
    Certificate {
        /// The host.
        host: String,
    },
    /// A secure site names a gateway without encryption.
    #[error("The site names a gateway without encryption ({host}). Ask its operator.")]
    Insecure {
        /// Host of the gateway.
        host: String,
    },
    /// The proxy on the way refused.
    #[error("The network's proxy does not let the connection to {host} pass. Check its settings.")]
    Proxy {
        /// The host.
        host: String,
    },
    /// A setting cannot be used: extra certificates, proxy, address.
    #[error("The network settings cannot be used ({reason}). Check them.")]
    Settings {
        /// What is wrong.
        reason: String,
    },
}

impl DiscoveryError {
    /// Stable code for translation and for exit codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownHost { .. } => "gateway.unknown-host",
            Self::Unreachable { .. } => "gateway.unreachable",
            Self::Timeout { .. } => "gateway.no-answer",
            Self::NoGateway { .. } => "gateway.none-here",
            Self::Older { .. } => "gateway.unsupported",
            Self::Down { .. } => "gateway.down",
            Self::Refused { .. } => "gateway.connection-refused",
            Self::Certificate { .. } => "gateway.certificate",
            Self::Insecure { .. } => "gateway.insecure",
            Self::Proxy { .. } => "gateway.proxy",
            Self::Settings { .. } => "gateway.settings",
        }
    }

    /// The failure of a socket to `host` in words; also for later attempts
    /// ([`crate::GatewayEvent::ConnectFailed`]).
    pub fn of_connect(host: &str, error: &ConnectError) -> Self {
        let host = host.to_owned();
        match error {
            ConnectError::InvalidOptions { message } | ConnectError::ExtraCa { message } => {
                Self::Settings {
                    reason: message.clone(),
                }
            }
            ConnectError::Resolve { .. } => Self::UnknownHost { host },
            ConnectError::Unreachable { .. } | ConnectError::Lost { .. } => {
                Self::Unreachable { host }
            }
            ConnectError::Proxy { .. } => Self::Proxy { host },
            ConnectError::Certificate { .. } | ConnectError::Tls { .. } => {
                Self::Certificate { host }
            }
            ConnectError::Http { status, .. } if status.is_server_error() => Self::Down {
                host,
                status: status.as_u16(),
            },
            ConnectError::Http { .. } | ConnectError::Protocol { .. } => Self::NoGateway { host },
            ConnectError::Timeout { .. } | ConnectError::NamespaceSilent { .. } => {
                Self::Timeout { host }
            }
            ConnectError::Refused { message, .. } => Self::Refused {
                host,
                reason: message.chars().take(100).collect(),
            },
            ConnectError::BothTransports { polling, .. } => Self::of_connect(&host, polling),
            _ => Self::Unreachable { host },
        }
    }
}
