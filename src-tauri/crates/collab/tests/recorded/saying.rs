use std::collections::{BTreeMap, BTreeSet};

use collab::intent::{FieldRef, Intent, StepRef};
use collab::vocabulary::{Identity, Outgoing, StepLabel};
use serde_json::{Value, json};
use socketio::packet::PacketBody;

use super::transcript::{Line, Said, transcripts};
use super::{SAYINGS, context, deployment_of, identity};

/// What a recorded client meant by an event, and what it said of itself by it; `None` for what this
/// program never says, or never says like that.
fn meaning(name: &str, args: &[Value]) -> Option<(Intent, String, Option<StepRef>)> {
    let of = |key: &str| args.first().and_then(|payload| payload.get(key));
    let text = |key: &str| of(key).and_then(Value::as_str).map(str::to_owned);
    let step = |value: Option<&Value>| match value? {
        Value::String(key) => Some(StepRef::Key(key.clone())),
        other => other.as_i64().map(StepRef::Index),
    };
    let field = |key: &str| {
        Some(FieldRef {
            step: Some(step(of("step"))?),
            name: text(key)?,
        })
    };
    let room = || {
        Some(
            text("room")?
                .strip_prefix("hospital_mobile_session_")?
                .to_owned(),
        )
    };
    Some(match name {
        "join_patient_room" | "join_screening" => (
            Intent::Join,
            text("patient_id")?,
            step(of("user")?.get("step")),
        ),
        "join_room" => (Intent::Join, room()?, None),
        "leave_room" => (Intent::Leave, room()?, None),
        "subscribe" => (Intent::Join, String::new(), None),
        "leave_patient_room" | "leave_screening" => (Intent::Leave, text("patient_id")?, None),
        "user_heartbeat" => (Intent::Heartbeat, String::new(), step(of("step"))),
        "ping" => (Intent::Heartbeat, String::new(), None),
        "step_update" | "step_change" => {
            let step = step(of("step"))?;
            (Intent::Step { step }, text("patient_id")?, None)
        }
        "live_typing" => {
            let (field, value) = (field("field_name")?, of("current_value")?.clone());
            (Intent::Typing { field, value }, text("session_id")?, None)
        }
        "field_completed" => {
            let (field, value) = (field("field_name")?, of("final_value")?.clone());
            (Intent::Commit { field, value }, text("session_id")?, None)
        }
        "field_update" => {
            let (field, value) = (field("field")?, of("value")?.clone());
            (Intent::Commit { field, value }, text("patient_id")?, None)
        }
        "cursor_position" => {
            let field = field("field_name")?;
            (Intent::Focus { field }, text("session_id")?, None)
        }
        "field_conflict_detected" => {
            let (field, message) = (field("field_name")?, text("message")?);
            (
                Intent::Conflict { field, message },
                text("session_id")?,
                None,
            )
        }
        _ => return None,
    })
}

/// A payload without the client's clock, and without the two keys that only the recording client
/// adds to what the service asks for.
fn comparable(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        for key in ["timestamp", "last_activity", "typing_speed", "priority"] {
            object.remove(key);
        }
        for inner in object.values_mut() {
            *inner = comparable(inner.take());
        }
    }
    value
}

/// Forms that this program must not say although a client said them in a recording: pings in the
/// form that is not answered, or with a number of the recorder's own.
fn is_another_form(file: &str, client: &str, name: &str, args: &[Value]) -> bool {
    let gateway = file.starts_with("kilo") && client != "RELAY";
    let wanted: &[Value] = if gateway { &[json!({})] } else { &[] };
    name == "ping" && args != wanted
}

