//! Templates of what is sent: JSON in which `{…}` stands for something that is known only then.

use serde_json::{Map, Value};
use toml::de::DeValue;

use super::error::FileProblem;
use super::placeholder::{Placeholder, Scope, placeholder};
use super::source::Node;
use crate::intent::IntentKind;

/// JSON with placeholders.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Template {
    Literal(Value),
    /// A placeholder alone: keeps the type of what it stands for.
    Whole(Placeholder),
    Text(Vec<Piece>),
    List(Vec<Template>),
    Table(Vec<(String, Template)>),
}

/// Part of a text with placeholders.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Placeholder(Placeholder),
}

impl Template {
    /// Reads a template for an intent, or for what is said when a link is opened.
    pub(super) fn read(node: &Node<'_>, kind: Option<IntentKind>) -> Option<Self> {
        match node.value() {
            DeValue::String(text) => read_text(node, text, kind),
            DeValue::Integer(_) => Some(Self::Literal(Value::from(node.integer()?))),
            DeValue::Float(number) => match number.as_str().replace('_', "").parse() {
                Ok(number) if f64::is_finite(number) => Some(Self::Literal(Value::from(number))),
                _ => node.fail(FileProblem::BadTemplate {
                    reason: "JSON has no such number",
                }),
            },
            DeValue::Boolean(truth) => Some(Self::Literal(Value::Bool(*truth))),
            DeValue::Datetime(_) => node.fail(FileProblem::BadTemplate {
                reason: "JSON has no times; write it as text",
            }),
            DeValue::Array(_) => {
                let nodes = node.list()?;
                let items: Vec<Self> = nodes
                    .iter()
                    .filter_map(|item| Self::read(item, kind))
                    .collect();
                (items.len() == nodes.len()).then_some(Self::List(items))
            }
            DeValue::Table(_) => {
                let entries = node.table()?.entries();
                let count = entries.len();
                let table: Vec<(String, Self)> = entries
                    .into_iter()
                    .filter_map(|(key, value)| Some((key.to_owned(), Self::read(&value, kind)?)))
                    .collect();
                (table.len() == count).then_some(Self::Table(table))
            }
        }
    }

    /// Whether a placeholder is anywhere in it.
    pub(super) fn has(&self, placeholder: Placeholder) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Whole(whole) => *whole == placeholder,
            Self::Text(pieces) => pieces.contains(&Piece::Placeholder(placeholder)),
            Self::List(items) => items.iter().any(|item| item.has(placeholder)),
            Self::Table(entries) => entries.iter().any(|(_, value)| value.has(placeholder)),
        }
    }

    /// The JSON. What a placeholder has nothing for is left out of objects, and `null` in lists.
    pub(super) fn fill(&self, scope: &Scope<'_>) -> Option<Value> {
        match self {
            Self::Literal(value) => Some(value.clone()),
            Self::Whole(placeholder) => scope.of(*placeholder),
            Self::Text(pieces) => Some(Value::String(
                pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => text.clone(),
                        Piece::Placeholder(placeholder) => {
                            scope.of(*placeholder).map(as_text).unwrap_or_default()
                        }
                    })
                    .collect(),
            )),
            Self::List(items) => Some(Value::Array(
                items
                    .iter()
                    .map(|item| item.fill(scope).unwrap_or(Value::Null))
                    .collect(),
            )),
            Self::Table(entries) => {
                let filled = entries
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), value.fill(scope)?)));
                Some(Value::Object(filled.collect::<Map<String, Value>>()))
            }
        }
    }

    /// The JSON as text; nothing where there is nothing to say.
    pub(super) fn fill_text(&self, scope: &Scope<'_>) -> Option<String> {
        self.fill(scope).map(as_text)
    }
}

fn read_text(node: &Node<'_>, text: &str, kind: Option<IntentKind>) -> Option<Template> {
    let parts = match braces(text) {
        Ok(parts) => parts,
        Err(reason) => return node.fail(FileProblem::BadTemplate { reason }),
    };
    let mut pieces = Vec::with_capacity(parts.len());
    for part in parts {
        pieces.push(match part {
            Brace::Text(text) => Piece::Text(text),
            Brace::Inside(name) => Piece::Placeholder(placeholder(node, name, kind)?),
        });
    }
    Some(match pieces.as_slice() {
        [Piece::Placeholder(placeholder)] => Template::Whole(*placeholder),
        [] => Template::Literal(Value::String(String::new())),
        [Piece::Text(text)] => Template::Literal(Value::String(text.clone())),
        _ => Template::Text(pieces),
    })
}

/// A piece of text, or what is between two braces.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Brace<'a> {
    Text(String),
    Inside(&'a str),
}

/// Takes a text with `{…}` apart; `{{` and `}}` are braces themselves.
pub(super) fn braces(text: &str) -> Result<Vec<Brace<'_>>, &'static str> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            plain.push('}');
            rest = after;
        } else if let Some(after) = from.strip_prefix('{') {
            let (inside, after) = after.split_once('}').ok_or("a brace is not closed")?;
            if !plain.is_empty() {
                parts.push(Brace::Text(std::mem::take(&mut plain)));
            }
            parts.push(Brace::Inside(inside));
            rest = after;
        } else {
            return Err("a brace is closed that was never opened");
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Brace::Text(plain));
    }
    Ok(parts)
}

/// JSON as people write it: text without quotes, nothing for `null`.
pub(super) fn as_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_taken_apart() {
        let parts = braces("a{b}{c}d").unwrap();
        let expected = [
            Brace::Text("a".into()),
            Brace::Inside("b"),
            Brace::Inside("c"),
            Brace::Text("d".into()),
        ];
        assert_eq!(parts, expected);
        assert_eq!(braces("{{x}}").unwrap(), [Brace::Text("{x}".into())]);
        assert_eq!(braces("").unwrap(), []);
        assert!(braces("{a").is_err());
        assert!(braces("a}").is_err());
    }
}
