use std::time::Duration;

use serde_json::json;

use super::*;

fn best(observed: &Observed) -> (String, Option<String>) {
    let guess = detect(observed).into_iter().next().expect("a guess");
    (guess.deployment, guess.link)
}

fn early(event: &str, payload: Value) -> Heard {
    Heard::new(event, &[payload], true)
}

#[test]
fn nothing_seen_is_nothing_guessed() {
    assert_eq!(detect(&Observed::default()), []);
    let observed = Observed {
        connect: Connect::Accepted,
        ping_timeout: Some(Duration::from_secs(20)),
        heard: vec![early("something_else", json!({}))],
        ..Observed::default()
    };
    assert_eq!(detect(&observed), []);
}

#[test]
fn the_relay_is_told_by_its_greeting_or_its_ping_time_out() {
    let relay = ("insights".to_owned(), Some("relay".to_owned()));
    let greeting = json!({"status": "ok", "message": "Connected", "timestamp": 1.5});
    let observed = Observed {
        heard: vec![early("connected", greeting)],
        ..Observed::default()
    };
    assert_eq!(best(&observed), relay);
    let observed = Observed {
        ping_timeout: Some(Duration::from_secs(60)),
        ..Observed::default()
    };
    assert_eq!(best(&observed), relay);
}

#[test]
fn the_gateway_greets_with_a_status_alone() {
    let observed = Observed {
        heard: vec![early("connected", json!({"status": "ok"}))],
        ..Observed::default()
    };
    assert_eq!(
        best(&observed),
        ("insights".to_owned(), Some("gateway".to_owned()))
    );
}

#[test]
fn silence_tells_whether_auth_is_wanted() {
    let observed = |auth_sent| Observed {
        connect: Connect::Silent,
        auth_sent,
        ..Observed::default()
    };
    assert_eq!(best(&observed(true)).0, "insights");
    assert_eq!(best(&observed(false)).0, "screening");
}

#[test]
fn a_heartbeat_that_is_acked_tells_the_panel_from_the_service_alone() {
    let mut observed = Observed {
        connect: Connect::Accepted,
        auth_sent: true,
        heard: vec![
            early("joined_room", json!({"room": "role_nurse"})),
            early("system_status", json!({"status": "online"})),
        ],
        ..Observed::default()
    };
    assert_eq!(best(&observed).0, "screening");
    observed.unanswered = vec!["user_heartbeat".into()];
    assert_eq!(best(&observed).0, "live-editing");
    observed.unanswered.clear();
    observed.acked = vec!["user_heartbeat".into()];
    assert_eq!(best(&observed).0, "screening");
}

#[test]
fn a_join_that_is_acked_or_a_refusal_of_all_tells_the_deployed_one() {
    let observed = Observed {
        connect: Connect::Accepted,
        acked: vec!["join_patient_room".into()],
        ..Observed::default()
    };
    assert_eq!(best(&observed).0, "deployed");
    let observed = Observed {
        connect: Connect::Refused {
            message: "Connection rejected by server".into(),
        },
        ..Observed::default()
    };
    assert_eq!(best(&observed).0, "deployed");
}

#[test]
fn events_that_a_vocabulary_knows_speak_for_it() {
    let observed = Observed {
        heard: vec![Heard::new("field_updated", &[json!({"field": "x"})], false)],
        ..Observed::default()
    };
    assert_eq!(best(&observed).0, "deployed");
}
