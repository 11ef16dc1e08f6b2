//! Socket.IO 5: `<type>[<attachments>-][<namespace>,][<ack number>][<JSON>]`.

use super::{Frame, PacketError};
use crate::payload::{Payload, placeholder, placeholder_index};
use bytes::Bytes;
use serde_json::Value;
use std::fmt::Write as _;

/// Most attachments of one incoming packet. The protocol has no limit; this one only keeps a broken
/// peer from making us wait for ever.
pub const MAX_ATTACHMENTS: usize = 1_000;

/// A Socket.IO packet without its attachments.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet<'a> {
    /// `/` unless the packet names another one.
    pub namespace: &'a str,
    /// What it says.
    pub body: PacketBody,
}

/// The six types of packets; binary ones are events and acks with `attachments` above zero.
#[derive(Debug, Clone, PartialEq)]
pub enum PacketBody {
    /// `0`: from a server, the namespace accepted us.
    Connect {
        /// `{"sid":…}`, with `"pid"` when connection-state recovery is on.
        data: Option<Value>,
    },
    /// `1`: the namespace disconnected us.
    Disconnect,
    /// `2` and `5`: an event.
    Event {
        /// Present when the sender wants an ack.
        ack: Option<u64>,
        /// Name of the event.
        name: String,
        /// Its arguments.
        args: Vec<Value>,
        /// Binary frames that follow.
        attachments: usize,
    },
    /// `3` and `6`: the answer to an event.
    Ack {
        /// Number of the event which it answers.
        id: u64,
        /// Its arguments.
        args: Vec<Value>,
        /// Binary frames that follow.
        attachments: usize,
    },
    /// `4`: the namespace refused us.
    ConnectError {
        /// Why, in the server's words.
        message: String,
        /// What else the server says about it.
        data: Option<Value>,
    },
}

/// Reads the text of an Engine.IO message. Placeholders are checked against the number of
/// attachments.
///
/// # Errors
/// Any [`PacketError`]; never panics, whatever the text.
pub fn decode(text: &str) -> Result<Packet<'_>, PacketError> {
    let mut chars = text.chars();
    let kind = chars.next().ok_or(PacketError::Empty)?;
    let mut rest = chars.as_str();
    let mut attachments = 0;
    if matches!(kind, '5' | '6') {
        let (count, after) = rest.split_once('-').ok_or(PacketError::Attachments)?;
        attachments = digits(count)
            .and_then(|count| usize::try_from(count).ok())
            .filter(|count| *count <= MAX_ATTACHMENTS)
            .ok_or(PacketError::Attachments)?;
        rest = after;
    }
    let mut namespace = "/";
    if rest.starts_with('/') {
        (namespace, rest) = rest.split_once(',').unwrap_or((rest, ""));
    }
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, json) = rest.split_at(end);
    let ack = match number {
        "" => None,
        number => Some(digits(number).ok_or(PacketError::AckNumber)?),
    };
    let body = match kind {
        '0' => PacketBody::Connect {
            data: optional(json)?,
        },
        '1' => PacketBody::Disconnect,
        '2' | '5' => event(ack, array(json)?, attachments)?,
        '3' | '6' => {
            let args = if json.is_empty() {
                Vec::new()
            } else {
                array(json)?
            };
            check_placeholders(&args, attachments)?;
            PacketBody::Ack {
                id: ack.ok_or(PacketError::AckNumber)?,
                args,
                attachments,
            }
        }
        '4' => refusal(optional(json)?),
        other => return Err(PacketError::UnknownType(other)),
    };
    Ok(Packet { namespace, body })
}

/// `str::parse` would accept a plus sign.
fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

fn json_error(error: serde_json::Error) -> PacketError {
    PacketError::Json(error.to_string())
}

fn optional(json: &str) -> Result<Option<Value>, PacketError> {
    match json {
        "" => Ok(None),
        json => serde_json::from_str(json).map(Some).map_err(json_error),
    }
}

fn array(json: &str) -> Result<Vec<Value>, PacketError> {
    serde_json::from_str(json).map_err(json_error)
}

