//! One record as a state machine without I/O: [`Model::handle`] takes what happened and gives what
//! is to be told. It never reads a clock, never waits, and knows no event names.
//!
//! The parts, by what they decide:
//!
//! * `room`: into the record's room after every connection, heartbeats, and out of it;
//! * `hearing`: what each operation of a service means;
//! * `people`, `presence`, `staff`: who is here, how present, and what they are called;
//! * `others`: what others type and commit, and where their focus is;
//! * `editing`: what this person types and commits;
//! * `delivery`: what becomes of a commit: see there for what is sent again after a loss;
//! * `conflicts`: two people in one field;
//! * `steps`, `queue`, `notifications`, `activity`, `missed`: the lists beside the fields;
//! * `changes`, `present`: the view, in parts.
//!
//! Whatever a service says is cut to a length, every list has an end, and an id is only ever
//! compared. What this person typed is never cut, and never goes without being shown.

mod activity;
mod changes;
mod clock;
mod config;
mod conflicts;
mod connection;
mod delivery;
mod editing;
mod export;
mod field;
mod fields;
mod focus;
mod hearing;
mod inputs;
mod keys;
mod missed;
mod notifications;
mod others;
mod people;
mod presence;
mod presence_list;
mod present;
mod queue;
mod requests;
mod room;
mod server_time;
mod staff;
mod steps;
mod timers;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

pub use config::ModelConfig;
pub use inputs::{AckOutcome, Input, Output, Tag};

use crate::command::CollabCommand;
use crate::intent::{Intent, StepRef};
use crate::operation::StaffId;
use crate::policy::SILENCE_LIMIT;
use crate::view::{ActivityView, CollabUpdate};
use activity::Activity;
use changes::{Changes, Part};
use clock::Clock;
use connection::{Links, Room};
use fields::{FieldIndex, Fields};
use focus::Focuses;
use missed::Missed;
use notifications::Notifications;
use presence::Presence;
use queue::Queue;
use requests::{Purpose, Requests};
use staff::Directory;
use steps::Steps;
use timers::{Due, Timers};

/// One record. Time is passed in and must not run backwards; should it do so, it stands still.
#[derive(Debug)]
pub struct Model {
    config: ModelConfig,
    clock: Clock,
    now: Instant,
    outputs: Vec<Output>,
    timers: Timers,
    changes: Changes,
    closed: bool,

    links: Links,
    room: Room,
    /// Connections of the link for edits so far.
    connections: u64,
    requests: Requests,
    /// Whether anything was ever heard that the vocabulary knows.
    heard_any: bool,
    /// Whether that is missing for long enough to be told.
    unheard: bool,

    directory: Directory,
    presence: Presence,
    /// Whether a list of people has come on this connection.
    listed: bool,
    focuses: Focuses,
    me: Myself,

    fields: Fields,
    /// Fields whose edit is not sent, or not answered.
    pending: BTreeSet<FieldIndex>,
    edits: u64,
    /// Fields with an edit whose value was heard since the last join.
    replayed: BTreeSet<FieldIndex>,
    /// Who has a draft where.
    drafting: BTreeSet<(StaffId, FieldIndex)>,
    /// When a conflict with somebody in a field was last told.
    reported: BTreeMap<(FieldIndex, StaffId), Instant>,

    steps: Steps,
    queue: Queue,
    notifications: Notifications,
    activity: Activity,
    missed: Missed,
}

/// This person.
#[derive(Debug)]
struct Myself {
    step: Option<StepRef>,
    focus: Option<FieldIndex>,
    /// The focus that was told last, and when.
    told_focus: Option<FieldIndex>,
    focus_told: Option<Instant>,
    since: Instant,
    /// When they last did something here.
    active: Instant,
}

impl Model {
    /// A record that is not connected yet.
    pub fn new(config: ModelConfig, now: Instant) -> Self {
        Self {
            clock: Clock::new(now, config.epoch_ms),
            now,
            outputs: Vec::new(),
            timers: Timers::default(),
            changes: Changes::new(),
            closed: false,
            links: Links::default(),
            room: Room::default(),
            connections: 0,
            requests: Requests::default(),
            heard_any: false,
            unheard: false,
            directory: Directory::new(config.me.clone(), &config.name, &config.role),
            presence: Presence::default(),
            listed: false,
            focuses: Focuses::default(),
            me: Myself {
                step: config.step.as_ref().map(keys::normal),
                focus: None,
                told_focus: None,
                focus_told: None,
                since: now,
                active: now,
            },
            fields: Fields::new(&config.fields),
            pending: BTreeSet::new(),
            edits: 0,
            replayed: BTreeSet::new(),
            drafting: BTreeSet::new(),
            reported: BTreeMap::new(),
            steps: Steps::new(&config.steps),
            queue: Queue::default(),
            notifications: Notifications::default(),
            activity: Activity::default(),
            missed: Missed::default(),
            config,
        }
    }

