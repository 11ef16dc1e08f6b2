//! What is due when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::fields::FieldIndex;
use crate::operation::StaffId;

/// Something that happens by itself after a while.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The join has had no answer.
    JoinPatience,
    /// Join again after a refusal.
    JoinRetry,
    /// Send again what could not be sent.
    SendRetry,
    /// Nothing known has been heard since joining.
    Unheard,
    /// Tell that this client is alive, as often as the deployment says.
    Heartbeat,
    /// Nothing that a service counts has been told for long.
    Silence,
    /// Tell the focus that was held back.
    TellFocus,
    /// Tell the text that was held back.
    TellTyping(FieldIndex),
    /// Somebody's draft in a field.
    Draft(FieldIndex, StaffId),
    /// Somebody's focus.
    Focus(StaffId),
    /// Somebody's presence grows old.
    Presence(StaffId),
    /// Somebody who left has not come back.
    Left(StaffId),
}

/// The timers that run, each once.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    at: BTreeMap<Due, Instant>,
    order: BTreeSet<(Instant, Due)>,
}

impl Timers {
    /// Starts a timer, or sets it anew.
    pub(crate) fn set(&mut self, due: Due, at: Instant) {
        self.stop(&due);
        self.order.insert((at, due.clone()));
        self.at.insert(due, at);
    }

    /// Starts a timer unless it runs.
    pub(crate) fn set_if_idle(&mut self, due: Due, at: Instant) {
        if !self.at.contains_key(&due) {
            self.set(due, at);
        }
    }

    /// Stops a timer; says whether it ran.
    pub(crate) fn stop(&mut self, due: &Due) -> bool {
        let at = self.at.remove(due);
        at.is_some_and(|at| self.order.remove(&(at, due.clone())))
    }

    /// Takes the one that has been due longest.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Due> {
        if self.next()? > now {
            return None;
        }
        let (_, due) = self.order.pop_first()?;
        self.at.remove(&due);
        Some(due)
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.order.first().map(|(at, _)| *at)
    }

    pub(crate) fn clear(&mut self) {
        self.at.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_runs_once_and_they_come_in_order() {
        let start = Instant::now();
        let second = |n| start + Duration::from_secs(n);
        let mut timers = Timers::default();
        timers.set(Due::Heartbeat, second(3));
        timers.set(Due::Heartbeat, second(2));
        timers.set_if_idle(Due::Heartbeat, second(1));
        timers.set(Due::Unheard, second(1));
        timers.set(Due::JoinRetry, second(1));
        timers.stop(&Due::JoinRetry);
        assert_eq!(timers.next(), Some(second(1)));
        assert_eq!(timers.take_due(start), None);
        assert_eq!(timers.take_due(second(5)), Some(Due::Unheard));
        assert_eq!(timers.take_due(second(5)), Some(Due::Heartbeat));
        assert_eq!(timers.take_due(second(5)), None);
        assert_eq!(timers.next(), None);
    }
}
