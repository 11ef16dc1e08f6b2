//! What can go wrong with media, and what it is called.

/// Why a media operation failed.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The router's or a consumer's parameters cannot be used.
    #[error("unusable media parameters: {0}")]
    Parameters(#[from] ortc::OrtcError),
    /// The router offers no codec of this kind that this device has.
    #[error("the server has no {kind} codec in common with this program")]
    CannotProduce {
        /// The kind that was asked for.
        kind: ortc::MediaKind,
    },
    /// A consumer uses a codec that this device did not announce.
    #[error("this program cannot receive the codec {mime_type:?}")]
    CannotConsume {
        /// The consumer's codec; empty if it has none.
        mime_type: String,
    },
    /// A consumer's parameters have no SSRC, or one that is in use.
    #[error("the server sent a consumer without a usable SSRC")]
    UnusableSsrc,
    /// The router's ICE credentials or DTLS fingerprint contain characters that they must not.
    #[error("the server sent malformed transport parameters ({field})")]
    MalformedTransport {
        /// Which field.
        field: &'static str,
    },
    /// The router sent no fingerprint of an algorithm that this device can check.
    #[error("the server sent no DTLS fingerprint that this program can check")]
    NoFingerprint,
    /// No candidate is left after the wanted protocols, address families and relays.
    #[error("the server offers no address that this program may use")]
    NoCandidate,
    /// The URL of an ICE server is not `stun:` or `turn:` over UDP, or lacks credentials.
    #[error("unusable ICE server: {reason}")]
    IceServer {
        /// What is wrong with it; contains no credentials.
        reason: String,
    },
    /// No socket could be opened.
    #[error("no network socket could be opened: {0}")]
    Socket(String),
    /// The transport has been closed.
    #[error("the media transport is closed")]
    Closed,
    /// webrtc-rs refused something that should have worked.
    #[error("the media engine failed: {0}")]
    Engine(String),
}

impl MediaError {
    /// The engine's own words, for errors that nobody is expected to meet.
    pub(crate) fn engine(error: impl std::fmt::Display) -> Self {
        Self::Engine(error.to_string())
    }

    /// Stable name of the error, for translation and for logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parameters(error) => error.code(),
            Self::CannotProduce { .. } => "media.cannot_produce",
            Self::CannotConsume { .. } => "media.cannot_consume",
            Self::UnusableSsrc => "media.unusable_ssrc",
            Self::MalformedTransport { .. } => "media.malformed_transport",
            Self::NoFingerprint => "media.no_fingerprint",
            Self::NoCandidate => "media.no_candidate",
            Self::IceServer { .. } => "media.ice_server",
            Self::Socket(_) => "media.socket",
            Self::Closed => "media.closed",
            Self::Engine(_) => "media.engine",
        }
    }
}
