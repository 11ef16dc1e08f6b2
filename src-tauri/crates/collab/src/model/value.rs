//! Values of fields: JSON on the wire, text for people.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde_json::{Number, Value};

/// What a value is on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Text,
    Number,
    Bool,
}

/// A value as its text. A very long one is kept in part, and is still told from others.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    text: Arc<str>,
    whole: bool,
    mark: u64,
    kind: Kind,
}

impl Held {
    /// A value from the wire, of which at most so many bytes are kept.
    pub(crate) fn heard(value: &Value, bytes: usize) -> Self {
        let kind = match value {
            Value::Number(_) => Kind::Number,
            Value::Bool(_) => Kind::Bool,
            _ => Kind::Text,
        };
        let text: Cow<'_, str> = match value {
            Value::Null => "".into(),
            Value::String(text) => text.into(),
            other => other.to_string().into(),
        };
        let kept = text.floor_char_boundary(bytes);
        Self {
            mark: mark(&text),
            whole: kept == text.len(),
            text: text.get(..kept).unwrap_or_default().into(),
            kind,
        }
    }

    /// This person's own text, whole, where the value before was of some kind.
    pub(crate) fn own(text: &str, before: Option<&Self>) -> Self {
        let kind = match wire(text, before) {
            Value::Number(_) => Kind::Number,
            Value::Bool(_) => Kind::Bool,
            _ => Kind::Text,
        };
        Self {
            text: text.into(),
            whole: true,
            mark: mark(text),
            kind,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text is all of it.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.mark == mark(text) && (!self.whole || *self.text == *text)
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark && (!(self.whole && other.whole) || self.text == other.text)
    }
}

/// Whether a field that may have no value yet shows this text. None and empty are one.
pub(crate) fn shows(value: Option<&Held>, text: &str) -> bool {
    value.map_or(text.is_empty(), |value| value.is(text))
}

/// Whether two fields that may have no value yet show the same.
pub(crate) fn same(one: Option<&Held>, other: Option<&Held>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        (Some(only), None) | (None, Some(only)) => only.is(""),
        (None, None) => true,
    }
}

/// Text as it goes over the wire: where the value before was a number or a boolean and the text
/// reads as one, it is sent as one.
pub(crate) fn wire(text: &str, before: Option<&Held>) -> Value {
    let number = || serde_json::from_str::<Number>(text.trim()).ok();
    let boolean = || text.trim().parse().ok();
    let read = match before.map(|before| before.kind).unwrap_or_default() {
        Kind::Number => number().map(Value::Number),
        Kind::Bool => boolean().map(Value::Bool),
        Kind::Text => None,
    };
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Tells texts from each other without keeping them.
pub(crate) fn mark(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn heard(value: Value) -> Held {
        Held::heard(&value, 100)
    }

    #[test]
    fn values_read_as_text() {
        for (value, text) in [
            (json!("6/6"), "6/6"),
            (json!(4.5), "4.5"),
            (json!(true), "true"),
            (json!(null), ""),
            (json!({"a": [1]}), r#"{"a":[1]}"#),
        ] {
            assert_eq!(heard(value).text(), text);
        }
    }

    #[test]
    fn a_number_stays_a_number_and_text_stays_text() {
        let number = heard(json!(5));
        assert_eq!(wire("7", Some(&number)), json!(7));
        assert_eq!(wire("-2.50", Some(&number)), json!(-2.5));
        assert_eq!(wire("6/6", Some(&number)), json!("6/6"));
        assert_eq!(wire("7", Some(&heard(json!("5")))), json!("7"));
        assert_eq!(wire("7", None), json!("7"));
        assert_eq!(wire("false", Some(&heard(json!(true)))), json!(false));
        assert_eq!(wire("perhaps", Some(&heard(json!(true)))), json!("perhaps"));
        // Through one's own edit, too.
        let own = Held::own("7", Some(&number));
        assert_eq!(wire("8", Some(&own)), json!(8));
    }

    #[test]
    fn a_long_value_is_kept_in_part_and_still_told_from_others() {
        let long = "ä".repeat(500);
        let held = heard(json!(long));
        assert!(!held.is_whole());
        assert_eq!(held.text().len(), 100);
        assert!(held.is(&long));
        assert!(!held.is(held.text()));
        assert_eq!(held, Held::own(&long, None));
        assert_ne!(held, heard(json!(format!("{long}x"))));
    }

    #[test]
    fn no_value_and_an_empty_one_are_the_same() {
        assert!(shows(None, ""));
        assert!(!shows(None, "x"));
        assert!(same(None, Some(&heard(json!("")))));
        assert!(!same(None, Some(&heard(json!("x")))));
    }
}
