//! What kind of answer an exchange is, which tells who gave it: Engine.IO, the web framework, a
//! proxy, a web site.

use serde_json::Value;
use socketio::packet::{
    EnginePacket, Frame as Packet, Handshake, PacketBody, decode, decode_engine, decode_payload,
};

use super::Evidence;
use crate::Rung;
use crate::engineio::{content_type, polling_handshake, websocket_handshake};
use crate::facts::{Exchange, Facts, FaultKind};

/// Longest part of a body that is shown.
const SHOWN: usize = 200;

/// Who answered, by the answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// Engine.IO's handshake, by either transport.
    Open(Handshake),
    /// Status 101 without a handshake after it.
    Mute,
    /// Engine.IO refused, in these words.
    Engine(String),
    /// 404 in plain text `Not Found`: the Socket.IO adapter has another path.
    Adapter,
    /// JSON of the web framework, or of an application on it.
    Framework,
    /// 403 without a body: a websocket was closed before it was accepted.
    EmptyForbidden,
    /// A redirect to this place.
    Redirect(String),
    /// HTML, of a web site or a proxy.
    Page,
    /// Nothing usable came.
    Nothing(FaultKind),
    /// Something else.
    Other,
}

impl Answer {
    pub(super) fn of(exchange: &Exchange) -> Self {
        let opened = polling_handshake(exchange).or_else(|| websocket_handshake(exchange));
        if let Some(handshake) = opened {
            return Self::Open(handshake);
        }
        let Some(response) = &exchange.response else {
            let fault = exchange.fault.as_ref();
            return Self::Nothing(fault.map_or(FaultKind::NoAnswer, |fault| fault.kind));
        };
        let kind = content_type(exchange);
        let body = response.body.trim();
        let plain = kind.starts_with("text/plain");
        if let Some(words) = engine_words(response.status, &kind, body) {
            return Self::Engine(words);
        }
        match response.status {
            101 => Self::Mute,
            300..=399 => match exchange.header("location") {
                Some(target) => Self::Redirect(target.to_owned()),
                None => Self::Other,
            },
            404 if plain && body == "Not Found" => Self::Adapter,
            403 if body.is_empty() => Self::EmptyForbidden,
            _ if kind.contains("json") => Self::Framework,
            _ if kind.starts_with("text/html") || body.starts_with('<') => Self::Page,
            _ => Self::Other,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }
}

/// Words of python-engineio (a JSON string as plain text) or of Node's engine.io (JSON with `code`
/// and `message`).
fn engine_words(status: u16, kind: &str, body: &str) -> Option<String> {
    if !matches!(status, 400 | 403) {
        return None;
    }
    match serde_json::from_str(body) {
        Ok(Value::String(words)) if kind.starts_with("text/plain") => Some(words),
        Ok(Value::Object(fields)) => {
            fields.get("code")?.as_u64()?;
            Some(fields.get("message")?.as_str()?.to_owned())
        }
        _ => None,
    }
}

/// Whether Engine.IO says that it does not know the session.
pub(super) fn is_unknown_session(answer: &Answer) -> bool {
    match answer {
        Answer::Engine(words) => {
            words.starts_with("Invalid session") || words.starts_with("Session ID unknown")
        }
        _ => false,
    }
}

/// The lower rung on which an exchange failed, if it never reached a web server.
pub(super) fn failed_below(exchange: &Exchange) -> Option<Rung> {
    let connection = exchange.connection.as_ref()?;
    match connection.fault.as_ref()?.kind {
        FaultKind::Resolve | FaultKind::Proxy | FaultKind::ProxyAuthentication => {
            Some(Rung::Address)
        }
        _ => Some(Rung::Tls),
    }
}

/// The lower rung that keeps Socket.IO from being asked.
pub(super) fn blocked_below(facts: &Facts) -> Option<Rung> {
    let signaling = facts.signaling.as_ref()?;
    let handshake = &signaling.polling.as_ref()?.handshake;
    failed_below(handshake).or_else(|| {
        super::tls::foreign_page(facts)
            .is_some()
            .then_some(Rung::Tls)
    })
}

/// An exchange as a line of evidence.
pub(super) fn evidence(exchange: &Exchange) -> Evidence {
    let request = &exchange.request;
    let upgrade = request
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("upgrade"));
    let how = if upgrade { " (websocket)" } else { "" };
    let what = format!("{} {}{how}", request.method, request.target);
    Evidence::new(what, seen(exchange))
}

/// An answer in one line: status, who says it is, the beginning of the body, time.
pub(super) fn seen(exchange: &Exchange) -> String {
    let mut parts = Vec::new();
    match &exchange.response {
        Some(response) => {
            parts.push(response.status.to_string());
            for name in ["content-type", "server", "location"] {
                if let Some(value) = exchange.header(name) {
                    parts.push(format!("{name}: {value}"));
                }
            }
            let packets = decode_payload(&response.body).unwrap_or_default();
            let shown = match polling_handshake(exchange).is_some() || is_packets(&packets) {
                true => packets
                    .iter()
                    .map(shown_packet)
                    .collect::<Vec<_>>()
                    .join(" "),
                false => shortened(&response.body),
            };
            if !shown.is_empty() {
                parts.push(shown);
            }
            for frame in &exchange.frames {
                let arrow = if frame.from_server { '<' } else { '>' };
                parts.push(format!("{arrow} {}", shown_text(&frame.text)));
            }
            if let Some(code) = exchange.close {
                parts.push(format!("closed with {code}"));
            }
        }
        None => parts.push("no answer".to_owned()),
    }
    if let Some(error) = &exchange.error {
        parts.push(shortened(error));
    }
    parts.push(format!("{:.0} ms", exchange.took_ms));
    parts.join(" · ")
}

fn is_packets(packets: &[Packet]) -> bool {
    let message = |packet: &Packet| match packet {
        Packet::Text(text) => matches!(
            decode_engine(text),
            Ok(EnginePacket::Message(message)) if decode(message).is_ok()
        ),
        Packet::Binary(_) => false,
    };
    packets.iter().any(message)
}

fn shown_packet(packet: &Packet) -> String {
    match packet {
        Packet::Text(text) => shown_text(text),
        Packet::Binary(bytes) => format!("({} bytes)", bytes.len()),
    }
}

/// A packet without what it tells of people: of an event the name, of a refusal the message.
fn shown_text(text: &str) -> String {
    let Ok(EnginePacket::Message(message)) = decode_engine(text) else {
        return shortened(text);
    };
    match decode(message).map(|packet| packet.body) {
        Ok(PacketBody::Event { name, .. }) => format!("42 {}", shortened(&name)),
        Ok(PacketBody::ConnectError { message, .. }) => format!("44 {}", shortened(&message)),
        Ok(PacketBody::Connect { .. }) => "40".to_owned(),
        Ok(PacketBody::Disconnect) => "41".to_owned(),
        _ => shortened(text),
    }
}

pub(super) fn shortened(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(SHOWN) {
        line.truncate(end);
        line.push('…');
    }
    line
}
