use serde_json::Value;

use super::*;

const EPOCH_MS: u64 = 1_767_225_600_000;

struct Log {
    activity: Activity,
    started: Instant,
    now: Instant,
    version: u64,
}

impl Log {
    fn new() -> Self {
        let started = Instant::now();
        let activity = Activity::default();
        let (now, version) = (started, 0);
        Self {
            activity,
            started,
            now,
            version,
        }
    }

    fn add(&mut self, what: ActivityKind, who: &str, field: usize, text: &str) {
        self.version += 1;
        let event = Event {
            actor: Some(who.into()),
            who: Some(who.to_uppercase()),
            field: Some(FieldIndex(field)),
            about: Some(format!("Field {field}")),
            text: (!text.is_empty()).then(|| text.into()),
            ..Event::default()
        };
        let clock = Clock::new(self.started, EPOCH_MS);
        self.activity
            .add(what, event, self.now, &clock, self.version);
    }

    fn typed(&mut self, who: &str, field: usize) {
        self.add(ActivityKind::Typed, who, field, "");
    }

    fn counts(&self) -> Vec<u32> {
        self.activity
            .since(0)
            .iter()
            .map(|view| view.count)
            .collect()
    }
}

#[test]
fn typing_in_one_field_is_one_entry_even_between_others() {
    let mut log = Log::new();
    for _ in 0..3 {
        log.typed("ann", 0);
        log.typed("bob", 0);
        log.typed("ann", 1);
    }
    assert_eq!(log.counts(), [3, 3, 3]);
    log.add(ActivityKind::Committed, "ann", 0, "5");
    log.typed("ann", 0);
    log.typed("bob", 0);
    assert_eq!(log.counts(), [3, 4, 3, 1, 1]);
    log.now += TYPING_RUN;
    log.typed("bob", 0);
    assert_eq!(log.counts(), [3, 4, 3, 1, 1, 1]);
}

#[test]
fn a_folded_entry_is_told_again_under_its_number() {
    let mut log = Log::new();
    log.typed("ann", 0);
    log.typed("bob", 0);
    let seen = log.version;
    log.typed("ann", 0);
    let changed = log.activity.since(seen);
    assert_eq!(changed.len(), 1);
    assert_eq!((changed[0].seq, changed[0].count), (1, 2));
}

#[test]
fn the_oldest_entries_go_and_numbers_only_grow() {
    let mut log = Log::new();
    for field in 0..ACTIVITY + 7 {
        log.typed("ann", field);
    }
    let kept = log.activity.since(0);
    assert_eq!(kept.len(), ACTIVITY);
    assert_eq!(kept[0].seq, 8);
    assert!(kept.is_sorted_by_key(|view| view.seq));
    assert_eq!(log.activity.runs.len(), ACTIVITY);
    // The entry of this run is gone.
    log.typed("ann", 0);
    assert_eq!(log.activity.since(0).last().unwrap().count, 1);
}

#[test]
fn the_same_refusal_again_is_counted() {
    let mut log = Log::new();
    log.add(ActivityKind::Refused, "ann", 0, "no");
    log.add(ActivityKind::Refused, "ann", 0, "no");
    log.add(ActivityKind::Refused, "ann", 0, "never");
    assert_eq!(log.counts(), [2, 1]);
}

#[test]
fn search_finds_names_fields_and_values_in_any_case() {
    let mut log = Log::new();
    log.add(ActivityKind::Committed, "ann", 0, "Trái: 6/9");
    log.add(ActivityKind::Committed, "bob", 1, "6/6");
    let found = |text: &str| log.activity.search(text).len();
    assert_eq!(found("TRÁI"), 1);
    assert_eq!(found("bOb"), 1);
    assert_eq!(found("field"), 2);
    assert_eq!(found(" 6/ "), 2);
    assert_eq!(found(""), 2);
    assert_eq!(found("nowhere"), 0);
}

#[test]
fn rule_35_an_export_has_no_names_and_values_unless_asked() {
    let mut log = Log::new();
    log.add(ActivityKind::Committed, "ann", 0, "secret <b>\n");
    log.add(ActivityKind::Committed, "bob", 0, "secret");
    log.add(ActivityKind::Stepped, "ann", 1, "");
    let lines = |redacted| -> Vec<Value> {
        let export = log.activity.export(redacted);
        export
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let whole = lines(false);
    assert_eq!(whole.len(), 3);
    assert_eq!(whole[0]["who"], "ANN");
    assert_eq!(whole[0]["text"], "secret <b>");
    assert_eq!(whole[0]["at"], "2026-01-01T00:00:00Z");
    let redacted = lines(true);
    let who: Vec<_> = redacted.iter().map(|line| line["who"].clone()).collect();
    assert_eq!(who, ["person-1", "person-2", "person-1"]);
    assert_eq!(redacted[0]["about"], "Field 0");
    let text = log.activity.export(true).to_lowercase();
    assert!(!text.contains("secret") && !text.contains("ann") && !text.contains("bob"));
}
