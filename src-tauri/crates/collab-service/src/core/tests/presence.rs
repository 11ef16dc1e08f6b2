//! Who is where.

use super::*;

#[test]
fn a_joiner_is_told_who_is_there_with_names_and_roles() {
    let mut world = World::new();
    let ann = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    let bob = world.panel("u2", "Bob Ray", "P1");
    let heard = std::mem::take(&mut world.told);
    let of = |socket| -> Vec<_> {
        let heard = heard.iter().filter(|(to, ..)| *to == socket);
        heard.map(|(_, event, arg)| (*event, arg.clone())).collect()
    };
    let bobs = of(bob);
    assert_eq!(
        events(&bobs),
        ["system_status", "active_users_updated", "queue_updated"]
    );
    let list = last(&bobs, "active_users_updated");
    assert_eq!(ids(list), ["u1", "u2"]);
    assert_eq!(list[0]["name"], "Ann Lee");
    assert_eq!(list[0]["role"], "nurse");
    assert_eq!(list[0]["status"], "active");
    assert_eq!(list[0]["step"], 3);
    let anns = of(ann);
    assert_eq!(last(&anns, "user_joined")["name"], "Bob Ray");
    assert_eq!(ids(last(&anns, "active_users_updated")), ["u1", "u2"]);
}

#[test]
fn one_person_on_two_sockets_is_one_person() {
    let mut world = World::new();
    let bob = world.panel("u2", "Bob Ray", "P1");
    let first = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    let second = world.panel("u1", "Ann Lee", "P1");
    world.pass(Duration::from_secs(1));
    let heard = world.heard(bob);
    assert!(!events(&heard).contains(&"user_joined"), "{heard:?}");
    assert_eq!(ids(last(&heard, "active_users_updated")), ["u2", "u1"]);

    let leave = json!({ "patient_id": "P1", "user_id": "u1" });
    world.say(first, "leave_screening", leave.clone());
    world.pass(Duration::from_secs(1));
    let heard = world.heard(bob);
    assert!(!events(&heard).contains(&"user_left"), "one socket stays");

    world.say(second, "leave_screening", leave);
    world.pass(Duration::from_secs(1));
    let heard = world.heard(bob);
    assert_eq!(last(&heard, "user_left"), "u1");
    assert_eq!(ids(last(&heard, "active_users_updated")), ["u2"]);
    let queue = last(&heard, "queue_updated");
    assert_eq!(queue[0]["staff_working"], json!(["u2"]));
}

#[test]
fn a_lost_socket_is_no_leaving_when_it_comes_back() {
    let mut world = World::new();
    let bob = world.panel("u2", "Bob Ray", "P1");
    let ann = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    world.close(ann, false);
    world.pass(Duration::from_secs(4));
    let back = world.panel("u1", "Ann Lee", "P1");
    world.pass(Duration::from_secs(4));
    let heard = world.heard(bob);
    assert!(!events(&heard).contains(&"user_left"));
    assert!(!events(&heard).contains(&"user_joined"));

    world.close(back, false);
    world.pass(Duration::from_millis(4_900));
    assert!(!events(&world.heard(bob)).contains(&"user_left"));
    world.pass(Duration::from_millis(200));
    let heard = world.heard(bob);
    assert_eq!(last(&heard, "user_left"), "u1");
    world.pass(Duration::from_secs(1));
}

#[test]
fn one_of_two_lost_sockets_changes_nothing() {
    let mut world = World::new();
    let bob = world.panel("u2", "Bob Ray", "P1");
    let _ann = world.panel("u1", "Ann Lee", "P1");
    let second = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    world.close(second, false);
    world.pass(Duration::from_secs(20));
    assert!(!events(&world.heard(bob)).contains(&"user_left"));
}

#[test]
fn a_farewell_counts_at_once() {
    let mut world = World::new();
    let bob = world.panel("u2", "Bob Ray", "P1");
    let ann = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    world.close(ann, true);
    assert_eq!(last(&world.heard(bob), "user_left"), "u1");
}

#[test]
fn people_turn_away_and_active_without_anybody_asking() {
    let mut world = World::new();
    let bob = world.panel("u2", "Bob Ray", "P1");
    let ann = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    let beat = json!({ "user_id": "u2", "step": 4, "last_activity": "x" });
    for _ in 0..3 {
        world.pass(Duration::from_secs(25));
        world.say(bob, "user_heartbeat", beat.clone());
    }
    let list = last(&world.heard(bob), "active_users_updated").clone();
    assert_eq!(list[0]["status"], "active");
    assert_eq!(list[0]["step"], 4);
    assert_eq!(list[1]["status"], "away");
    world.say(ann, "ping", json!({}));
    world.pass(Duration::from_secs(2));
    let list = last(&world.heard(bob), "active_users_updated").clone();
    assert_eq!(list[1]["status"], "active");
}

