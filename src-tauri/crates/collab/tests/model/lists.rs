//! Steps, queue, notifications and activity, as a person sees them.

use collab::command::CollabCommand;
use collab::intent::StepRef;
use collab::operation::{NotificationRow, Operation, QueueRow, StepRow};
use collab::view::{ActivityKind, ActivityView};
use serde_json::json;

use crate::world::{FIELD, World};

pub fn queue(entries: &[(&str, i64)]) -> Vec<QueueRow> {
    let row = |(record, position): &(&str, i64)| QueueRow {
        record: (*record).into(),
        position: Some(*position),
        staff: vec!["ann".into()],
        ..QueueRow::default()
    };
    entries.iter().map(row).collect()
}

fn notify(world: &mut World, key: &str, body: &str) {
    world.hear(Operation::NotificationAdd(NotificationRow {
        key: key.into(),
        body: body.into(),
        ..NotificationRow::default()
    }));
}

#[test]
fn rule_24_the_queue_is_the_servers() {
    let mut world = World::joined();
    let heard = |world: &World| world.whole().queue.unwrap();
    assert_eq!(heard(&world).heard_ms, None);
    world.hear(Operation::QueueReplace(queue(&[
        ("r9", 4),
        ("r1", 2),
        ("r9", 4),
    ])));
    world.arrives("ann", "Ann");
    let shown = heard(&world);
    assert_eq!(shown.own_position, Some(2));
    assert_eq!(shown.heard_ms, Some(world.now_ms()));
    let records = shown
        .entries
        .iter()
        .map(|entry| (&*entry.record, entry.is_own));
    assert_eq!(
        records.collect::<Vec<_>>(),
        [("r9", false), ("r1", true), ("r9", false)]
    );
    assert_eq!(shown.entries[0].staff, ["Ann"]);
    world.hear(Operation::QueueReplace(queue(&[("r9", 1)])));
    assert_eq!(heard(&world).own_position, None, "not in the queue");
    assert_eq!(world.logged(ActivityKind::QueueMoved), 1);
}

#[test]
fn rule_25_states_of_steps_are_believed_only_where_configured() {
    let states = || {
        Operation::StepReplace(vec![StepRow {
            step: StepRef::Index(3),
            label: None,
            state: Some("in_progress".into()),
            staff: vec!["ann".into()],
            estimate: Some("15 min".into()),
        }])
    };
    let mut world = World::joined();
    let version = world.model.version();
    world.hear(states());
    assert_eq!(world.model.version(), version);
    let mut world = World::with(|config| config.trusts_step_states = true);
    world.join();
    world.hear(states());
    let steps = world.whole().steps.unwrap();
    assert_eq!(steps[0].state.as_deref(), Some("in_progress"));
    assert_eq!(steps[0].staff, ["ann"]);
}

#[test]
fn a_notification_is_told_once() {
    let mut world = World::joined();
    notify(&mut world, "1", "Hello");
    notify(&mut world, "1", "Hello");
    assert_eq!(world.notified.len(), 1);
    assert_eq!(world.logged(ActivityKind::Notified), 1);
    let list = |world: &World| world.whole().notifications.unwrap();
    assert!(!list(&world)[0].read);
    world.command(CollabCommand::MarkRead { key: None });
    assert!(list(&world)[0].read);
    world.command(CollabCommand::Dismiss { key: "1".into() });
    notify(&mut world, "1", "Hello");
    assert!(list(&world).is_empty());
    assert_eq!(world.notified.len(), 1);
}

#[test]
fn the_log_says_who_did_what() {
    let mut world = World::joined();
    world.arrives("ann", "Ann");
    world.draft("ann", "4");
    world.draft("ann", "45");
    world.value("ann", json!(45));
    world.commit(FIELD, "46");
    world.hear(Operation::RecordUpdated {
        what: "session_data_updated".into(),
    });
    let step = "3".to_owned();
    world.command(CollabCommand::Step { step });
    let log: Vec<ActivityView> = world.whole().activity;
    let short: Vec<_> = log
        .iter()
        .map(|entry| {
            (
                entry.what,
                entry.who.as_deref(),
                entry.text.as_deref(),
                entry.count,
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            (ActivityKind::Connected, None, None, 1),
            (ActivityKind::Joined, Some("Ann"), None, 1),
            (ActivityKind::Typed, Some("Ann"), None, 2),
            (ActivityKind::Committed, Some("Ann"), Some("45"), 1),
            (ActivityKind::Committed, Some("Mia"), Some("46"), 1),
            (
                ActivityKind::RecordUpdated,
                None,
                Some("session_data_updated"),
                1
            ),
            (ActivityKind::Stepped, Some("Mia"), None, 1),
        ]
    );
    assert_eq!(log[2].about.as_deref(), Some("left"));
    assert!(log[4].by_self && !log[3].by_self);
    assert_eq!(world.model.search_activity("ANN").len(), 3);
    assert!(!world.model.export_activity(true).contains("Ann"));
    assert!(world.model.export_activity(false).contains("Ann"));
}

#[test]
fn what_a_service_replays_is_no_activity() {
    let mut world = World::joined();
    world.replay("5");
    assert_eq!(world.logged(ActivityKind::Committed), 0);
}

#[test]
fn rule_32_times_are_those_of_the_receipt() {
    let mut world = World::joined();
    world.seconds(7);
    world.hear(Operation::NotificationAdd(NotificationRow {
        key: "1".into(),
        server_time: Some("1999-12-31T23:59:59".into()),
        ..NotificationRow::default()
    }));
    world.value("ann", json!("5"));
    let whole = world.whole();
    assert_eq!(whole.notifications.unwrap()[0].heard_ms, world.now_ms());
    assert_eq!(whole.fields[0].changed_ms, Some(world.now_ms()));
    assert_eq!(whole.activity.last().unwrap().at_ms, world.now_ms());
}
