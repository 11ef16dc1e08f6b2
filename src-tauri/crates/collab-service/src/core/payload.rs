//! Reading what clients sent, which may be anything.

use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::step::Step;
use crate::limits::{ID_CHARS, NAME_CHARS};

/// What an event's first argument must have.
pub(super) struct Form {
    /// What the sender is told when something is missing.
    pub message: &'static str,
    pub required: &'static [&'static str],
}

/// The first argument of an event, an object with all keys that are required.
#[derive(Clone, Copy)]
pub(super) struct Payload<'a> {
    pub map: &'a Map<String, Value>,
}

impl<'a> Payload<'a> {
    pub(super) fn read(args: &'a [Value], form: &Form) -> Result<Self, Refusal> {
        let missing = Refusal::Missing {
            message: form.message,
            required: form.required,
        };
        let Some(Value::Object(map)) = args.first() else {
            return Err(missing);
        };
        if form.required.iter().any(|key| !map.contains_key(*key)) {
            return Err(missing);
        }
        Ok(Self { map })
    }

    /// An object inside it.
    pub(super) fn object(self, key: &'static str) -> Result<Self, Refusal> {
        match self.map.get(key) {
            Some(Value::Object(map)) => Ok(Self { map }),
            _ => Err(Refusal::WrongType(key)),
        }
    }

    /// An id or a name by which something is found again: a text that is not empty, or a number.
    pub(super) fn id(self, key: &'static str) -> Result<String, Refusal> {
        let id = match self.map.get(key) {
            Some(Value::String(text)) if !text.is_empty() => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err(Refusal::WrongType(key)),
        };
        if id.chars().nth(ID_CHARS).is_some() {
            return Err(Refusal::TooLong(key));
        }
        Ok(id)
    }

    /// A text for people, cut to a length; `None` when it is missing or no text.
    pub(super) fn name(self, key: &str) -> Option<String> {
        match self.map.get(key) {
            Some(Value::String(text)) => Some(cut(text, NAME_CHARS)),
            _ => None,
        }
    }

    /// A text for people that must be there.
    pub(super) fn text(self, key: &'static str, chars: usize) -> Result<String, Refusal> {
        match self.map.get(key) {
            Some(Value::String(text)) => Ok(cut(text, chars)),
            _ => Err(Refusal::WrongType(key)),
        }
    }

    /// A step; `None` when it is missing, null or empty.
    pub(super) fn step(self) -> Result<Option<Step>, Refusal> {
        match self.map.get("step") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(value) => Step::read(value)
                .map(Some)
                .ok_or(Refusal::WrongType("step")),
        }
    }

    /// Any value of at most so many bytes.
    pub(super) fn value(self, key: &'static str, bytes: usize) -> Result<Value, Refusal> {
        let value = self.map.get(key).ok_or(Refusal::WrongType(key))?;
        let size = match value {
            Value::String(text) => text.len(),
            value => value.to_string().len(),
        };
        if size > bytes {
            return Err(Refusal::ValueTooLarge(bytes));
        }
        Ok(value.clone())
    }
}

pub(crate) fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}