#[test]
fn what_the_recorded_clients_said_is_what_this_program_says() {
    let mut said_kinds = BTreeSet::new();
    let mut unsaid = BTreeSet::new();
    for (file, lines) in transcripts() {
        let mut people: BTreeMap<String, Identity> = BTreeMap::new();
        for Line {
            client,
            by_server,
            said,
            ..
        } in lines
        {
            if *by_server {
                continue;
            }
            let Said::Packet(PacketBody::Event { name, args, .. }) = said else {
                continue;
            };
            let (mut deployment, link) = deployment_of(file, client);
            let payload = args.first().cloned().unwrap_or_default();
            let me = people.entry(client.clone()).or_default();
            let mut learn = |key: &str, value: &Value| {
                let Some(text) = value.as_str().map(str::to_owned) else {
                    return;
                };
                match key {
                    "user_id" => me.id = text,
                    "name" | "user_name" => me.name = text,
                    "role" => me.role = text,
                    _ => {}
                }
            };
            for object in [Some(&payload), payload.get("user")].into_iter().flatten() {
                object
                    .as_object()
                    .into_iter()
                    .flatten()
                    .for_each(|(key, value)| learn(key, value));
            }
            let meant = meaning(name, args).filter(|_| !is_another_form(file, client, name, args));
            let knows = |outgoing: &Outgoing| outgoing.link == link && outgoing.event == *name;
            let Some((intent, record, step)) = meant else {
                unsaid.insert((name.clone(), payload.to_string()));
                continue;
            };
            if let (Intent::Step { step }, Some(label)) = (&intent, payload["step_name"].as_str()) {
                deployment.steps = vec![StepLabel {
                    step: step.clone(),
                    label: label.to_owned(),
                }];
            }
            let outgoing = deployment.encode(&intent, &context(&record, me, step.as_ref()));
            let Some(ours) = outgoing.into_iter().find(knows) else {
                // A word of another vocabulary, sent to see that nothing comes back; or one that a
                // guest of another deployment has.
                unsaid.insert((name.clone(), payload.to_string()));
                continue;
            };
            let ours: Vec<Value> = ours.args.into_iter().map(comparable).collect();
            let theirs: Vec<Value> = args.iter().cloned().map(comparable).collect();
            assert_eq!(ours, theirs, "{file}: {name}");
            said_kinds.insert(name.clone());
        }
    }
    let expected: BTreeSet<String> = SAYINGS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .chain(["field_conflict_detected".to_owned()])
        .collect();
    assert_eq!(said_kinds, expected);
    // All else is what this program has no use for, or what was said to see it refused.
    let others: BTreeSet<&str> = unsaid.iter().map(|(name, _)| name.as_str()).collect();
    let known = [
        "authenticate",
        "field_completed",
        "field_update",
        "join_room",
        "join_screening",
        "leave_screening",
        "live_typing",
        "message",
        "ping",
        "send_message",
        "step_change",
        "subscribe",
        "subscribe_to_updates",
        "user_heartbeat",
    ];
    assert_eq!(others, known.into_iter().collect());
}

#[test]
fn handshakes_are_those_of_the_recorded_clients() {
    let mut compared = 0;
    for (file, lines) in transcripts() {
        let mut queries: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for Line {
            client,
            by_server,
            said,
            ..
        } in lines
        {
            match said {
                Said::Open { query } => {
                    queries.insert(client.clone(), query.clone());
                }
                Said::Packet(PacketBody::Connect { data }) if !by_server => {
                    let (deployment, link) = deployment_of(file, client);
                    let query = &queries[client];
                    let of = |key: &str| query.get(key).cloned().unwrap_or_default();
                    // Where both say who it is, CONNECT is believed; the recorder gave all
                    // connections of some files one query.
                    let auth = data.clone().unwrap_or_default();
                    let id = auth["user_id"]
                        .as_str()
                        .map_or_else(|| of("user_id"), str::to_owned);
                    let role = auth["role"]
                        .as_str()
                        .map_or_else(|| of("user_role"), str::to_owned);
                    let me = identity(&id, &of("user_name"), &role);
                    let step = of("step").parse().ok().map(StepRef::Index);
                    let record = of("patient_id");
                    let context = context(&record, &me, step.as_ref());
                    let link = &deployment.links[link];
                    assert_eq!(link.auth(&context), *data, "{file}: {client}");
                    let same_person = query.get("user_id") == Some(&id) && of("user_role") == role;
                    if same_person {
                        let ours: BTreeMap<String, String> =
                            link.query(&context).into_iter().collect();
                        let mut theirs = query.clone();
                        theirs.retain(|key, _| !matches!(&**key, "EIO" | "transport" | "sid"));
                        if !ours.contains_key("user_name") {
                            theirs.remove("user_name");
                        }
                        if !ours.is_empty() {
                            assert_eq!(ours, theirs, "{file}: {client}");
                        }
                    }
                    compared += 1;
                }
                _ => {}
            }
        }
    }
    assert!(compared > 40, "only {compared}");
}
