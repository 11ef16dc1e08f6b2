//! Whatever a service or another client says is shown safely and has an end.

use collab::intent::{FieldRef, StepRef};
use collab::operation::{NotificationRow, Operation, PresenceRow, QueueRow};
use serde_json::{Value, json};

use crate::world::{World, row};

const TRICKS: &str = "<img src=x onerror=alert(1)>\u{202e}nimdA\u{7}";

#[test]
fn rule_34_names_cannot_pretend() {
    let mut world = World::joined();
    world.arrives("ann", TRICKS);
    let name = world.person("ann").name.unwrap();
    assert_eq!(name, "<img src=x onerror=alert(1)>nimdA");
    world.arrives("ann", &"long ".repeat(10_000));
    assert!(world.person("ann").name.unwrap().chars().count() <= 120);
}

#[test]
fn rule_34_lists_are_capped() {
    let mut world = World::joined();
    let rows = (0..5_000).map(|n| row(&n.to_string())).collect();
    world.hear(Operation::PresenceReplace(rows));
    assert_eq!(world.staff().len(), 201);
    for n in 0..5_000 {
        world.arrives(&format!("new {n}"), "Name");
    }
    assert_eq!(world.staff().len(), 201);
    let rows = (0..5_000).map(|n| QueueRow {
        record: n.to_string(),
        staff: (0..500).map(|n| n.to_string()).collect(),
        ..QueueRow::default()
    });
    world.hear(Operation::QueueReplace(rows.collect()));
    let queue = world.whole().queue.unwrap();
    assert_eq!(queue.entries.len(), 500);
    assert_eq!(queue.entries[0].staff.len(), 20);
    for n in 0..1_000 {
        world.hear(Operation::NotificationAdd(NotificationRow {
            key: n.to_string(),
            body: TRICKS.repeat(1_000),
            ..NotificationRow::default()
        }));
    }
    let notifications = world.whole().notifications.unwrap();
    assert_eq!(notifications.len(), 200);
    assert!(notifications[0].body.chars().count() <= 2_000);
    assert!(world.whole().activity.len() <= 500);
}

#[test]
fn rule_34_ids_that_cannot_be_ids_are_ignored() {
    let mut world = World::joined();
    let version = world.model.version();
    for id in [String::new(), "x".repeat(10_000)] {
        world.hear(Operation::PresenceUpsert(PresenceRow {
            staff: id.clone(),
            ..PresenceRow::default()
        }));
        world.hear(Operation::PresenceStep {
            staff: id.clone(),
            step: StepRef::Key("x".repeat(10_000)),
            label: None,
        });
        let field = FieldRef {
            step: None,
            name: id.clone(),
        };
        world.hear(Operation::FieldDraft {
            field: field.clone(),
            value: json!(1),
            by: "ann".into(),
            server_time: None,
        });
        world.hear(Operation::FieldCommit {
            field,
            value: json!(1),
            by: Some(id),
            server_time: None,
        });
    }
    assert_eq!(world.model.version(), version);
}

#[test]
fn values_of_any_kind_and_length_are_shown() {
    let mut world = World::joined();
    let deep = (0..50).fold(Value::Null, |inner, _| json!([inner]));
    for value in [
        json!(null),
        json!(1e300),
        json!({"a": "b"}),
        deep,
        json!(TRICKS),
    ] {
        world.value("ann", value);
    }
    assert_eq!(
        world.shown(),
        TRICKS,
        "a value is kept as it is: it goes back to the service"
    );
    world.value("ann", json!("ä".repeat(100_000)));
    let field = world.field(crate::world::FIELD);
    assert!(field.cut);
    assert!(field.value.unwrap().len() <= 64 * 1_024);
}

#[test]
fn texts_that_are_typed_are_never_cut() {
    let mut world = World::new();
    let long = "ä".repeat(1_000_000);
    world.type_in(crate::world::FIELD, &long);
    assert_eq!(world.mine().unwrap().0, long);
    world.commit(crate::world::FIELD, &long);
    world.join();
    let sent = world.told().into_iter();
    let mut commits = sent.filter_map(|intent| match intent {
        collab::intent::Intent::Commit { value, .. } => Some(value),
        _ => None,
    });
    assert_eq!(commits.next(), Some(json!(long)));
}

#[test]
fn time_that_runs_backwards_stands_still() {
    let mut world = World::joined();
    world.list(&["ann"]);
    world.seconds(10);
    world.now = world.started;
    world.draft("ann", "4");
    world.seconds(1);
    assert_eq!(world.staff_ids(), ["me", "ann"]);
}
