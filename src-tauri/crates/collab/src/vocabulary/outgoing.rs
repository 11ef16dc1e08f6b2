//! How an intent is said: the `out` part of a vocabulary.

use std::time::Duration;

use serde_json::Value;

use super::error::FileProblem;
use super::incoming::Binding;
use super::placeholder::Scope;
use super::source::{Node, Table};
use super::template::Template;
use super::{AckNeed, Outgoing};
use crate::intent::IntentKind;

const INTENTS: [(&str, IntentKind); 8] = [
    ("join", IntentKind::Join),
    ("leave", IntentKind::Leave),
    ("heartbeat", IntentKind::Heartbeat),
    ("step", IntentKind::Step),
    ("typing", IntentKind::Typing),
    ("commit", IntentKind::Commit),
    ("focus", IntentKind::Focus),
    ("conflict", IntentKind::Conflict),
];

/// The event that says an intent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Saying {
    pub(super) kind: IntentKind,
    pub(super) event: String,
    args: Vec<Template>,
    ack: AckNeed,
    /// How often a heartbeat is due.
    pub(super) every: Option<Duration>,
    /// What a successful ack means.
    pub(super) answer: Vec<Binding>,
}

impl Saying {
    /// Reads everything below `out`.
    pub(super) fn read_all(node: &Node<'_>) -> Vec<Self> {
        let Some(table) = node.table() else {
            return Vec::new();
        };
        let entries = table.entries();
        entries
            .into_iter()
            .filter_map(|(name, node)| Self::read(name, &node))
            .collect()
    }

    fn read(name: &str, node: &Node<'_>) -> Option<Self> {
        let Some((_, kind)) = INTENTS.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = INTENTS.iter().map(|(name, _)| *name).collect();
            return node.fail(FileProblem::UnknownIntent {
                name: name.to_owned(),
                known: known.join(", "),
            });
        };
        let table = node.table()?;
        let event = table.require("event").and_then(|event| event.word());
        let args = table.get("args").map(|args| read_args(&args, Some(*kind)));
        let ack = table.get("ack").map(|ack| AckNeed::read(&ack));
        let every = match kind {
            IntentKind::Heartbeat => table.get("every_s").and_then(|every| every.seconds()),
            _ => None,
        };
        let answer = table.get("answer");
        let answer = answer.map(|answer| Binding::read_all(&answer));
        table.end();
        Some(Self {
            kind: *kind,
            event: event?.to_owned(),
            args: args.unwrap_or(Some(Vec::new()))?,
            ack: ack.unwrap_or(Some(AckNeed::Never))?,
            every,
            answer: answer.unwrap_or_default(),
        })
    }

    pub(super) fn args(&self) -> &[Template] {
        &self.args
    }

    pub(super) fn fill(&self, link: usize, scope: &Scope<'_>) -> Outgoing {
        Outgoing {
            link,
            event: self.event.clone(),
            args: fill_args(&self.args, scope),
            ack: self.ack,
        }
    }
}

impl AckNeed {
    fn read(node: &Node<'_>) -> Option<Self> {
        match node.text()? {
            "never" => Some(Self::Never),
            "optional" => Some(Self::Optional),
            "expected" => Some(Self::Expected),
            other => node.bad_value(other, "it must be never, optional or expected"),
        }
    }
}

/// Reads a list of arguments.
pub(super) fn read_args(node: &Node<'_>, kind: Option<IntentKind>) -> Option<Vec<Template>> {
    let nodes = node.list()?;
    let args: Vec<Template> = nodes
        .iter()
        .filter_map(|arg| Template::read(arg, kind))
        .collect();
    (args.len() == nodes.len()).then_some(args)
}

/// Fills a list of arguments.
pub(super) fn fill_args(args: &[Template], scope: &Scope<'_>) -> Vec<Value> {
    args.iter()
        .map(|arg| arg.fill(scope).unwrap_or(Value::Null))
        .collect()
}

/// Something that is sent by itself, so that a service does not take this client for idle.
#[derive(Debug, Clone, PartialEq)]
pub struct KeepAlive {
    /// Name of the event.
    pub event: String,
    pub(super) args: Vec<Template>,
    /// How often.
    pub every: Duration,
}

impl KeepAlive {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let table: Table<'_> = node.table()?;
        let event = table.require("event").and_then(|event| event.word());
        let args = table.get("args").map(|args| read_args(&args, None));
        let every = table.require("every_s").and_then(|every| every.seconds());
        table.end();
        Some(Self {
            event: event?.to_owned(),
            args: args.unwrap_or(Some(Vec::new()))?,
            every: every?,
        })
    }
}
