//! A record in words: what changed, line by line.

use std::collections::BTreeMap;

use collab::text::line;
use collab::view::{
    ActivityKind, ActivityView, CollabConnectionView, CollabUpdate, ConflictKind, ConflictView,
    FieldView, QueueView, StaffView,
};

/// Characters of a value in a line.
const VALUE_CHARS: usize = 80;
/// People who are named in a line.
const NAMES: usize = 12;

/// Keeps what was said, so that nothing is said twice.
#[derive(Debug, Default)]
pub struct Words {
    host: String,
    connection: Option<String>,
    /// Who was here at the beginning was told; after that, who comes and goes is.
    told_staff: bool,
    /// Conflicts that were told, by their fields.
    conflicts: BTreeMap<String, ConflictView>,
}

impl Words {
    /// The lines for an update.
    pub fn of(&mut self, update: &CollabUpdate) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(record) = &update.record {
            self.host.clone_from(&record.host);
        }
        if let Some(connection) = &update.connection {
            let words = self.connection(connection);
            if self.connection.as_ref() != Some(&words) {
                lines.push(words.clone());
                self.connection = Some(words);
            }
        }
        if let Some(staff) = &update.staff
            && !self.told_staff
        {
            let someone_came = update
                .activity
                .iter()
                .any(|entry| entry.what == ActivityKind::Joined && !entry.by_self);
            let present = present(staff).filter(|_| !someone_came);
            self.told_staff = someone_came || present.is_some();
            lines.extend(present);
        }
        // Of a run of typing only its end is worth a line, and that is the value.
        let told = update
            .activity
            .iter()
            .filter(|entry| entry.what != ActivityKind::Typed);
        lines.extend(told.filter_map(entry));
        for field in &update.fields {
            lines.extend(self.conflict(field));
        }
        lines
    }

    fn connection(&self, connection: &CollabConnectionView) -> String {
        match connection {
            CollabConnectionView::Connecting => format!("Connecting to {} …", self.host),
            CollabConnectionView::Joining => "Connected; entering the record …".to_owned(),
            CollabConnectionView::Joined { unheard: true, .. } => {
                "In the record, but nothing known has arrived: another deployment may fit."
                    .to_owned()
            }
            CollabConnectionView::Joined { transport, .. } => {
                format!("In the record, by {transport}.")
            }
            CollabConnectionView::Reconnecting { reason, .. } => {
                format!("No connection, trying again: {}", reason.message)
            }
            CollabConnectionView::Refused { reason, .. } if reason.details.is_empty() => {
                reason.message.clone()
            }
            CollabConnectionView::Refused { reason, .. } => {
                format!(
                    "{} It said: {}",
                    reason.message,
                    line(&reason.details, VALUE_CHARS)
                )
            }
            CollabConnectionView::Closed => "You have left the record.".to_owned(),
        }
    }

    fn conflict(&mut self, field: &FieldView) -> Option<String> {
        let Some(conflict) = &field.conflict else {
            self.conflicts.remove(&field.key);
            return None;
        };
        let told = self.conflicts.insert(field.key.clone(), conflict.clone());
        if told.is_some_and(|told| told.kind == conflict.kind) {
            return None;
        }
        let (with, mine) = (&conflict.with, short(&conflict.mine));
        let (label, theirs) = (&field.label, short(&conflict.theirs));
        Some(match conflict.kind {
            ConflictKind::Typing => format!("! {with} is typing in {label} as well."),
            ConflictKind::Replaced | ConflictKind::MovedOn => format!(
                "! {label}: {with} gave {theirs} in place of your {mine}. /keep {key} or /take {key}",
                key = field.key
            ),
        })
    }
}

/// Who else is here.
fn present(staff: &[StaffView]) -> Option<String> {
    let others = staff.iter().filter(|one| !one.is_self);
    let name = |one: &StaffView| {
        let name = one.name.as_deref().unwrap_or(&one.id);
        let role = one.role.as_deref().map(|role| format!(" ({role})"));
        format!("{name}{}", role.unwrap_or_default())
    };
    let names: Vec<String> = others.clone().take(NAMES).map(name).collect();
    let more = others.count().saturating_sub(NAMES);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!names.is_empty()).then(|| format!("  Here: {}{more}", names.join(", ")))
}

