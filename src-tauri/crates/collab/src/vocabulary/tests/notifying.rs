use serde_json::json;

use super::*;
use crate::operation::{NotificationLevel, NotificationRow, Operation};

fn pushed(deployment: &Deployment, link: usize, event: &str, payload: Value) -> NotificationRow {
    match only(deployment.decode(link, event, &[payload], &at("P1", &ann(), None))) {
        Operation::NotificationAdd(row) => row,
        other => panic!("{other:?}"),
    }
}

#[test]
fn levels_come_from_the_type_or_the_severity() {
    let deployment = builtin("live-editing");
    let level = |payload: Value| pushed(&deployment, 0, "notification", payload).level;
    assert_eq!(
        level(json!({"message": "m", "type": "success"})),
        NotificationLevel::Success
    );
    assert_eq!(
        level(json!({"message": "m", "type": "x", "severity": "critical"})),
        NotificationLevel::Error
    );
    assert_eq!(
        level(json!({"message": "m", "severity": "warning"})),
        NotificationLevel::Warning
    );
    assert_eq!(
        level(json!({"message": "m", "type": "reminder"})),
        NotificationLevel::Info
    );
    assert_eq!(
        level(json!({"message": "m", "type": 4, "severity": []})),
        NotificationLevel::Info
    );
}

#[test]
fn a_notification_is_told_by_its_id_or_by_event_time_and_text() {
    let deployment = builtin("live-editing");
    let key = |payload: Value| pushed(&deployment, 0, "notification", payload).key;
    assert_eq!(key(json!({"id": "n1", "message": "m"})), "n1");
    assert_eq!(key(json!({"id": 7, "message": "m"})), "7");
    let (a, b) = (
        json!({"message": "m", "timestamp": "1"}),
        json!({"message": "m", "timestamp": "2"}),
    );
    assert_eq!(key(a.clone()), key(a.clone()));
    assert_ne!(key(a), key(b));
}

#[test]
fn the_text_of_a_notification_is_the_first_that_there_is() {
    let insights = builtin("insights");
    let alert = json!({"service": "meds", "message": "unreachable", "severity": "critical", "alert_text": "x"});
    let row = pushed(&insights, 1, "system_alert", alert);
    assert_eq!(
        (&*row.body, row.title.as_deref()),
        ("unreachable", Some("meds"))
    );
    let row = pushed(
        &insights,
        0,
        "insight_generated",
        json!({"content": "c", "message": "m", "observation": "o"}),
    );
    assert_eq!((&*row.body, row.title.as_deref()), ("c", Some("o")));
    assert_eq!(row.kind, "insight_generated");
    let row = pushed(
        &insights,
        0,
        "insight_generated",
        json!({"content": "c", "observation_type": "reminder"}),
    );
    assert_eq!(row.kind, "reminder");
    let row = pushed(
        &insights,
        0,
        "transaction_added",
        json!({"transaction_id": 7, "amount": -12.5, "service": "f"}),
    );
    assert_eq!(row.body, "Transaction 7: -12.5");
    let empty = insights.decode(0, "message", &[json!({})], &at("x", &ann(), None));
    assert_eq!(only(empty), Operation::LinkAlive);
}

#[test]
fn unknown_events_are_shown_where_that_is_wanted() {
    let decoded = hear(&builtin("insights"), "anything", json!({"a": 1}));
    assert!(!decoded.known);
    match only(decoded) {
        Operation::NotificationAdd(row) => {
            assert_eq!((&*row.kind, &*row.body), ("anything", r#"{"a":1}"#));
        }
        other => panic!("{other:?}"),
    }
    let decoded = hear(&builtin("screening"), "anything", json!({"a": 1}));
    assert_eq!(decoded, Decoded::default());
}
