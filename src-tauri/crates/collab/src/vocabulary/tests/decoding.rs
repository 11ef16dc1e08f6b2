use serde_json::json;

use super::*;
use crate::intent::{FieldRef, IntentKind};
use crate::operation::{Operation, PresenceRow, QueueRow};
use crate::policy::{MAX_NAME_CHARS, MAX_QUEUE, MAX_STAFF, MAX_TEXT_CHARS};

fn queue(decoded: Decoded) -> Vec<QueueRow> {
    match decoded.operations.into_iter().last() {
        Some(Operation::QueueReplace(rows)) => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn rule_17_somebody_leaves_as_text_object_or_list_of_one() {
    let deployment = builtin("screening");
    for payload in [
        json!("u1"),
        json!({"user_id": "u1"}),
        json!(["u1"]),
        json!([{"user_id": "u1"}]),
    ] {
        let expected = Operation::PresenceRemove { staff: "u1".into() };
        assert_eq!(only(hear(&deployment, "user_left", payload)), expected);
    }
    for payload in [
        json!(7),
        json!(null),
        json!([]),
        json!({"id": "u1"}),
        json!(""),
    ] {
        let decoded = hear(&deployment, "user_left", payload);
        assert_eq!(decoded.operations, []);
        assert_eq!(decoded.dropped.as_deref(), Some("$"));
    }
}

#[test]
fn rule_19_unknown_and_empty_names_are_none() {
    let deployment = builtin("screening");
    let name = |name: Value| {
        let payload = json!({"user_id": "u1", "name": name, "role": "nurse"});
        match only(hear(&deployment, "user_joined", payload)) {
            Operation::PresenceUpsert(row) => row.name,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(name(json!("Unknown")), None);
    assert_eq!(name(json!("  ")), None);
    assert_eq!(name(json!(["Ann"])), None);
    assert_eq!(name(json!("Ann Lee")).as_deref(), Some("Ann Lee"));
    assert_eq!(
        name(json!("\u{202e}Ann\u{0}\nLee")).as_deref(),
        Some("Ann Lee")
    );
    assert_eq!(
        name(json!("x".repeat(9_999))).unwrap().chars().count(),
        MAX_NAME_CHARS
    );
}

#[test]
fn rule_23_what_is_about_another_record_is_elsewhere() {
    let deployment = builtin("screening");
    let step = |patient: Value| {
        let payload = json!({"user_id": "u1", "step": 4, "patient_id": patient});
        hear(&deployment, "step_changed", payload)
    };
    assert_eq!(step(json!("P1")).operations.len(), 1);
    assert_eq!(step(json!(null)).operations.len(), 1);
    let other = step(json!("P2"));
    assert!(other.known && other.elsewhere && other.operations.is_empty());
    let typing =
        json!({"session_id": "P2", "field_name": "f", "current_value": "", "user_id": "u"});
    assert!(hear(&deployment, "live_field_typing", typing).elsewhere);
    let room = |name: &str| hear(&deployment, "room_joined", json!({"room": name}));
    assert_eq!(
        only(room("hospital_mobile_session_P1")),
        Operation::RoomEntered
    );
    assert!(room("hospital_mobile_session_P2").elsewhere);
    let numbered = json!({"user_id": "u1", "step": 4, "patient_id": 7});
    let decoded = deployment.decode(0, "step_changed", &[numbered], &at("7", &ann(), None));
    assert_eq!(decoded.operations.len(), 1);
}

#[test]
fn rule_26_steps_may_be_numbers_text_or_keys() {
    let deployment = builtin("screening");
    let step = |step: Value| {
        let payload = json!({"user_id": "u1", "step": step, "step_name": "VA", "patient_id": "P1"});
        hear(&deployment, "step_changed", payload)
    };
    for (value, expected) in [
        (json!(0), StepRef::Index(0)),
        (json!("3"), StepRef::Index(3)),
        (json!("vision"), StepRef::Key("vision".into())),
    ] {
        let expected = Operation::PresenceStep {
            staff: "u1".into(),
            step: expected,
            label: Some("VA".into()),
        };
        assert_eq!(only(step(value)), expected);
    }
    assert_eq!(step(json!([3])).dropped.as_deref(), Some("$.step"));
}

#[test]
fn rule_33_a_wrong_required_key_drops_the_event_and_names_its_path() {
    let deployment = builtin("screening");
    let dropped = |event, payload| hear(&deployment, event, payload).dropped;
    assert_eq!(
        dropped("user_joined", json!({"user_id": 5})).as_deref(),
        Some("$.user_id")
    );
    assert_eq!(
        dropped("queue_updated", json!({"a": 1})).as_deref(),
        Some("$")
    );
    let typing = json!({"session_id": "P1", "field_name": {}, "current_value": "", "user_id": "u"});
    assert_eq!(
        dropped("live_field_typing", typing).as_deref(),
        Some("$.field_name")
    );
    let typing = json!({"session_id": "P1", "field_name": "f", "user_id": "u"});
    assert_eq!(
        dropped("live_field_typing", typing).as_deref(),
        Some("$.current_value")
    );
    let no_args = deployment.decode(0, "user_joined", &[], &at("P1", &ann(), None));
    assert!(no_args.known && no_args.dropped.is_some());
}

#[test]
fn one_bad_row_does_not_take_the_others_away() {
    let list = json!([{"user_id": "u1", "status": "idle"}, {"user_id": {}}, "x", {"user_id": "u2", "status": 3}]);
    let decoded = hear(&builtin("screening"), "active_users_updated", list);
    assert_eq!(decoded.dropped.as_deref(), Some("$[1].user_id"));
    let expected = [
        PresenceRow {
            staff: "u1".into(),
            status: Some("idle".into()),
            ..PresenceRow::default()
        },
        PresenceRow {
            staff: "u2".into(),
            status: Some("3".into()),
            ..PresenceRow::default()
        },
    ];
    assert_eq!(
        decoded.operations,
        [Operation::PresenceReplace(expected.into())]
    );
}

#[test]
fn rule_34_lists_and_texts_have_an_end() {
    let deployment = builtin("screening");
    let users: Vec<Value> = (0..MAX_STAFF + 50)
        .map(|n| json!({"user_id": n.to_string()}))
        .collect();
    match only(hear(&deployment, "active_users_updated", json!(users))) {
        Operation::PresenceReplace(rows) => assert_eq!(rows.len(), MAX_STAFF),
        other => panic!("{other:?}"),
    }
    let entries: Vec<Value> = (0..MAX_QUEUE + 50)
        .map(|n| json!({"patient_id": n.to_string()}))
        .collect();
    assert_eq!(
        queue(hear(&deployment, "queue_updated", json!(entries))).len(),
        MAX_QUEUE
    );
    let endless = json!({"user_id": "x".repeat(10_000)});
    assert!(hear(&deployment, "user_joined", endless).dropped.is_some());
    let push = json!({"message": "\u{202e}".to_owned() + &"é".repeat(50_000)});
    match only(hear(&deployment, "notification", push)) {
        Operation::NotificationAdd(row) => assert_eq!(row.body.chars().count(), MAX_TEXT_CHARS),
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_of_fields_stay_as_they_are() {
    let value = json!("\u{202e}<b>\u{0}  spaces  ");
    let payload = json!({"session_id": "P1", "step": "vision", "field_name": " f ", "final_value": value, "user_id": "u2"});
    let expected = Operation::FieldCommit {
        field: FieldRef {
            step: Some(StepRef::Key("vision".into())),
            name: " f ".into(),
        },
        value,
        by: Some("u2".into()),
        server_time: None,
    };
    assert_eq!(
        only(hear(
            &builtin("live-editing"),
            "live_field_updated",
            payload
        )),
        expected
    );
}

#[test]
fn the_panels_own_types_are_understood_where_they_differ_from_the_wire() {
    let deployment = builtin("screening");
    let person = json!({"user_id": "u2", "name": "Bob Ray", "role": "doctor"});
    let entry = json!({"patient_id": "P1", "patient_name": "Kim", "priority": "urgent", "queue_position": "2",
        "staff_working": ["u1", person, 5, {"name": "nobody"}]});
    let decoded = hear(&deployment, "queue_updated", json!([entry]));
    let learned = Operation::StaffLearn {
        staff: "u2".into(),
        name: Some("Bob Ray".into()),
        role: Some("doctor".into()),
    };
    assert_eq!(decoded.operations[0], learned);
    let row = queue(decoded).remove(0);
    assert_eq!(row.staff, ["u1", "u2"]);
    assert_eq!(
        (row.position, row.priority.as_deref()),
        (Some(2), Some("urgent"))
    );
    assert_eq!(row.name.as_deref(), Some("Kim"));

    let step = json!([{"step_number": 4, "step_name": "VA", "status": "blocked", "estimated_duration": 15,
        "actual_duration": 3, "assigned_staff": [person]}]);
    match hear(&deployment, "step_status_updated", step)
        .operations
        .as_slice()
    {
        [Operation::StaffLearn { .. }, Operation::StepReplace(rows)] => {
            assert_eq!(rows[0].step, StepRef::Index(4));
            assert_eq!(rows[0].state.as_deref(), Some("blocked"));
            assert_eq!(rows[0].estimate.as_deref(), Some("15"));
            assert_eq!(rows[0].staff, ["u2"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_editing_event_teaches_a_name() {
    let payload = json!({"session_id": "P1", "step": "s", "field_name": "f", "current_value": "a",
        "user_id": "u2", "user_name": "Bob Ray", "user_role": "doctor", "timestamp": "t"});
    for event in ["live_field_typing", "user_cursor_moved"] {
        let decoded = hear(&builtin("live-editing"), event, payload.clone());
        let learned = Operation::StaffLearn {
            staff: "u2".into(),
            name: Some("Bob Ray".into()),
            role: Some("doctor".into()),
        };
        assert_eq!(decoded.operations[0], learned);
        assert_eq!(decoded.operations.len(), 2);
    }
}

#[test]
fn rule_13_acks_are_read_in_all_their_shapes() {
    let deployment = builtin("deployed");
    let ack =
        |args: &[Value]| deployment.decode_ack(IntentKind::Join, args, &at("P1", &ann(), None));
    for args in [
        vec![],
        vec![json!(null)],
        vec![json!({"room": "r"})],
        vec![json!({"status": "success"})],
        vec![json!("ok")],
    ] {
        let operations = vec![Operation::RoomEntered];
        assert_eq!(ack(&args), AckAnswer::Ok { operations });
    }
    let message = "'patient_id'".to_owned();
    assert_eq!(
        ack(&[json!({"status": "error", "message": message})]),
        AckAnswer::Refused { message }
    );
    let users =
        json!({"status": "success", "active_users": [{"user_id": "u1", "name": "Ann Lee"}]});
    match ack(&[users]) {
        AckAnswer::Ok { operations } => assert!(matches!(
            operations.as_slice(),
            [Operation::RoomEntered, Operation::PresenceReplace(rows)] if rows.len() == 1
        )),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_link_that_does_not_exist_knows_nothing() {
    let decoded =
        builtin("screening").decode(9, "user_left", &[json!("u1")], &at("P1", &ann(), None));
    assert_eq!(decoded, Decoded::default());
}

#[test]
fn a_field_that_nothing_reads_is_named() {
    let deployment = builtin("screening");
    let payload = json!({"user_id": "u1", "name": "A", "mood": {"today": "good"}});
    assert_eq!(
        deployment.unread(0, "user_joined", &[payload]),
        ["$.mood.today"]
    );
    let list = json!([{"user_id": "u1"}, {"user_id": "u2", "shoes": 2}]);
    assert_eq!(
        deployment.unread(0, "active_users_updated", &[list]),
        ["$[1].shoes"]
    );
    assert_eq!(
        deployment.unread(0, "user_left", &[json!("u1"), json!(2)]),
        ["argument 1"]
    );
    assert_eq!(
        deployment.unread(0, "nothing", &[json!({"a": null})]),
        ["$.a"]
    );
}

#[test]
fn a_change_by_another_way_is_told_by_its_kind() {
    let deployment = builtin("live-editing");
    let updated = |what: &str| Operation::RecordUpdated { what: what.into() };
    let payload = json!({"session_id": "P1", "update_type": "session_data_updated", "data": {}});
    assert_eq!(
        only(hear(&deployment, "session_updated", payload)),
        updated("session_data_updated")
    );
    let payload = json!({"event_type": "screening_updated", "data": {"patient_id": "P1"}});
    assert_eq!(
        only(hear(&deployment, "screening_updated", payload)),
        updated("screening_updated")
    );
    let payload = json!({"event_type": "x", "data": {"patient_id": "P2", "screening_id": "P1"}});
    assert_eq!(
        only(hear(&deployment, "screening_updated", payload)),
        updated("x")
    );
    let payload = json!({"event_type": "x", "data": {"patient_id": "P2", "screening_id": "S"}});
    assert!(hear(&deployment, "screening_updated", payload).elsewhere);
    let (_, errors) = with_file("[vocabulary.x.in.e]\nop = \"session.updated\"\n");
    assert_eq!(errors, []);
}
