//! Requests that wait for their ack.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// Later than any real deadline; for time-outs that would overflow the clock.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// A table of outstanding requests, each with its own deadline. `R` is the way back to the caller.
#[derive(Debug)]
pub(crate) struct Acks<R> {
    waiting: HashMap<u64, Waiting<R>>,
    deadlines: BTreeSet<(Instant, u64)>,
}

#[derive(Debug)]
struct Waiting<R> {
    reply: R,
    timeout: Duration,
    deadline: Instant,
}

impl<R> Acks<R> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: HashMap::new(),
            deadlines: BTreeSet::new(),
        }
    }

    /// Registers request `id`, asked at `asked`. Numbers are unique for the life of a client.
    pub(crate) fn register(&mut self, id: u64, reply: R, asked: Instant, timeout: Duration) {
        let deadline = asked.checked_add(timeout).unwrap_or(asked + FAR);
        self.deadlines.insert((deadline, id));
        self.waiting.insert(
            id,
            Waiting {
                reply,
                timeout,
                deadline,
            },
        );
    }

    /// The request that ack `id` answers; `None` when it has timed out or was never made.
    pub(crate) fn resolve(&mut self, id: u64) -> Option<R> {
        let waiting = self.waiting.remove(&id)?;
        self.deadlines.remove(&(waiting.deadline, id));
        Some(waiting.reply)
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// One request whose time is over, with the time-out it was given.
    pub(crate) fn pop_expired(&mut self, now: Instant) -> Option<(R, Duration)> {
        let (deadline, id) = *self.deadlines.first()?;
        if deadline > now {
            return None;
        }
        self.deadlines.pop_first();
        let waiting = self.waiting.remove(&id)?;
        Some((waiting.reply, waiting.timeout))
    }

    /// All requests, because the connection ended.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = R> + '_ {
        self.deadlines.clear();
        self.waiting.drain().map(|(_, waiting)| waiting.reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_request_has_its_own_deadline() {
        let start = Instant::now();
        let mut acks = Acks::new();
        acks.register(0, "slow", start, 10 * SECOND);
        acks.register(1, "quick", start, SECOND);
        acks.register(2, "for ever", start, Duration::MAX);
        assert_eq!(acks.next_deadline(), Some(start + SECOND));
        assert_eq!(acks.pop_expired(start), None);
        assert_eq!(acks.pop_expired(start + SECOND), Some(("quick", SECOND)));
        assert_eq!(acks.pop_expired(start + SECOND), None);
        assert_eq!(acks.resolve(1), None, "a late ack meets nothing");
        assert_eq!(acks.resolve(0), Some("slow"));
        assert_eq!(acks.resolve(0), None, "a second ack meets nothing");
        assert_eq!(acks.drain().collect::<Vec<_>>(), ["for ever"]);
        assert_eq!(acks.next_deadline(), None);
    }
}
