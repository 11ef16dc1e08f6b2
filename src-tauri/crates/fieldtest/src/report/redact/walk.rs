//! Values of any shape: what others add to the facts is redacted without being known here.

use serde_json::{Map, Value};

use super::Redactor;
use super::context::kind_of_field;

impl Redactor {
    /// A value with everything hidden that must be, in its keys, too.
    ///
    /// Goes over it twice: what is recognised by its place at the end is hidden at the beginning.
    pub fn value(&mut self, value: &Value) -> Value {
        let _ = self.walk(value);
        self.walk(value)
    }

    /// A text that stands beside its name, as a header or a field does.
    pub(super) fn labelled(&mut self, label: &str, text: &str) -> String {
        if !is_label(label) {
            return self.text(text);
        }
        let redacted = self.text(&format!("{label}: {text}"));
        match redacted
            .strip_prefix(label)
            .and_then(|rest| rest.strip_prefix(": "))
        {
            Some(rest) => rest.to_owned(),
            None => self.text(text),
        }
    }

    fn walk(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => match items.as_slice() {
                // A header.
                [Value::String(name), Value::String(text)] => {
                    let text = self.labelled(name, text);
                    Value::Array(vec![Value::String(self.text(name)), Value::String(text)])
                }
                items => Value::Array(items.iter().map(|item| self.walk(item)).collect()),
            },
            Value::Object(object) => Value::Object(self.object(object)),
            other => other.clone(),
        }
    }

    fn object(&mut self, object: &Map<String, Value>) -> Map<String, Value> {
        // A header as an object.
        let named = object.get("name").and_then(Value::as_str);
        let fields = object.iter().map(|(key, value)| {
            let value = match (value, kind_of_field(key)) {
                // Of cookies the names stay.
                (Value::String(text), Some(kind))
                    if !text.is_empty() && !key.to_lowercase().contains("cookie") =>
                {
                    Value::String(self.recognised(kind, text))
                }
                (Value::String(text), _) => {
                    let label = named.filter(|_| key == "value").unwrap_or(key);
                    Value::String(self.labelled(label, text))
                }
                (other, _) => self.walk(other),
            };
            (self.text(key), value)
        });
        fields.collect()
    }
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.len() <= 60 && !label.contains([':', '\n', '\r'])
}
