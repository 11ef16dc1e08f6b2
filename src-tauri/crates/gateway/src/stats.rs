//! Numbers about a running gateway.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Numbers about a gateway since it was started, restarts included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GatewayStats {
    /// Whether the port is open now; false while a restart holds it closed.
    pub listening: bool,
    /// Times the gateway was restarted.
    pub restarts: u64,
    /// Connected sockets now.
    pub sockets: u64,
    /// Rooms now.
    pub rooms: u64,
    /// Participants in all rooms now.
    pub participants: u64,
    /// WebRTC transports now.
    pub transports: u64,
    /// Requests and other events received.
    pub requests: u64,
    /// UDP datagrams received.
    pub datagrams_received: u64,
    /// UDP datagrams sent.
    pub datagrams_sent: u64,
    /// RTP packets received from producers.
    pub packets_received: u64,
    /// RTP packets sent on to consumers.
    pub packets_forwarded: u64,
    /// Protocol violations of clients, those that were not kept included.
    pub violations: u64,
}

/// The same numbers while they change.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub listening: AtomicBool,
    pub restarts: AtomicU64,
    pub sockets: AtomicU64,
    pub rooms: AtomicU64,
    pub participants: AtomicU64,
    pub transports: AtomicU64,
    pub requests: AtomicU64,
    pub datagrams_received: AtomicU64,
    pub datagrams_sent: AtomicU64,
    pub packets_received: AtomicU64,
    pub packets_forwarded: AtomicU64,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    pub(crate) fn set(counter: &AtomicU64, to: usize) {
        counter.store(to as u64, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self, violations: u64) -> GatewayStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        GatewayStats {
            listening: self.listening.load(Ordering::Relaxed),
            restarts: read(&self.restarts),
            sockets: read(&self.sockets),
            rooms: read(&self.rooms),
            participants: read(&self.participants),
            transports: read(&self.transports),
            requests: read(&self.requests),
            datagrams_received: read(&self.datagrams_received),
            datagrams_sent: read(&self.datagrams_sent),
            packets_received: read(&self.packets_received),
            packets_forwarded: read(&self.packets_forwarded),
            violations,
        }
    }
}
