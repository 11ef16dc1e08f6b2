//! Why a participant did not get further.

use std::sync::Arc;

use media::MediaError;
use signaling::{DiscoveryError, RequestError};

use super::Stage;

/// What went wrong, and at which stage. Cheap to clone.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {cause}", stage.name())]
pub struct ParticipantError {
    /// Where.
    pub stage: Stage,
    /// What.
    pub cause: FailureCause,
}

/// What went wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FailureCause {
    /// The gateway was not found or not reached.
    #[error(transparent)]
    Gateway(#[from] DiscoveryError),
    /// A request failed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The media engine refused.
    #[error(transparent)]
    Media(Arc<MediaError>),
    /// No path to the media server in time, or it was lost.
    #[error("no path to the media server")]
    NoPath,
    /// A path, and no keys: DTLS was not answered or was refused.
    #[error("the DTLS handshake failed")]
    NoKeys,
    /// The socket was lost.
    #[error("the connection to the gateway was lost")]
    Disconnected,
    /// Nobody's sound came in time.
    #[error("no packet arrived")]
    Silence,
}

impl FailureCause {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gateway(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::Media(error) => error.code(),
            Self::NoPath => "media.no-path",
            Self::NoKeys => "media.no-keys",
            Self::Disconnected => "gateway.disconnected",
            Self::Silence => "media.silence",
        }
    }

    /// The refused or unanswered request, if it is one.
    pub fn request(&self) -> Option<&RequestError> {
        match self {
            Self::Request(error) => Some(error),
            _ => None,
        }
    }
}

impl From<MediaError> for FailureCause {
    fn from(error: MediaError) -> Self {
        Self::Media(Arc::new(error))
    }
}
