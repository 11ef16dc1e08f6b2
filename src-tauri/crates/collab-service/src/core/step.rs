//! Steps of the work.

use serde_json::Value;

use crate::limits::ID_CHARS;

/// A step, as clients write it: a 0-based number, or a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// A number that arrives as text is a number.
    Index(i64),
    /// Such as `vision_testing`.
    Key(String),
}

impl Step {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_i64().map(Self::Index),
            Value::String(text) if text.is_empty() || text.chars().nth(ID_CHARS).is_some() => None,
            Value::String(text) => Some(match text.parse() {
                Ok(index) => Self::Index(index),
                Err(_) => Self::Key(text.clone()),
            }),
            _ => None,
        }
    }

    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Index(index) => Value::from(*index),
            Self::Key(key) => Value::from(key.as_str()),
        }
    }

    /// Whether work that went from here to `next` went on, and did not go back. Keys have no
    /// order: leaving one is going on.
    pub(crate) fn is_before(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Index(here), Self::Index(next)) => here < next,
            _ => true,
        }
    }
}

/// A step that may be missing, as JSON.
pub(crate) fn step_json(step: Option<&Step>) -> Value {
    step.map_or(Value::Null, Step::json)
}
