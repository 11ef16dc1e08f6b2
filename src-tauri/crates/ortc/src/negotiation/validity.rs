//! What capabilities must have before they can be compared.

use serde_json::Value;

use crate::{MediaKind, RtpCapabilities};

/// Why capabilities or parameters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrtcError {
    /// A MIME type is not `audio/…` or `video/…`.
    #[error("codec {index}: {mime_type:?} is not a media type")]
    InvalidMimeType {
        /// Position in the list of codecs.
        index: usize,
        /// What was there.
        mime_type: String,
    },
    /// A codec capability has no `preferredPayloadType`.
    #[error("codec {index} ({mime_type}): preferredPayloadType is missing")]
    MissingPayloadType {
        /// Position in the list of codecs.
        index: usize,
        /// The codec.
        mime_type: String,
    },
    /// A codec parameter is neither text nor a number.
    #[error("codec {index} ({mime_type}): parameter {name:?} is neither text nor a number")]
    InvalidParameter {
        /// Position in the list of codecs.
        index: usize,
        /// The codec.
        mime_type: String,
        /// The parameter.
        name: String,
    },
    /// The list of codecs is empty, or none of them is the wanted one.
    #[error("no matching codec")]
    NoMatchingCodec,
}

impl OrtcError {
    /// Stable name of the error, for translation and for logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidMimeType { .. } => "ortc.invalid_mime_type",
            Self::MissingPayloadType { .. } => "ortc.missing_payload_type",
            Self::InvalidParameter { .. } => "ortc.invalid_parameter",
            Self::NoMatchingCodec => "ortc.no_matching_codec",
        }
    }
}

/// Capabilities with defaults filled in: the kind follows the MIME type, audio has at least one
/// channel and video none. Fails where something is missing that the comparison needs.
pub fn normalise(capabilities: &RtpCapabilities) -> Result<RtpCapabilities, OrtcError> {
    let mut capabilities = capabilities.clone();
    for (index, codec) in capabilities.codecs.iter_mut().enumerate() {
        let mime_type = || codec.mime_type.clone();
        codec.kind = kind_of(&codec.mime_type).ok_or_else(|| OrtcError::InvalidMimeType {
            index,
            mime_type: mime_type(),
        })?;
        if codec.preferred_payload_type.is_none() {
            return Err(OrtcError::MissingPayloadType {
                index,
                mime_type: mime_type(),
            });
        }
        let odd = codec.parameters.iter().find(|(name, value)| match value {
            Value::String(_) => name.as_str() == "apt",
            Value::Number(_) => false,
            _ => true,
        });
        if let Some((name, _)) = odd {
            return Err(OrtcError::InvalidParameter {
                index,
                mime_type: mime_type(),
                name: name.clone(),
            });
        }
        codec.channels = match codec.kind {
            MediaKind::Audio => codec.channels.or(Some(1)),
            MediaKind::Video => None,
        };
    }
    Ok(capabilities)
}

fn kind_of(mime_type: &str) -> Option<MediaKind> {
    let (kind, name) = mime_type.split_once('/')?;
    if name.is_empty() {
        return None;
    }
    [MediaKind::Audio, MediaKind::Video]
        .into_iter()
        .find(|known| kind.eq_ignore_ascii_case(known.as_str()))
}
