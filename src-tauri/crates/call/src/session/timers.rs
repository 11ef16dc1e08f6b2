//! What is due when.

use std::collections::BTreeMap;
use std::time::Duration;

use signaling::wire::ProducerId;

/// Something that happens by itself after a while.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// Open the next socket.
    Socket,
    /// Give up a call that never reached its gateway.
    FirstConnect,
    /// Join (again).
    Join,
    /// The gateway does not answer the join: say so.
    Silence,
    /// The media does not connect: say so.
    MediaNotice,
    /// The media does not connect: leave and join.
    MediaLimit,
    /// A silent path did not recover: leave and join.
    Suspect,
    /// The microphone takes long to be accepted: say so.
    ProduceNotice,
    /// Pause or resume the own producer again.
    Switch,
    /// No packet of this producer has arrived: resume or consume again.
    FirstPacket(ProducerId),
    /// Ask again to consume this producer.
    Consume(ProducerId),
    /// Everything works long enough to begin the back-off anew.
    Stable,
    /// Whoever has not come back by now has left.
    Reunion,
}

/// The timers that run.
#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeMap<Timer, Duration>);

impl Timers {
    /// Starts a timer, or sets it anew.
    pub(crate) fn set(&mut self, timer: Timer, at: Duration) {
        self.0.insert(timer, at);
    }

    /// Starts a timer unless it runs.
    pub(crate) fn set_if_idle(&mut self, timer: Timer, at: Duration) {
        self.0.entry(timer).or_insert(at);
    }

    pub(crate) fn stop(&mut self, timer: &Timer) {
        self.0.remove(timer);
    }

    pub(crate) fn stop_where(&mut self, unwanted: impl Fn(&Timer) -> bool) {
        self.0.retain(|timer, _| !unwanted(timer));
    }

    pub(crate) fn at(&self, timer: &Timer) -> Option<Duration> {
        self.0.get(timer).copied()
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.0.values().min().copied()
    }

    /// Takes out one timer that is due, the longest overdue first.
    pub(crate) fn take_due(&mut self, now: Duration) -> Option<Timer> {
        let (timer, _) = self
            .0
            .iter()
            .filter(|(_, at)| **at <= now)
            .min_by_key(|(_, at)| **at)?;
        let timer = timer.clone();
        self.0.remove(&timer);
        Some(timer)
    }
}
