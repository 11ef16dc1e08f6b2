//! A record of 5,000 fields, 500 staff and 100 edits a second costs what it must.

use collab::intent::FieldRef;
use collab::operation::Operation;
use serde_json::json;

use crate::world::{World, row};

fn commit(n: usize, value: &str) -> Operation {
    let (step, name) = (None, format!("field {n}"));
    Operation::FieldCommit {
        field: FieldRef { step, name },
        value: json!(value),
        by: Some(format!("staff {}", n % 500)),
        server_time: None,
    }
}

#[test]
fn one_changed_field_of_5_000_is_all_that_an_update_has() {
    let mut world = World::joined();
    for n in 0..5_000 {
        world.hear(commit(n, "before"));
    }
    assert_eq!(world.whole().fields.len(), 5_000);
    let seen = world.model.version();
    world.hear(commit(4_321, "after"));
    let update = world.model.update_since(seen);
    assert_eq!(update.fields.len(), 1);
    assert_eq!(update.fields[0].name, "field 4321");
    assert!(!update.whole && update.record.is_none() && update.queue.is_none());
    assert_eq!(world.model.update_since(update.version).fields, []);
    assert!(world.model.update_since(u64::MAX).whole);
}

#[test]
fn a_busy_hour_stays_within_bounds() {
    let mut world = World::joined();
    let rows = (0..500).map(|n| row(&format!("staff {n}")));
    world.hear(Operation::PresenceReplace(rows.collect()));
    let mut seen = world.model.version();
    for n in 0..20_000_usize {
        let (step, name) = (None, format!("field {}", n * 7 % 5_000));
        world.hear(Operation::FieldDraft {
            field: FieldRef { step, name },
            value: json!("typing"),
            by: format!("staff {}", n % 500),
            server_time: None,
        });
        if n % 100 == 99 {
            world.pass(std::time::Duration::from_secs(1));
            let update = world.model.update_since(seen);
            // A second's edits, and drafts and focus that ended.
            assert!(update.fields.len() <= 100 + 500, "{}", update.fields.len());
            seen = update.version;
        }
    }
    world.seconds(60);
    let whole = world.whole();
    assert_eq!(whole.activity.len(), 500);
    assert!(
        whole
            .fields
            .iter()
            .all(|field| field.drafts.is_empty() && field.focus.is_empty())
    );
}
