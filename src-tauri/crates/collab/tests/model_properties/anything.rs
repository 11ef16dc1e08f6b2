//! Any input, in any order: never a panic, every limit kept, every invariant held.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use collab::model::{AckOutcome, Input, Model, ModelConfig, Tag};
use collab::operation::Operation;
use collab::view::{CollabUpdate, ReasonView};
use proptest::prelude::*;

use crate::arbitrary::{command, name, operation};
use crate::invariants::{Window, check};

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
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

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
