//! What becomes of a commit, with and without answers and connections.

use std::time::Duration;

use collab::command::CollabCommand;
use collab::intent::{Intent, IntentKind};
use collab::model::AckOutcome;
use collab::view::{ActivityKind, ConflictKind, Delivery};
use serde_json::json;

use crate::world::{FIELD, World, commit_of};

fn waiting(world: &World) -> u32 {
    world.whole().me.unwrap().waiting
}

pub fn commits(world: &mut World) -> Vec<Intent> {
    let is_commit = |intent: &Intent| intent.kind() == IntentKind::Commit;
    world.told().into_iter().filter(is_commit).collect()
}

pub fn enter(world: &mut World) {
    world.answer(IntentKind::Join, AckOutcome::Confirmed(vec![]));
}

#[test]
fn rule_14_what_is_heard_before_the_answer_came_before_it() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.value("ann", json!("theirs"));
    let conflict = world.conflict().unwrap();
    assert_eq!(
        (conflict.kind, &*conflict.theirs),
        (ConflictKind::Typing, "theirs")
    );
    world.confirm();
    assert_eq!((world.shown(), world.mine()), ("mine".into(), None));
    assert!(world.conflict().is_some(), "theirs can still be put back");
    world.take_theirs();
    assert_eq!(
        commits(&mut world),
        [commit_of(json!("mine")), commit_of(json!("theirs"))]
    );
}

#[test]
fn rule_31_what_is_heard_after_the_answer_came_after_it() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.confirm();
    world.value("ann", json!("theirs"));
    assert_eq!(world.shown(), "theirs");
    let conflict = world.conflict().unwrap();
    assert_eq!(
        (conflict.kind, &*conflict.mine),
        (ConflictKind::Replaced, "mine")
    );
    world.keep_mine();
    assert_eq!(
        commits(&mut world),
        [commit_of(json!("mine")), commit_of(json!("mine"))]
    );
    world.confirm();
    assert_eq!((world.shown(), world.conflict()), ("mine".into(), None));
}

#[test]
fn a_value_that_was_settled_long_ago_is_just_replaced() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.confirm();
    world.seconds(61);
    world.value("ann", json!("theirs"));
    assert_eq!((world.shown(), world.conflict()), ("theirs".into(), None));
}

#[test]
fn rule_12_no_answer_is_unconfirmed_and_not_sent_again() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.answer(IntentKind::Commit, AckOutcome::Unanswered);
    assert_eq!(world.mine(), Some(("mine".into(), Delivery::Unconfirmed)));
    world.told.clear();
    world.commit(FIELD, "mine");
    world.seconds(60);
    world.cut();
    world.join();
    assert_eq!(commits(&mut world), []);
    assert_eq!(world.mine(), Some(("mine".into(), Delivery::Unconfirmed)));
}

#[test]
fn rule_12_without_answers_the_order_of_arrival_decides() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.answer(IntentKind::Commit, AckOutcome::Unanswered);
    world.value("ann", json!("theirs"));
    assert_eq!(world.shown(), "theirs");
    let conflict = world.conflict().unwrap();
    assert_eq!(
        (conflict.kind, &*conflict.mine),
        (ConflictKind::Replaced, "mine")
    );
    // The service may hold one's own: taking theirs makes sure.
    world.told.clear();
    world.take_theirs();
    assert_eq!(commits(&mut world), [commit_of(json!("theirs"))]);
}

#[test]
fn rule_12_a_value_in_between_wins_when_the_answer_never_comes() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.value("ann", json!("theirs"));
    world.answer(IntentKind::Commit, AckOutcome::Unanswered);
    assert_eq!(world.shown(), "theirs");
    assert_eq!(world.conflict().unwrap().kind, ConflictKind::Replaced);
}

#[test]
fn an_echo_of_ones_own_value_confirms_it() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.answer(IntentKind::Commit, AckOutcome::Unanswered);
    world.value("me", json!("mine"));
    assert_eq!((world.shown(), world.mine()), ("mine".into(), None));
    assert_eq!(world.field(FIELD).by, None);
}

