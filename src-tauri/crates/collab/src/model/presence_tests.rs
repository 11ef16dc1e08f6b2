use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn row(staff: &str, status: &str, last_activity: &str) -> PresenceRow {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    PresenceRow {
        staff: staff.into(),
        status: some(status),
        last_activity: some(last_activity),
        ..PresenceRow::default()
    }
}

fn replace(presence: &mut Presence, rows: &[PresenceRow], now: Instant) -> Outcome {
    presence.replace(rows, "me", MINUTE, now)
}

fn start() -> Instant {
    Instant::now() + Duration::from_secs(1_000_000)
}

#[test]
fn rule_18_rows_of_one_person_are_merged_and_the_newest_counts() {
    let mut presence = Presence::default();
    let mut newer = row("a", "active", "2026-01-01T10:01:00");
    newer.step = Some(StepRef::Index(4));
    let mut older = row("a", "away", "2026-01-01T10:00:00");
    older.step = Some(StepRef::Index(3));
    let rows = [
        older,
        newer,
        row("me", "active", ""),
        row("me", "active", ""),
        row("me", "away", ""),
    ];
    let outcome = replace(&mut presence, &rows, start());
    assert_eq!(outcome.came, ["a"]);
    let ann = presence.get("a").unwrap();
    assert_eq!((ann.sockets, &ann.step), (2, &Some(StepRef::Index(4))));
    assert_eq!(ann.status(start()), StaffStatus::Active);
    assert_eq!(presence.ids().count(), 1, "oneself is not among the others");
    assert_eq!(presence.own_sockets(), 3);
}

#[test]
fn rule_20_whoever_is_not_in_the_newest_list_is_gone() {
    let mut presence = Presence::default();
    replace(
        &mut presence,
        &[row("a", "active", ""), row("b", "active", "")],
        start(),
    );
    let outcome = replace(
        &mut presence,
        &[row("c", "active", ""), row("b", "active", "")],
        start(),
    );
    assert_eq!(outcome.came, ["c"]);
    assert_eq!(outcome.went, ["a"]);
    let order: Vec<_> = presence
        .by_arrival()
        .iter()
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(order, ["b", "c"]);
}

#[test]
fn rule_20_knowledge_grows_old() {
    let mut presence = Presence::default();
    let now = start();
    replace(&mut presence, &[row("a", "active", "")], now);
    let person = presence.get("a").unwrap().clone();
    assert_eq!(person.ages_at(now), now + PRESENCE_STALE);
    assert_eq!(person.status(now + PRESENCE_STALE), StaffStatus::Away);
    assert_eq!(person.ages_at(now + PRESENCE_STALE), now + PRESENCE_VOID);
    assert!(!presence.age("a", now + MINUTE).changed);
    assert!(presence.age("a", now + PRESENCE_STALE).changed);
    assert_eq!(presence.age("a", now + PRESENCE_VOID).went, ["a"]);
    assert_eq!(presence.age("a", now + PRESENCE_VOID), Outcome::default());
}

#[test]
fn rule_21_times_are_compared_within_their_list_only() {
    let mut presence = Presence::default();
    let now = start();
    // This service's clock is years behind.
    let rows = [
        row("a", "away", "2001-01-01T10:00:00"),
        row("b", "active", "2001-01-01T10:01:10"),
        row("c", "", "2001-01-01T10:01:00"),
        row("d", "", "2001-01-01T09:00:00"),
        row("e", "", "whenever"),
    ];
    replace(&mut presence, &rows, now);
    let of = |id| presence.get(id).unwrap();
    assert_eq!(of("a").seen_shown, now - Duration::from_secs(70));
    assert_eq!(of("b").seen_shown, now);
    assert_eq!(of("c").status(now), StaffStatus::Active);
    assert_eq!(of("d").status(now), StaffStatus::Away);
    assert_eq!(of("e").status(now), StaffStatus::Unknown);
}

#[test]
fn rule_21_an_announcement_counts_from_its_receipt() {
    let mut presence = Presence::default();
    let now = start();
    presence.upsert(&row("a", "active", "1999-01-01T00:00:00Z"), now);
    assert_eq!(presence.get("a").unwrap().seen_shown, now);
}

#[test]
fn one_wild_clock_makes_nobody_else_look_old() {
    let mut presence = Presence::default();
    let now = start();
    let rows = [
        row("a", "active", "2026-01-01T10:00:00"),
        row("b", "active", "9999-01-01T10:00:00"),
    ];
    replace(&mut presence, &rows, now);
    let ann = presence.get("a").unwrap();
    assert_eq!(ann.status(now), StaffStatus::Active);
    assert_eq!(ann.seen_shown, now - MINUTE);
}

#[test]
fn rule_17_one_of_two_sockets_that_leaves_takes_nobody_away() {
    let mut presence = Presence::default();
    let now = start();
    replace(
        &mut presence,
        &[row("a", "active", ""), row("a", "active", "")],
        now,
    );
    let outcome = presence.remove("a");
    assert_eq!((outcome.went.len(), outcome.changed), (0, true));
    assert_eq!(presence.remove("a").went, ["a"]);
    assert_eq!(presence.remove("a"), Outcome::default());
}

#[test]
fn a_deed_wakes_up_and_concludes_presence_only_where_nothing_lists() {
    let mut presence = Presence::default();
    let now = start();
    presence.deed("a", now);
    let status = presence.get("a").unwrap().status(now);
    assert_eq!(status, StaffStatus::Unknown);
    replace(&mut presence, &[row("b", "away", "")], now);
    assert_eq!(presence.deed("a", now), Outcome::default());
    assert!(presence.deed("b", now).changed);
    let status = presence.get("b").unwrap().status(now);
    assert_eq!(status, StaffStatus::Active);
}

#[test]
fn joining_twice_is_being_here_once() {
    let mut presence = Presence::default();
    assert_eq!(presence.upsert(&row("a", "", ""), start()).came, ["a"]);
    let again = presence.upsert(&row("a", "", ""), start());
    assert_eq!(again, Outcome::default());
    assert_eq!(presence.get("a").unwrap().sockets, 1);
}

#[test]
fn rule_34_lists_have_an_end() {
    let mut presence = Presence::default();
    let now = start();
    let rows: Vec<_> = (0..5_000)
        .map(|n| row(&n.to_string(), "active", ""))
        .collect();
    replace(&mut presence, &rows, now);
    assert_eq!(presence.ids().count(), MAX_STAFF);
    let outcome = presence.upsert(&row("one more", "", ""), now);
    assert_eq!((outcome.came.len(), outcome.went.len()), (1, 1));
    assert_eq!(presence.ids().count(), MAX_STAFF);
    presence.upsert(&row(&"x".repeat(10_000), "", ""), now);
    presence.upsert(&row("", "", ""), now);
    assert!(presence.get("").is_none());
}

#[test]
fn somebody_typing_changes_the_list_every_few_seconds_only() {
    let mut presence = Presence::default();
    let now = start();
    replace(&mut presence, &[row("a", "active", "")], now);
    let second = Duration::from_secs(1);
    let changes = (1..=20).filter(|n| presence.deed("a", now + second * *n).changed);
    assert_eq!(changes.count(), 4);
}
