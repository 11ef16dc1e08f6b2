//! A model and what it shows, with time that a test lets pass.

use std::time::{Duration, Instant};

use collab::command::CollabCommand;
use collab::intent::{FieldRef, Intent, IntentKind, StepRef};
use collab::model::{AckOutcome, Input, Model, ModelConfig, Output, Tag};
use collab::operation::{Operation, PresenceRow};
use collab::view::{
    ActivityKind, CollabConnectionView, CollabUpdate, ConflictView, Delivery, FieldView,
    NotificationView, ReasonView, StaffStatus, StaffView,
};
use serde_json::{Value, json};

/// Milliseconds since 1970 when a world begins.
pub const EPOCH_MS: u64 = 1_800_000_000_000;
/// The field that most tests use.
pub const FIELD: &str = ":left";

pub struct World {
    pub model: Model,
    pub started: Instant,
    pub now: Instant,
    /// What was told and not looked at.
    pub told: Vec<Intent>,
    /// Requests without an answer, oldest first.
    pub asked: Vec<(Tag, IntentKind)>,
    pub notified: Vec<NotificationView>,
}

impl World {
    /// A nurse called Mia at record `r1`, not connected.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut ModelConfig)) -> Self {
        let mut config = ModelConfig::for_record("r1", "me");
        config.name = "Mia".into();
        config.role = "nurse".into();
        config.epoch_ms = EPOCH_MS;
        change(&mut config);
        let started = Instant::now() + Duration::from_secs(1_000_000);
        Self {
            model: Model::new(config, started),
            started,
            now: started,
            told: Vec::new(),
            asked: Vec::new(),
            notified: Vec::new(),
        }
    }

    /// The same in the room, where nobody else is.
    pub fn joined() -> Self {
        let mut world = Self::new();
        world.join();
        world.told.clear();
        world
    }

    pub fn input(&mut self, input: Input) {
        for output in self.model.handle(self.now, input) {
            match output {
                Output::Tell { intent, tag } => {
                    if let Some(tag) = tag {
                        self.asked.push((tag, intent.kind()));
                    }
                    self.told.push(intent);
                }
                Output::Notify(view) => self.notified.push(view),
                Output::ReconnectNow => {}
            }
        }
    }

    /// Lets time pass, with every tick that is due.
    pub fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.model.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.input(Input::Tick);
        }
        self.now = until;
        self.input(Input::Tick);
    }

    pub fn seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    pub fn connect(&mut self) {
        let transport = "websocket".into();
        self.input(Input::Connected { link: 0, transport });
    }

    pub fn join(&mut self) {
        self.connect();
        self.answer(IntentKind::Join, AckOutcome::Confirmed(vec![]));
    }

    pub fn cut(&mut self) {
        self.asked.clear();
        self.input(Input::Lost {
            link: 0,
            attempt: 1,
            reason: reason("lost"),
        });
    }

    pub fn hear(&mut self, operation: Operation) {
        self.input(Input::Heard {
            link: 0,
            operations: vec![operation],
            known: true,
        });
    }

    pub fn command(&mut self, command: CollabCommand) {
        self.input(Input::Command(command));
    }

    /// Answers the oldest request of a kind.
    pub fn answer(&mut self, kind: IntentKind, outcome: AckOutcome) {
        let place = self.asked.iter().position(|(_, asked)| *asked == kind);
        let (tag, _) = self
            .asked
            .remove(place.expect("nothing of that kind was asked"));
        self.input(Input::Answered { tag, outcome });
    }

    pub fn confirm(&mut self) {
        self.answer(IntentKind::Commit, AckOutcome::Confirmed(vec![]));
    }

    pub fn type_in(&mut self, field: &str, text: &str) {
        let (field, text) = (field.to_owned(), text.to_owned());
        self.command(CollabCommand::Type { field, text });
    }

    pub fn commit(&mut self, field: &str, text: &str) {
        let (field, text) = (field.to_owned(), text.to_owned());
        self.command(CollabCommand::Commit { field, text });
    }

    pub fn keep_mine(&mut self) {
        let field = FIELD.to_owned();
        self.command(CollabCommand::KeepMine { field });
    }

    pub fn take_theirs(&mut self) {
        let field = FIELD.to_owned();
        self.command(CollabCommand::TakeTheirs { field });
    }

    /// Somebody types in [`FIELD`].
    pub fn draft(&mut self, by: &str, text: &str) {
        self.hear(Operation::FieldDraft {
            field: left(),
            value: json!(text),
            by: by.into(),
            server_time: None,
        });
    }

    /// Somebody gives [`FIELD`] a value.
    pub fn value(&mut self, by: &str, value: Value) {
        self.hear(Operation::FieldCommit {
            field: left(),
            value,
            by: Some(by.into()),
            server_time: None,
        });
    }

    /// The service replays the value of [`FIELD`].
    pub fn replay(&mut self, value: &str) {
        self.hear(Operation::FieldCommit {
            field: left(),
            value: json!(value),
            by: None,
            server_time: None,
        });
    }

    pub fn list(&mut self, ids: &[&str]) {
        let rows = ids.iter().map(|id| row(id)).collect();
        self.hear(Operation::PresenceReplace(rows));
    }

    pub fn arrives(&mut self, id: &str, name: &str) {
        let name = Some(name.to_owned());
        self.hear(Operation::PresenceUpsert(PresenceRow { name, ..row(id) }));
    }

    /// What was told since the last call, heartbeats left out.
    pub fn told(&mut self) -> Vec<Intent> {
        let told = std::mem::take(&mut self.told);
        let of_interest = |intent: &Intent| *intent != Intent::Heartbeat;
        told.into_iter().filter(of_interest).collect()
    }

    pub fn whole(&self) -> CollabUpdate {
        self.model.update_since(0)
    }

    pub fn field(&self, key: &str) -> FieldView {
        let fields = self.whole().fields;
        let found = fields.into_iter().find(|field| field.key == key);
        found.unwrap_or_else(|| panic!("there is no field {key}"))
    }

    /// The value of [`FIELD`].
    pub fn shown(&self) -> String {
        self.field(FIELD).value.unwrap_or_default()
    }

    /// One's own text in [`FIELD`], and how far it is.
    pub fn mine(&self) -> Option<(String, Delivery)> {
        let mine = self.field(FIELD).mine;
        mine.map(|mine| (mine.text, mine.delivery))
    }

    pub fn conflict(&self) -> Option<ConflictView> {
        self.field(FIELD).conflict
    }

    pub fn staff(&self) -> Vec<StaffView> {
        self.whole().staff.unwrap()
    }

    pub fn staff_ids(&self) -> Vec<String> {
        self.staff().into_iter().map(|person| person.id).collect()
    }

    pub fn person(&self, id: &str) -> StaffView {
        let staff = self.staff().into_iter();
        let mut found = staff.filter(|person| person.id == id);
        found.next().unwrap_or_else(|| panic!("{id} is not here"))
    }

    pub fn status(&self, id: &str) -> StaffStatus {
        self.person(id).status
    }

    pub fn connection(&self) -> CollabConnectionView {
        self.whole().connection.unwrap()
    }

    /// What happened, as kinds and who.
    pub fn log(&self) -> Vec<(ActivityKind, Option<String>)> {
        let log = self.whole().activity.into_iter();
        log.map(|entry| (entry.what, entry.who)).collect()
    }

    pub fn logged(&self, what: ActivityKind) -> usize {
        self.log().iter().filter(|(kind, _)| *kind == what).count()
    }

    /// Milliseconds since 1970, now.
    pub fn now_ms(&self) -> u64 {
        let since = self.now - self.started;
        EPOCH_MS + u64::try_from(since.as_millis()).unwrap()
    }
}

pub fn reason(code: &str) -> ReasonView {
    ReasonView {
        code: code.into(),
        message: format!("Because of {code}."),
        details: String::new(),
    }
}

/// The field of [`FIELD`].
pub fn left() -> FieldRef {
    FieldRef {
        step: None,
        name: "left".into(),
    }
}

pub fn at_step(step: i64, name: &str) -> FieldRef {
    FieldRef {
        step: Some(StepRef::Index(step)),
        name: name.into(),
    }
}

pub fn row(id: &str) -> PresenceRow {
    PresenceRow {
        staff: id.into(),
        status: Some("active".into()),
        ..PresenceRow::default()
    }
}

pub fn commit_of(value: Value) -> Intent {
    let field = left();
    Intent::Commit { field, value }
}

pub fn typing_of(value: Value) -> Intent {
    let field = left();
    Intent::Typing { field, value }
}
