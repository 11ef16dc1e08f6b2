//! Steps and the queue.

use super::*;

fn order(queue: &Value) -> Vec<(&str, u64)> {
    let rows = queue.as_array().unwrap().iter();
    rows.map(|row| {
        let record = row["patient_id"].as_str().unwrap();
        (record, row["queue_position"].as_u64().unwrap())
    })
    .collect()
}

#[test]
fn the_queue_goes_to_everybody_and_survives_a_restart() {
    let mut world = World::new();
    let ann = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    let (_, answer) = world.deployed("u2", "P2", "high");
    assert_eq!(answer["queue_position"], 1);
    world.deployed("u3", "P3", "normal");
    world.pass(Duration::from_secs(1));
    let heard = world.heard(ann);
    let queue = last(&heard, "queue_updated").clone();
    assert_eq!(order(&queue), [("P2", 1), ("P1", 2), ("P3", 3)]);
    assert_eq!(queue[0]["priority"], "high");
    assert_eq!(queue[0]["staff_working"], json!(["u2"]));
    assert_eq!(queue[1]["current_step"], 3);

    let mut world = world.restarted();
    let ann = world.panel("u1", "Ann Lee", "P1");
    let heard = world.heard(ann);
    let queue = last(&heard, "queue_updated");
    assert_eq!(order(queue), [("P2", 1), ("P1", 2), ("P3", 3)]);
    assert_eq!(queue[0]["staff_working"], json!([]), "nobody is back yet");
    assert_eq!(queue[1]["staff_working"], json!(["u1"]));
}

#[test]
fn a_step_is_told_to_all_in_their_words() {
    let mut world = World::new();
    let ann = world.panel("u1", "Ann Lee", "P1");
    let bob = world.panel("u2", "Bob Ray", "P1");
    let cid = world.service("u3", "P1");
    world.forget();
    for (step, name) in [(4, "Doctor Diagnosis"), (5, "Glasses"), (4, "Doctor")] {
        let change = json!({
            "user_id": "u1", "step": step, "step_name": name, "patient_id": "P1",
        });
        assert_eq!(world.say(ann, "step_change", change), [] as [Value; 0]);
        world.pass(Duration::from_secs(1));
    }
    let told = std::mem::take(&mut world.told);
    let of = |socket: SocketId, event: &str| -> Vec<Value> {
        let told = told.iter();
        told.filter(|(to, name, _)| *to == socket && *name == event)
            .map(|(.., arg)| arg.clone())
            .collect()
    };
    assert_eq!(of(ann, "step_changed").len(), 0);
    let changed = of(bob, "step_changed");
    assert_eq!(changed.len(), 3);
    assert_eq!(changed[0]["step_name"], "Doctor Diagnosis");
    assert_eq!(changed[0]["patient_id"], "P1");
    assert_eq!(of(cid, "session_updated")[1]["data"]["current_step"], 5);
    let states = |update: &Value| -> Vec<(i64, String)> {
        let rows = update.as_array().unwrap().iter();
        rows.map(|row| {
            let status = row["completion_status"].as_str().unwrap();
            (row["step"].as_i64().unwrap(), status.to_owned())
        })
        .collect()
    };
    let row = |step, status: &str| (step, status.to_owned());
    let statuses = of(ann, "step_status_updated");
    assert_eq!(
        states(&statuses[1]),
        [
            row(3, "in_progress"),
            row(4, "completed"),
            row(5, "in_progress")
        ],
    );
    assert_eq!(statuses[1][0]["assigned_staff"], json!(["u2"]));
    assert_eq!(
        states(&statuses[2]),
        [
            row(3, "in_progress"),
            row(4, "in_progress"),
            row(5, "waiting")
        ],
        "going back"
    );
    let queue = of(bob, "queue_updated");
    assert_eq!(queue.last().unwrap()[0]["current_step"], 4);

    let mut world = world.restarted();
    let ann = world.panel("u1", "Ann Lee", "P1");
    let heard = world.heard(ann);
    assert_eq!(last(&heard, "queue_updated")[0]["current_step"], 4);
    let steps = last(&heard, "step_status_updated");
    assert_eq!(states(steps)[2], row(5, "waiting"), "a joiner is told");
}

#[test]
fn step_zero_text_and_keys_are_steps() {
    let mut world = World::new();
    let ann = world.panel("u1", "Ann Lee", "P1");
    let bob = world.panel("u2", "Bob Ray", "P1");
    for (sent, told) in [
        (json!(0), json!(0)),
        (json!("6"), json!(6)),
        (json!("vision_testing"), json!("vision_testing")),
    ] {
        world.forget();
        let change = json!({ "user_id": "u1", "step": sent, "patient_id": "screening_P1" });
        assert_eq!(world.say(ann, "step_change", change), [] as [Value; 0]);
        assert_eq!(last(&world.heard(bob), "step_changed")["step"], told);
    }
}
