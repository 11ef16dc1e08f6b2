//! Names and roles of people, learned from whatever tells them. Presence lists often know neither.

use std::collections::BTreeMap;

use crate::operation::StaffId;
use crate::policy::STAFF_KNOWN;
use crate::text;

/// Where a role was read; the later ones are believed over the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RoleSource {
    /// A presence list: the role of the connection, often `guest`.
    List,
    /// An event of that person.
    Deed,
    /// That person's own announcement.
    Announced,
}

/// What is known of one person.
#[derive(Debug)]
struct Known {
    name: Option<String>,
    role: Option<(RoleSource, String)>,
    /// When they were last learned of, as a number that grows.
    fresh: u64,
}

/// Who is called what.
#[derive(Debug)]
pub(crate) struct Directory {
    me: StaffId,
    my_name: String,
    my_role: String,
    known: BTreeMap<StaffId, Known>,
    learned: u64,
}

impl Directory {
    /// This person's own name and role are theirs to say, nobody else's.
    pub(crate) fn new(me: StaffId, my_name: &str, my_role: &str) -> Self {
        Self {
            me,
            my_name: text::label(my_name),
            my_role: text::label(my_role),
            known: BTreeMap::new(),
            learned: 0,
        }
    }

    pub(crate) fn is_me(&self, staff: &str) -> bool {
        self.me == staff
    }

    /// Learns what it can; says whether anything shown changes. Whoever was learned of longest ago
    /// is forgotten when there are too many.
    pub(crate) fn learn(
        &mut self,
        staff: &str,
        name: Option<&str>,
        role: Option<(RoleSource, &str)>,
    ) -> bool {
        let name = name.map(text::name).filter(|name| says_something(name));
        let role = role.map(|(source, role)| (source, text::name(role)));
        let role = role.filter(|(_, role)| !role.is_empty());
        if self.is_me(staff) || !text::is_id(staff) || (name.is_none() && role.is_none()) {
            return false;
        }
        self.learned += 1;
        let known = self.known.entry(staff.to_owned()).or_insert(Known {
            name: None,
            role: None,
            fresh: 0,
        });
        known.fresh = self.learned;
        let mut changed = false;
        if name.is_some() && known.name != name {
            known.name = name;
            changed = true;
        }
        if let Some((source, role)) = role {
            let (believed, shown) = match &known.role {
                Some((source, role)) => (Some(*source), Some(role)),
                None => (None, None),
            };
            let differs = shown != Some(&role);
            if believed.is_none_or(|believed| source >= believed) {
                changed |= differs;
                known.role = Some((source, role));
            }
        }
        self.forget();
        changed
    }

    fn forget(&mut self) {
        if self.known.len() <= STAFF_KNOWN {
            return;
        }
        let oldest = self.known.iter().min_by_key(|(_, known)| known.fresh);
        if let Some(staff) = oldest.map(|(staff, _)| staff.clone()) {
            self.known.remove(&staff);
        }
    }

    pub(crate) fn name(&self, staff: &str) -> Option<&str> {
        if self.is_me(staff) {
            return Some(&self.my_name)
                .filter(|name| !name.is_empty())
                .map(|name| &**name);
        }
        self.known.get(staff)?.name.as_deref()
    }

    pub(crate) fn role(&self, staff: &str) -> Option<&str> {
        if self.is_me(staff) {
            return Some(&self.my_role)
                .filter(|role| !role.is_empty())
                .map(|role| &**role);
        }
        let (_, role) = self.known.get(staff)?.role.as_ref()?;
        Some(role)
    }

    /// The name, else the id.
    pub(crate) fn called(&self, staff: &str) -> String {
        self.name(staff)
            .map_or_else(|| text::label(staff), str::to_owned)
    }
}

/// `Unknown` is what a service writes that knows no names.
fn says_something(name: &str) -> bool {
    !name.is_empty() && !name.eq_ignore_ascii_case("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        Directory::new("me".into(), "Mia", "nurse")
    }

    #[test]
    fn rule_19_unknown_never_replaces_a_known_name() {
        let mut staff = directory();
        assert!(!staff.learn("a", Some("Unknown"), None));
        assert_eq!(staff.called("a"), "a");
        assert!(staff.learn("a", Some("Ann Lee"), None));
        assert!(!staff.learn("a", Some("unknown"), None));
        assert!(!staff.learn("a", Some("  "), None));
        assert_eq!(staff.called("a"), "Ann Lee");
        assert!(staff.learn("a", Some("Ann Li"), None));
        assert_eq!(staff.called("a"), "Ann Li");
    }

    #[test]
    fn rule_19_an_announced_role_beats_a_listed_one() {
        let mut staff = directory();
        assert!(staff.learn("a", None, Some((RoleSource::List, "guest"))));
        assert!(staff.learn("a", None, Some((RoleSource::Announced, "doctor"))));
        assert!(!staff.learn("a", None, Some((RoleSource::List, "guest"))));
        assert!(!staff.learn("a", None, Some((RoleSource::Announced, ""))));
        assert_eq!(staff.role("a"), Some("doctor"));
    }

    #[test]
    fn nobody_says_who_i_am() {
        let mut staff = directory();
        assert!(!staff.learn("me", Some("Eve"), Some((RoleSource::Announced, "admin"))));
        assert_eq!(
            (staff.name("me"), staff.role("me")),
            (Some("Mia"), Some("nurse"))
        );
    }

    #[test]
    fn the_longest_unheard_is_forgotten() {
        let mut staff = directory();
        for n in 0..=STAFF_KNOWN {
            staff.learn(&format!("{n}"), Some("Name"), None);
            staff.learn("0", Some("First"), None);
        }
        assert_eq!(staff.known.len(), STAFF_KNOWN);
        assert_eq!(staff.called("0"), "First");
        assert_eq!(staff.name("1"), None);
    }
}
