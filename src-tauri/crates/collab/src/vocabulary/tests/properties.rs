use proptest::prelude::*;

use super::*;
use crate::intent::IntentKind;

/// Any JSON.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["u1", "P1", "3", "Unknown", "error"]).prop_map(Value::from),
    ];
    let key = prop_oneof![
        prop::sample::select(vec![
            "user_id",
            "name",
            "step",
            "patient_id",
            "session_id",
            "field_name",
            "current_value",
            "final_value",
            "staff_working",
            "assigned_staff",
            "status",
            "message",
            "queue_position",
            "active_users",
            "field",
            "value",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_decoding_panic(args in prop::collection::vec(json_value(), 0..3)) {
        let library = Library::builtin();
        let me = ann();
        let context = at("P1", &me, None);
        for name in library.names() {
            let deployment = library.deployment(name).unwrap();
            for (index, link) in deployment.links.iter().enumerate() {
                for event in link.vocabularies.iter().flat_map(|known| known.events.keys()) {
                    deployment.decode(index, event, &args, &context);
                    deployment.unread(index, event, &args);
                }
                deployment.decode(index, "unheard-of", &args, &context);
            }
            for kind in [IntentKind::Join, IntentKind::Commit, IntentKind::Leave] {
                deployment.decode_ack(kind, &args, &context);
                deployment.unread_ack(kind, &args);
            }
        }
    }

    #[test]
    fn no_file_makes_loading_panic(text in "\\PC{0,120}") {
        with_file(&text);
    }

    #[test]
    fn broken_copies_of_the_programs_files_are_told(cut in 0usize..6_000, insert in "[a-z\\[\\]{}\"=\n.$]{0,6}") {
        let text = include_str!("../builtin/live-editing.toml").replace("live-editing", "mine");
        let mut cut = cut.min(text.len());
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        let broken = format!("{}{insert}{}", &text[..cut], &text[cut..]);
        let (library, _) = with_file(&broken);
        prop_assert!(library.deployment("live-editing").is_some());
        with_file(&text[..cut]);
    }
}
