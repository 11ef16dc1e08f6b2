use std::collections::{BTreeMap, BTreeSet};

use collab::intent::IntentKind;
use collab::operation::Operation;
use collab::vocabulary::AckAnswer;
use proptest::prelude::*;
use serde_json::{Value, json};
use socketio::packet::PacketBody;

use super::transcript::{Line, Said, transcripts};
use super::{SAYINGS, context, deployment_of, identity};

/// The records that the recorded clients worked on.
const RECORDS: [&str; 4] = ["P1", "P2", "P9", "HMS1"];

#[test]
fn every_recorded_event_is_known_and_no_field_of_it_is_lost() {
    let mut events = 0;
    for (file, lines) in transcripts() {
        for Line { client, said, .. } in lines.iter().filter(|line| line.by_server) {
            let Said::Packet(PacketBody::Event { name, args, .. }) = said else {
                continue;
            };
            let (deployment, link) = deployment_of(file, client);
            let me = identity("u1", "Ann Lee", "nurse");
            let mut is_about_any = false;
            for record in RECORDS {
                let decoded = deployment.decode(link, name, args, &context(record, &me, None));
                assert!(decoded.known, "{file}: {name}");
                assert_eq!(decoded.dropped, None, "{file}: {name}");
                is_about_any |= !decoded.elsewhere;
            }
            let is_any = is_about_any || args[0]["room"] == "screening_S1";
            assert!(is_any, "{file}: {name} is about no record");
            let lost = deployment.unread(link, name, args);
            assert!(lost.is_empty(), "{file}: {name} loses {lost:?}");
            events += 1;
        }
    }
    assert!(events > 400, "only {events} events were replayed");
}

#[test]
fn every_recorded_ack_is_understood_and_nothing_of_it_is_lost() {
    let mut acks: BTreeMap<&str, usize> = BTreeMap::new();
    for (file, lines) in transcripts() {
        let mut asked: BTreeMap<(String, u64), String> = BTreeMap::new();
        for Line { client, said, .. } in lines {
            let (name, id, args) = match said {
                Said::Packet(PacketBody::Event {
                    name,
                    ack: Some(id),
                    ..
                }) => {
                    asked.insert((client.clone(), *id), name.clone());
                    continue;
                }
                Said::Packet(PacketBody::Ack { id, args, .. }) => {
                    (asked.remove(&(client.clone(), *id)), id, args)
                }
                _ => continue,
            };
            let name = name.unwrap_or_else(|| panic!("{file}: nobody asked for ack {id}"));
            let Some((_, kind)) = SAYINGS.iter().find(|(event, _)| *event == name) else {
                continue;
            };
            let (deployment, _) = deployment_of(file, client);
            let me = identity("u1", "Ann Lee", "nurse");
            let answer = deployment.decode_ack(*kind, args, &context("P1", &me, None));
            let refused = args
                .first()
                .is_some_and(|answer| answer["status"] == "error");
            assert_eq!(
                matches!(answer, AckAnswer::Refused { .. }),
                refused,
                "{file}: {name}"
            );
            let lost = deployment.unread_ack(*kind, args);
            assert!(lost.is_empty(), "{file}: ack of {name} loses {lost:?}");
            *acks
                .entry(if refused { "refused" } else { "ok" })
                .or_default() += 1;
        }
    }
    assert!(acks["refused"] >= 2 && acks["ok"] > 50, "{acks:?}");
}

#[test]
fn what_was_decoded_is_what_was_said() {
    let mut commits = BTreeSet::new();
    let mut presence = BTreeSet::new();
    for (file, lines) in transcripts() {
        for Line { client, said, .. } in lines.iter().filter(|line| line.by_server) {
            let Said::Packet(PacketBody::Event { name, args, .. }) = said else {
                continue;
            };
            let (deployment, link) = deployment_of(file, client);
            let me = identity("u1", "Ann Lee", "nurse");
            let record = if file.starts_with("service") {
                "HMS1"
            } else {
                "P1"
            };
            let decoded = deployment.decode(link, name, args, &context(record, &me, None));
            for operation in decoded.operations {
                match operation {
                    Operation::FieldCommit {
                        field, value, by, ..
                    } => {
                        commits.insert(format!("{} {} {by:?}", field.name, value));
                    }
                    Operation::PresenceUpsert(row) => {
                        presence.insert((row.staff, row.name));
                    }
                    _ => {}
                }
            }
        }
    }
    let expected = [
        r#"medical_history "Patient has diabetes" Some("staff_dr. smith")"#,
        r#"visual_acuity_left "6/9" Some("u1")"#,
        r#"visual_acuity_right "6/6" Some("u1")"#,
    ];
    assert_eq!(commits, expected.map(str::to_owned).into());
    let expected = [("u1", "Ann Lee"), ("u2", "Bob Ray")];
    assert_eq!(
        presence,
        expected
            .map(|(id, name)| (id.to_owned(), Some(name.to_owned())))
            .into()
    );
}

/// Changes a payload somewhere: takes something out, or puts something else in its place.
fn mutate(value: &mut Value, seed: u64, put: &Value) {
    let pick = |count: usize| usize::try_from(seed).unwrap_or(0) % count.max(1);
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let key = entries
                .keys()
                .nth(pick(entries.len()))
                .cloned()
                .unwrap_or_default();
            match seed % 3 {
                0 => drop(entries.remove(&key)),
                1 => drop(entries.insert(key, put.clone())),
                _ => mutate(&mut entries[&key], seed / 3, put),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = pick(items.len());
            match seed % 3 {
                0 => drop(items.remove(index)),
                1 => items[index] = put.clone(),
                _ => mutate(&mut items[index], seed / 3, put),
            }
        }
        other => *other = put.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn broken_copies_of_recorded_payloads_never_panic(
        seed in any::<u64>(),
        put in prop::sample::select(vec![json!(null), json!(-1), json!([[]]), json!({"user_id": {}}), json!("\u{202e}"), json!(1e300)]),
    ) {
        for (file, lines) in transcripts() {
            for Line { client, said, .. } in lines.iter().filter(|line| line.by_server) {
                let (name, mut args) = match said {
                    Said::Packet(PacketBody::Event { name, args, .. }) => (name.clone(), args.clone()),
                    Said::Packet(PacketBody::Ack { args, .. }) => (String::new(), args.clone()),
                    _ => continue,
                };
                for arg in &mut args {
                    mutate(arg, seed, &put);
                }
                if seed % 5 == 0 {
                    args.clear();
                }
                let (deployment, link) = deployment_of(file, client);
                let me = identity("u1", "Ann Lee", "nurse");
                let context = context("P1", &me, None);
                deployment.decode(link, &name, &args, &context);
                deployment.unread(link, &name, &args);
                deployment.decode_ack(IntentKind::Join, &args, &context);
            }
        }
    }
}
