//! What this person types is told in good time and not too often.

use std::time::Duration;

use collab::command::CollabCommand;
use collab::intent::Intent;
use collab::view::{ActivityKind, Delivery};
use serde_json::json;

use crate::world::{FIELD, World, at_step, commit_of, typing_of};

const PAUSE: Duration = Duration::from_millis(250);

fn focus(world: &mut World, field: Option<&str>) {
    let field = field.map(str::to_owned);
    world.command(CollabCommand::Focus { field });
}

#[test]
fn rule_28_typing_is_told_every_250_ms_and_the_newest_last() {
    let mut world = World::joined();
    for text in ["1", "12", "123"] {
        world.type_in(FIELD, text);
        world.pass(Duration::from_millis(10));
    }
    assert_eq!(world.told(), [typing_of(json!("1"))]);
    world.type_in(":right", "9");
    assert_eq!(world.told().len(), 1, "each field has its own pace");
    world.pass(PAUSE);
    assert_eq!(world.told(), [typing_of(json!("123"))]);
    world.seconds(10);
    assert!(world.told().is_empty());
    assert_eq!(world.mine(), Some(("123".into(), Delivery::Typing)));
}

#[test]
fn rule_28_a_commit_ends_the_typing() {
    let mut world = World::joined();
    world.type_in(FIELD, "1");
    world.type_in(FIELD, "12");
    world.commit(FIELD, "12");
    world.seconds(1);
    assert_eq!(
        world.told(),
        [typing_of(json!("1")), commit_of(json!("12"))]
    );
}

#[test]
fn rule_28_only_changes_are_told() {
    let mut world = World::joined();
    world.replay("12");
    world.type_in(FIELD, "12");
    world.commit(FIELD, "12");
    assert!(world.told().is_empty());
    world.commit(FIELD, "13");
    world.commit(FIELD, "13");
    world.confirm();
    world.commit(FIELD, "13");
    assert_eq!(world.told(), [commit_of(json!("13"))]);
    assert_eq!(world.logged(ActivityKind::Committed), 1);
    // Typed and taken back: the others see that, too.
    world.type_in(FIELD, "14");
    world.seconds(1);
    world.type_in(FIELD, "13");
    assert_eq!(
        world.told(),
        [typing_of(json!("14")), typing_of(json!("13"))]
    );
    assert_eq!(world.mine(), None);
}

#[test]
fn rule_28_long_texts_are_not_told_while_they_are_typed() {
    let mut world = World::joined();
    let long = "x".repeat(64 * 1_024 + 1);
    world.type_in(FIELD, &long);
    assert!(world.told().is_empty());
    world.commit(FIELD, &long);
    assert_eq!(world.told(), [commit_of(json!(long))]);
    world.confirm();
    let field = world.field(FIELD);
    assert_eq!((field.value, field.cut), (Some(long), false));
}

#[test]
fn rule_28_nobody_is_told_where_there_is_no_word_for_it() {
    let mut world = World::with(|config| {
        config.offers.typing = false;
        config.offers.focus = false;
    });
    world.join();
    world.told.clear();
    focus(&mut world, Some(FIELD));
    world.type_in(FIELD, "1");
    world.seconds(1);
    assert!(world.told().is_empty());
    let mut world = World::with(|config| config.offers.fields = false);
    world.join();
    world.told.clear();
    world.commit(FIELD, "1");
    assert!(world.told().is_empty());
    assert_eq!((world.shown(), world.mine()), ("1".into(), None));
}

#[test]
fn rule_29_focus_is_told_when_it_changes_and_not_too_often() {
    let mut world = World::joined();
    for name in ["a", "b", "c"] {
        let name = name.to_owned();
        world.command(CollabCommand::AddField { name, step: None });
    }
    focus(&mut world, Some(":a"));
    focus(&mut world, Some(":a"));
    focus(&mut world, Some(":b"));
    focus(&mut world, Some(":c"));
    let names = |world: &mut World| -> Vec<String> {
        let told = world.told().into_iter();
        let name = |intent| match intent {
            Intent::Focus { field } => field.name,
            other => panic!("{other:?}"),
        };
        told.map(name).collect()
    };
    assert_eq!(names(&mut world), ["a"]);
    assert_eq!(world.person("me").editing.as_deref(), Some(":c"));
    world.pass(PAUSE);
    assert_eq!(names(&mut world), ["c"]);
    world.seconds(1);
    focus(&mut world, None);
    focus(&mut world, Some(":c"));
    assert_eq!(names(&mut world), ["c"], "back again is news");
    world.cut();
    world.join();
    assert!(names_without_join(&mut world).contains(&"c".to_owned()));
}

fn names_without_join(world: &mut World) -> Vec<String> {
    let told = world.told().into_iter();
    let name = |intent| match intent {
        Intent::Focus { field } => Some(field.name),
        _ => None,
    };
    told.filter_map(name).collect()
}

#[test]
fn numbers_stay_numbers_on_the_wire() {
    let mut world = World::joined();
    world.value("ann", json!(5));
    world.type_in(FIELD, "6");
    world.commit(FIELD, "6.5");
    assert_eq!(world.told(), [typing_of(json!(6)), commit_of(json!(6.5))]);
    world.confirm();
    world.commit(FIELD, "7");
    world.confirm();
    world.commit(FIELD, "none");
    assert_eq!(
        world.told(),
        [commit_of(json!(7)), commit_of(json!("none"))]
    );
}

#[test]
fn a_new_field_is_there_for_the_first_who_uses_it() {
    let mut world = World::with(|config| {
        config.fields = vec![(at_step(3, "left_eye"), "Left eye".into())];
    });
    world.join();
    world.told.clear();
    assert_eq!(world.field("3:left_eye").label, "Left eye");
    let (name, step) = ("note".to_owned(), Some("3".to_owned()));
    world.command(CollabCommand::AddField { name, step });
    world.commit("3:note", "tired");
    let field = at_step(3, "note");
    let value = json!("tired");
    assert_eq!(world.told(), [Intent::Commit { field, value }]);
    world.commit("4:other", "x");
    let field = at_step(4, "other");
    let value = json!("x");
    assert_eq!(world.told(), [Intent::Commit { field, value }]);
}

#[test]
fn what_is_typed_can_be_given_up() {
    let mut world = World::joined();
    world.replay("1");
    world.type_in(FIELD, "12");
    let discard = || CollabCommand::Discard {
        field: FIELD.into(),
    };
    world.command(discard());
    assert_eq!((world.shown(), world.mine()), ("1".into(), None));
    world.seconds(1);
    assert_eq!(world.told(), [typing_of(json!("12"))]);
    world.commit(FIELD, "13");
    world.command(discard());
    assert_eq!(
        world.mine(),
        Some(("13".into(), Delivery::Sent)),
        "it is on its way"
    );
}
