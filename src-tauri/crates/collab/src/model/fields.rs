//! The fields of the record: found by key, numbered in the order in which they turned up, and
//! never forgotten.

use std::collections::HashMap;

use serde_json::Value;

use super::field::Field;
use super::keys;
use super::value::Held;
use crate::intent::FieldRef;
use crate::policy::{FIELDS, VALUE_BYTES, VALUE_BYTES_SHORT, VALUES_BYTES};
use crate::text;

/// Number of a field; it stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FieldIndex(pub(crate) usize);

/// All fields.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    fields: Vec<Field>,
    by_key: HashMap<String, FieldIndex>,
    /// What the deployment calls fields of any step.
    labels: HashMap<String, String>,
    /// Bytes of all values.
    bytes: usize,
}

impl Fields {
    pub(crate) fn new(configured: &[(FieldRef, String)]) -> Self {
        let mut fields = Self::default();
        for (at, label) in configured {
            if at.step.is_none() {
                fields.labels.insert(at.name.clone(), label.clone());
            }
            let index = fields.add(at);
            if let Some(field) = fields.get_mut(index) {
                field.label.clone_from(label);
            }
        }
        fields
    }

    pub(crate) fn get(&self, index: FieldIndex) -> Option<&Field> {
        self.fields.get(index.0)
    }

    pub(crate) fn get_mut(&mut self, index: FieldIndex) -> Option<&mut Field> {
        self.fields.get_mut(index.0)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (FieldIndex, &Field)> {
        let indexed = self.fields.iter().enumerate();
        indexed.map(|(index, field)| (FieldIndex(index), field))
    }

    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    pub(crate) fn by_key(&self, key: &str) -> Option<FieldIndex> {
        self.by_key.get(key).copied()
    }

    /// A field that somebody else used; `None` if there is no room for another, or it cannot be
    /// one.
    pub(crate) fn heard(&mut self, at: &FieldRef) -> Option<FieldIndex> {
        let step = at.step.as_ref().map(keys::of_step);
        if !text::is_id(&at.name) || step.is_some_and(|step| !text::is_id(&step)) {
            return None;
        }
        let known = self.by_key(&keys::of_field(at));
        known.or_else(|| (self.fields.len() < FIELDS).then(|| self.add(at)))
    }

    /// A field that may be named without its step: the only one of that name.
    pub(crate) fn find(&self, at: &FieldRef) -> Option<FieldIndex> {
        let exact = self.by_key(&keys::of_field(at));
        if exact.is_some() || at.step.is_some() {
            return exact;
        }
        let mut named = self.all().filter(|(_, field)| field.at.name == at.name);
        let (only, _) = named.next()?;
        named.next().is_none().then_some(only)
    }

    /// Whether there is any field of a name, in whatever step.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.at.name == name)
    }

    /// A field, made if it does not exist.
    pub(crate) fn add(&mut self, at: &FieldRef) -> FieldIndex {
        let key = keys::of_field(at);
        if let Some(known) = self.by_key(&key) {
            return known;
        }
        let at = FieldRef {
            step: at.step.as_ref().map(keys::normal),
            name: at.name.clone(),
        };
        let label = self.labels.get(&at.name).cloned();
        let label = label.unwrap_or_else(|| text::label(&at.name));
        let index = FieldIndex(self.fields.len());
        self.by_key.insert(key.clone(), index);
        self.fields.push(Field::new(at, key, label));
        index
    }

    /// A value from the wire as it is kept: whole, unless it is very long or there is very much.
    pub(crate) fn hold(&self, value: &Value) -> Held {
        let bytes = if self.bytes < VALUES_BYTES {
            VALUE_BYTES
        } else {
            VALUE_BYTES_SHORT
        };
        Held::heard(value, bytes)
    }

    /// Puts a value in place.
    pub(crate) fn set_known(&mut self, index: FieldIndex, value: Held) {
        if let Some(field) = self.fields.get_mut(index.0) {
            let length = |value: &Held| value.text().len();
            self.bytes += length(&value);
            let before = field.known.replace(value);
            self.bytes -= before.as_ref().map_or(0, length);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::intent::StepRef;

    fn at(step: Option<i64>, name: &str) -> FieldRef {
        FieldRef {
            step: step.map(StepRef::Index),
            name: name.into(),
        }
    }

    #[test]
    fn fields_are_made_once_and_found_without_their_step_if_that_is_clear() {
        let mut fields = Fields::new(&[(at(None, "left"), "Left eye".into())]);
        let left = fields.heard(&at(Some(3), "left")).unwrap();
        assert_eq!(fields.get(left).unwrap().label, "Left eye");
        let right = fields.heard(&at(Some(3), "right")).unwrap();
        assert_eq!(fields.heard(&at(Some(3), "right")), Some(right));
        assert_eq!(fields.find(&at(None, "right")), Some(right));
        fields.heard(&at(Some(4), "right"));
        assert_eq!(fields.find(&at(None, "right")), None);
        assert_eq!(fields.find(&at(Some(9), "right")), None);
    }

    #[test]
    fn others_cannot_fill_the_memory() {
        let mut fields = Fields::default();
        for n in 0..FIELDS + 10 {
            fields.heard(&at(None, &n.to_string()));
        }
        assert_eq!(fields.len(), FIELDS);
        assert_eq!(fields.heard(&at(None, "")), None);
        assert_eq!(fields.heard(&at(None, &"x".repeat(9_999))), None);
        let long = json!("x".repeat(VALUE_BYTES * 2));
        for n in 0..2_000 {
            let held = fields.hold(&long);
            fields.set_known(FieldIndex(n), held);
        }
        assert!(fields.bytes < VALUES_BYTES + VALUE_BYTES + 2_000 * VALUE_BYTES_SHORT);
    }
}
