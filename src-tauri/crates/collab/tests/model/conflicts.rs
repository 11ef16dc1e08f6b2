//! Two people in one field: both are warned, nobody is stopped, nothing is lost.

use collab::intent::{Intent, IntentKind};
use collab::model::AckOutcome;
use collab::operation::Operation;
use collab::view::{ActivityKind, ConflictKind, Delivery};
use serde_json::json;

use crate::world::{FIELD, World, commit_of, left};

fn reports(world: &mut World) -> usize {
    let is_report = |intent: &Intent| intent.kind() == IntentKind::Conflict;
    world.told().into_iter().filter(is_report).count()
}

fn reported(world: &mut World, by: &str) {
    world.hear(Operation::FieldConflict {
        field: left(),
        by: Some(by.into()),
        id: None,
        message: Some("Two people".into()),
    });
}

#[test]
fn rule_30_both_typing_is_a_warning() {
    for own_first in [true, false] {
        let mut world = World::joined();
        if own_first {
            world.type_in(FIELD, "mine");
            world.draft("ann", "theirs");
        } else {
            world.draft("ann", "theirs");
            world.type_in(FIELD, "mine");
        }
        let conflict = world.conflict().unwrap();
        assert_eq!(conflict.kind, ConflictKind::Typing);
        assert_eq!((&*conflict.mine, &*conflict.theirs), ("mine", "theirs"));
        assert_eq!((&*conflict.with, reports(&mut world)), ("ann", 1));
        world.draft("ann", "theirs 2");
        world.type_in(FIELD, "mine 2");
        let conflict = world.conflict().unwrap();
        assert_eq!((&*conflict.mine, &*conflict.theirs), ("mine 2", "theirs 2"));
        assert_eq!(reports(&mut world), 0);
        world.seconds(5);
        assert_eq!(world.conflict(), None, "they stopped");
        assert_eq!(world.mine(), Some(("mine 2".into(), Delivery::Typing)));
    }
}

#[test]
fn rule_30_the_same_text_is_no_conflict() {
    let mut world = World::joined();
    world.type_in(FIELD, "same");
    world.draft("ann", "same");
    assert_eq!(world.conflict(), None);
    world.value("ann", json!("same"));
    assert_eq!((world.conflict(), world.mine()), (None, None));
}

#[test]
fn rule_30_typing_over_an_unconfirmed_edit_is_a_conflict() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.draft("ann", "theirs");
    assert_eq!(world.conflict().unwrap().mine, "mine");
    world.confirm();
    assert_eq!(
        world.conflict(),
        None,
        "it is no longer in danger without being told"
    );
    world.value("ann", json!("theirs"));
    assert_eq!(world.conflict().unwrap().mine, "mine");
}

#[test]
fn rule_30_once_per_field_and_person_in_30_seconds() {
    let mut world = World::joined();
    world.type_in(FIELD, "mine");
    world.draft("ann", "theirs");
    world.draft("bob", "others");
    assert_eq!(reports(&mut world), 2);
    world.seconds(29);
    world.draft("ann", "theirs");
    assert_eq!(reports(&mut world), 0);
    world.seconds(1);
    world.draft("ann", "theirs!");
    assert_eq!(reports(&mut world), 1);
    assert_eq!(world.logged(ActivityKind::Conflicted), 3);
}

#[test]
fn rule_30_ones_own_report_is_recognised_and_theirs_told_once() {
    let mut world = World::joined();
    reported(&mut world, "me");
    assert_eq!(world.logged(ActivityKind::Conflicted), 0);
    reported(&mut world, "ann");
    reported(&mut world, "ann");
    assert_eq!(world.logged(ActivityKind::Conflicted), 1);
    // They found it first: it is the same one.
    world.type_in(FIELD, "mine");
    world.draft("ann", "theirs");
    assert!(world.conflict().is_some());
    assert_eq!(
        (reports(&mut world), world.logged(ActivityKind::Conflicted)),
        (0, 1)
    );
}

#[test]
fn rule_31_a_value_never_takes_what_is_being_typed() {
    let mut world = World::joined();
    world.type_in(FIELD, "min");
    world.value("ann", json!("theirs"));
    world.type_in(FIELD, "mine");
    assert_eq!(world.shown(), "theirs");
    assert_eq!(world.mine(), Some(("mine".into(), Delivery::Typing)));
    let conflict = world.conflict().unwrap();
    assert_eq!(
        (conflict.kind, &*conflict.mine),
        (ConflictKind::Replaced, "mine")
    );
    world.told.clear();
    world.keep_mine();
    assert_eq!(world.told(), [commit_of(json!("mine"))]);
    assert_eq!(world.mine(), Some(("mine".into(), Delivery::Sent)));
}

#[test]
fn rule_31_theirs_is_taken_with_one_key() {
    let mut world = World::joined();
    world.type_in(FIELD, "mine");
    world.value("ann", json!("theirs"));
    world.told.clear();
    world.take_theirs();
    world.seconds(1);
    assert!(world.told().is_empty());
    assert_eq!(
        (world.shown(), world.mine(), world.conflict()),
        ("theirs".into(), None, None)
    );
}

#[test]
fn rule_31_a_newer_commit_decides() {
    let mut world = World::joined();
    world.type_in(FIELD, "mine");
    world.value("ann", json!("theirs"));
    world.commit(FIELD, "mine and more");
    assert_eq!(world.conflict(), None);
    assert_eq!(world.mine(), Some(("mine and more".into(), Delivery::Sent)));
}

#[test]
fn a_text_that_was_lost_stays_while_another_is_typed() {
    let mut world = World::joined();
    world.commit(FIELD, "first");
    world.confirm();
    world.value("ann", json!("theirs"));
    world.type_in(FIELD, "second");
    world.value("ann", json!("theirs 2"));
    let conflict = world.conflict().unwrap();
    assert_eq!((&*conflict.mine, &*conflict.theirs), ("first", "theirs 2"));
    assert_eq!(world.mine(), Some(("second".into(), Delivery::Typing)));
}

#[test]
fn a_conflict_ends_when_theirs_becomes_mine() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.confirm();
    world.value("ann", json!("theirs"));
    world.value("ann", json!("mine"));
    assert_eq!((world.conflict(), world.shown()), (None, "mine".into()));
}

#[test]
fn another_device_of_this_person_is_no_opponent() {
    let mut world = World::joined();
    world.type_in(FIELD, "mine");
    world.draft("me", "there");
    assert_eq!(world.conflict(), None);
    assert!(world.field(FIELD).drafts.is_empty());
    world.told.clear();
    world.value("me", json!("there"));
    assert_eq!(
        world.conflict().unwrap().mine,
        "mine",
        "but nothing typed is lost"
    );
    assert_eq!(reports(&mut world), 0);
}

#[test]
fn a_refused_edit_loses_to_what_crossed_it() {
    let mut world = World::joined();
    world.commit(FIELD, "mine");
    world.value("ann", json!("theirs"));
    world.answer(IntentKind::Commit, AckOutcome::Refused("no".into()));
    assert_eq!(world.conflict().unwrap().kind, ConflictKind::Replaced);
    world.told.clear();
    world.take_theirs();
    assert!(world.told().is_empty());
    assert_eq!((world.shown(), world.mine()), ("theirs".into(), None));
}