fn event(
    ack: Option<u64>,
    mut args: Vec<Value>,
    attachments: usize,
) -> Result<PacketBody, PacketError> {
    check_placeholders(&args, attachments)?;
    if args.is_empty() {
        return Err(PacketError::Json("an event without a name".to_owned()));
    }
    let name = match args.remove(0) {
        Value::String(name) => name,
        // The reference parser accepts numbers as names.
        Value::Number(number) => number.to_string(),
        _ => return Err(PacketError::Json("an event's name is no string".to_owned())),
    };
    Ok(PacketBody::Event {
        ack,
        name,
        args,
        attachments,
    })
}

fn refusal(payload: Option<Value>) -> PacketBody {
    let (message, data) = match payload {
        Some(Value::Object(mut fields)) => match fields.remove("message") {
            Some(Value::String(message)) => (message, fields.remove("data")),
            Some(other) => (other.to_string(), fields.remove("data")),
            None => (String::new(), Some(Value::Object(fields))),
        },
        Some(Value::String(message)) => (message, None),
        other => (String::new(), other),
    };
    PacketBody::ConnectError { message, data }
}

fn check_placeholders(args: &[Value], attachments: usize) -> Result<(), PacketError> {
    // In packets without attachments a placeholder is just an object like any other.
    if attachments == 0 {
        return Ok(());
    }
    for value in args {
        match value {
            Value::Array(values) => check_placeholders(values, attachments)?,
            Value::Object(fields) => match placeholder_index(value) {
                Some(index) if index >= attachments => return Err(PacketError::Placeholder),
                Some(_) => {}
                None => {
                    for value in fields.values() {
                        check_placeholders(std::slice::from_ref(value), attachments)?;
                    }
                }
            },
            _ => {}
        }
    }
    Ok(())
}

/// The request to join a namespace, as an Engine.IO message.
pub fn encode_connect(namespace: &str, auth: Option<&Value>) -> Frame {
    let mut text = String::from("40");
    push_namespace(&mut text, namespace);
    if let Some(auth) = auth {
        let _ = write!(text, "{auth}");
    }
    text.into()
}

/// Leaves a namespace.
pub fn encode_disconnect(namespace: &str) -> Frame {
    let mut text = String::from("41");
    push_namespace(&mut text, namespace);
    text.into()
}

/// An event and its attachments; with `ack` the peer is asked for an answer.
pub fn encode_event(
    namespace: &str,
    ack: Option<u64>,
    name: &str,
    args: Vec<Payload>,
) -> Vec<Frame> {
    encode(("42", "45"), namespace, ack, Some(name), args)
}

/// The answer to the peer's event `id`.
pub fn encode_ack(namespace: &str, id: u64, args: Vec<Payload>) -> Vec<Frame> {
    encode(("43", "46"), namespace, Some(id), None, args)
}

fn encode(
    (plain, binary): (&str, &str),
    namespace: &str,
    number: Option<u64>,
    name: Option<&str>,
    args: Vec<Payload>,
) -> Vec<Frame> {
    let mut attachments: Vec<Bytes> = Vec::new();
    let mut json = String::from("[");
    if let Some(name) = name {
        let _ = write!(json, "{}", Value::from(name));
    }
    for Payload {
        mut value,
        attachments: own,
    } in args
    {
        if !own.is_empty() {
            renumber(&mut value, attachments.len());
            attachments.extend(own);
        }
        if json.len() > 1 {
            json.push(',');
        }
        let _ = write!(json, "{value}");
    }
    json.push(']');
    let mut text = String::with_capacity(json.len() + namespace.len() + 24);
    if attachments.is_empty() {
        text.push_str(plain);
    } else {
        let _ = write!(text, "{binary}{}-", attachments.len());
    }
    push_namespace(&mut text, namespace);
    if let Some(number) = number {
        let _ = write!(text, "{number}");
    }
    text.push_str(&json);
    let mut frames = vec![Frame::from(text)];
    frames.extend(attachments.into_iter().map(Frame::Binary));
    frames
}

fn push_namespace(text: &mut String, namespace: &str) {
    if namespace != "/" {
        text.push_str(namespace);
        text.push(',');
    }
}

/// Placeholders count within one payload; on the wire they count within the packet.
fn renumber(value: &mut Value, first: usize) {
    if let Some(index) = placeholder_index(value) {
        *value = placeholder(first + index);
        return;
    }
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| renumber(value, first)),
        Value::Object(fields) => fields.values_mut().for_each(|value| renumber(value, first)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
