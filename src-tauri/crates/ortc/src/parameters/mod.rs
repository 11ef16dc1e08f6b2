//! What travels between a client and a mediasoup server, field by field.

mod capabilities;
mod rtp;
mod transport;

pub use capabilities::*;
pub use rtp::*;
pub use transport::*;

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Codec parameters (`a=fmtp` in SDP): names as in the codec's RTP payload format, values as sent.
pub type CodecSettings = Map<String, Value>;

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Pictures, from a camera or a screen.
    Video,
}

impl MediaKind {
    /// `audio` or `video`, as in JSON and in SDP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

impl std::fmt::Display for MediaKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One RTCP feedback message that a codec uses (RFC 4585, `a=rtcp-fb` in SDP).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RtcpFeedback {
    /// For example `nack`, `ccm`, `transport-cc`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For example `pli` for `nack`; empty when there is none.
    #[serde(default, deserialize_with = "null_is_default")]
    pub parameter: String,
}

impl RtcpFeedback {
    /// The feedback `kind parameter`; pass an empty parameter where there is none.
    pub fn new(kind: &str, parameter: &str) -> Self {
        Self {
            kind: kind.into(),
            parameter: parameter.into(),
        }
    }
}

/// Servers send `null` for an absent optional list or object now and then.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Leaves out elements of a media kind that this version does not know; everything else in the
/// list must be well formed.
pub(crate) fn known_kinds<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let elements = Option::<Vec<Value>>::deserialize(deserializer)?.unwrap_or_default();
    elements
        .into_iter()
        .filter(
            |element| match element.get("kind").and_then(Value::as_str) {
                Some(kind) => matches!(kind, "audio" | "video"),
                None => true,
            },
        )
        .map(|element| serde_json::from_value(element).map_err(serde::de::Error::custom))
        .collect()
}
