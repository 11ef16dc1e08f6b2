//! Which codecs and header extensions two endpoints have in common, and what follows from it.

mod extended;
mod matching;
mod reduced;
mod validity;

pub use extended::{
    ExtendedCodec, ExtendedHeaderExtension, ExtendedRtpCapabilities, extended_rtp_capabilities,
};
pub use matching::is_rtx;
pub use reduced::{
    can_consume, can_receive, can_send, recv_rtp_capabilities, reduce_codecs,
    send_rtp_capabilities, sending_remote_rtp_parameters, sending_rtp_parameters,
};
pub use validity::{OrtcError, normalise};

pub(crate) use matching::number;

/// Which side's order of codecs the result keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodecOrder {
    /// The remote side's, usually the router's; what mediasoup-client does unless told otherwise.
    #[default]
    Remote,
    /// The local side's.
    Local,
}

/// Header extension: the measured time of sending, for bandwidth estimation at the receiver.
pub const ABS_SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
/// Header extension: loudness of the packet (RFC 6464).
pub const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
/// Header extension: the media section a packet belongs to (RFC 8843).
pub const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
/// Header extension: a sequence number over all streams, for bandwidth estimation at the sender.
pub const TRANSPORT_WIDE_CC: &str =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
