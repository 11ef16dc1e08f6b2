//! A sentence made of a payload, for events that bring none.

use serde_json::Value;

use super::error::FileProblem;
use super::path::Path;
use super::source::Node;
use super::template::{Brace, as_text, braces};

/// Text with paths in braces: `{amount} ({service})`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    At(Path),
}

impl Wording {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let parts = match braces(node.text()?) {
            Ok(parts) => parts,
            Err(reason) => return node.fail(FileProblem::BadTemplate { reason }),
        };
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            pieces.push(match part {
                Brace::Text(text) => Piece::Text(text),
                Brace::Inside(path) => match Path::parse(path) {
                    Some(path) => Piece::At(path),
                    None => {
                        let path = path.to_owned();
                        return node.fail(FileProblem::BadPath { path });
                    }
                },
            });
        }
        Some(Self(pieces))
    }

    /// The sentence; nothing where the payload has none of what it tells.
    pub(super) fn of(&self, payload: &Value) -> Option<String> {
        let mut text = String::new();
        let mut tells = false;
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::At(path) => {
                    let value = path.of(payload).cloned().map(as_text).unwrap_or_default();
                    tells |= !value.is_empty();
                    text.push_str(&value);
                }
            }
        }
        (tells || self.paths().next().is_none()).then_some(text)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::At(path) => Some(path),
            Piece::Text(_) => None,
        })
    }
}
