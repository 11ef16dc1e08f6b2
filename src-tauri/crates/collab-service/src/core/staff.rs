//! Who is who: names and roles, learned from everything that carries them.

use std::collections::HashMap;

use super::change::Change;
use super::payload::cut;
use crate::limits::{KNOWN_STAFF, NAME_CHARS};

/// Names and roles by id.
#[derive(Debug, Default)]
pub(super) struct Staff {
    known: HashMap<String, Known>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Known {
    name: Option<String>,
    role: Option<String>,
}

/// What other services write when they do not know a name.
const UNKNOWN: &str = "Unknown";

/// The role of somebody who named none.
const GUEST: &str = "guest";

impl Staff {
    /// Takes over what is new. Names and roles that say nothing never replace any; `firmly` tells
    /// whether others replace what is known, or only fill gaps.
    pub(super) fn learn(
        &mut self,
        id: &str,
        name: Option<&str>,
        role: Option<&str>,
        firmly: bool,
    ) -> Option<Change> {
        let full = self.known.len() >= KNOWN_STAFF && !self.known.contains_key(id);
        let name = said(name).filter(|name| name != UNKNOWN);
        let role = said(role).filter(|role| role != GUEST);
        if full || (name.is_none() && role.is_none()) {
            return None;
        }
        let known = self.known.entry(id.to_owned()).or_default();
        let before = known.clone();
        for (slot, new) in [(&mut known.name, name), (&mut known.role, role)] {
            if new.is_some() && (firmly || slot.is_none()) {
                *slot = new;
            }
        }
        (*known != before).then(|| Change::Staff {
            id: id.to_owned(),
            name: known.name.clone(),
            role: known.role.clone(),
        })
    }

    pub(super) fn name(&self, id: &str) -> &str {
        let name = self.known.get(id).and_then(|known| known.name.as_deref());
        name.unwrap_or(UNKNOWN)
    }

    pub(super) fn role(&self, id: &str) -> &str {
        let role = self.known.get(id).and_then(|known| known.role.as_deref());
        role.unwrap_or(GUEST)
    }
}

fn said(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| cut(text, NAME_CHARS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_replaces_nothing() {
        let mut staff = Staff::default();
        assert_eq!(staff.name("u1"), "Unknown");
        assert!(
            staff
                .learn("u1", Some("Ann Lee"), Some("nurse"), true)
                .is_some()
        );
        for (name, role) in [("Unknown", "guest"), ("  ", ""), ("Ann Lee", "nurse")] {
            assert_eq!(staff.learn("u1", Some(name), Some(role), true), None);
        }
        assert_eq!(staff.learn("u1", Some("Other"), Some("x"), false), None);
        assert_eq!((staff.name("u1"), staff.role("u1")), ("Ann Lee", "nurse"));
        assert!(staff.learn("u1", None, Some("doctor"), true).is_some());
        assert_eq!((staff.name("u1"), staff.role("u1")), ("Ann Lee", "doctor"));
    }
}