#[test]
fn rule_13_a_refused_edit_is_kept_until_decided() {
    let mut world = World::joined();
    world.replay("old");
    world.commit(FIELD, "mine");
    let words = AckOutcome::Refused("no".into());
    world.answer(IntentKind::Commit, words.clone());
    assert_eq!(world.mine(), Some(("mine".into(), Delivery::Refused)));
    assert_eq!(
        (world.shown(), world.logged(ActivityKind::Refused)),
        ("old".into(), 1)
    );
    world.told.clear();
    world.commit(FIELD, "mine");
    assert_eq!(
        commits(&mut world),
        [commit_of(json!("mine"))],
        "asked for again"
    );
    world.answer(IntentKind::Commit, words.clone());
    world.keep_mine();
    assert_eq!(commits(&mut world), [commit_of(json!("mine"))]);
    world.answer(IntentKind::Commit, words);
    let field = FIELD.to_owned();
    world.command(CollabCommand::Discard { field });
    assert_eq!((world.shown(), world.mine()), ("old".into(), None));
}

#[test]
fn edits_made_offline_wait_and_are_sent_in_order() {
    let mut world = World::new();
    world.commit(":b", "2");
    world.commit(":a", "1");
    world.commit(":b", "3");
    assert_eq!(waiting(&world), 2);
    world.connect();
    assert_eq!(commits(&mut world), []);
    enter(&mut world);
    let values: Vec<_> = commits(&mut world)
        .into_iter()
        .map(|intent| match intent {
            Intent::Commit { field, value } => (field.name, value),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(values, [("a".into(), json!("1")), ("b".into(), json!("3"))]);
    assert_eq!(waiting(&world), 0);
}

#[test]
fn an_offline_edit_that_is_undone_was_none() {
    let mut world = World::joined();
    world.replay("1");
    world.cut();
    world.commit(FIELD, "2");
    world.commit(FIELD, "1");
    assert_eq!((world.mine(), waiting(&world)), (None, 0));
}

#[test]
fn an_offline_edit_whose_field_moved_on_is_offered() {
    let mut world = World::joined();
    world.replay("old");
    world.cut();
    world.commit(FIELD, "mine");
    world.told.clear();
    world.connect();
    world.replay("new");
    assert_eq!(world.mine(), Some(("mine".into(), Delivery::Waiting)));
    enter(&mut world);
    assert_eq!(commits(&mut world), []);
    let conflict = world.conflict().unwrap();
    assert_eq!(
        (conflict.kind, &*conflict.mine),
        (ConflictKind::MovedOn, "mine")
    );
    assert_eq!((&*conflict.theirs, &*conflict.with), ("new", ""));
    // Another commit there in passing decides nothing.
    world.commit(FIELD, "new");
    assert!(world.conflict().is_some());
    world.keep_mine();
    assert_eq!(commits(&mut world), [commit_of(json!("mine"))]);
}

#[test]
fn theirs_can_be_taken_when_a_field_moved_on() {
    let mut world = World::joined();
    world.cut();
    world.commit(FIELD, "mine");
    world.connect();
    world.replay("new");
    enter(&mut world);
    world.told.clear();
    world.take_theirs();
    assert_eq!(
        (world.shown(), world.mine(), world.conflict()),
        ("new".into(), None, None)
    );
    assert_eq!(commits(&mut world), [], "the service never had mine");
}

#[test]
fn what_could_not_be_sent_is_tried_again() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.told.clear();
    world.answer(IntentKind::Commit, AckOutcome::NotSent);
    assert_eq!(world.mine(), Some(("mine".into(), Delivery::Waiting)));
    world.pass(Duration::from_millis(999));
    assert_eq!(commits(&mut world), []);
    world.pass(Duration::from_millis(1));
    assert_eq!(commits(&mut world), [commit_of(json!("mine"))]);
}

#[test]
fn the_answer_to_an_earlier_edit_confirms_that_one_only() {
    let mut world = World::joined();
    world.commit(FIELD, "first");
    world.commit(FIELD, "second");
    world.confirm();
    assert_eq!(world.shown(), "first");
    assert_eq!(world.mine(), Some(("second".into(), Delivery::Sent)));
    world.confirm();
    assert_eq!((world.shown(), world.mine()), ("second".into(), None));
}

#[test]
fn what_an_answer_brings_is_heard() {
    let mut world = World::new();
    world.connect();
    let rows = vec![crate::world::row("ann")];
    let list = collab::operation::Operation::PresenceReplace(rows);
    world.answer(IntentKind::Join, AckOutcome::Confirmed(vec![list]));
    assert_eq!(world.staff_ids(), ["me", "ann"]);
}
