//! A deployment as it stands in a file: its vocabularies are names yet.

use std::sync::Arc;
use std::time::Duration;

use socketio::Transports;
use url::Url;

use super::deployment::{FieldLabel, StepLabel};
use super::error::FileProblem;
use super::outgoing::KeepAlive;
use super::source::{Node, Position, Table};
use super::template::Template;
use super::vocabulary_file::Vocabulary;
use super::{Deployment, Link};
use crate::intent::{FieldRef, StepRef};
use crate::policy::AWAY_AFTER;
use crate::text;

/// Name of a profile's choice to find the deployment out, so that none can be called so.
pub(crate) const AUTO: &str = "auto";

/// Path of services that follow their library's default.
pub(crate) const DEFAULT_PATH: &str = "/socket.io/";

/// Names of vocabularies, and where they stand.
pub(super) type Names = Vec<(Position, String)>;

/// A deployment, and what its links want to speak.
pub(super) struct Draft {
    pub(super) position: Position,
    pub(super) deployment: Deployment,
    /// For each link.
    pub(super) vocabularies: Vec<Names>,
}

impl Draft {
    /// Reads everything below `deployment`.
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
        if name == AUTO {
            return node.bad_value(name, "deployments cannot be called so");
        }
        let table = node.table()?;
        let seconds = |name| table.get(name).and_then(|node| node.seconds());
        let truth = |name| table.get(name).and_then(|node| node.truth());
        let away_after: Option<Duration> = seconds("away_after_s");
        let trusts_step_states = truth("trusts_step_states").unwrap_or(false);
        let notifies_unknown = match table.get("unknown_events") {
            None => false,
            Some(node) => match node.text()? {
                "notify" => true,
                "ignore" => false,
                other => return node.bad_value(other, "it must be notify or ignore"),
            },
        };
        let steps = table.get("steps").and_then(|node| read_steps(&node));
        let fields = table.get("fields").and_then(|node| read_fields(&node));
        let start_step = table.get("start_step").and_then(|node| read_step(&node));
        let shared = table.get("vocabularies");
        let shared = shared.map(|node| read_names(&node)).unwrap_or_default();
        let links = Self::read_links(&table, &shared, start_step.as_ref());
        table.end();
        let (links, vocabularies) = links?.into_iter().unzip();
        Some(Self {
            position: node.position(),
            deployment: Deployment {
                name: name.to_owned(),
                links,
                steps: steps.unwrap_or_default(),
                fields: fields.unwrap_or_default(),
                away_after: away_after.unwrap_or(AWAY_AFTER),
                trusts_step_states,
                start_step,
                notifies_unknown,
            },
            vocabularies,
        })
    }

    /// The links in the order of `links`; one called `main` where the file names none.
    fn read_links(
        table: &Table<'_>,
        shared: &[(Position, String)],
        start_step: Option<&StepRef>,
    ) -> Option<Vec<(Link, Names)>> {
        let tables = table.get("link").and_then(|node| node.table());
        let order = table.get("links");
        let names: Vec<(Option<Node<'_>>, String)> = match &order {
            Some(node) => {
                let names = node.list()?.into_iter();
                names
                    .filter_map(|node| Some((Some(node.clone()), node.word()?.to_owned())))
                    .collect()
            }
            None => match &tables {
                Some(tables) => {
                    let names = tables.entries().into_iter();
                    names.map(|(name, _)| (None, name.to_owned())).collect()
                }
                None => vec![(None, "main".to_owned())],
            },
        };
        let mut links: Vec<(Link, Names)> = Vec::new();
        for (node, name) in names {
            if links.iter().any(|(link, _)| link.name == name) {
                return node?.bad_value(&name, "each link is named once");
            }
            let node = tables.as_ref().and_then(|tables| tables.get(&name));
            let link = node.and_then(|node| read_link(&name, &node, start_step));
            let (link, own) = link.unwrap_or_else(|| (Link::plain(&name, start_step), None));
            links.push((link, own.unwrap_or_else(|| shared.to_vec())));
        }
        if let Some(tables) = tables {
            tables.end();
        }
        if links.is_empty() {
            return order?.bad_value("[]", "a deployment needs a link");
        }
        Some(links)
    }
}

