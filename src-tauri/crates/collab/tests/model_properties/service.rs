//! A service in memory, the connections to it, and the clients at their ends.
//!
//! The service is a single writer: last write wins. It stores values, replays them after a join and
//! before its answer, tells commits to all others before it answers, and may be started anew with
//! what it has stored. A connection keeps the order of its messages; cut, it loses all that are on
//! their way, in both directions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use collab::command::CollabCommand;
use collab::intent::{FieldRef, Intent};
use collab::model::{AckOutcome, Input, Model, ModelConfig, Output, Tag};
use collab::operation::{Operation, PresenceRow};
use collab::view::{FieldView, ReasonView};
use serde_json::{Value, json};

/// The fields of the record.
pub const FIELDS: [&str; 2] = ["left", "right"];
/// Ids of the clients' persons: the last one sits at two desks.
pub const PERSONS: [&str; 4] = ["ann", "bob", "cat", "cat"];
/// A request without an answer for this long is given up.
const ACK_LIMIT: Duration = Duration::from_secs(5);

/// How the requests end that a cut leaves without an answer.
#[derive(Debug, Clone, Copy)]
pub enum Leftovers {
    Silent,
    UnansweredBefore,
    UnansweredAfter,
}

enum Down {
    Hear(Operation),
    Answer(Tag, AckOutcome),
}

#[derive(Default)]
struct Connection {
    up: VecDeque<(Intent, Option<Tag>)>,
    down: VecDeque<Down>,
}

pub struct Client {
    pub model: Model,
    id: &'static str,
    connection: Option<Connection>,
    asked: BTreeMap<Tag, Instant>,
    /// By field: the text committed last, and whether it was the value afterwards.
    pub committed: BTreeMap<&'static str, (String, bool)>,
}

pub struct World {
    pub clients: Vec<Client>,
    pub stored: BTreeMap<String, Value>,
    joined: BTreeSet<usize>,
    /// Clients whose next commit the service refuses.
    pub refusing: BTreeSet<usize>,
    now: Instant,
    pub texts: u32,
}

