//! What must hold after every step, and a window that lays the parts of the view over each other.

use std::collections::{BTreeMap, BTreeSet};

use collab::view::{ActivityView, CollabUpdate, Delivery, FieldView, StaffView};

/// Keeps what it was sent, as the window does.
#[derive(Default)]
pub struct Window {
    shown: CollabUpdate,
    fields: BTreeMap<String, FieldView>,
    activity: BTreeMap<u64, ActivityView>,
}

impl Window {
    pub fn version(&self) -> u64 {
        self.shown.version
    }

    pub fn lay(&mut self, update: CollabUpdate) {
        let shown = &mut self.shown;
        assert!(update.version >= shown.version);
        shown.version = update.version;
        macro_rules! lay {
            ($($part:ident),*) => {
                $(if update.$part.is_some() { shown.$part = update.$part; })*
            };
        }
        lay!(
            record,
            connection,
            me,
            staff,
            steps,
            queue,
            notifications,
            missed
        );
        for field in update.fields {
            self.fields.insert(field.key.clone(), field);
        }
        for entry in update.activity {
            self.activity.insert(entry.seq, entry);
        }
        while self.activity.len() > 500 {
            self.activity.pop_first();
        }
    }

    /// The parts together are the whole.
    pub fn check_against(&self, whole: &CollabUpdate) {
        let shown = &self.shown;
        assert_eq!(shown.record, whole.record);
        assert_eq!(shown.connection, whole.connection);
        assert_eq!(shown.me, whole.me);
        assert_eq!(timeless(&shown.staff), timeless(&whole.staff));
        assert_eq!(shown.steps, whole.steps);
        assert_eq!(shown.queue, whole.queue);
        assert_eq!(shown.notifications, whole.notifications);
        assert_eq!(shown.missed, whole.missed);
        assert_eq!(self.fields.len(), whole.fields.len());
        for field in &whole.fields {
            assert_eq!(self.fields.get(&field.key), Some(field));
        }
        let activity: Vec<_> = self.activity.values().cloned().collect();
        assert_eq!(activity, whole.activity);
    }
}

/// One's own "last seen" moves with every deed and is nobody's news.
fn timeless(staff: &Option<Vec<StaffView>>) -> Option<Vec<StaffView>> {
    let mut staff = staff.clone();
    for person in staff.iter_mut().flatten().filter(|person| person.is_self) {
        person.seen_ms = 0;
    }
    staff
}

/// What always holds (section 15), and every limit.
pub fn check(whole: &CollabUpdate) {
    let staff = whole.staff.as_ref().unwrap();
    let ids: BTreeSet<_> = staff.iter().map(|person| &person.id).collect();
    assert_eq!(ids.len(), staff.len(), "a person is here once");
    assert!(staff[0].is_self, "oneself comes first");
    assert!(staff[1..].iter().all(|person| !person.is_self), "and once");
    assert!(staff.len() <= 201);
    assert!(staff.iter().all(|person| person.sockets > 0));

    let queue = whole.queue.as_ref().unwrap();
    let keys: BTreeSet<_> = queue.entries.iter().map(|entry| &entry.key).collect();
    assert_eq!(keys.len(), queue.entries.len());
    assert!(queue.entries.len() <= 500);

    let notifications = whole.notifications.as_ref().unwrap();
    let keys: BTreeSet<_> = notifications.iter().map(|one| &one.key).collect();
    assert_eq!(keys.len(), notifications.len());
    assert!(notifications.len() <= 200);

    assert!(whole.activity.len() <= 500);
    assert!(whole.activity.is_sorted_by(|one, next| one.seq < next.seq));

    let me = &staff[0].id;
    let mut waiting = 0;
    for field in &whole.fields {
        let delivery = field.mine.as_ref().map(|mine| mine.delivery);
        waiting += u32::from(delivery == Some(Delivery::Waiting));
        let typists: BTreeSet<_> = field.drafts.iter().map(|draft| &draft.staff).collect();
        assert_eq!(typists.len(), field.drafts.len(), "a draft for each");
        assert!(!typists.contains(me) && !field.focus.contains(me));
        assert!(field.drafts.len() <= 16);
    }
    assert!(waiting <= whole.me.as_ref().unwrap().waiting);
    assert!(whole.missed.as_ref().unwrap().len() <= 200);
    assert!(whole.steps.as_ref().unwrap().len() <= 200);
}
