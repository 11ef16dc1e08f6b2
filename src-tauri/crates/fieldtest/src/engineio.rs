//! What the body of a poll and the frames of a websocket say, for probes and for judgement.

use serde_json::Value;
use socketio::packet::{
    EnginePacket, Frame, Handshake, PacketBody, decode, decode_engine, decode_payload,
};

use crate::facts::{Exchange, PollingSession};

/// The handshake in a polling answer: status 200, plain text, an open packet. A status alone proves
/// nothing.
pub(crate) fn polling_handshake(exchange: &Exchange) -> Option<Handshake> {
    let plain = content_type(exchange).starts_with("text/plain");
    if exchange.status() != 200 || !plain {
        return None;
    }
    let packets = decode_payload(exchange.body()).ok()?;
    packets.iter().find_map(open_packet)
}

/// The handshake on a websocket.
pub(crate) fn websocket_handshake(exchange: &Exchange) -> Option<Handshake> {
    if exchange.status() != 101 {
        return None;
    }
    let frames = exchange.frames.iter().filter(|frame| frame.from_server);
    let mut frames = frames.map(|frame| Frame::from(frame.text.clone()));
    frames.find_map(|frame| open_packet(&frame))
}

fn open_packet(frame: &Frame) -> Option<Handshake> {
    let Frame::Text(text) = frame else {
        return None;
    };
    match decode_engine(text) {
        Ok(EnginePacket::Open(json)) => Handshake::parse(json).ok(),
        _ => None,
    }
}

/// Media type of a body, in lower case; empty if unknown.
pub(crate) fn content_type(exchange: &Exchange) -> String {
    let header = exchange.header("content-type").unwrap_or_default();
    header.trim().to_ascii_lowercase()
}

/// What a namespace said after it was asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Namespace {
    pub(crate) answer: Option<NamespaceAnswer>,
    /// Names of events that came before the answer.
    pub(crate) early_events: Vec<String>,
    /// Whether it threw the client out again (`41`).
    pub(crate) disconnected: bool,
}

/// Yes or no.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NamespaceAnswer {
    Connected,
    Refused {
        message: String,
        data: Option<Value>,
    },
}

impl Namespace {
    /// From a websocket, if the question was sent.
    pub(crate) fn of_websocket(exchange: &Exchange) -> Option<Self> {
        let frames = &exchange.frames;
        let asked =
            |frame: &crate::facts::Frame| !frame.from_server && frame.text.starts_with("40");
        if !frames.iter().any(asked) {
            return None;
        }
        let received = frames.iter().filter(|frame| frame.from_server);
        Some(Self::of_packets(received.map(|frame| frame.text.as_str())))
    }

    /// From the poll after the question, if the question was taken.
    pub(crate) fn of_polling(session: &PollingSession) -> Option<Self> {
        let connect = session.connect.as_ref()?;
        // python-socketio takes the question only when its handler has decided.
        if connect.response.is_none() {
            return Some(Self::default());
        }
        if connect.status() != 200 {
            return None;
        }
        let poll = session.poll.as_ref()?;
        let frames = decode_payload(poll.body()).unwrap_or_default();
        let texts = frames.iter().filter_map(|frame| match frame {
            Frame::Text(text) => Some(text.as_str()),
            Frame::Binary(_) => None,
        });
        Some(Self::of_packets(texts))
    }

    fn of_packets<'a>(packets: impl Iterator<Item = &'a str>) -> Self {
        let mut namespace = Self::default();
        for text in packets {
            let Ok(EnginePacket::Message(message)) = decode_engine(text) else {
                continue;
            };
            match decode(message).map(|packet| packet.body) {
                Ok(PacketBody::Connect { .. }) => {
                    namespace.answer = Some(NamespaceAnswer::Connected);
                }
                Ok(PacketBody::ConnectError { message, data }) => {
                    namespace.answer = Some(NamespaceAnswer::Refused { message, data });
                }
                Ok(PacketBody::Disconnect) => namespace.disconnected = true,
                Ok(PacketBody::Event { name, .. }) if namespace.answer.is_none() => {
                    namespace.early_events.push(name);
                }
                _ => {}
            }
        }
        namespace
    }
}
