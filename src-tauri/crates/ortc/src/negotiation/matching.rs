//! When two codecs or header extensions are the same.

use serde_json::Value;

use crate::{CodecSettings, RtpCodecCapability, RtpHeaderExtension, h264, vp9};

/// Whether a MIME type names retransmission (RFC 4588) rather than a media codec.
pub fn is_rtx(mime_type: &str) -> bool {
    mime_type
        .split_once('/')
        .is_some_and(|(kind, name)| !kind.is_empty() && name.eq_ignore_ascii_case("rtx"))
}

/// The parameter as a number; 0 when absent. JSON does not tell 2 from 2.0.
pub(crate) fn number(settings: &CodecSettings, name: &str) -> NumberOrText {
    match settings.get(name) {
        None | Some(Value::Null) => NumberOrText::Number(0.0),
        Some(Value::Number(number)) => NumberOrText::Number(number.as_f64().unwrap_or(f64::NAN)),
        Some(other) => NumberOrText::Text(other.to_string()),
    }
}

#[derive(Debug, PartialEq)]
pub(crate) enum NumberOrText {
    Number(f64),
    Text(String),
}

/// What two codecs need in common, whether they are capabilities or parameters.
#[derive(Clone, Copy)]
pub(crate) struct CodecIdentity<'a> {
    pub mime_type: &'a str,
    pub clock_rate: u32,
    pub channels: Option<u8>,
    pub parameters: &'a CodecSettings,
}

impl<'a> From<&'a RtpCodecCapability> for CodecIdentity<'a> {
    fn from(codec: &'a RtpCodecCapability) -> Self {
        Self {
            mime_type: &codec.mime_type,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: &codec.parameters,
        }
    }
}

impl<'a> From<&'a crate::RtpCodecParameters> for CodecIdentity<'a> {
    fn from(codec: &'a crate::RtpCodecParameters) -> Self {
        Self {
            mime_type: &codec.mime_type,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: &codec.parameters,
        }
    }
}

/// How two codecs match.
pub(crate) enum CodecMatch {
    /// As they are.
    Plain,
    /// With this H.264 `profile-level-id` to be written to both (`None`: to be removed).
    ProfileLevel(Option<String>),
}

/// Strict comparison: profiles count.
pub(crate) fn match_codecs(a: CodecIdentity<'_>, b: CodecIdentity<'_>) -> Option<CodecMatch> {
    if !a.mime_type.eq_ignore_ascii_case(b.mime_type)
        || a.clock_rate != b.clock_rate
        || a.channels != b.channels
    {
        return None;
    }
    if a.mime_type.eq_ignore_ascii_case("video/h264") {
        let mode = "packetization-mode";
        if number(a.parameters, mode) != number(b.parameters, mode) {
            return None;
        }
        return h264::agree(a.parameters, b.parameters).map(CodecMatch::ProfileLevel);
    }
    if a.mime_type.eq_ignore_ascii_case("video/vp9")
        && !vp9::same_profile(a.parameters, b.parameters)
    {
        return None;
    }
    Some(CodecMatch::Plain)
}

pub(crate) fn match_header_extensions(a: &RtpHeaderExtension, b: &RtpHeaderExtension) -> bool {
    a.kind == b.kind && a.uri == b.uri
}
