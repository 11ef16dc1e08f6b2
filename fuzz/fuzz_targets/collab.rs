//! Links to records, and payloads of collaboration services in every vocabulary.
#![no_main]

use collab::link::CollabLink;
use collab::vocabulary::{Context, Identity, Library};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use time::OffsetDateTime;

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::builtin);

// An event's name on the first line, its arguments as JSON on the others.
fuzz_target!(|input: &str| {
    if let Ok(link) = CollabLink::parse(input) {
        let shared = CollabLink::parse(&link.share_link()).expect("a shared link can be opened");
        assert_eq!(shared.record, link.record);
    }
    let Some((event, args)) = input.split_once('\n') else {
        return;
    };
    let Ok(args) = serde_json::from_str::<Vec<serde_json::Value>>(args) else {
        return;
    };
    let me = Identity::default();
    let context = Context {
        record: "P1",
        me: &me,
        step: None,
        now: OffsetDateTime::UNIX_EPOCH,
    };
    for name in LIBRARY.names() {
        let deployment = LIBRARY.deployment(name).expect("a name of the library");
        for link in 0..deployment.links.len() {
            deployment.decode(link, event, &args, &context);
            deployment.unread(link, event, &args);
        }
    }
});
