//! Fields and messages.

use super::*;

fn completed(record: &str, field: &str, value: Value) -> Value {
    json!({
        "session_id": record, "step": "vision_testing", "field_name": field,
        "final_value": value, "user_name": "Ann Lee", "extra": 1,
    })
}

fn update(record: &str, field: &str, value: Value) -> Value {
    json!({ "patient_id": record, "field": field, "value": value, "step": 4 })
}

#[test]
fn an_edit_is_told_in_each_vocabulary_and_never_to_its_sender() {
    let mut world = World::new();
    let panel = world.panel("u4", "Dan", "P1");
    let ann = world.service("u1", "P1");
    let anns_other = world.service("u1", "P1");
    let (cid, _) = world.deployed("u3", "P1", "normal");
    world.forget();
    let ack = world.say(ann, "field_completed", completed("P1", "va", json!("6/9")));
    assert_eq!(ack, [] as [Value; 0]);
    let told = std::mem::take(&mut world.told);
    let to: Vec<_> = told.iter().map(|(to, event, _)| (*to, *event)).collect();
    assert_eq!(
        to,
        [(anns_other, "live_field_updated"), (cid, "field_updated")]
    );
    let service = &told[0].2;
    assert_eq!(service["final_value"], "6/9");
    assert_eq!(service["user_id"], "u1");
    assert_eq!(service["user_role"], "doctor");
    assert_eq!(service["extra"], 1);
    let deployed = &told[1].2;
    assert_eq!(deployed["value"], "6/9");
    assert_eq!(deployed["step"], "vision_testing");
    assert_eq!(deployed["user_name"], "Ann Lee");
    let _ = panel;

    let ack = world.say(cid, "field_update", update("P1", "va", json!(1.5)));
    assert_eq!(ack, [json!({ "status": "success" })]);
    let told = std::mem::take(&mut world.told);
    let to: Vec<_> = told.iter().map(|(to, event, _)| (*to, *event)).collect();
    assert_eq!(
        to,
        [
            (ann, "live_field_updated"),
            (anns_other, "live_field_updated")
        ]
    );
    assert_eq!(told[0].2["final_value"], 1.5);
    assert_eq!(told[0].2["step"], 4);
    assert_eq!(told[0].2["session_id"], "P1");
}

#[test]
fn a_joiner_hears_all_values_before_the_room() {
    let mut world = World::new();
    let ann = world.service("u1", "P1");
    for (field, value) in [("b", "1"), ("a", "2"), ("b", "3")] {
        world.say(ann, "field_completed", completed("P1", field, json!(value)));
    }
    world.say(ann, "field_completed", completed("P2", "x", json!("else")));
    let mut world = world.restarted();
    let bob = world.service("u2", "P1");
    let heard = world.heard(bob);
    assert_eq!(
        events(&heard),
        [
            "system_status",
            "live_field_updated",
            "live_field_updated",
            "room_joined"
        ]
    );
    let values: Vec<_> = heard
        .iter()
        .filter(|(event, _)| *event == "live_field_updated")
        .map(|(_, arg)| (arg["field_name"].clone(), arg["final_value"].clone()))
        .collect();
    assert_eq!(values, [(json!("a"), json!("2")), (json!("b"), json!("3"))]);
    assert_eq!(heard[1].1["user_id"], "u1");
    assert_eq!(heard[1].1["user_name"], "Ann Lee");

    let (cid, _) = world.deployed("u3", "P1", "normal");
    let heard = world.heard(cid);
    let fields: Vec<_> = heard
        .iter()
        .filter(|(event, _)| *event == "field_updated")
        .map(|(_, arg)| arg["value"].clone())
        .collect();
    assert_eq!(fields, [json!("2"), json!("3")]);
}

#[test]
fn a_socket_that_types_is_told_edits_also_when_it_joined_in_other_words() {
    let mut world = World::new();
    let both = world.panel("u1", "Ann Lee", "P1");
    let bob = world.service("u2", "P1");
    world.forget();
    let typing = json!({
        "session_id": "P1", "step": 3, "field_name": "va", "current_value": "6",
        "user_name": "Ann Lee", "typing_speed": "normal",
    });
    assert_eq!(
        world.say(both, "live_typing", typing.clone()),
        [] as [Value; 0]
    );
    let heard = world.heard(bob);
    let draft = last(&heard, "live_field_typing");
    assert_eq!(draft["current_value"], "6");
    assert_eq!(draft["typing_speed"], "normal");
    assert_eq!(draft["user_id"], "u1");
    let id = draft["event_id"].as_str().unwrap();
    assert!(id.starts_with("typing_P1_3_va_17952"), "{id}");
    world.say(bob, "live_typing", typing);
    assert_eq!(events(&world.heard(both)), ["live_field_typing"]);
    let leave = json!({ "room": "hospital_mobile_session_P1" });
    world.say(bob, "leave_room", leave);
    world.forget();
    world.say(both, "field_completed", completed("P1", "va", json!("6/6")));
    assert_eq!(world.heard(bob), []);
}

