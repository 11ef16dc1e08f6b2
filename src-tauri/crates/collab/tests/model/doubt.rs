//! The connection is lost between a commit and its answer: nobody here can know whether it arrived
//! until the service shows what it has.

use collab::intent::IntentKind;
use collab::model::AckOutcome;
use collab::view::{ConflictKind, Delivery};
use serde_json::json;

use crate::delivery::{commits, enter};
use crate::world::{FIELD, World, commit_of};

/// In the room with `old`, then `mine` committed and the connection lost before the answer.
fn cut_before_the_answer() -> World {
    let mut world = World::joined();
    world.replay("old");
    world.commit(FIELD, "mine");
    world.cut();
    world.told.clear();
    assert_eq!(world.mine(), Some(("mine".into(), Delivery::Waiting)));
    world.connect();
    world
}

#[test]
fn an_edit_in_doubt_that_arrived_is_confirmed() {
    let mut world = cut_before_the_answer();
    world.replay("mine");
    enter(&mut world);
    assert_eq!(commits(&mut world), []);
    assert_eq!(
        (world.shown(), world.mine(), world.conflict()),
        ("mine".into(), None, None)
    );
}

#[test]
fn an_edit_in_doubt_that_did_not_arrive_is_sent_again() {
    let mut world = cut_before_the_answer();
    world.replay("old");
    enter(&mut world);
    assert_eq!(commits(&mut world), [commit_of(json!("mine"))]);
    world.confirm();
    assert_eq!((world.shown(), world.mine()), ("mine".into(), None));
    // A service that replays nothing leaves what was known.
    let mut world = cut_before_the_answer();
    world.seconds(1);
    assert_eq!(commits(&mut world), [commit_of(json!("mine"))]);
}

#[test]
fn an_edit_in_doubt_whose_field_moved_on_is_offered() {
    let mut world = cut_before_the_answer();
    world.replay("new");
    enter(&mut world);
    assert_eq!(commits(&mut world), []);
    let conflict = world.conflict().unwrap();
    assert_eq!(
        (conflict.kind, &*conflict.mine),
        (ConflictKind::Replaced, "mine")
    );
    assert_eq!(world.shown(), "new");
}

#[test]
fn several_own_edits_in_doubt_are_one_line() {
    for (replayed, sent) in [("first", true), ("old", true), ("second", false)] {
        let mut world = World::joined();
        world.replay("old");
        world.commit(FIELD, "first");
        world.commit(FIELD, "second");
        world.cut();
        world.told.clear();
        world.connect();
        world.replay(replayed);
        enter(&mut world);
        assert_eq!(commits(&mut world).len(), usize::from(sent), "{replayed}");
        assert_eq!(world.conflict(), None);
    }
}

#[test]
fn an_edit_back_to_the_start_is_sent_where_the_first_may_have_arrived() {
    let mut world = World::joined();
    world.replay("old");
    world.commit(FIELD, "mine");
    world.cut();
    world.commit(FIELD, "old");
    world.told.clear();
    world.connect();
    enter(&mut world);
    assert_eq!(commits(&mut world), [commit_of(json!("old"))]);
}

#[test]
fn a_replay_that_comes_late_is_no_conflict_with_oneself() {
    for (replayed, conflicts) in [("old", false), ("mine", false), ("new", true)] {
        let mut world = cut_before_the_answer();
        world.seconds(1);
        world.replay(replayed);
        enter(&mut world);
        assert_eq!(world.conflict().is_some(), conflicts, "{replayed}");
        world.confirm();
        assert_eq!(world.shown(), "mine");
    }
}

#[test]
fn an_unconfirmed_edit_that_the_service_lost_is_sent_again_after_a_replay() {
    for (replayed, sent, offered) in [
        ("old", true, false),
        ("mine", false, false),
        ("new", false, true),
    ] {
        let mut world = World::joined();
        world.replay("old");
        world.commit(FIELD, "mine");
        world.answer(IntentKind::Commit, AckOutcome::Unanswered);
        world.cut();
        world.told.clear();
        world.connect();
        world.replay(replayed);
        enter(&mut world);
        assert_eq!(commits(&mut world).len(), usize::from(sent), "{replayed}");
        assert_eq!(world.conflict().is_some(), offered, "{replayed}");
    }
}