fn read_link(
    name: &str,
    node: &Node<'_>,
    start_step: Option<&StepRef>,
) -> Option<(Link, Option<Names>)> {
    let table = node.table()?;
    let mut link = Link::plain(name, start_step);
    link.url = table.get("url").and_then(|node| read_url(&node));
    if let Some(path) = table.get("path").and_then(|node| read_path(&node)) {
        link.path = path;
    }
    if let Some(transports) = table
        .get("transports")
        .and_then(|node| read_transports(&node))
    {
        link.transports = transports;
    }
    if let Some(query) = table.get("query").and_then(|node| node.table()) {
        let entries = query.entries().into_iter();
        link.query = entries
            .filter_map(|(key, node)| Some((key.to_owned(), Template::read(&node, None)?)))
            .collect();
    }
    link.auth = table
        .get("auth")
        .and_then(|node| Template::read(&node, None));
    link.keep_alive = table
        .get("keep_alive")
        .and_then(|node| KeepAlive::read(&node));
    let vocabularies = table.get("vocabularies").map(|node| read_names(&node));
    table.end();
    Some((link, vocabularies))
}

fn read_names(node: &Node<'_>) -> Names {
    let names = node.list().unwrap_or_default().into_iter();
    names
        .filter_map(|node| Some((node.position(), node.word()?.to_owned())))
        .collect()
}

fn read_url(node: &Node<'_>) -> Option<Url> {
    let text = node.word()?;
    match crate::link::service_url(text) {
        Ok(url) => Some(url),
        Err(error) => node.bad_value(text, error.to_string()),
    }
}

fn read_path(node: &Node<'_>) -> Option<String> {
    let text = node.word()?;
    match crate::link::service_path(text) {
        Ok(path) => Some(path),
        Err(error) => node.bad_value(text, error.to_string()),
    }
}

fn read_transports(node: &Node<'_>) -> Option<Transports> {
    let nodes = node.list()?;
    let names: Vec<&str> = nodes.iter().filter_map(Node::text).collect();
    match names.as_slice() {
        ["websocket", "polling"] => Some(Transports::WebSocketThenPolling),
        ["polling", "websocket"] => Some(Transports::PollingUpgraded),
        ["websocket"] => Some(Transports::WebSocketOnly),
        ["polling"] => Some(Transports::PollingOnly),
        other => node.bad_value(
            &other.join(", "),
            "it must be websocket, polling or both, in the order in which they are tried",
        ),
    }
}

/// A step as a number or as a key.
fn read_step(node: &Node<'_>) -> Option<StepRef> {
    if node.value().is_integer() {
        return Some(StepRef::Index(node.integer()?));
    }
    Some(StepRef::Key(node.word()?.to_owned()))
}

/// `["First", "Second"]`, numbered from 0, or `[{ step = "key", label = "First" }]`.
fn read_steps(node: &Node<'_>) -> Option<Vec<StepLabel>> {
    let mut steps: Vec<StepLabel> = Vec::new();
    for (index, node) in (0_i64..).zip(node.list()?) {
        let (step, label) = if node.is_table() {
            let table = node.table()?;
            let step = table.require("step").and_then(|step| read_step(&step));
            let label = table.require("label").and_then(|label| label.word());
            table.end();
            (step?, label?)
        } else {
            (StepRef::Index(index), node.word()?)
        };
        if steps.iter().any(|known| known.step == step) {
            return node.bad_value(label, "this step is already in the list");
        }
        let label = text::label(label);
        steps.push(StepLabel { step, label });
    }
    Some(steps)
}

/// `["visual_acuity_left"]`, or `[{ name = "va_left", step = 3, label = "Left eye" }]`.
fn read_fields(node: &Node<'_>) -> Option<Vec<FieldLabel>> {
    let mut fields: Vec<FieldLabel> = Vec::new();
    for node in node.list()? {
        let (name, step, label) = if node.is_table() {
            let table = node.table()?;
            let name = table.require("name").and_then(|name| name.word());
            let step = table.get("step").map(|step| read_step(&step));
            let label = table.get("label").map(|label| label.word());
            table.end();
            (name?, step.unwrap_or(None), label.unwrap_or(name)?)
        } else {
            let name = node.word()?;
            (name, None, name)
        };
        let field = FieldRef {
            step,
            name: name.to_owned(),
        };
        if fields.iter().any(|known| known.field == field) {
            return node.bad_value(name, "this field is already in the list");
        }
        let label = text::label(label);
        fields.push(FieldLabel { field, label });
    }
    Some(fields)
}

/// Gives a link its vocabularies, unless two of them give one event two meanings.
pub(super) fn speak(
    link: &mut Link,
    vocabularies: Vec<Arc<Vocabulary>>,
) -> Result<(), FileProblem> {
    for (index, second) in vocabularies.iter().enumerate() {
        for first in vocabularies.iter().take(index) {
            let both = |event: &&String| second.events.contains_key(*event);
            if let Some(event) = first.events.keys().find(both) {
                return Err(FileProblem::BoundTwice {
                    event: event.clone(),
                    first: first.name.clone(),
                    second: second.name.clone(),
                });
            }
        }
    }
    link.vocabularies = vocabularies;
    Ok(())
}