#[test]
fn a_conflict_is_told_to_all_and_focus_to_the_others() {
    let mut world = World::new();
    let ann = world.service("u1", "P1");
    let bob = world.service("u2", "P1");
    world.forget();
    let conflict = json!({ "session_id": "P1", "field_name": "va", "message": "Two" });
    world.say(ann, "field_conflict_detected", conflict);
    let told = std::mem::take(&mut world.told);
    assert_eq!(told.len(), 2);
    assert!(told.iter().any(|(to, ..)| *to == ann));
    assert_eq!(told[0].2["detecting_user"], "u1");
    let id = told[0].2["conflict_id"].as_str().unwrap();
    assert!(id.starts_with("conflict_P1_va_"));
    let cursor = json!({ "session_id": "P1", "field_name": "va" });
    world.say(ann, "cursor_position", cursor);
    assert_eq!(events(&world.heard(bob)), ["user_cursor_moved"]);
}

#[test]
fn messages_reach_every_socket_of_a_person() {
    let mut world = World::new();
    let ann = world.service("u1", "P1");
    let bobs = [world.service("u2", "P1"), world.service("u2", "P2")];
    world.forget();
    let message = |target| json!({ "target_user": target, "message": "hi" });
    assert_eq!(
        world.say(ann, "send_message", message("u2")),
        [] as [Value; 0]
    );
    let mut to: Vec<_> = world
        .told
        .iter()
        .map(|(to, event, _)| (*to, *event))
        .collect();
    to.sort_unstable();
    assert_eq!(
        to,
        [
            (ann, "message_sent"),
            (bobs[0], "new_message"),
            (bobs[1], "new_message")
        ]
    );
    world.told.clear();
    world.say(ann, "send_message", message("nobody"));
    assert_eq!(events(&world.heard(ann)), ["message_error"]);
}

#[test]
fn pings_are_answered_in_their_own_form() {
    let mut world = World::new();
    let socket = world.connect(json!({}));
    assert_eq!(events(&world.heard(socket)), ["connected"]);
    assert_eq!(world.say_all(socket, "ping", &[]), [] as [Value; 0]);
    assert_eq!(world.heard(socket), [("pong", Value::Null)]);
    assert_eq!(world.say(socket, "ping", Value::Null), [] as [Value; 0]);
    let heard = world.heard(socket);
    assert!(heard[0].1["timestamp"].is_f64());
    assert_eq!(
        world.say(socket, "subscribe", json!("insights")),
        [] as [Value; 0]
    );
    assert_eq!(
        last(&world.heard(socket), "subscribed")["channel"],
        "insights"
    );
}

#[test]
fn limits_are_kept_and_told() {
    let mut world = World::with(Limits {
        people_per_record: 2,
        fields_per_record: 2,
        value_bytes: 10,
        records: 2,
        activity_per_record: 3,
    });
    let ann = world.service("u1", "P1");
    let _bob = world.service("u2", "P1");
    let code = |ack: &[Value]| ack[0]["code"].as_str().map(str::to_owned);
    let full = world.connect(json!({ "user_id": "u3" }));
    let ack = world.say(full, "join_room", json!({ "room": "P1" }));
    assert_eq!(code(&ack).as_deref(), Some("too_many_people"));
    world.service("u1", "P1");
    for (field, value, expected) in [
        ("a", json!("1234567890"), None),
        ("a", json!("12345678901"), Some("value_too_large")),
        ("b", json!([1, 2, 3, 4]), None),
        ("c", json!(1), Some("too_many_fields")),
        ("a", json!(2), None),
    ] {
        world.forget();
        let ack = world.say(ann, "field_completed", completed("P1", field, value));
        let error = world.heard(ann);
        match expected {
            None => assert_eq!(ack, [] as [Value; 0]),
            Some(expected) => {
                assert_eq!(code(&ack).as_deref(), Some(expected));
                assert_eq!(last(&error, "error")["code"], expected);
            }
        }
    }
    world.service("u1", "P2");
    let ack = world.say(ann, "join_room", json!({ "room": "P3" }));
    assert_eq!(code(&ack).as_deref(), Some("too_many_records"));
    let activity = world.core.activity("P1").unwrap();
    let kept = activity["activity"].as_array().unwrap();
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[2]["action"], "completed");
    assert_eq!(kept[2]["value"], 2);
    let last_change = world.changes.iter().rev().find_map(|change| match change {
        Change::Activity { record, forget, .. } if record == "P1" => Some(*forget),
        _ => None,
    });
    assert!(last_change.unwrap().is_some(), "the database forgets, too");
}
