//! What clients should not send.

use super::*;

const EVENTS: [&str; 20] = [
    "join_screening",
    "step_change",
    "user_heartbeat",
    "leave_screening",
    "authenticate",
    "join_room",
    "leave_room",
    "live_typing",
    "field_completed",
    "cursor_position",
    "field_conflict_detected",
    "subscribe_to_updates",
    "send_message",
    "join_patient_room",
    "leave_patient_room",
    "field_update",
    "step_update",
    "subscribe",
    "message",
    "ping",
];

#[test]
fn missing_keys_are_named() {
    let mut world = World::new();
    let socket = world.service("u1", "P1");
    world.forget();
    let ack = world.say(socket, "live_typing", json!({ "session_id": "HMS1" }));
    assert_eq!(ack[0]["status"], "error");
    let heard = world.heard(socket);
    let error = last(&heard, "error");
    assert_eq!(error["message"], "Missing required fields for live typing");
    assert_eq!(
        error["required"],
        json!([
            "session_id",
            "step",
            "field_name",
            "current_value",
            "user_name"
        ])
    );
    world.say(socket, "join_screening", json!({ "patient_id": "P1" }));
    let heard = world.heard(socket);
    let error = last(&heard, "error");
    assert_eq!(error["message"], "Invalid screening collaboration data");

    let ack = world.say(socket, "field_update", json!({ "field": "x" }));
    assert_eq!(ack[0]["status"], "error");
    assert_eq!(world.heard(socket), [], "here the ack says it");
    let ack = world.say(socket, "no_such_event", json!({}));
    assert_eq!(ack[0]["code"], "unknown_event");
}

#[test]
fn anything_may_be_sent_in_any_place() {
    let keys = [
        "patient_id",
        "user",
        "user_id",
        "step",
        "room",
        "session_id",
        "field_name",
        "field",
        "current_value",
        "final_value",
        "value",
        "user_name",
        "target_user",
        "message",
        "priority",
        "step_name",
        "name",
        "role",
    ];
    let long = "x".repeat(70_000);
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("P1"),
        json!("\u{202e}<b>\u{0}"),
        json!(long),
        json!([]),
        json!([[[{}]]]),
        json!({}),
        json!({ "user_id": "u1", "step": {}, "name": 7 }),
        json!({ "user_id": "u1", "name": "A", "role": "nurse", "step": "x" }),
    ];
    let mut world = World::new();
    let socket = world.connect(json!({ "user_id": "u1" }));
    let mut number = 0_usize;
    for event in EVENTS {
        world.say_all(socket, event, &[]);
        for value in &values {
            world.say(socket, event, value.clone());
            world.say_all(socket, event, &[value.clone(), json!(1)]);
        }
        // Every key with every value beside different others.
        for _ in 0..2 * values.len() * keys.len() {
            number += 1;
            let mut map = serde_json::Map::new();
            for (index, key) in keys.iter().enumerate() {
                let pick = (number * 31 + index * number / 7 + index) % (values.len() + 1);
                if let Some(value) = values.get(pick) {
                    map.insert((*key).to_owned(), value.clone());
                }
            }
            let ack = world.say(socket, event, Value::Object(map));
            assert!(ack.len() < 2);
        }
        world.pass(Duration::from_secs(7));
        world.told.clear();
        world.changes.clear();
    }
    world.close(socket, false);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.core.list("P1"), json!([]));
}

#[test]
fn a_socket_that_is_not_there_does_no_harm() {
    let mut world = World::new();
    let nobody = SocketId(99);
    for event in EVENTS {
        world.say(nobody, event, json!({ "room": "P1", "patient_id": "P1" }));
    }
    world.close(nobody, true);
}

#[test]
fn guests_are_people_too() {
    let mut world = World::new();
    let guest = world.connect(json!(null));
    world.say(guest, "join_room", json!({ "room": "screening_P1" }));
    assert_eq!(ids(&world.core.list("P1")), ["guest-1"]);
    let beat = json!({ "user_id": "u1", "step": 3 });
    world.say(guest, "user_heartbeat", beat);
    assert_eq!(ids(&world.core.list("P1")), ["u1"]);
}