impl World {
    pub fn new() -> Self {
        let now = Instant::now();
        let client = |id: &&'static str| Client {
            model: Model::new(ModelConfig::for_record("r1", *id), now),
            id,
            connection: None,
            asked: BTreeMap::new(),
            committed: BTreeMap::new(),
        };
        Self {
            clients: PERSONS.iter().map(client).collect(),
            stored: BTreeMap::from([("left".to_owned(), json!("base"))]),
            joined: BTreeSet::new(),
            refusing: BTreeSet::new(),
            now,
            texts: 0,
        }
    }

    pub fn is_connected(&self, client: usize) -> bool {
        self.clients[client].connection.is_some()
    }

    fn input(&mut self, at: usize, input: Input) {
        let now = self.now;
        let client = &mut self.clients[at];
        for output in client.model.handle(now, input) {
            if let Output::Tell { intent, tag } = output
                && let Some(connection) = &mut client.connection
            {
                client.asked.extend(tag.map(|tag| (tag, now)));
                connection.up.push_back((intent, tag));
            }
        }
        for field in FIELDS {
            let value = self.view(at, field).value;
            if let Some((text, was_value)) = self.clients[at].committed.get_mut(field) {
                *was_value |= value.as_ref() == Some(text);
            }
        }
    }

    /// A field as a client shows it; an empty one where it has never been heard of.
    pub fn view(&self, at: usize, field: &str) -> FieldView {
        let fields = self.clients[at].model.update_since(0).fields;
        let found = fields.into_iter().find(|view| view.name == field);
        found.unwrap_or_else(|| FieldView {
            key: key(field),
            name: field.to_owned(),
            label: String::new(),
            step: None,
            value: None,
            cut: false,
            by: None,
            changed_ms: None,
            mine: None,
            drafts: Vec::new(),
            focus: Vec::new(),
            conflict: None,
        })
    }

    pub fn connect(&mut self, at: usize) {
        if !self.is_connected(at) {
            self.clients[at].connection = Some(Connection::default());
            let transport = "websocket".to_owned();
            self.input(at, Input::Connected { link: 0, transport });
        }
    }

    pub fn cut(&mut self, at: usize, leftovers: Leftovers) {
        if self.clients[at].connection.take().is_none() {
            return;
        }
        self.joined.remove(&at);
        let open = std::mem::take(&mut self.clients[at].asked);
        let unanswered = |tag: &Tag| Input::Answered {
            tag: *tag,
            outcome: AckOutcome::Unanswered,
        };
        if matches!(leftovers, Leftovers::UnansweredBefore) {
            open.keys().for_each(|tag| self.input(at, unanswered(tag)));
        }
        let reason = ReasonView {
            code: "lost".into(),
            message: String::new(),
            details: String::new(),
        };
        self.input(
            at,
            Input::Lost {
                link: 0,
                attempt: 1,
                reason,
            },
        );
        if matches!(leftovers, Leftovers::UnansweredAfter) {
            open.keys().for_each(|tag| self.input(at, unanswered(tag)));
        }
    }

    pub fn restart(&mut self, leftovers: Leftovers) {
        for at in 0..self.clients.len() {
            self.cut(at, leftovers);
        }
    }

    /// Lets messages of a client reach the service.
    pub fn deliver_up(&mut self, at: usize, count: usize) {
        for _ in 0..count {
            let connection = self.clients[at].connection.as_mut();
            let Some((intent, tag)) = connection.and_then(|connection| connection.up.pop_front())
            else {
                return;
            };
            self.serve(at, intent, tag);
        }
    }

    /// Lets messages of the service reach a client.
    pub fn deliver_down(&mut self, at: usize, count: usize) {
        for _ in 0..count {
            let connection = self.clients[at].connection.as_mut();
            match connection.and_then(|connection| connection.down.pop_front()) {
                None => return,
                Some(Down::Hear(operation)) => self.input(
                    at,
                    Input::Heard {
                        link: 0,
                        operations: vec![operation],
                        known: true,
                    },
                ),
                Some(Down::Answer(tag, outcome)) => {
                    if self.clients[at].asked.remove(&tag).is_some() {
                        self.input(at, Input::Answered { tag, outcome });
                    }
                }
            }
        }
    }

    fn serve(&mut self, from: usize, intent: Intent, tag: Option<Tag>) {
        let by = self.clients[from].id.to_owned();
        let server_time = None;
        let mut outcome = AckOutcome::Confirmed(vec![]);
        match intent {
            Intent::Join => {
                self.joined.insert(from);
                for (name, value) in self.stored.clone() {
                    let operation = Operation::FieldCommit {
                        field: at(&name),
                        value,
                        by: None,
                        server_time: None,
                    };
                    self.send(from, Down::Hear(operation));
                }
                let row = |at: &usize| PresenceRow {
                    staff: PERSONS[*at].to_owned(),
                    ..PresenceRow::default()
                };
                let rows = self.joined.iter().map(row).collect();
                self.send(from, Down::Hear(Operation::PresenceReplace(rows)));
            }
            Intent::Commit { .. } if self.refusing.remove(&from) => {
                outcome = AckOutcome::Refused("no".into());
            }
            Intent::Commit { field, value } => {
                self.stored.insert(field.name.clone(), value.clone());
                let by = Some(by);
                self.broadcast(
                    from,
                    &Operation::FieldCommit {
                        field,
                        value,
                        by,
                        server_time,
                    },
                );
            }
            Intent::Typing { field, value } => self.broadcast(
                from,
                &Operation::FieldDraft {
                    field,
                    value,
                    by,
                    server_time,
                },
            ),
            Intent::Conflict { field, message } => {
                let operation = Operation::FieldConflict {
                    field,
                    by: Some(by),
                    id: None,
                    message: Some(message),
                };
                self.broadcast(from, &operation);
                self.send(from, Down::Hear(operation));
            }
            Intent::Focus { field } => {
                self.broadcast(from, &Operation::FieldFocus { field, by });
            }
            Intent::Leave | Intent::Heartbeat | Intent::Step { .. } => {}
        }
        if let Some(tag) = tag {
            self.send(from, Down::Answer(tag, outcome));
        }
    }

    fn broadcast(&mut self, from: usize, operation: &Operation) {
        for to in self.joined.clone() {
            if to != from {
                self.send(to, Down::Hear(operation.clone()));
            }
        }
    }

    fn send(&mut self, to: usize, message: Down) {
        if let Some(connection) = &mut self.clients[to].connection {
            connection.down.push_back(message);
        }
    }

    /// Time passes: timers fire, and requests are given up.
    pub fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            let timers = self
                .clients
                .iter()
                .filter_map(|client| client.model.next_deadline());
            let asked = self.clients.iter().flat_map(|client| client.asked.values());
            let next = timers.chain(asked.map(|at| *at + ACK_LIMIT)).min();
            self.now = next.map_or(until, |next| next.clamp(self.now, until));
            for at in 0..self.clients.len() {
                self.input(at, Input::Tick);
                let late = |asked: &Instant| *asked + ACK_LIMIT <= self.now;
                let asked = &mut self.clients[at].asked;
                let given_up: Vec<_> = asked.extract_if(.., |_, at| late(at)).collect();
                for (tag, _) in given_up {
                    let outcome = AckOutcome::Unanswered;
                    self.input(at, Input::Answered { tag, outcome });
                }
            }
            if self.now >= until {
                return;
            }
        }
    }

    pub fn command(&mut self, at: usize, command: CollabCommand) {
        self.input(at, Input::Command(command));
    }

    /// Everybody is connected and everything on its way arrives.
    pub fn settle(&mut self) {
        for _ in 0..6 {
            for at in 0..self.clients.len() {
                self.connect(at);
                self.deliver_up(at, usize::MAX);
            }
            for at in 0..self.clients.len() {
                self.deliver_down(at, usize::MAX);
            }
            self.pass(Duration::from_millis(1_100));
        }
    }
}

pub fn key(field: &str) -> String {
    format!(":{field}")
}

fn at(name: &str) -> FieldRef {
    FieldRef {
        step: None,
        name: name.to_owned(),
    }
}
