//! Numbers about a running service.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Numbers about a service since it was started, restarts included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServiceStats {
    /// Whether the port is open now; false while a restart holds it closed.
    pub listening: bool,
    /// Times the service was restarted.
    pub restarts: u64,
    /// Connected sockets now.
    pub sockets: u64,
    /// Records known now.
    pub records: u64,
    /// People on all records now; somebody on two records counts twice.
    pub people: u64,
    /// Events received.
    pub events: u64,
    /// Values committed.
    pub commits: u64,
    /// Events refused, for their form or for a limit.
    pub refused: u64,
    /// Clients dropped because they did not read.
    pub dropped: u64,
    /// Times the database could not be written; it is tried again.
    pub write_failures: u64,
}

/// The same numbers while they change.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub listening: AtomicBool,
    pub restarts: AtomicU64,
    pub sockets: AtomicU64,
    pub records: AtomicU64,
    pub people: AtomicU64,
    pub events: AtomicU64,
    pub commits: AtomicU64,
    pub refused: AtomicU64,
    pub dropped: AtomicU64,
    pub write_failures: AtomicU64,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    pub(crate) fn set(counter: &AtomicU64, to: usize) {
        counter.store(to as u64, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> ServiceStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ServiceStats {
            listening: self.listening.load(Ordering::Relaxed),
            restarts: read(&self.restarts),
            sockets: read(&self.sockets),
            records: read(&self.records),
            people: read(&self.people),
            events: read(&self.events),
            commits: read(&self.commits),
            refused: read(&self.refused),
            dropped: read(&self.dropped),
            write_failures: read(&self.write_failures),
        }
    }
}
