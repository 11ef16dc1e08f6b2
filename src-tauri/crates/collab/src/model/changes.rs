//! Which parts of the view changed since when. One of 5,000 fields is found without looking at the
//! others.

use std::collections::BTreeMap;

use super::fields::FieldIndex;

/// Parts of the view that come whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Connection,
    Me,
    Staff,
    Steps,
    Queue,
    Notifications,
    Missed,
}

const PARTS: usize = Part::Missed as usize + 1;

/// Versions of everything. Each change is a new version of the whole.
#[derive(Debug)]
pub(crate) struct Changes {
    version: u64,
    parts: [u64; PARTS],
    /// Each field once, by its last change.
    fields: BTreeMap<u64, FieldIndex>,
    field_versions: Vec<Option<u64>>,
}

impl Changes {
    /// Everything is new.
    pub(crate) fn new() -> Self {
        Self {
            version: 1,
            parts: [1; PARTS],
            fields: BTreeMap::new(),
            field_versions: Vec::new(),
        }
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// A version for a change that is kept elsewhere.
    pub(crate) fn next(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    pub(crate) fn touch(&mut self, part: Part) {
        self.parts[part as usize] = self.next();
    }

    pub(crate) fn touch_field(&mut self, field: FieldIndex) {
        let version = self.next();
        if self.field_versions.len() <= field.0 {
            self.field_versions.resize(field.0 + 1, None);
        }
        if let Some(before) = self.field_versions[field.0].replace(version) {
            self.fields.remove(&before);
        }
        self.fields.insert(version, field);
    }

    pub(crate) fn is_newer(&self, part: Part, than: u64) -> bool {
        self.parts[part as usize] > than
    }

    /// Fields that changed since, in the order of their last change.
    pub(crate) fn fields_since(&self, version: u64) -> impl Iterator<Item = FieldIndex> {
        self.fields
            .range(version.saturating_add(1)..)
            .map(|(_, field)| *field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_listed_once_by_its_last_change() {
        let mut changes = Changes::new();
        changes.touch_field(FieldIndex(3));
        changes.touch_field(FieldIndex(0));
        let seen = changes.version();
        changes.touch_field(FieldIndex(3));
        changes.touch_field(FieldIndex(3));
        let since = |version| changes.fields_since(version).collect::<Vec<_>>();
        assert_eq!(since(0), [FieldIndex(0), FieldIndex(3)]);
        assert_eq!(since(seen), [FieldIndex(3)]);
        assert_eq!(since(changes.version()), []);
        assert_eq!(since(u64::MAX), []);
    }

    #[test]
    fn parts_change_one_by_one() {
        let mut changes = Changes::new();
        let before = changes.version();
        changes.touch(Part::Queue);
        assert!(changes.is_newer(Part::Queue, before));
        assert!(!changes.is_newer(Part::Staff, before));
        assert!(changes.is_newer(Part::Staff, 0));
    }
}
