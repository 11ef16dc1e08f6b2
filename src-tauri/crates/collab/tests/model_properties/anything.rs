//! Any input, in any order: never a panic, every limit kept, every invariant held.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use collab::command::CollabCommand;
use collab::intent::{FieldRef, StepRef};
use collab::model::{AckOutcome, Input, Model, ModelConfig, Tag};
use collab::operation::{NotificationRow, Operation, PresenceRow, QueueRow, StepRow};
use collab::view::{CollabUpdate, ReasonView};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::invariants::{Window, check};

/// A few that meet each other again, and some that should not exist.
fn name() -> BoxedStrategy<String> {
    prop_oneof![
        20 => prop::sample::select(vec!["me", "ann", "bob", "cat", "r1", "3"]).prop_map(str::to_owned),
        1 => Just(String::new()),
        1 => Just("x".repeat(300)),
        1 => any::<String>(),
    ]
    .boxed()
}

fn words() -> BoxedStrategy<Option<String>> {
    prop_oneof![
        4 => Just(None),
        4 => prop::sample::select(vec!["active", "idle", "away", "Unknown", "high", "low", "Ann"])
            .prop_map(|text| Some(text.to_owned())),
        2 => prop::sample::select(vec![
            "2026-01-01T10:00:00", "2026-01-01T10:02:00.5", "1999-01-01T00:00:00Z", "9999-12-31T23:59:59",
        ])
        .prop_map(|text| Some(text.to_owned())),
        1 => any::<String>().prop_map(Some),
    ]
    .boxed()
}

fn step_ref() -> BoxedStrategy<StepRef> {
    prop_oneof![
        4 => (0..4i64).prop_map(StepRef::Index),
        1 => any::<i64>().prop_map(StepRef::Index),
        2 => name().prop_map(StepRef::Key),
    ]
    .boxed()
}

fn field_ref() -> BoxedStrategy<FieldRef> {
    (prop::option::of(step_ref()), name())
        .prop_map(|(step, name)| FieldRef { step, name })
        .boxed()
}

fn key() -> BoxedStrategy<String> {
    prop_oneof![
        8 => prop::sample::select(vec![":ann", ":bob", ":me", "3:ann", "3:bob"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
    .boxed()
}

fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        6 => prop::sample::select(vec!["", "a", "b", "5"]).prop_map(|text| json!(text)),
        1 => any::<i32>().prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|truth| json!(truth)),
        1 => Just(json!({"a": [null, 1.5]})),
        1 => Just(json!("ä".repeat(50_000))),
        1 => any::<String>().prop_map(|text| json!(text)),
    ]
    .boxed()
}

fn row() -> BoxedStrategy<PresenceRow> {
    (
        name(),
        words(),
        words(),
        prop::option::of(step_ref()),
        words(),
        words(),
    )
        .prop_map(
            |(staff, name, role, step, status, last_activity)| PresenceRow {
                staff,
                name,
                role,
                step,
                status,
                last_activity,
            },
        )
        .boxed()
}

fn operation() -> BoxedStrategy<Operation> {
    let some_name = || prop::option::of(name());
    let queue_row = (
        name(),
        prop::option::of(any::<i64>()),
        words(),
        prop::collection::vec(name(), 0..4),
    );
    let queue_row = queue_row.prop_map(|(record, position, priority, staff)| QueueRow {
        record,
        position,
        priority,
        staff,
        ..QueueRow::default()
    });
    let step_row = (
        step_ref(),
        words(),
        words(),
        prop::collection::vec(name(), 0..4),
    );
    let step_row = step_row.prop_map(|(step, label, state, staff)| StepRow {
        step,
        label,
        state,
        staff,
        estimate: None,
    });
    let notification = (name(), words(), name()).prop_map(|(key, title, body)| NotificationRow {
        key,
        title,
        body,
        ..NotificationRow::default()
    });
    let server_time: Option<String> = None;
    let (time, again) = (server_time.clone(), server_time);
    prop_oneof![
        4 => row().prop_map(Operation::PresenceUpsert),
        4 => name().prop_map(|staff| Operation::PresenceRemove { staff }),
        4 => prop::collection::vec(row(), 0..8).prop_map(Operation::PresenceReplace),
        3 => (name(), step_ref(), words())
            .prop_map(|(staff, step, label)| Operation::PresenceStep { staff, step, label }),
        3 => (name(), words(), words())
            .prop_map(|(staff, name, role)| Operation::StaffLearn { staff, name, role }),
        1 => prop::collection::vec(step_row, 0..4).prop_map(Operation::StepReplace),
        2 => prop::collection::vec(queue_row, 0..8).prop_map(Operation::QueueReplace),
        8 => (field_ref(), value(), name()).prop_map(move |(field, value, by)| {
            Operation::FieldDraft { field, value, by, server_time: time.clone() }
        }),
        8 => (field_ref(), value(), some_name()).prop_map(move |(field, value, by)| {
            Operation::FieldCommit { field, value, by, server_time: again.clone() }
        }),
        4 => (field_ref(), name()).prop_map(|(field, by)| Operation::FieldFocus { field, by }),
        3 => (field_ref(), some_name(), words()).prop_map(|(field, by, message)| {
            Operation::FieldConflict { field, by, id: None, message }
        }),
        2 => notification.prop_map(Operation::NotificationAdd),
        1 => name().prop_map(|what| Operation::RecordUpdated { what }),
        1 => name().prop_map(|message| Operation::LinkError { message }),
        1 => Just(Operation::RoomEntered),
        1 => Just(Operation::RoomLeft),
        1 => Just(Operation::LinkAlive),
    ]
    .boxed()
}

