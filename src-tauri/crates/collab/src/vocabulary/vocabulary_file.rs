//! A vocabulary as it stands in a file.

use std::collections::BTreeMap;

use super::incoming::Binding;
use super::outgoing::Saying;
use super::source::{Node, Position};

/// How a kind of service calls things.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vocabulary {
    pub(super) name: String,
    pub(super) sayings: Vec<Saying>,
    /// The meanings of each event.
    pub(super) events: BTreeMap<String, Vec<Binding>>,
    /// Numbers of steps are written as text.
    pub(super) step_numbers_as_text: bool,
}

impl Vocabulary {
    /// Reads everything below `vocabulary`.
    pub(super) fn read_all(node: &Node<'_>) -> Vec<(Position, Self)> {
        let Some(table) = node.table() else {
            return Vec::new();
        };
        let entries = table.entries();
        entries
            .into_iter()
            .filter_map(|(name, node)| Some((node.position(), Self::read(name, &node)?)))
            .collect()
    }

    fn read(name: &str, node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let sayings = table.get("out").map(|out| Saying::read_all(&out));
        let events = table.get("in").and_then(|node| node.table());
        let events = events.map(|table| {
            let entries = table.entries();
            let events = entries.into_iter();
            events
                .map(|(event, node)| (event.to_owned(), Binding::read_all(&node)))
                .collect()
        });
        let step_numbers_as_text = match table.get("step_numbers") {
            None => false,
            Some(node) => match node.text()? {
                "number" => false,
                "text" => true,
                other => return node.bad_value(other, "it must be number or text"),
            },
        };
        table.end();
        Some(Self {
            name: name.to_owned(),
            sayings: sayings.unwrap_or_default(),
            events: events.unwrap_or_default(),
            step_numbers_as_text,
        })
    }
}
