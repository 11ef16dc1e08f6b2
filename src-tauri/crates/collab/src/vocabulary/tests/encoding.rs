use serde_json::json;

use super::*;
use crate::intent::{FieldRef, Intent, IntentKind};
use crate::view::OffersView;

fn field(step: Option<StepRef>) -> FieldRef {
    FieldRef {
        step,
        name: "va_left".into(),
    }
}

fn said(deployment: &Deployment, intent: &Intent, step: Option<StepRef>) -> Vec<Outgoing> {
    deployment.encode(intent, &at("P1", &ann(), step.as_ref()))
}

#[test]
fn a_placeholder_alone_keeps_its_type() {
    let deployment = builtin("deployed");
    for value in [
        json!("6/9"),
        json!(0.5),
        json!(true),
        json!(null),
        json!({"a": [1]}),
    ] {
        let intent = Intent::Commit {
            field: field(Some(StepRef::Index(4))),
            value: value.clone(),
        };
        let said = said(&deployment, &intent, None);
        let expected = json!({"patient_id": "P1", "field": "va_left", "value": value, "step": 4});
        assert_eq!(said[0].args, [expected]);
    }
}

#[test]
fn both_vocabularies_of_a_link_are_spoken() {
    let events = |intent| -> Vec<String> {
        let said = said(&builtin("screening"), &intent, Some(StepRef::Index(4)));
        said.into_iter().map(|outgoing| outgoing.event).collect()
    };
    assert_eq!(events(Intent::Join), ["join_screening", "join_room"]);
    assert_eq!(events(Intent::Heartbeat), ["user_heartbeat", "ping"]);
    assert_eq!(events(Intent::Leave), ["leave_screening", "leave_room"]);
}

#[test]
fn a_step_has_the_label_of_the_deployment() {
    let said = said(
        &builtin("screening"),
        &Intent::Step {
            step: StepRef::Index(4),
        },
        None,
    );
    assert_eq!(
        said[0].args,
        [json!({"user_id": "u1", "step": 4, "step_name": "Doctor Diagnosis", "patient_id": "P1"})]
    );
}

#[test]
fn step_numbers_are_text_where_the_service_wants_text() {
    let intent = Intent::Typing {
        field: field(Some(StepRef::Index(0))),
        value: json!("x"),
    };
    assert_eq!(
        said(&builtin("screening"), &intent, None)[0].args[0]["step"],
        "0"
    );
}

#[test]
fn somebody_who_has_gone_nowhere_is_at_the_first_step() {
    let said = said(&builtin("screening"), &Intent::Heartbeat, None);
    assert_eq!(said[0].args[0]["step"], 3);
    let me = ann();
    let deployment = builtin("deployed");
    let query = deployment.links[0].query(&at("P1", &me, None));
    assert!(query.contains(&("step".into(), "3".into())));
}

#[test]
fn a_ping_has_as_many_arguments_as_its_server_wants() {
    assert!(
        said(&builtin("live-editing"), &Intent::Heartbeat, None)[0]
            .args
            .is_empty()
    );
    let insights = said(&builtin("insights"), &Intent::Heartbeat, None);
    assert_eq!((insights[0].link, insights[0].args.len()), (0, 1));
    assert_eq!((insights[1].link, insights[1].args.len()), (1, 0));
}

#[test]
fn rule_3_auth_is_exactly_as_configured() {
    let me = ann();
    let context = at("P1", &me, None);
    let auth = json!({"user_id": "u1", "role": "nurse"});
    for name in ["screening", "live-editing"] {
        assert_eq!(builtin(name).links[0].auth(&context), Some(auth.clone()));
    }
    for name in ["deployed", "insights"] {
        let deployment = builtin(name);
        assert!(
            deployment
                .links
                .iter()
                .all(|link| link.auth(&context).is_none())
        );
    }
}

#[test]
fn rule_10_names_stay_out_of_the_query_unless_wanted_there() {
    let me = ann();
    let has_name = |name: &str| {
        let query = builtin(name).links[0].query(&at("P1", &me, None));
        query.iter().any(|(_, value)| value.contains("Ann"))
    };
    assert!(!has_name("screening") && !has_name("live-editing") && !has_name("insights"));
    assert!(has_name("deployed"));
}

#[test]
fn what_a_vocabulary_has_no_word_for_is_not_offered() {
    let offers = |name: &str| builtin(name).offers();
    let all = OffersView {
        presence: true,
        steps: true,
        queue: true,
        fields: true,
        typing: true,
        focus: true,
        notifications: true,
    };
    assert_eq!(offers("screening"), all);
    let deployed = OffersView {
        typing: false,
        focus: false,
        notifications: false,
        ..all
    };
    assert_eq!(offers("deployed"), deployed);
    let editing = OffersView {
        presence: false,
        steps: false,
        queue: false,
        ..all
    };
    assert_eq!(offers("live-editing"), editing);
    let insights = OffersView {
        notifications: true,
        ..OffersView::default()
    };
    assert_eq!(offers("insights"), insights);
    assert!(!builtin("deployed").says(IntentKind::Typing));
    assert!(said(&builtin("deployed"), &Intent::Heartbeat, None).is_empty());
}

#[test]
fn a_link_may_have_no_word_for_joining() {
    let links = builtin("insights").links;
    let says_join: Vec<bool> = links
        .iter()
        .map(|link| link.says(IntentKind::Join))
        .collect();
    assert_eq!(says_join, [false, true]);
}

#[test]
fn acks_are_asked_for_where_somebody_answers() {
    let ack = |name: &str, intent: &Intent| said(&builtin(name), intent, None)[0].ack;
    let value = json!("x");
    let commit = Intent::Commit {
        field: field(None),
        value: value.clone(),
    };
    let typing = Intent::Typing {
        field: field(None),
        value,
    };
    assert_eq!(ack("live-editing", &commit), AckNeed::Expected);
    assert_eq!(ack("deployed", &commit), AckNeed::Optional);
    assert_eq!(ack("live-editing", &typing), AckNeed::Never);
}

#[test]
fn the_shortest_heartbeat_holds() {
    let every = |name: &str| builtin(name).heartbeat_every().map(|every| every.as_secs());
    assert_eq!(every("screening"), Some(30));
    assert_eq!(every("live-editing"), Some(120));
    assert_eq!(every("deployed"), None);
    assert_eq!(every("insights"), Some(120));
}

#[test]
fn who_one_is_matters_where_it_is_told() {
    assert!(builtin("screening").wants_identity());
    assert!(builtin("deployed").wants_identity());
    assert!(!builtin("insights").wants_identity());
    assert!(builtin("live-editing").fields_have_steps());
    assert!(!builtin("insights").fields_have_steps());
}

#[test]
fn text_around_placeholders_makes_text() {
    let (library, errors) = with_file(
        "[deployment.d]\nvocabularies = [\"x\"]\n[vocabulary.x.out.join]\nevent = \"j\"\n\
         args = [\"room {room.id} at {me.step}\", \"{{{me.id}}}\", 1.5, [\"{me.step}\"], {}]\n",
    );
    assert_eq!(errors, []);
    let said = said(&library.deployment("d").unwrap(), &Intent::Join, None);
    let expected = [
        json!("room P1 at "),
        json!("{u1}"),
        json!(1.5),
        json!([null]),
        json!({}),
    ];
    assert_eq!(said[0].args, expected);
    assert_eq!(said[0].ack, AckNeed::Never);
}
