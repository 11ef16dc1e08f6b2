//! Who is here, as a person sees it.

use std::time::Duration;

use collab::intent::StepRef;
use collab::operation::{Operation, PresenceRow};
use collab::view::{ActivityKind, StaffStatus};
use serde_json::json;

use crate::world::{FIELD, World, left, row};

fn remove(world: &mut World, staff: &str) {
    let staff = staff.to_owned();
    world.hear(Operation::PresenceRemove { staff });
}

#[test]
fn rule_18_never_oneself_twice() {
    let mut world = World::joined();
    world.list(&["me", "ann", "me", "ann", "me"]);
    world.arrives("me", "Somebody");
    assert_eq!(world.staff_ids(), ["me", "ann"]);
    let me = world.person("me");
    assert_eq!(
        (me.sockets, me.is_self, me.name.as_deref()),
        (3, true, Some("Mia"))
    );
    assert_eq!(world.person("ann").sockets, 2);
    remove(&mut world, "me");
    assert_eq!(world.staff_ids(), ["me", "ann"]);
}

#[test]
fn rule_19_names_come_from_wherever_they_are_known() {
    let mut world = World::joined();
    world.draft("ann", "4");
    assert_eq!(world.field(FIELD).drafts[0].name, "ann");
    let seen = world.model.version();
    world.hear(Operation::StaffLearn {
        staff: "ann".into(),
        name: Some("Ann Lee".into()),
        role: Some("doctor".into()),
    });
    let update = world.model.update_since(seen);
    assert_eq!(
        update.fields[0].drafts[0].name, "Ann Lee",
        "it is shown anew"
    );
    world.hear(Operation::PresenceReplace(vec![PresenceRow {
        name: Some("Unknown".into()),
        role: Some("guest".into()),
        ..row("ann")
    }]));
    let ann = world.person("ann");
    assert_eq!(
        (ann.name.as_deref(), ann.role.as_deref()),
        (Some("Ann Lee"), Some("doctor"))
    );
}

#[test]
fn rule_20_a_list_grows_old() {
    let mut world = World::joined();
    world.list(&["ann"]);
    let seen_ms = world.now_ms();
    world.seconds(89);
    assert_eq!(world.status("ann"), StaffStatus::Active);
    let before = world.model.version();
    world.seconds(1);
    assert_eq!(world.status("ann"), StaffStatus::Away);
    assert_eq!(world.person("ann").seen_ms, seen_ms);
    assert!(world.model.update_since(before).staff.is_some());
    world.seconds(89);
    assert_eq!(world.staff_ids(), ["me", "ann"]);
    world.seconds(1);
    assert_eq!(world.staff_ids(), ["me"]);
}

#[test]
fn rule_20_whoever_is_missing_in_a_list_has_left() {
    let mut world = World::joined();
    world.list(&["ann", "bob"]);
    assert_eq!(
        world.logged(ActivityKind::Joined),
        0,
        "they were here before"
    );
    world.list(&["bob", "cat"]);
    assert_eq!(world.staff_ids(), ["me", "bob", "cat"]);
    assert_eq!(world.logged(ActivityKind::Joined), 1);
    world.seconds(3);
    assert_eq!(world.logged(ActivityKind::Left), 1);
}

#[test]
fn rule_17_a_leaver_of_whom_a_socket_remains_never_left() {
    let mut world = World::joined();
    world.arrives("ann", "Ann");
    let since = world.person("ann").since_ms;
    world.seconds(10);
    remove(&mut world, "ann");
    assert_eq!(world.staff_ids(), ["me"]);
    world.list(&["me", "ann"]);
    world.seconds(10);
    assert_eq!(world.person("ann").since_ms, since);
    assert_eq!(world.logged(ActivityKind::Joined), 1);
    assert_eq!(world.logged(ActivityKind::Left), 0);
    remove(&mut world, "ann");
    world.seconds(10);
    assert_eq!(world.logged(ActivityKind::Left), 1);
}

#[test]
fn somebody_unknown_who_leaves_changes_nothing() {
    let mut world = World::joined();
    world.list(&["ann"]);
    let version = world.model.version();
    remove(&mut world, "zoe");
    assert_eq!(world.model.version(), version);
}

#[test]
fn somebody_who_types_without_being_here_is_not_here() {
    let mut world = World::joined();
    world.list(&["ann"]);
    world.draft("bob", "4");
    assert_eq!(world.staff_ids(), ["me", "ann"]);
    assert_eq!(world.field(FIELD).drafts.len(), 1);
}

#[test]
fn where_nothing_lists_deeds_are_all_there_is() {
    let mut world = World::joined();
    world.draft("bob", "4");
    assert_eq!(world.status("bob"), StaffStatus::Unknown);
    world.seconds(90);
    assert_eq!(world.status("bob"), StaffStatus::Away);
    world.draft("bob", "5");
    assert_eq!(world.status("bob"), StaffStatus::Unknown);
    world.seconds(180);
    assert_eq!(world.staff_ids(), ["me"]);
    assert_eq!(world.logged(ActivityKind::Joined), 0);
}

#[test]
fn steps_and_fields_of_people_are_shown() {
    let mut world = World::with(|config| {
        config.steps = vec![(StepRef::Index(3), "VA Screening".into())];
        config.step = Some(StepRef::Index(3));
    });
    world.join();
    world.list(&["ann"]);
    world.hear(Operation::PresenceStep {
        staff: "ann".into(),
        step: StepRef::Index(3),
        label: Some("step three".into()),
    });
    world.hear(Operation::PresenceStep {
        staff: "me".into(),
        step: StepRef::Index(9),
        label: None,
    });
    let field = left();
    world.hear(Operation::FieldFocus {
        field,
        by: "ann".into(),
    });
    let ann = world.person("ann");
    assert_eq!(ann.step_label.as_deref(), Some("VA Screening"));
    assert_eq!(ann.editing.as_deref(), Some(FIELD));
    assert_eq!(world.person("me").step.as_deref(), Some("3"));
    let steps = world.whole().steps.unwrap();
    assert_eq!(steps[0].staff, ["me", "ann"]);
    assert_eq!(world.field(FIELD).focus, ["ann"]);
    world.seconds(60);
    assert_eq!(world.person("ann").editing, None);
    assert!(world.field(FIELD).focus.is_empty());
}

#[test]
fn rule_29_focus_and_drafts_of_others_end() {
    let mut world = World::joined();
    world.list(&["ann"]);
    world.draft("ann", "4");
    world.pass(Duration::from_secs(4));
    world.draft("ann", "45");
    world.pass(Duration::from_millis(4_999));
    assert_eq!(world.field(FIELD).drafts[0].text, "45");
    world.pass(Duration::from_millis(1));
    assert!(world.field(FIELD).drafts.is_empty());
    assert_eq!(world.field(FIELD).focus, ["ann"], "focus lives longer");
    world.seconds(55);
    assert!(world.field(FIELD).focus.is_empty());
}

#[test]
fn whoever_leaves_takes_draft_and_focus_along() {
    let mut world = World::joined();
    world.list(&["ann"]);
    world.draft("ann", "4");
    remove(&mut world, "ann");
    let field = world.field(FIELD);
    assert!(field.drafts.is_empty() && field.focus.is_empty());
}

#[test]
fn a_value_ends_the_draft() {
    let mut world = World::joined();
    world.draft("ann", "4");
    world.value("ann", json!("45"));
    let field = world.field(FIELD);
    assert!(field.drafts.is_empty() && field.focus.is_empty());
    assert_eq!(
        (field.value.as_deref(), field.by.as_deref()),
        (Some("45"), Some("ann"))
    );
}
