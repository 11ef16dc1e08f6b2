//! Arguments of events and acks, with or without binary attachments.

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

/// One argument of an event or of an ack that is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Payload {
    pub(crate) value: Value,
    pub(crate) attachments: Vec<Bytes>,
}

impl Payload {
    /// Anything that serde can turn into JSON.
    ///
    /// # Errors
    /// When it cannot: a map with keys that are no strings, or a failing `Serialize`.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_value(value).map(Self::from)
    }

    /// Bytes, sent as a binary attachment; the peer sees a `Buffer`, `ArrayBuffer` or `bytes`.
    pub fn binary(bytes: impl Into<Bytes>) -> Self {
        Self {
            value: placeholder(0),
            attachments: vec![bytes.into()],
        }
    }

    /// JSON with bytes inside it: wherever `value` has [`placeholder(n)`](placeholder), the peer
    /// sees `attachments[n]`.
    pub fn with_attachments(value: Value, attachments: Vec<Bytes>) -> Self {
        Self { value, attachments }
    }
}

/// The object that stands for attachment `index` inside JSON:
/// `{"_placeholder":true,"num":index}` (Socket.IO protocol 5, "Binary event").
pub fn placeholder(index: usize) -> Value {
    json!({ "_placeholder": true, "num": index })
}

/// The index in a [`placeholder`], or `None` when `value` is something else.
pub fn placeholder_index(value: &Value) -> Option<usize> {
    let object = value.as_object()?;
    if object.get("_placeholder")?.as_bool()? {
        usize::try_from(object.get("num")?.as_u64()?).ok()
    } else {
        None
    }
}

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self {
            value,
            attachments: Vec::new(),
        }
    }
}

impl From<&str> for Payload {
    fn from(text: &str) -> Self {
        Value::from(text).into()
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Value::from(text).into()
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::binary(bytes)
    }
}

/// What the server answered to a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reply {
    /// Arguments of the ack, often none or one. Binary ones are [`placeholder`]s.
    pub args: Vec<Value>,
    /// Binary attachments, in the order of their placeholders' numbers.
    pub attachments: Vec<Bytes>,
    /// Place among all events and replies of this connection, as the server sent them: whatever has
    /// a smaller one came before. Events and replies reach their readers by different ways, so
    /// that this is the only means to tell, for instance, what was decided before a request.
    pub order: u64,
}
