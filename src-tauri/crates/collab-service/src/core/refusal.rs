//! Why an event was not carried out, as the sender is told.

use serde_json::{Value, json};

/// Why an event was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Keys that the event needs are not there.
    #[error("{message}")]
    Missing {
        message: &'static str,
        required: &'static [&'static str],
    },
    #[error("{0} has the wrong type")]
    WrongType(&'static str),
    #[error("{0} is too long")]
    TooLong(&'static str),
    #[error("the value is larger than {0} bytes")]
    ValueTooLarge(usize),
    #[error("the record has {0} people already")]
    TooManyPeople(usize),
    #[error("the record has {0} fields already")]
    TooManyFields(usize),
    #[error("the service has {0} records already")]
    TooManyRecords(usize),
    #[error("the service does not know this event")]
    UnknownEvent,
}

impl Refusal {
    /// Stable name, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing_fields",
            Self::WrongType(_) => "wrong_type",
            Self::TooLong(_) => "too_long",
            Self::ValueTooLarge(_) => "value_too_large",
            Self::TooManyPeople(_) => "too_many_people",
            Self::TooManyFields(_) => "too_many_fields",
            Self::TooManyRecords(_) => "too_many_records",
            Self::UnknownEvent => "unknown_event",
        }
    }

    /// Argument of the event `error`.
    pub(crate) fn event(&self) -> Value {
        let mut event = json!({ "message": self.to_string(), "code": self.code() });
        if let (Self::Missing { required, .. }, Value::Object(map)) = (self, &mut event) {
            map.insert("required".to_owned(), json!(required));
        }
        event
    }

    /// Argument of the acknowledgement.
    pub(crate) fn ack(&self) -> Value {
        json!({ "status": "error", "message": self.to_string(), "code": self.code() })
    }
}
