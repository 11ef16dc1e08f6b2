//! Any interleaving of edits, typing, cuts and restarts ends with everybody showing the service's
//! values, and with nobody's commit silently gone.

use std::time::Duration;

use collab::view::Delivery;
use proptest::prelude::*;
use serde_json::Value;

use crate::service::{FIELDS, Leftovers, PERSONS, World};

/// The first clients, whose persons sit at one desk only. The same text from two desks of a person
/// would be taken for an echo.
const ALONE: usize = 2;

/// One thing that happens to a client or to all.
#[derive(Debug, Clone)]
enum Step {
    Commit(usize, usize),
    /// Commits what the field said at the very beginning.
    CommitBase(usize, usize),
    Type(usize, usize),
    KeepMine(usize, usize),
    TakeTheirs(usize, usize),
    Up(usize, usize),
    Down(usize, usize),
    Connect(usize),
    Cut(usize, Leftovers),
    Restart(Leftovers),
    Refuse(usize),
    Pass(u64),
}

fn step(
    leftovers: impl Strategy<Value = Leftovers> + Clone + 'static,
    ms: u64,
) -> BoxedStrategy<Step> {
    let client = 0..PERSONS.len();
    let field = 0..FIELDS.len();
    let place = (client.clone(), field);
    prop_oneof![
        10 => place.clone().prop_map(|(at, field)| Step::Commit(at, field)),
        1 => (0..ALONE, 0..FIELDS.len()).prop_map(|(at, field)| Step::CommitBase(at, field)),
        4 => place.clone().prop_map(|(at, field)| Step::Type(at, field)),
        2 => place.clone().prop_map(|(at, field)| Step::KeepMine(at, field)),
        2 => place.prop_map(|(at, field)| Step::TakeTheirs(at, field)),
        12 => (client.clone(), 1..6usize).prop_map(|(at, count)| Step::Up(at, count)),
        12 => (client.clone(), 1..6usize).prop_map(|(at, count)| Step::Down(at, count)),
        6 => client.clone().prop_map(Step::Connect),
        4 => (client.clone(), leftovers.clone()).prop_map(|(at, how)| Step::Cut(at, how)),
        1 => leftovers.prop_map(Step::Restart),
        1 => client.prop_map(Step::Refuse),
        4 => (1..ms).prop_map(Step::Pass),
    ]
    .boxed()
}

fn happen(world: &mut World, step: &Step) {
    match *step {
        Step::Commit(at, field) => {
            let text = world.new_text();
            world.commit(at, FIELDS[field], text);
        }
        Step::CommitBase(at, field) => world.commit(at, FIELDS[field], "base".to_owned()),
        Step::Type(at, field) => world.type_text(at, FIELDS[field]),
        Step::KeepMine(at, field) => world.keep_mine(at, FIELDS[field]),
        Step::TakeTheirs(at, field) => world.take_theirs(at, FIELDS[field]),
        Step::Up(at, count) => world.deliver_up(at, count),
        Step::Down(at, count) => world.deliver_down(at, count),
        Step::Connect(at) => world.connect(at),
        Step::Cut(at, how) => world.cut(at, how),
        Step::Restart(how) => world.restart(how),
        Step::Refuse(at) => {
            world.refusing.insert(at);
        }
        Step::Pass(ms) => world.pass(Duration::from_millis(ms)),
    }
}

/// What the service has, as text.
fn stored(world: &World, field: &str) -> String {
    let value = world.stored.get(field).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}

/// No commit is gone: it was the value, or is shown as one's own.
fn nothing_is_gone(world: &World) -> Result<(), TestCaseError> {
    for (at, client) in world.clients.iter().enumerate() {
        for (field, (text, was_value)) in &client.committed {
            let view = world.view(at, field);
            let mine = view.mine.as_ref().is_some_and(|mine| mine.text == *text);
            let offered = view.conflict.as_ref().is_some_and(|one| one.mine == *text);
            prop_assert!(
                *was_value || mine || offered,
                "{at} lost {text:?}: {view:?}"
            );
        }
    }
    Ok(())
}

/// Everybody shows what the service has, except where their own text is shown as open.
fn all_agree(world: &World, strictly: bool) -> Result<(), TestCaseError> {
    for at in 0..world.clients.len() {
        for field in FIELDS {
            let view = world.view(at, field);
            if view.mine.is_some() || (view.conflict.is_some() && !strictly) {
                continue;
            }
            let value = view.value.clone().unwrap_or_default();
            prop_assert_eq!(&value, &stored(world, field), "{}: {:?}", at, view);
        }
    }
    Ok(())
}

/// Everybody decides what is open, until nothing is.
fn decide(world: &mut World) -> Result<(), TestCaseError> {
    for round in 0..20 {
        let mut open = false;
        for at in 0..world.clients.len() {
            for field in FIELDS {
                if world.view(at, field).conflict.is_some() {
                    open = true;
                    // Some insist once; in the end all give in.
                    if round == 0 && at == 0 {
                        world.keep_mine(at, field);
                    } else {
                        world.take_theirs(at, field);
                    }
                }
            }
        }
        world.settle();
        if !open {
            return Ok(());
        }
    }
    Err(TestCaseError::fail("there is always another conflict"))
}

fn run(steps: &[Step]) -> Result<World, TestCaseError> {
    let mut world = World::new();
    for at in 0..world.clients.len() {
        world.connect(at);
    }
    for step in steps {
        happen(&mut world, step);
    }
    world.settle();
    world.discard_drafts();
    world.settle();
    nothing_is_gone(&world)?;
    all_agree(&world, false)?;
    Ok(world)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Connections come and go, answers come in time.
    #[test]
    fn everybody_ends_with_the_services_values(
        steps in proptest::collection::vec(step(Just(Leftovers::Silent), 900), 1..120),
    ) {
        let mut world = run(&steps)?;
        // Whatever is still one's own was refused.
        for at in 0..world.clients.len() {
            for field in FIELDS {
                let mine = world.view(at, field).mine;
                let known = mine.as_ref().is_none_or(|mine| {
                    matches!(mine.delivery, Delivery::Refused | Delivery::Unconfirmed)
                });
                prop_assert!(known, "{} waits for {:?}", at, mine);
            }
        }
        decide(&mut world)?;
        all_agree(&world, true)?;
    }

    /// The same with answers that come too late, or never.
    #[test]
    fn late_and_missing_answers_lose_nothing(
        steps in proptest::collection::vec(
            step(
                prop_oneof![
                    Just(Leftovers::Silent),
                    Just(Leftovers::UnansweredBefore),
                    Just(Leftovers::UnansweredAfter),
                ],
                12_000,
            ),
            1..120,
        ),
    ) {
        let mut world = run(&steps)?;
        decide(&mut world)?;
        all_agree(&world, true)?;
    }
}
