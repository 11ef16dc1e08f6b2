//! Operations and commands that make some sense, a little, or none.

use collab::command::CollabCommand;
use collab::intent::{FieldRef, StepRef};
use collab::operation::{NotificationRow, Operation, PresenceRow, QueueRow, StepRow};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A few that meet each other again, and some that should not exist.
pub fn name() -> BoxedStrategy<String> {
    prop_oneof![
        20 => prop::sample::select(vec!["me", "ann", "bob", "cat", "r1", "3"]).prop_map(str::to_owned),
        1 => Just(String::new()),
        1 => Just("x".repeat(300)),
        1 => any::<String>(),
    ]
    .boxed()
}

pub fn words() -> BoxedStrategy<Option<String>> {
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

pub fn operation() -> BoxedStrategy<Operation> {
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

pub fn command() -> BoxedStrategy<CollabCommand> {
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
