//! Which record an event is about.

use serde_json::Value;

use super::path::Path;
use super::placeholder::Scope;
use super::source::Node;
use super::template::Template;

/// One way to tell: what is at a path must be the record's id, or what a template makes of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RoomTest {
    pub(super) at: Path,
    is: Option<Template>,
}

impl RoomTest {
    /// Reads `{ patient = "patient_id", named = { at = "room", is = "screening_{room.id}" } }`.
    pub(super) fn read_all(node: &Node<'_>) -> Option<Vec<Self>> {
        let table = node.table()?;
        let nodes: Vec<Node<'_>> = ["patient", "session", "named"]
            .iter()
            .filter_map(|name| table.get(name))
            .collect();
        table.end();
        let tests: Vec<Self> = nodes.iter().filter_map(Self::read).collect();
        (tests.len() == nodes.len()).then_some(tests)
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        if !node.is_table() {
            let at = Path::read(node)?;
            return Some(Self { at, is: None });
        }
        let table = node.table()?;
        let at = table.require("at").and_then(|at| Path::read(&at));
        let is = table.require("is").and_then(|is| Template::read(&is, None));
        table.end();
        Some(Self {
            at: at?,
            is: Some(is?),
        })
    }

    /// Whether it is this record's room; `None` where the payload does not say.
    fn holds(&self, payload: &Value, scope: &Scope<'_>) -> Option<bool> {
        let found = match self.at.of(payload)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(match &self.is {
            Some(template) => template.fill_text(scope)? == found,
            None => scope.context.record == found,
        })
    }
}

/// Whether an event is about another record. One that does not say is about this one: services
/// send most of them to its room only.
pub(super) fn is_elsewhere(tests: &[RoomTest], payload: &Value, scope: &Scope<'_>) -> bool {
    let mut elsewhere = false;
    for test in tests {
        match test.holds(payload, scope) {
            Some(true) => return false,
            Some(false) => elsewhere = true,
            None => {}
        }
    }
    elsewhere
}
