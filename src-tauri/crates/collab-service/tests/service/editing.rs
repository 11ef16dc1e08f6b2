//! Fields, on real sockets, over restarts and between vocabularies.

use std::time::Duration;

use collab_service::{Database, ServiceOptions};
use serde_json::{Value, json};

use crate::client::{Client, TRANSPORTS, quick, service};

#[tokio::test]
async fn typing_and_values_reach_the_others_over_both_transports() {
    let service = service(quick());
    for (round, transports) in TRANSPORTS.into_iter().enumerate() {
        let record = format!("P{round}");
        let mut ann = Client::connect(&service, "u1", transports).await;
        ann.room(&record).await;
        let mut bob = Client::connect(&service, "u2", transports).await;
        bob.room(&record).await;
        for text in ["6", "6/", "6/9"] {
            let typing = json!({
                "session_id": record, "step": "vision_testing", "field_name": "va",
                "current_value": text, "user_name": "Ann Lee",
            });
            assert_eq!(ann.ask("live_typing", vec![typing]).await, [] as [Value; 0]);
        }
        ann.commit(&record, "va", "6/9").await;
        for text in ["6", "6/", "6/9"] {
            let draft = bob.event("live_field_typing").await;
            assert_eq!(draft["current_value"], text);
            assert_eq!(draft["user_name"], "Ann Lee");
        }
        let updated = bob.event("live_field_updated").await;
        assert_eq!(updated["final_value"], "6/9");
        assert_eq!(updated["user_id"], "u1");
        let own = ann.heard().await;
        assert!(!own.iter().any(|(event, _)| event.starts_with("live_field")));
    }
}

#[tokio::test]
async fn edits_cross_from_one_vocabulary_to_the_other() {
    let service = service(quick());
    let mut ann = Client::connect(&service, "u1", TRANSPORTS[0]).await;
    ann.room("P1").await;
    let mut cid = Client::connect(&service, "u3", TRANSPORTS[1]).await;
    let join = json!({
        "patient_id": "P1",
        "user": { "user_id": "u3", "name": "Cid Poe", "role": "doctor", "step": 4 },
    });
    let ack = cid.ask("join_patient_room", vec![join]).await;
    assert_eq!(ack[0]["status"], "success");
    ann.commit("P1", "va", 7).await;
    let updated = cid.event("field_updated").await;
    assert_eq!(
        (&updated["value"], &updated["user_id"]),
        (&json!(7), &json!("u1"))
    );
    let update = json!({ "patient_id": "P1", "field": "va", "value": "x", "step": 4 });
    let ack = cid.ask("field_update", vec![update]).await;
    assert_eq!(ack, [json!({ "status": "success" })]);
    let updated = ann.event("live_field_updated").await;
    assert_eq!(updated["final_value"], "x");
    assert_eq!(updated["user_name"], "Cid Poe");
    assert_eq!(updated["step"], 4);
}

#[tokio::test]
async fn a_restart_with_the_database_brings_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("collab.db");
    let options = || ServiceOptions {
        database: Database::File(path.clone()),
        token: Some("key".to_owned()),
        ..quick()
    };
    let auth = json!({ "user_id": "u1", "role": "nurse", "token": "key" });
    {
        let service = service(options());
        let mut ann = Client::start(Client::options(&service, Some(auth.clone())));
        ann.connected().await;
        ann.panel("u1", "P1").await;
        ann.room("P1").await;
        for number in 0..100 {
            ann.commit("P1", &format!("field {}", number % 40), number)
                .await;
        }
        let step =
            json!({ "user_id": "u1", "step": 5, "step_name": "Glasses", "patient_id": "P1" });
        ann.ask("step_change", vec![step]).await;
        // Stopped like a crash: nobody says goodbye.
        service.stop();
    }
    let service = service(options());
    let mut bob = Client::start(Client::options(&service, Some(auth)));
    bob.connected().await;
    bob.room("P1").await;
    let heard = bob.heard().await;
    let values: Vec<_> = heard
        .iter()
        .filter(|(event, _)| event == "live_field_updated")
        .map(|(_, field)| field["final_value"].as_i64().unwrap())
        .collect();
    assert_eq!(values, (60..100).collect::<Vec<_>>());
    let first_room = heard.iter().position(|(event, _)| event == "room_joined");
    assert!(first_room.unwrap() > 40, "values come before the room");
    bob.panel("u1", "P1").await;
    let queue = bob.event("queue_updated").await;
    assert_eq!(queue[0]["current_step"], 5);
    assert_eq!(queue[0]["queue_position"], 1);
    let (status, activity) =
        crate::client::page(&service, "/records/P1/activity", Some("key")).await;
    assert_eq!(status, 200);
    let entries = activity["activity"].as_array().unwrap();
    assert_eq!(entries[0]["action"], "joined");
    let committed = entries
        .iter()
        .filter(|entry| entry["action"] == "completed");
    assert_eq!(committed.count(), 100);
}

#[tokio::test]
async fn in_memory_a_restart_forgets() {
    let service = service(quick());
    let mut ann = Client::connect(&service, "u1", TRANSPORTS[0]).await;
    ann.room("P1").await;
    ann.commit("P1", "va", 1).await;
    service.restart(Duration::ZERO);
    ann.connected().await;
    ann.room("P1").await;
    let heard = ann.heard().await;
    assert!(!heard.iter().any(|(event, _)| event == "live_field_updated"));
}

/// Two write the same fields at once, and one of them is cut off again and again: whoever joins
/// last sees what the service has, and so do both.
#[tokio::test]
async fn writers_that_come_and_go_converge() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(ServiceOptions {
        database: Database::File(folder.path().join("collab.db")),
        ..quick()
    });
    let steady = Client::connect(&service, "u1", TRANSPORTS[0]).await;
    steady.room("P1").await;
    for round in 0..5 {
        let other = Client::connect(&service, "u2", TRANSPORTS[round % 2]).await;
        other.room("P1").await;
        let writes = (0..20).map(|number| {
            let field = format!("field {}", number % 5);
            let (steady, other) = (&steady, &other);
            async move {
                steady
                    .commit("P1", &field, format!("a {round} {number}"))
                    .await;
                other
                    .commit("P1", &field, format!("b {round} {number}"))
                    .await;
            }
        });
        for write in writes {
            write.await;
        }
    }
    let mut seen = Vec::new();
    for id in ["u1", "u2", "u3"] {
        let mut late = Client::connect(&service, id, TRANSPORTS[0]).await;
        late.room("P1").await;
        let heard = late.heard().await;
        let fields: Vec<_> = heard
            .into_iter()
            .filter(|(event, _)| event == "live_field_updated")
            .map(|(_, field)| (field["field_name"].clone(), field["final_value"].clone()))
            .collect();
        assert_eq!(fields.len(), 5);
        seen.push(fields);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    assert_eq!(seen[0][4], (json!("field 4"), json!("b 4 19")));
}