    /// Takes one thing that happened; gives what is to be done, in order.
    pub fn handle(&mut self, now: Instant, input: Input) -> Vec<Output> {
        if self.closed {
            return Vec::new();
        }
        self.now = self.now.max(now);
        while let Some(due) = self.timers.take_due(self.now) {
            self.fire(due);
        }
        match input {
            Input::Command(command) => self.command(command),
            Input::Connecting => self.changes.touch(Part::Connection),
            Input::Connected { link, transport } => self.connected(link, transport),
            Input::Lost {
                link,
                attempt,
                reason,
            } => self.lost(link, attempt, reason),
            Input::Refused {
                link,
                reason,
                retry_at,
            } => self.refused(link, reason, retry_at),
            Input::Heard {
                operations, known, ..
            } => {
                if known {
                    self.heard_something();
                }
                self.hear(operations);
            }
            Input::Answered { tag, outcome } => self.answered(tag, outcome),
            Input::Tick => {}
            Input::Close => self.close(),
        }
        std::mem::take(&mut self.outputs)
    }

    fn command(&mut self, command: CollabCommand) {
        self.me.active = self.now;
        match command {
            CollabCommand::Focus { field } => self.focus(field.as_deref()),
            CollabCommand::Type { field, text } => self.type_text(&field, text),
            CollabCommand::Commit { field, text } => {
                let field = self.field_of(&field);
                self.commit(field, text);
            }
            CollabCommand::Discard { field } => self.discard(&field),
            CollabCommand::KeepMine { field } => self.keep_mine(&field),
            CollabCommand::TakeTheirs { field } => self.take_theirs(&field),
            CollabCommand::AddField { name, step } => self.add_field(name, step.as_deref()),
            CollabCommand::Step { step } => self.go_to_step(&step),
            CollabCommand::MarkRead { key } => {
                if self.notifications.mark_read(key.as_deref()) {
                    self.changes.touch(Part::Notifications);
                }
            }
            CollabCommand::Dismiss { key } => {
                if self.notifications.dismiss(&key) {
                    self.changes.touch(Part::Notifications);
                }
            }
            CollabCommand::SeenMissed => {
                if self.missed.seen() {
                    self.changes.touch(Part::Missed);
                }
            }
            CollabCommand::Retry => self.retry(),
        }
    }

    fn fire(&mut self, due: Due) {
        match due {
            Due::JoinPatience => self.entered(),
            Due::JoinRetry => self.enter(),
            Due::SendRetry => self.send_what_waits(),
            Due::Unheard => {
                self.unheard = !self.heard_any;
                self.changes.touch(Part::Connection);
            }
            Due::Heartbeat => self.heartbeat(),
            Due::Silence => self.tell(Intent::Heartbeat),
            Due::TellFocus => self.tell_focus(),
            Due::TellTyping(field) => self.tell_typing(field),
            Due::Draft(field, staff) => self.age_draft(field, staff),
            Due::Focus(staff) => self.age_focus(staff),
            Due::Presence(staff) => self.age_presence(staff),
            Due::Left(staff) => self.has_left(staff),
        }
    }

    /// When [`Input::Tick`] is due at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Grows with every change of what is shown.
    pub fn version(&self) -> u64 {
        self.changes.version()
    }

    /// What changed since a version; everything since version 0, and since one that never was.
    pub fn update_since(&self, version: u64) -> CollabUpdate {
        self.present(version)
    }

    /// The step that this person is at.
    pub fn step(&self) -> Option<&StepRef> {
        self.me.step.as_ref()
    }

    /// Entries of the activity log in which a text occurs, whatever its case, oldest first.
    pub fn search_activity(&self, text: &str) -> Vec<ActivityView> {
        self.activity.search(text)
    }

    /// The activity log as JSON lines, oldest first; redacted, without names, values and messages.
    pub fn export_activity(&self, redacted: bool) -> String {
        self.activity.export(redacted)
    }

    /// Tells something that needs no answer.
    fn tell(&mut self, intent: Intent) {
        self.note_told(&intent);
        self.outputs.push(Output::Tell { intent, tag: None });
    }

    /// Tells something of which it matters what comes of it.
    fn ask(&mut self, intent: Intent, purpose: Purpose) -> Tag {
        self.note_told(&intent);
        let tag = self.requests.begin(purpose, self.now);
        let asked = Some(tag);
        self.outputs.push(Output::Tell { intent, tag: asked });
        tag
    }

    /// Services drop who is silent for long; a report of a conflict counts as silence.
    fn note_told(&mut self, intent: &Intent) {
        if !matches!(intent, Intent::Conflict { .. }) {
            self.timers.set(Due::Silence, self.now + SILENCE_LIMIT);
        }
    }
}
