//! An event of a client, and what is wrong with its shape.

use serde_json::Value;
use signaling::wire::{GATEWAY, Reply, RequestData, RequestName, RequestRow};

use crate::violation::ViolationKind;

/// An event as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    pub event: String,
    pub args: Vec<Value>,
    /// Whether the client asked for an acknowledgement.
    pub wants_reply: bool,
}

impl Frame {
    /// What the real gateway would stumble over.
    pub(super) fn violations(&self) -> Vec<ViolationKind> {
        let Some(row) = GATEWAY.request_named(&self.event) else {
            return vec![ViolationKind::UnknownEvent];
        };
        let reply = match (row.reply, self.wants_reply) {
            (Reply::Required, false) => Some(ViolationKind::MissingAck),
            (Reply::Never, true) => Some(ViolationKind::UnneededAck),
            _ => None,
        };
        let data = match (row.data, self.args.as_slice()) {
            (RequestData::None, []) | (RequestData::Object, [Value::Object(_)]) => None,
            (RequestData::None, _) | (RequestData::Object, [_, _, ..]) => {
                Some(ViolationKind::UnexpectedData)
            }
            (RequestData::Object, []) => Some(ViolationKind::MissingData),
            (RequestData::Object, [_]) => Some(ViolationKind::NotAnObject),
        };
        reply.into_iter().chain(data).collect()
    }

    /// Whether the client gets an acknowledgement.
    pub(super) fn is_answered(&self, row: &RequestRow) -> bool {
        let misplaced = row.reply == Reply::Optional && !self.args.is_empty();
        self.wants_reply && row.reply != Reply::Never && !misplaced
    }

    /// The data: `null` when there is none.
    pub(super) fn into_data(self) -> Value {
        self.args.into_iter().next().unwrap_or(Value::Null)
    }

    /// Which request it is.
    pub(crate) fn request(&self) -> Option<RequestName> {
        GATEWAY.request_named(&self.event).map(|row| row.request)
    }
}
