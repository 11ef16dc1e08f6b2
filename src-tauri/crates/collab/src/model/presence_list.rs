//! A list of who is present as services send it: one row for each socket, times by the service's
//! clock, and whatever else clients claimed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::server_time;
use crate::operation::PresenceRow;
use crate::policy::LIST_AGE_LIMIT;
use crate::text;
use crate::view::StaffStatus;

/// The rows of one person as one.
pub(crate) struct Merged<'a> {
    /// The row with the newest activity.
    pub(crate) row: &'a PresenceRow,
    pub(crate) sockets: u16,
    pub(crate) told: StaffStatus,
    /// How long they have not been active, by the clock of this list.
    pub(crate) quiet: Duration,
}

struct Rows<'a> {
    row: &'a PresenceRow,
    micros: Option<i64>,
    sockets: u16,
    place: usize,
}

/// Everybody in the list once, in its order.
pub(crate) fn merge(rows: &[PresenceRow], away_after: Duration) -> Vec<Merged<'_>> {
    let mut people: BTreeMap<&str, Rows<'_>> = BTreeMap::new();
    let rows = rows.iter().filter(|row| text::is_id(&row.staff));
    for (place, row) in rows.enumerate() {
        let micros = row.last_activity.as_deref().and_then(server_time::micros);
        people
            .entry(&row.staff)
            .and_modify(|one| {
                one.sockets = one.sockets.saturating_add(1);
                if micros > one.micros {
                    (one.row, one.micros) = (row, micros);
                }
            })
            .or_insert(Rows {
                row,
                micros,
                sockets: 1,
                place,
            });
    }
    let newest = people.values().filter_map(|one| one.micros).max();
    let mut people: Vec<_> = people.into_values().collect();
    people.sort_by_key(|one| one.place);
    let merged = people.into_iter().map(|one| {
        let age = age(one.micros, newest);
        let told = told(one.row.status.as_deref(), age, away_after);
        let quiet = age.unwrap_or_default();
        Merged {
            row: one.row,
            sockets: one.sockets,
            told,
            // One wild clock in a list must not make everybody else look old.
            quiet: match told {
                StaffStatus::Active => quiet.min(away_after),
                _ => quiet,
            },
        }
    });
    merged.collect()
}

fn age(micros: Option<i64>, newest: Option<i64>) -> Option<Duration> {
    let age = newest?.checked_sub(micros?)?;
    let age = Duration::from_micros(u64::try_from(age).ok()?);
    Some(age.min(LIST_AGE_LIMIT))
}

/// What a row says of its person.
pub(crate) fn told(
    status: Option<&str>,
    age: Option<Duration>,
    away_after: Duration,
) -> StaffStatus {
    match (status.map(str::to_ascii_lowercase).as_deref(), age) {
        (Some("active"), _) => StaffStatus::Active,
        (Some("idle"), _) => StaffStatus::Idle,
        (Some("away"), _) => StaffStatus::Away,
        (None, Some(age)) if age > away_after => StaffStatus::Away,
        (None, Some(_)) => StaffStatus::Active,
        _ => StaffStatus::Unknown,
    }
}