fn command() -> BoxedStrategy<CollabCommand> {
    let text =
        || prop::sample::select(vec!["", "a", "b", "6", "a long text"]).prop_map(str::to_owned);
    prop_oneof![
        2 => prop::option::of(key()).prop_map(|field| CollabCommand::Focus { field }),
        5 => (key(), text()).prop_map(|(field, text)| CollabCommand::Type { field, text }),
        5 => (key(), text()).prop_map(|(field, text)| CollabCommand::Commit { field, text }),
        2 => key().prop_map(|field| CollabCommand::Discard { field }),
        2 => key().prop_map(|field| CollabCommand::KeepMine { field }),
        2 => key().prop_map(|field| CollabCommand::TakeTheirs { field }),
        1 => (name(), words()).prop_map(|(name, step)| CollabCommand::AddField { name, step }),
        1 => name().prop_map(|step| CollabCommand::Step { step }),
        1 => prop::option::of(name()).prop_map(|key| CollabCommand::MarkRead { key }),
        1 => name().prop_map(|key| CollabCommand::Dismiss { key }),
        1 => Just(CollabCommand::SeenMissed),
        1 => Just(CollabCommand::Retry),
    ]
    .boxed()
}

/// An input, or time.
#[derive(Debug, Clone)]
enum Step {
    Input(Input),
    Pass(u64),
    /// As a tick that comes late, with everything that was due meanwhile.
    Sleep(u64),
}

fn reason() -> ReasonView {
    ReasonView {
        code: "lost".into(),
        message: "It was lost.".into(),
        details: String::new(),
    }
}

fn step() -> BoxedStrategy<Step> {
    let link = || prop_oneof![12 => Just(0usize), 2 => Just(1usize), 1 => any::<usize>()];
    let outcome = prop_oneof![
        4 => prop::collection::vec(operation(), 0..3).prop_map(AckOutcome::Confirmed),
        2 => Just(AckOutcome::Unanswered),
        1 => name().prop_map(AckOutcome::Refused),
        1 => Just(AckOutcome::NotSent),
    ];
    let heard = (
        link(),
        prop::collection::vec(operation(), 0..4),
        any::<bool>(),
    );
    let heard = heard.prop_map(|(link, operations, known)| Input::Heard {
        link,
        operations,
        known,
    });
    let input = prop_oneof![
        20 => heard,
        16 => command().prop_map(Input::Command),
        8 => (0..40u64, outcome).prop_map(|(tag, outcome)| Input::Answered { tag: Tag(tag), outcome }),
        4 => link().prop_map(|link| Input::Connected { link, transport: "polling".into() }),
        2 => (link(), any::<u32>())
            .prop_map(|(link, attempt)| Input::Lost { link, attempt, reason: reason() }),
        1 => link().prop_map(|link| Input::Refused { link, reason: reason(), retry_at: None }),
        1 => Just(Input::Connecting),
        2 => Just(Input::Tick),
    ];
    prop_oneof![
        20 => input.prop_map(Step::Input),
        3 => (0..3_000u64).prop_map(Step::Pass),
        1 => (0..200_000u64).prop_map(Step::Pass),
        1 => (0..400_000u64).prop_map(Step::Sleep),
    ]
    .boxed()
}

