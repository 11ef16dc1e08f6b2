//! Where packets change hands between the engine and this crate.
//!
//! The engine (webrtc-rs) gives us ICE, DTLS and SRTP. Above SRTP its own path wants every stream
//! in a session description; here the streams come and go by ORTC parameters instead, in two
//! tables, with nothing to renegotiate: that is what [`Exchange`], an interceptor at the end of the
//! engine's chain, does. It routes received packets to consumers, injects those of producers,
//! writes sender and receiver reports and reads those of the router, and notices silence. It has
//! no clock and no I/O: the engine passes the time in.

mod incoming;
mod outgoing;
mod reception;
mod reports;

pub(crate) use incoming::{ConsumerStream, Outlet, Retransmission};
pub(crate) use outgoing::ProducerStream;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rtc::interceptor::{AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::sansio::Protocol;
use rtc::shared::TransportContext;
use tokio::sync::mpsc::UnboundedSender;

use super::TransportEvent;
use crate::{ConsumerStats, ProducerStats};
use incoming::Incoming;
use outgoing::Outgoing;

/// How often reports are sent while something flows.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Seconds between 1900, where NTP counts from, and 1970.
const NTP_EPOCH: u64 = 2_208_988_800;

/// Both tables, shared by the engine's thread and the handles of producers and consumers.
pub(crate) struct Streams {
    state: Mutex<State>,
}

struct State {
    /// True once SRTP works. Before that, packets to be sent are dropped: sound that waited for a
    /// handshake would only come late.
    open: bool,
    /// Whether the engine has been asked to fetch what is queued.
    woken: bool,
    outgoing: Outgoing,
    incoming: Incoming,
    last_report: Option<Instant>,
    events: Option<UnboundedSender<TransportEvent>>,
    clock: Clock,
    /// SSRC under which receiver reports are sent.
    reporter: u32,
    cname: Arc<str>,
}

/// A packet that waits for the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) timestamp: u32,
    /// Whether the engine must be woken to fetch it.
    pub(crate) wake: bool,
}

/// Wall-clock time by the monotonic clock, as NTP wants it.
#[derive(Clone, Copy)]
struct Clock {
    origin: Instant,
    ntp_origin: Duration,
}

impl Clock {
    fn ntp(self, now: Instant) -> u64 {
        let time = self.ntp_origin + now.saturating_duration_since(self.origin);
        (time.as_secs() << 32) | ((u64::from(time.subsec_nanos()) << 32) / 1_000_000_000)
    }
}