fn entry(entry: &ActivityView) -> Option<String> {
    let who = match (&entry.who, entry.by_self) {
        (_, true) => "You",
        (Some(who), false) => who,
        (None, false) => "Somebody",
    };
    let about = entry.about.as_deref().unwrap_or("?");
    let text = entry.text.as_deref().map(short).unwrap_or_default();
    Some(match entry.what {
        ActivityKind::Joined => format!("  + {who}"),
        ActivityKind::Left => format!("  - {who}"),
        ActivityKind::Stepped => format!("  {who} → {about}"),
        ActivityKind::Typed => return None,
        ActivityKind::Committed => format!("  {who}: {about} = {text}"),
        ActivityKind::Conflicted => format!("  Two people were in {about}."),
        ActivityKind::QueueMoved => "  The queue changed.".to_owned(),
        ActivityKind::Notified => format!(
            "  ♪ {}",
            [entry.about.as_deref(), Some(&text)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(": ")
        ),
        ActivityKind::RecordUpdated => format!("  The record was changed elsewhere ({text})."),
        ActivityKind::Refused => format!("  The service said no: {text}"),
        // Told by the state of the connection.
        ActivityKind::Connected | ActivityKind::Disconnected => return None,
    })
}

/// The queue as a table.
pub fn queue(queue: &QueueView) -> Vec<String> {
    if queue.entries.is_empty() {
        return vec!["The queue is empty.".to_owned()];
    }
    let row = |entry: &collab::view::QueueEntryView| {
        let position = entry
            .position
            .map_or_else(|| "?".to_owned(), |at| at.to_string());
        let own = if entry.is_own { "→" } else { " " };
        let name = entry.name.as_deref().unwrap_or(&entry.record);
        let step = entry.step_label.as_deref().unwrap_or_default();
        let priority = match entry.priority {
            collab::view::Priority::High => "high",
            collab::view::Priority::Normal => "",
            collab::view::Priority::Low => "low",
        };
        let line = format!(
            "{own}{position:>4}  {name:<24}  {step:<22}  {priority:<4}  {}",
            entry.staff.join(", ")
        );
        line.trim_end().to_owned()
    };
    queue.entries.iter().map(row).collect()
}

/// Values are other people's text, and may try to steer the terminal.
fn short(text: &str) -> String {
    line(text, VALUE_CHARS)
}

#[cfg(test)]
mod tests {
    use collab::view::StaffStatus;

    use super::*;

    fn person(id: &str, name: Option<&str>, is_self: bool) -> StaffView {
        StaffView {
            id: id.to_owned(),
            name: name.map(str::to_owned),
            role: None,
            is_self,
            status: StaffStatus::Active,
            sockets: 1,
            step: None,
            step_label: None,
            editing: None,
            since_ms: 0,
            seen_ms: 0,
        }
    }

    fn update(staff: &[StaffView], joined: &[&str]) -> CollabUpdate {
        let entry = |who: &&str| ActivityView {
            seq: 1,
            at_ms: 0,
            who: Some((*who).to_owned()),
            by_self: false,
            what: ActivityKind::Joined,
            about: None,
            text: None,
            count: 1,
        };
        CollabUpdate {
            staff: Some(staff.to_vec()),
            activity: joined.iter().map(entry).collect(),
            ..CollabUpdate::default()
        }
    }

    #[test]
    fn who_is_here_already_is_told_once() {
        let me = person("me", None, true);
        let here = [
            me.clone(),
            person("u1", Some("Ann Lee"), false),
            person("u2", None, false),
        ];
        let mut words = Words::default();
        assert!(words.of(&update(std::slice::from_ref(&me), &[])).is_empty());
        assert_eq!(words.of(&update(&here, &[])), ["  Here: Ann Lee, u2"]);
        assert!(words.of(&update(&here, &[])).is_empty());
    }

    #[test]
    fn who_comes_later_is_told_as_that_alone() {
        let here = [
            person("me", None, true),
            person("u1", Some("Ann Lee"), false),
        ];
        let mut words = Words::default();
        assert_eq!(words.of(&update(&here, &["Ann Lee"])), ["  + Ann Lee"]);
        assert!(words.of(&update(&here, &[])).is_empty());
    }

    #[test]
    fn a_crowd_is_counted() {
        let crowd: Vec<_> = (0..NAMES + 3)
            .map(|n| person(&n.to_string(), None, false))
            .collect();
        let told = Words::default().of(&update(&crowd, &[]));
        assert!(told[0].ends_with(" 11 and 3 more"), "{told:?}");
    }
}
