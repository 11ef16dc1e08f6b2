//! Where others' focus is: in one field at a time. Nobody tells when it leaves a field.

use std::collections::BTreeMap;
use std::time::Instant;

use super::fields::FieldIndex;
use crate::operation::StaffId;
use crate::policy::{FOCUS_LIFE, FOCUSES};

/// Everybody's focus that is known.
#[derive(Debug, Default)]
pub(crate) struct Focuses(BTreeMap<StaffId, (FieldIndex, Instant)>);

impl Focuses {
    pub(crate) fn of(&self, staff: &str) -> Option<FieldIndex> {
        self.0.get(staff).map(|(field, _)| *field)
    }

    /// Says in which other field it was, if any, and whether this is new; `None` if there are too
    /// many to follow.
    pub(crate) fn set(
        &mut self,
        staff: &str,
        field: FieldIndex,
        now: Instant,
    ) -> Option<(Option<FieldIndex>, bool)> {
        if self.0.len() >= FOCUSES && !self.0.contains_key(staff) {
            return None;
        }
        let before = self.0.insert(staff.to_owned(), (field, now));
        let before = before.map(|(field, _)| field);
        let other = before.filter(|before| *before != field);
        Some((other, before != Some(field)))
    }

    /// Says in which field it was.
    pub(crate) fn remove(&mut self, staff: &str) -> Option<FieldIndex> {
        self.0.remove(staff).map(|(field, _)| field)
    }

    /// When it ends by itself.
    pub(crate) fn ends_at(&self, staff: &str) -> Option<Instant> {
        self.0.get(staff).map(|(_, heard)| *heard + FOCUS_LIFE)
    }
}
