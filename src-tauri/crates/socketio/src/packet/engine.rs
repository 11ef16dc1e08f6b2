//! Engine.IO 4: packet types, the handshake, and the payloads of long polling.

use super::{Frame, PacketError};
use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use std::time::Duration;

/// Between two packets of one polling payload.
pub const PAYLOAD_SEPARATOR: char = '\u{1e}';

/// Some servers leave the padding out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A text packet of Engine.IO, borrowed from its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnginePacket<'a> {
    /// `0`: the handshake, JSON; see [`Handshake::parse`].
    Open(&'a str),
    /// `1`: the sender closes the engine.
    Close,
    /// `2`: to be answered by a pong with the same text.
    Ping(&'a str),
    /// `3`: the answer to a ping.
    Pong(&'a str),
    /// `4`: a Socket.IO packet; see [`decode`](super::decode).
    Message(&'a str),
    /// `5`: the client changes to this transport.
    Upgrade,
    /// `6`: nothing; releases a pending poll during an upgrade.
    Noop,
}

/// Tells the type of a text packet.
///
/// # Errors
/// [`PacketError::Empty`] and [`PacketError::UnknownType`].
pub fn decode_engine(text: &str) -> Result<EnginePacket<'_>, PacketError> {
    let mut chars = text.chars();
    let kind = chars.next().ok_or(PacketError::Empty)?;
    let rest = chars.as_str();
    Ok(match kind {
        '0' => EnginePacket::Open(rest),
        '1' => EnginePacket::Close,
        '2' => EnginePacket::Ping(rest),
        '3' => EnginePacket::Pong(rest),
        '4' => EnginePacket::Message(rest),
        '5' => EnginePacket::Upgrade,
        '6' => EnginePacket::Noop,
        other => return Err(PacketError::UnknownType(other)),
    })
}

/// What the server announces in its open packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// Id of the engine session; not the socket id.
    pub sid: String,
    /// Transports to which this session may be upgraded.
    pub upgrades: Vec<String>,
    /// How often the server pings.
    pub ping_interval: Duration,
    /// How long it waits for the pong.
    pub ping_timeout: Duration,
    /// Largest message it accepts, in bytes.
    pub max_payload: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireHandshake {
    sid: String,
    #[serde(default)]
    upgrades: Vec<String>,
    #[serde(default = "default_ping_interval")]
    ping_interval: u64,
    #[serde(default = "default_ping_timeout")]
    ping_timeout: u64,
    #[serde(default)]
    max_payload: Option<u64>,
}

/// engine.io 6's defaults, in milliseconds.
fn default_ping_interval() -> u64 {
    25_000
}

fn default_ping_timeout() -> u64 {
    20_000
}

/// No announced time is longer; keeps arithmetic on clocks from overflowing.
const LONGEST: u64 = 24 * 60 * 60 * 1000;

impl Handshake {
    /// Reads the JSON of an open packet. Unknown fields are ignored, only `sid` is required.
    ///
    /// # Errors
    /// [`PacketError::Json`].
    pub fn parse(json: &str) -> Result<Self, PacketError> {
        let wire: WireHandshake =
            serde_json::from_str(json).map_err(|error| PacketError::Json(error.to_string()))?;
        let time = |milliseconds: u64| Duration::from_millis(milliseconds.min(LONGEST));
        Ok(Self {
            sid: wire.sid,
            upgrades: wire.upgrades,
            ping_interval: time(wire.ping_interval),
            ping_timeout: time(wire.ping_timeout),
            max_payload: wire
                .max_payload
                .and_then(|bytes| usize::try_from(bytes).ok())
                .filter(|bytes| *bytes > 0),
        })
    }
}

/// Splits the body of a poll into its packets.
///
/// # Errors
/// [`PacketError::Empty`] and [`PacketError::Base64`]. Types of text packets are not checked here.
pub fn decode_payload(body: &str) -> Result<Vec<Frame>, PacketError> {
    body.split(PAYLOAD_SEPARATOR)
        .map(|packet| match packet.strip_prefix('b') {
            Some(base64) => LENIENT
                .decode(base64)
                .map(|bytes| Frame::Binary(Bytes::from(bytes)))
                .map_err(|_| PacketError::Base64),
            None if packet.is_empty() => Err(PacketError::Empty),
            None => Ok(Frame::from(packet.to_owned())),
        })
        .collect()
}

/// Joins packets to the body of a POST.
pub fn encode_payload<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> String {
    let mut body = String::new();
    for (index, frame) in frames.into_iter().enumerate() {
        if index > 0 {
            body.push(PAYLOAD_SEPARATOR);
        }
        match frame {
            Frame::Text(text) => body.push_str(text),
            Frame::Binary(bytes) => {
                body.push('b');
                STANDARD.encode_string(bytes, &mut body);
            }
        }
    }
    body
}

/// Bytes that a frame takes in a polling payload, without separator.
pub fn payload_size(frame: &Frame) -> usize {
    match frame {
        Frame::Text(text) => text.len(),
        Frame::Binary(bytes) => 1 + bytes.len().div_ceil(3) * 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_handshake_of_a_gateway() {
        let text = r#"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":10000,"pingTimeout":20000,"maxPayload":1000000,"extra":1}"#;
        let EnginePacket::Open(json) = decode_engine(text).unwrap() else {
            panic!("not an open packet");
        };
        let handshake = Handshake::parse(json).unwrap();
        assert_eq!(handshake.sid, "lv_VI97HAXpY6yYWAAAC");
        assert_eq!(handshake.ping_interval, Duration::from_secs(10));
        assert_eq!(handshake.ping_timeout, Duration::from_secs(20));
        assert_eq!(handshake.max_payload, Some(1_000_000));
        assert_eq!(handshake.upgrades, ["websocket"]);
    }

    #[test]
    fn a_handshake_needs_nothing_but_its_sid() {
        let handshake = Handshake::parse(r#"{"sid":"a"}"#).unwrap();
        assert_eq!(handshake.ping_interval, Duration::from_secs(25));
        assert_eq!(handshake.max_payload, None);
        assert!(Handshake::parse(r#"{"upgrades":[]}"#).is_err());
        assert!(Handshake::parse("<html>").is_err());
        let huge = Handshake::parse(&format!(r#"{{"sid":"a","pingInterval":{}}}"#, u64::MAX));
        assert_eq!(huge.unwrap().ping_interval, Duration::from_secs(86_400));
    }

    #[test]
    fn payloads_carry_text_and_base64() {
        let frames = decode_payload("4hello\u{1e}2\u{1e}4€\u{1e}bAQIDBA==\u{1e}bAQIDBA").unwrap();
        let bytes = Frame::Binary(Bytes::from_static(&[1, 2, 3, 4]));
        assert_eq!(
            frames,
            [
                "4hello".into(),
                "2".into(),
                "4€".into(),
                bytes.clone(),
                bytes.clone()
            ]
        );
        assert_eq!(
            encode_payload(&frames[..4]),
            "4hello\u{1e}2\u{1e}4€\u{1e}bAQIDBA=="
        );
        assert_eq!(payload_size(&bytes), "bAQIDBA==".len());
        assert_eq!(decode_payload(""), Err(PacketError::Empty));
        assert_eq!(decode_payload("4a\u{1e}"), Err(PacketError::Empty));
        assert_eq!(decode_payload("b!"), Err(PacketError::Base64));
    }
}
