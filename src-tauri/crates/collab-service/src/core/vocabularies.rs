//! The vocabularies that sockets speak, and the names that they have for one room.

/// A set of vocabularies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Vocabularies(u8);

impl Vocabularies {
    pub(crate) const NONE: Self = Self(0);
    /// `join_screening`, `step_change`, `user_heartbeat`, `leave_screening`.
    pub(crate) const PANEL: Self = Self(1);
    /// `join_room`, `live_typing`, `field_completed` and so on.
    pub(crate) const SERVICE: Self = Self(2);
    /// `join_patient_room`, `field_update`, `step_update`, `leave_patient_room`.
    pub(crate) const DEPLOYED: Self = Self(4);
    /// Insights and nothing else.
    pub(crate) const INSIGHTS: Self = Self(8);
    /// Those that have words for presence and queue; the same words.
    pub(crate) const PRESENCE: Self = Self(1 | 4);

    pub(crate) const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(crate) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether one of `others` is among them.
    pub(crate) fn has(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::NONE
    }
}

/// What vocabularies put before a record's id to name its room.
const ROOM_PREFIXES: [&str; 3] = ["hospital_mobile_session_", "screening_", "patient_"];

/// The record behind the name of a room, or behind the id of a session or patient. Other names are
/// records of that name.
pub(crate) fn record_of(name: &str) -> &str {
    ROOM_PREFIXES
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .filter(|id| !id.is_empty())
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::record_of;

    #[test]
    fn all_rooms_of_a_record_are_one() {
        for name in [
            "screening_P1",
            "hospital_mobile_session_P1",
            "patient_P1",
            "P1",
        ] {
            assert_eq!(record_of(name), "P1");
        }
        assert_eq!(record_of("role_nurse"), "role_nurse");
        assert_eq!(record_of("screening_"), "screening_");
    }
}