fn model(now: Instant) -> Model {
    let mut config = ModelConfig::for_record("r1", "me");
    config.trusts_step_states = true;
    Model::new(config, now)
}

struct World {
    model: Model,
    now: Instant,
    window: Window,
    /// When somebody was last heard typing in a field.
    typed: BTreeMap<String, Instant>,
}

impl World {
    fn input(&mut self, input: Input) {
        if let Input::Heard { operations, .. }
        | Input::Answered {
            outcome: AckOutcome::Confirmed(operations),
            ..
        } = &input
        {
            for operation in operations {
                if let Operation::FieldDraft { by, .. } = operation {
                    self.typed.insert(by.clone(), self.now);
                }
            }
        }
        let before = self.model.version();
        self.model.handle(self.now, input);
        assert!(self.model.version() >= before);
        assert!(
            self.model
                .next_deadline()
                .is_none_or(|due| due > self.now - Duration::from_secs(1))
        );
    }

    fn check(&mut self) {
        let whole = self.model.update_since(0);
        check(&whole);
        let update = self.model.update_since(self.window.version());
        self.window.lay(update);
        self.window.check_against(&whole);
        for draft in whole.fields.iter().flat_map(|field| &field.drafts) {
            let age = self.now - self.typed[&draft.staff];
            assert!(age <= Duration::from_secs(5), "a draft outlives its typing");
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.model.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.input(Input::Tick);
        }
        self.now = until;
        self.input(Input::Tick);
    }
}

/// Everything but the log, what was missed, and orders that say nothing.
fn state(model: &Model) -> CollabUpdate {
    let mut whole = model.update_since(0);
    whole.version = 0;
    whole.activity.clear();
    whole.missed = None;
    for field in &mut whole.fields {
        field.focus.sort();
        field
            .drafts
            .sort_by(|one, other| one.staff.cmp(&other.staff));
    }
    whole
        .staff
        .as_mut()
        .unwrap()
        .sort_by(|one, other| one.id.cmp(&other.id));
    for step in whole.steps.as_mut().unwrap() {
        step.staff.sort();
    }
    whole
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_at_all(steps in prop::collection::vec(step(), 1..150)) {
        let now = Instant::now() + Duration::from_secs(1_000_000);
        let mut world = World {
            model: model(now),
            now,
            window: Window::default(),
            typed: BTreeMap::new(),
        };
        for step in steps {
            match step {
                Step::Input(input) => world.input(input),
                Step::Pass(ms) => world.pass(Duration::from_millis(ms)),
                Step::Sleep(ms) => {
                    world.now += Duration::from_millis(ms);
                    world.input(Input::Tick);
                }
            }
            world.check();
        }
        world.input(Input::Close);
        prop_assert_eq!(world.model.next_deadline(), None);
    }

    /// A recording that is heard twice gives the same as once, except in the log.
    #[test]
    fn heard_twice_is_heard_once(operations in prop::collection::vec(operation(), 0..60)) {
        let now = Instant::now() + Duration::from_secs(1_000_000);
        let mut model = model(now);
        let transport = "websocket".to_owned();
        model.handle(now, Input::Connected { link: 0, transport });
        // It begins with a list, as a recording of a service that lists does: where none does, deeds
        // alone tell presence, and the second time begins with the lists of the first.
        let mut operations = operations;
        operations.insert(0, Operation::PresenceReplace(Vec::new()));
        let heard = Input::Heard { link: 0, operations, known: true };
        model.handle(now, heard.clone());
        let once = state(&model);
        model.handle(now, heard);
        prop_assert_eq!(state(&model), once);
    }

    /// Somebody unknown who leaves changes nothing.
    #[test]
    fn a_stranger_who_leaves_changes_nothing(operations in prop::collection::vec(operation(), 0..30)) {
        let now = Instant::now() + Duration::from_secs(1_000_000);
        let mut model = model(now);
        model.handle(now, Input::Heard { link: 0, operations, known: true });
        let staff = "a stranger".to_owned();
        let version = model.version();
        let left = Operation::PresenceRemove { staff };
        model.handle(now, Input::Heard { link: 0, operations: vec![left], known: true });
        prop_assert_eq!(model.version(), version);
    }
}