#[test]
fn a_panel_is_on_one_record_at_a_time() {
    let mut world = World::new();
    let bob = world.panel("u2", "Bob Ray", "P1");
    let ann = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    world.join_screening(ann, "u1", "Ann Lee", "P2");
    assert_eq!(last(&world.heard(bob), "user_left"), "u1");
    world.join_screening(ann, "u1", "Ann Lee", "P2");
    assert!(!events(&world.heard(bob)).contains(&"user_left"));
}

#[test]
fn people_of_all_vocabularies_see_each_other() {
    let mut world = World::new();
    let ann = world.panel("u1", "Ann Lee", "P1");
    world.forget();
    let _bob = world.service("u2", "P1");
    let (_cid, answer) = world.deployed("u3", "P1", "normal");
    assert_eq!(answer["status"], "success");
    assert_eq!(answer["room"], "patient_P1");
    assert_eq!(ids(&answer["active_users"]), ["u1", "u2", "u3"]);
    world.pass(Duration::from_secs(1));
    let list = last(&world.heard(ann), "active_users_updated").clone();
    assert_eq!(ids(&list), ["u1", "u2", "u3"]);
    assert_eq!(list[1]["role"], "doctor");
}

#[test]
fn whoever_authenticates_becomes_somebody_else() {
    let mut world = World::new();
    let ann = world.panel("u1", "Ann Lee", "P1");
    let bob = world.service("u2", "P1");
    world.forget();
    let who = json!({ "token": "t", "user_id": "staff_9", "role": "doctor" });
    assert_eq!(world.say(bob, "authenticate", who), [] as [Value; 0]);
    world.pass(Duration::from_secs(1));
    let told = std::mem::take(&mut world.told);
    let success = told.iter().find(|(to, ..)| *to == bob).unwrap();
    assert_eq!(success.1, "authentication_success");
    world.told = told;
    let heard = world.heard(ann);
    assert_eq!(last(&heard, "user_left"), "u2");
    assert_eq!(last(&heard, "user_joined")["user_id"], "staff_9");
    assert_eq!(ids(last(&heard, "active_users_updated")), ["u1", "staff_9"]);
}

#[test]
fn two_hundred_people_get_few_lists() {
    let mut world = World::new();
    let first = world.panel("u0", "Zero", "P1");
    for number in 1..200 {
        world.panel(&format!("u{number}"), "Somebody", "P1");
        world.pass(Duration::from_millis(5));
    }
    world.pass(Duration::from_secs(30));
    let heard = world.heard(first);
    let count = |wanted| heard.iter().filter(|(event, _)| *event == wanted).count();
    assert_eq!(count("user_joined"), 199);
    assert!(count("active_users_updated") < 20);
    let list = last(&heard, "active_users_updated");
    assert_eq!(list.as_array().unwrap().len(), 200);
}

#[test]
fn a_notice_reaches_those_it_is_for_in_their_words() {
    let mut world = World::new();
    let here = world.service("u1", "P1");
    let elsewhere = world.service("u2", "P2");
    let listener = world.connect(json!({}));
    world.forget();
    let notice = Notice {
        level: NoticeLevel::Warning,
        title: "Screening".to_owned(),
        text: "Patient is ready".to_owned(),
        record: Some("screening_P1".to_owned()),
    };
    let now = world.now();
    world.core.notify(now, &notice);
    world.collect();
    let told = std::mem::take(&mut world.told);
    let to: Vec<_> = told.iter().map(|(to, event, _)| (*to, *event)).collect();
    assert_eq!(
        to,
        [(here, "notification"), (listener, "insight_generated")]
    );
    assert_eq!(told[0].2["type"], "warning");
    assert_eq!(told[0].2["message"], "Patient is ready");
    assert_eq!(told[1].2["content"], "Patient is ready");
    let _ = elsewhere;
}

#[test]
fn lists_stay_fresh_where_nobody_sends_heartbeats() {
    let mut world = World::new();
    let (ann, _) = world.deployed("u1", "P1", "normal");
    world.forget();
    world.pass(Duration::from_secs(140));
    let heard = world.heard(ann);
    let statuses: Vec<_> = heard
        .iter()
        .filter(|(event, _)| *event == "active_users_updated")
        .map(|(_, list)| list[0]["status"].clone())
        .collect();
    assert_eq!(statuses, ["active"; 4]);
    world.pass(Duration::from_secs(20));
    let list = last(&world.heard(ann), "active_users_updated").clone();
    assert_eq!(list[0]["status"], "away");
}
