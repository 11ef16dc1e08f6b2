//! A failure as a server puts it on the wire, in each of the gateway's shapes.

use serde_json::{Value, json};

/// Where a failure is written in the answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureShape {
    /// `{"success":false,"error":{"code","message","details"?}}`
    Unsuccessful,
    /// `{"error":{"code","message","details"}}`
    Coded,
    /// `{"error":{"message"}}`, where the message holds the details.
    MessageOnly,
    /// `{"error":"text"}`, where the text holds the details.
    BareText,
    /// An empty answer, as for a success.
    Silent,
    /// No answer; the event `error {code, message}` instead.
    ErrorEvent,
}

/// A refusal, before it takes the shape which the request prescribes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Code such as `ERR_JOIN_ROOM`.
    pub code: String,
    /// Fixed text for people.
    pub message: String,
    /// English text with the reason, such as `Participant not in room`; may be empty.
    pub details: String,
}

impl Failure {
    /// The arguments of the acknowledgement, or `None` where the shape has no
    /// acknowledgement (then [`Failure::error_event`] is sent).
    pub fn ack_args(&self, shape: FailureShape) -> Option<Vec<Value>> {
        let coded = || {
            let mut error = json!({ "code": self.code, "message": self.message });
            if !self.details.is_empty() {
                error["details"] = self.details.clone().into();
            }
            error
        };
        match shape {
            FailureShape::Unsuccessful => Some(vec![json!({ "success": false, "error": coded() })]),
            FailureShape::Coded => Some(vec![json!({ "error": coded() })]),
            FailureShape::MessageOnly => {
                Some(vec![json!({ "error": { "message": self.reason() } })])
            }
            FailureShape::BareText => Some(vec![json!({ "error": self.reason() })]),
            FailureShape::Silent => Some(Vec::new()),
            FailureShape::ErrorEvent => None,
        }
    }

    /// The data of the `error` event that stands in for an acknowledgement.
    pub fn error_event(&self) -> Value {
        json!({ "code": self.code, "message": self.reason() })
    }

    fn reason(&self) -> &str {
        if self.details.is_empty() {
            &self.message
        } else {
            &self.details
        }
    }
}
