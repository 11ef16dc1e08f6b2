//! What one participant receives of one track.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use media::{Consumer, RtpPacket};
use serde::{Deserialize, Serialize};
use signaling::wire::ProducerId;
use tokio::sync::{mpsc, watch};

use super::pacer::Departures;
use super::policy::{AUDIBLE_BYTES, AUDIBLE_DBOV, FLOWING, SENDER_TRIES};
use super::{Histogram, Pacer, Stage, Timeline};

/// A received packet for whoever wants to decode it.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Whose track.
    pub producer: ProducerId,
    /// Whether it is the participant's own.
    pub own: bool,
    /// The packet, with the time of its arrival.
    pub packet: RtpPacket,
    /// How long it was on its way, if its sender is in this process.
    pub delay: Option<Duration>,
}

/// What was received of one track.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Received {
    /// Whether it is the participant's own track.
    pub own: bool,
    /// Whether its producer is still there.
    pub live: bool,
    /// Packets, duplicates not counted.
    pub packets: u64,
    /// Packets that should have come and did not.
    pub lost: i64,
    /// Packets that came more than once.
    pub duplicates: u64,
    /// Interarrival jitter (RFC 3550), milliseconds.
    pub jitter_ms: f64,
    /// Longest time between two packets, milliseconds.
    pub longest_gap_ms: f64,
    /// From the last packet until now, milliseconds; none if there was none.
    pub silent_for_ms: Option<f64>,
    /// Whether anything but silence came.
    pub audible: bool,
    /// How long packets were on their way, if their sender is in this process.
    pub delays: Histogram,
}

/// Counts the packets of one track. Shared by the engine, which calls it, and the report.
#[derive(Debug)]
pub(super) struct Ear {
    pub(super) producer: ProducerId,
    own: bool,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    first: Option<Instant>,
    last: Option<Instant>,
    longest_gap: Duration,
    audible: bool,
    delays: Histogram,
    consumer: Option<Consumer>,
    /// Counts of a consumer that was closed.
    closed: Option<media::ConsumerStats>,
}

/// What the engine's callback needs besides the ear.
pub(super) struct Context {
    pub(super) pacer: Pacer,
    pub(super) sender: Sender,
    pub(super) timeline: watch::Sender<Timeline>,
    pub(super) tap: Option<mpsc::Sender<Heard>>,
}

/// The sender of a track, if it is in this process. The announcement of a track may overtake the
/// answer to its owner, so the sender is looked for more than once.
pub(super) struct Sender {
    found: Option<Arc<Departures>>,
    tries: u32,
}

impl Sender {
    pub(super) fn unknown() -> Self {
        Self {
            found: None,
            tries: SENDER_TRIES,
        }
    }

    fn delay(&mut self, pacer: &Pacer, id: &ProducerId, packet: &RtpPacket) -> Option<Duration> {
        if self.found.is_none() && self.tries > 0 {
            self.tries -= 1;
            self.found = pacer.departures(id);
        }
        pacer.delay(self.found.as_ref()?, packet.timestamp, packet.arrived)
    }
}

impl Ear {
    pub(super) fn new(producer: ProducerId, own: bool) -> Arc<Self> {
        Arc::new(Self {
            producer,
            own,
            counted: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        // A panic elsewhere must not become one here: the data is plain.
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The consumer that packets come from; needed for its losses.
    pub(super) fn attach(&self, consumer: Consumer) {
        self.lock().consumer = Some(consumer);
    }

    pub(super) fn has_heard(&self) -> bool {
        self.lock().first.is_some()
    }

    /// Lets go of the consumer, which is to be closed; its counts stay.
    pub(super) fn detach(&self) -> Option<Consumer> {
        let consumer = self.lock().consumer.take()?;
        // Not under the lock: the engine holds its own while it calls the ear.
        let stats = consumer.stats();
        self.lock().closed = Some(stats);
        Some(consumer)
    }

    /// One packet, in the engine's thread.
    pub(super) fn hear(&self, context: &mut Context, packet: RtpPacket) {
        let delay = context
            .sender
            .delay(&context.pacer, &self.producer, &packet);
        let audible = is_audible(&packet);
        let (first, first_audible) = {
            let mut counted = self.lock();
            if let Some(last) = counted.last {
                let gap = packet.arrived.saturating_duration_since(last);
                counted.longest_gap = counted.longest_gap.max(gap);
            }
            counted.last = Some(packet.arrived);
            if let Some(delay) = delay {
                counted.delays.record(delay);
            }
            let first = counted.first.is_none();
            counted.first.get_or_insert(packet.arrived);
            let first_audible = audible && !counted.audible;
            counted.audible |= audible;
            (first, first_audible)
        };
        let reached = |stage| {
            context
                .timeline
                .send_modify(|timeline| timeline.end(stage, packet.arrived, None));
        };
        if first {
            reached(Stage::FirstPacket);
        }
        if first_audible {
            reached(Stage::FirstAudible);
        }
        if let Some(tap) = &context.tap {
            // A reader that does not keep up misses packets; nobody else does.
            let _ = tap.try_send(Heard {
                producer: self.producer.clone(),
                own: self.own,
                packet,
                delay,
            });
        }
    }

    /// Counts so far, and whether a packet came lately.
    pub(super) fn tally(&self, now: Instant) -> (media::ConsumerStats, bool) {
        let (consumer, closed, last) = {
            let counted = self.lock();
            (counted.consumer.clone(), counted.closed, counted.last)
        };
        let live = consumer.is_some();
        let stats = consumer.map(|consumer| consumer.stats()).or(closed);
        let lately = last.is_some_and(|last| now.saturating_duration_since(last) < FLOWING);
        (stats.unwrap_or_default(), live && lately)
    }

    pub(super) fn report(&self, now: Instant) -> Received {
        let (consumer, mut received) = {
            let counted = self.lock();
            let received = Received {
                own: self.own,
                longest_gap_ms: counted.longest_gap.as_secs_f64() * 1_000.0,
                silent_for_ms: counted
                    .last
                    .map(|last| now.saturating_duration_since(last).as_secs_f64() * 1_000.0),
                audible: counted.audible,
                delays: counted.delays.clone(),
                ..Received::default()
            };
            (counted.consumer.clone().ok_or(counted.closed), received)
        };
        received.live = consumer.is_ok();
        let stats = match consumer {
            Ok(consumer) => Some(consumer.stats()),
            Err(closed) => closed,
        };
        if let Some(stats) = stats {
            received.packets = stats.packets_received;
            received.lost = stats.packets_lost;
            received.duplicates = stats.duplicates;
            received.jitter_ms = stats.jitter.as_secs_f64() * 1_000.0;
        }
        received
    }
}

fn is_audible(packet: &RtpPacket) -> bool {
    match packet.audio_level {
        Some(level) => level < AUDIBLE_DBOV,
        None => packet.payload.len() > AUDIBLE_BYTES,
    }
}
