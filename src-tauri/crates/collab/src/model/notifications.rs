//! What services pushed: each once, the newest first, the oldest forgotten.

use std::collections::VecDeque;
use std::time::Instant;

use super::clock::Clock;
use crate::operation::{NotificationLevel, NotificationRow};
use crate::policy::{MAX_TEXT_CHARS, NOTIFICATIONS};
use crate::text;
use crate::view::{NotificationLevelView, NotificationView};

/// The notifications that are kept.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    kept: VecDeque<NotificationView>,
    /// Keys of those taken off the list; they stay away when the service repeats them.
    dismissed: VecDeque<String>,
}

/// What a pushed notification is.
#[derive(Debug, PartialEq)]
pub(crate) enum Added {
    /// Told before and unchanged, or taken off the list.
    Known,
    /// Told before, in other words.
    Changed,
    New(NotificationView),
}

impl Notifications {
    pub(crate) fn list(&self) -> Vec<NotificationView> {
        self.kept.iter().cloned().collect()
    }

    pub(crate) fn add(&mut self, row: &NotificationRow, now: Instant, clock: &Clock) -> Added {
        let key = key(row);
        if self.dismissed.contains(&key) {
            return Added::Known;
        }
        let mut view = NotificationView {
            key,
            level: level(row.level),
            title: row.title.as_deref().map(text::label),
            body: text::paragraph(&row.body, MAX_TEXT_CHARS),
            kind: text::label(&row.kind),
            heard_ms: clock.ms(now),
            read: false,
        };
        if let Some(known) = self.kept.iter_mut().find(|known| known.key == view.key) {
            (view.heard_ms, view.read) = (known.heard_ms, known.read);
            if *known == view {
                return Added::Known;
            }
            *known = view;
            return Added::Changed;
        }
        self.kept.push_front(view.clone());
        self.kept.truncate(NOTIFICATIONS);
        Added::New(view)
    }

    /// Marks one as read, or all.
    pub(crate) fn mark_read(&mut self, key: Option<&str>) -> bool {
        let mut changed = false;
        for one in &mut self.kept {
            if key.is_none_or(|key| key == one.key) {
                changed |= !std::mem::replace(&mut one.read, true);
            }
        }
        changed
    }

    pub(crate) fn dismiss(&mut self, key: &str) -> bool {
        let before = self.kept.len();
        self.kept.retain(|one| one.key != key);
        if self.kept.len() == before {
            return false;
        }
        self.dismissed.push_front(key.to_owned());
        self.dismissed.truncate(NOTIFICATIONS);
        true
    }
}

/// The service's id, cut: it is only ever compared.
fn key(row: &NotificationRow) -> String {
    if text::is_id(&row.key) {
        return row.key.clone();
    }
    let told = (&row.key, &row.kind, &row.server_time, &row.body);
    format!("#{:016x}", super::value::mark(&format!("{told:?}")))
}

fn level(level: NotificationLevel) -> NotificationLevelView {
    match level {
        NotificationLevel::Info => NotificationLevelView::Info,
        NotificationLevel::Success => NotificationLevelView::Success,
        NotificationLevel::Warning => NotificationLevelView::Warning,
        NotificationLevel::Error => NotificationLevelView::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &str, body: &str) -> NotificationRow {
        NotificationRow {
            key: key.into(),
            body: body.into(),
            ..NotificationRow::default()
        }
    }

    fn add(notifications: &mut Notifications, row: &NotificationRow) -> Added {
        let now = Instant::now();
        notifications.add(row, now, &Clock::new(now, 1_000))
    }

    #[test]
    fn each_is_there_once() {
        let mut list = Notifications::default();
        assert!(matches!(add(&mut list, &row("1", "Hello")), Added::New(_)));
        assert_eq!(add(&mut list, &row("1", "Hello")), Added::Known);
        assert!(list.mark_read(Some("1")));
        assert!(!list.mark_read(None));
        assert_eq!(add(&mut list, &row("1", "Hello!")), Added::Changed);
        assert_eq!(list.list().len(), 1);
        assert!(list.list()[0].read);
    }

    #[test]
    fn what_was_dismissed_stays_away() {
        let mut list = Notifications::default();
        add(&mut list, &row("1", "Hello"));
        assert!(list.dismiss("1"));
        assert!(!list.dismiss("1"));
        assert_eq!(add(&mut list, &row("1", "Hello")), Added::Known);
        assert_eq!(list.list(), []);
    }

    #[test]
    fn the_newest_come_first_and_the_oldest_go() {
        let mut list = Notifications::default();
        for n in 0..NOTIFICATIONS + 10 {
            add(&mut list, &row(&n.to_string(), &"long ".repeat(10_000)));
        }
        let list = list.list();
        assert_eq!(list.len(), NOTIFICATIONS);
        assert_eq!(list[0].key, (NOTIFICATIONS + 9).to_string());
        assert!(list.iter().all(|one| one.body.len() < 10_000));
    }

    #[test]
    fn without_a_key_the_words_are_the_key() {
        let mut list = Notifications::default();
        assert!(matches!(add(&mut list, &row("", "One")), Added::New(_)));
        assert!(matches!(add(&mut list, &row("", "Two")), Added::New(_)));
        assert_eq!(add(&mut list, &row("", "One")), Added::Known);
    }
}