impl Streams {
    pub(crate) fn new(
        now: Instant,
        wall: SystemTime,
        reporter: u32,
        cname: Arc<str>,
        stall_after: Duration,
        events: UnboundedSender<TransportEvent>,
    ) -> Arc<Self> {
        let unix = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        Arc::new(Self {
            state: Mutex::new(State {
                open: false,
                woken: false,
                outgoing: Outgoing::default(),
                incoming: Incoming::new(stall_after),
                last_report: None,
                events: Some(events),
                clock: Clock {
                    origin: now,
                    ntp_origin: unix + Duration::from_secs(NTP_EPOCH),
                },
                reporter,
                cname,
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing here panics while it holds the lock; if it did, its data would still be whole.
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn report(&self, event: TransportEvent) {
        if let Some(events) = &self.lock().events {
            let _ = events.send(event);
        }
    }

    /// Says that SRTP works. The engine itself calls the exchange only at its next timer or packet,
    /// which may be 200 ms later.
    pub(crate) fn open(&self, now: Instant) {
        self.lock().opened(now);
    }

    pub(crate) fn add_producer(&self, ssrc: u32, stream: ProducerStream) {
        self.lock().outgoing.insert(ssrc, stream);
    }

    pub(crate) fn remove_producer(&self, ssrc: u32) {
        self.lock().outgoing.remove(ssrc);
    }

    /// Queues a packet; `None` if nothing is sent at the moment.
    pub(crate) fn send(
        &self,
        ssrc: u32,
        now: Instant,
        audio: crate::EncodedAudio,
    ) -> Option<Queued> {
        let mut state = self.lock();
        if !state.open {
            return None;
        }
        let timestamp = state.outgoing.queue_audio(ssrc, now, audio)?;
        let wake = !std::mem::replace(&mut state.woken, true);
        Some(Queued { timestamp, wake })
    }

    /// Takes back that the engine was woken, when it could not be.
    pub(crate) fn not_woken(&self) {
        self.lock().woken = false;
    }

    pub(crate) fn pause_producer(&self, ssrc: u32, paused: bool) {
        self.lock().outgoing.pause(ssrc, paused);
    }

    pub(crate) fn is_producer_paused(&self, ssrc: u32) -> bool {
        self.lock().outgoing.is_paused(ssrc)
    }

    pub(crate) fn producer_stats(&self, ssrc: u32) -> ProducerStats {
        self.lock().outgoing.stats(ssrc)
    }

    /// False if an SSRC is in use already.
    pub(crate) fn add_consumer(&self, stream: ConsumerStream) -> bool {
        self.lock().incoming.insert(stream)
    }

    pub(crate) fn remove_consumer(&self, ssrc: u32) {
        self.lock().incoming.remove(ssrc);
    }

    pub(crate) fn pause_consumer(&self, ssrc: u32, now: Instant, paused: bool) {
        self.lock().incoming.pause(ssrc, now, paused);
    }

    pub(crate) fn consumer_stats(&self, ssrc: u32) -> ConsumerStats {
        self.lock().incoming.stats(ssrc)
    }

    /// Sums over all streams, those that ended included: packets and bytes sent, then received.
    pub(crate) fn totals(&self) -> ([u64; 2], [u64; 2]) {
        let state = self.lock();
        (state.outgoing.totals(), state.incoming.totals())
    }

    /// Ends all streams, and the events.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.open = false;
        state.outgoing.clear();
        state.incoming.clear();
        state.events = None;
    }
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Streams").finish_non_exhaustive()
    }
}

impl State {
    /// The engine calls nothing in the exchange before SRTP works.
    fn opened(&mut self, now: Instant) {
        if !self.open && self.events.is_some() {
            self.open = true;
            self.incoming.start(now);
        }
    }

    fn tell(&self, events: impl IntoIterator<Item = TransportEvent>) {
        if let Some(sender) = &self.events {
            for event in events {
                let _ = sender.send(event);
            }
        }
    }

    fn next_report(&self) -> Option<Instant> {
        let active = self.outgoing.has_news() || self.incoming.has_news();
        (self.open && active).then(|| {
            let since = self.last_report.unwrap_or(self.clock.origin);
            since + REPORT_INTERVAL
        })
    }

    fn handle_timeout(&mut self, now: Instant) -> Option<Vec<Box<dyn rtc::rtcp::Packet>>> {
        self.opened(now);
        let stalled = self.incoming.find_stalled(now);
        self.tell(stalled);
        if self.next_report().is_none_or(|due| due > now) {
            return None;
        }
        self.last_report = Some(now);
        Some(self.write_reports(now))
    }
}

/// The interceptor: one for each transport, owned by the engine.
pub(crate) struct Exchange {
    streams: Arc<Streams>,
    reports: VecDeque<TaggedPacket>,
    /// The time of the latest call; [`Protocol::poll_write`] gets none of its own.
    now: Instant,
}

impl Exchange {
    pub(crate) fn new(now: Instant, streams: Arc<Streams>) -> Self {
        Self {
            streams,
            reports: VecDeque::new(),
            now,
        }
    }
}

fn tagged(now: Instant, packet: Packet) -> TaggedPacket {
    TaggedPacket {
        now,
        transport: TransportContext::default(),
        message: AttributedPacket::new(packet),
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Exchange {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = rtc::shared::error::Error;
    type Time = Instant;

    fn handle_read(&mut self, received: TaggedPacket) -> Result<(), Self::Error> {
        self.now = received.now;
        let mut state = self.streams.lock();
        state.opened(received.now);
        match received.message.packet {
            Packet::Rtp(packet) => {
                let event = state.incoming.receive(received.now, packet);
                state.tell(event);
            }
            Packet::Rtcp(packets) => state.read_reports(received.now, &packets),
            _ => {}
        }
        Ok(())
    }

    /// Nothing goes further up: the engine's own tracks are not used.
    fn poll_read(&mut self) -> Option<TaggedPacket> {
        None
    }

    /// What comes from the engine's own track is the empty packet that wakes it.
    fn handle_write(&mut self, wake: TaggedPacket) -> Result<(), Self::Error> {
        self.now = wake.now;
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        if let Some(report) = self.reports.pop_front() {
            return Some(report);
        }
        let mut state = self.streams.lock();
        state.opened(self.now);
        state.woken = false;
        let (queued, packet) = state.outgoing.next()?;
        self.now = self.now.max(queued);
        Some(tagged(queued, Packet::Rtp(packet)))
    }

    fn handle_event(&mut self, _: ()) -> Result<(), Self::Error> {
        Ok(())
    }

    fn poll_event(&mut self) -> Option<()> {
        None
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Self::Error> {
        self.now = now;
        if let Some(packets) = self.streams.lock().handle_timeout(now) {
            self.reports.push_back(tagged(now, Packet::Rtcp(packets)));
        }
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        let state = self.streams.lock();
        [state.next_report(), state.incoming.next_stall()]
            .into_iter()
            .flatten()
            .min()
    }

    fn close(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl Interceptor for Exchange {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests;
