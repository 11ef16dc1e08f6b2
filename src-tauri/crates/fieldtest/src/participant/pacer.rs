//! One timer for everybody who sends: it hands out the frames of all participants of this
//! process, and remembers when each packet left, so that those who receive know its delay.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use media::Producer;
use signaling::wire::ProducerId;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::{Histogram, Voice};
use audio::{FRAME, FRAME_SAMPLES};

/// Participants send spread over the 20 ms of a frame, so that neither side sees them all at
/// once: in so many portions.
const PORTIONS: usize = 10;
/// Packets whose time of sending is remembered: five seconds of sound.
const REMEMBERED: usize = 256;

/// Sends for all participants of this process. Clones share it; it ends with the last one.
#[derive(Debug, Clone)]
pub struct Pacer {
    shared: Arc<Shared>,
    _task: Arc<Task>,
}

#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Debug)]
struct Shared {
    start: Instant,
    portions: [Mutex<Vec<Sender>>; PORTIONS],
    next: AtomicU64,
    departures: Mutex<HashMap<ProducerId, Weak<Departures>>>,
    late: Mutex<Lateness>,
    delays: Mutex<Histogram>,
}

/// How late the timer ran since it was last asked: the first sign that this computer, not the
/// server, is overloaded.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lateness {
    /// Times that frames were handed out.
    pub ticks: u64,
    /// Sum of the delays.
    pub total: Duration,
    /// The longest delay.
    pub longest: Duration,
    /// Ticks that were left out because the timer was that late.
    pub skipped: u64,
}

#[derive(Debug)]
struct Sender {
    id: u64,
    producer: Producer,
    voice: Voice,
    departures: Arc<Departures>,
}

/// Stops sending when dropped.
#[derive(Debug)]
pub(super) struct Sending {
    shared: Arc<Shared>,
    id: u64,
    beat: u64,
    producer: ProducerId,
    departures: Arc<Departures>,
}

/// When the latest packets of one sender left, by their RTP time.
#[derive(Debug)]
pub(super) struct Departures {
    /// RTP time above, microseconds since the pacer's start (they wrap) below.
    slots: [AtomicU64; REMEMBERED],
    sent: AtomicU64,
}

impl Departures {
    fn new() -> Self {
        Self {
            slots: std::array::from_fn(|_| AtomicU64::new(0)),
            sent: AtomicU64::new(0),
        }
    }

    fn slot(&self, timestamp: u32) -> Option<&AtomicU64> {
        self.slots
            .get((timestamp / FRAME_SAMPLES as u32) as usize % REMEMBERED)
    }

    fn note(&self, timestamp: u32, micros: u32) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        if let Some(slot) = self.slot(timestamp) {
            let value = u64::from(timestamp) << 32 | u64::from(micros);
            slot.store(value, Ordering::Relaxed);
        }
    }

    /// Microseconds between sending and `micros`; none if the packet is not known any more.
    fn delay(&self, timestamp: u32, micros: u32) -> Option<Duration> {
        let value = self.slot(timestamp)?.load(Ordering::Relaxed);
        let left = value as u32;
        let known = value != 0 && (value >> 32) as u32 == timestamp;
        let passed = micros.wrapping_sub(left);
        // More than that is a clock read just before the packet's own.
        (known && passed < u32::MAX / 2).then(|| Duration::from_micros(passed.into()))
    }
}

impl Pacer {
    /// Starts the timer. Must be called within a tokio runtime.
    pub fn start() -> Self {
        let shared = Arc::new(Shared {
            start: Instant::now(),
            portions: std::array::from_fn(|_| Mutex::default()),
            next: AtomicU64::new(0),
            departures: Mutex::default(),
            late: Mutex::default(),
            delays: Mutex::default(),
        });
        let task = tokio::spawn(run(Arc::clone(&shared)));
        Self {
            shared,
            _task: Arc::new(Task(task)),
        }
    }

    /// How late the timer ran since this was last asked.
    pub fn take_lateness(&self) -> Lateness {
        std::mem::take(&mut *lock(&self.shared.late))
    }

    /// How long all received packets of this process were on their way since this was last
    /// asked.
    pub fn take_delays(&self) -> Histogram {
        std::mem::take(&mut *lock(&self.shared.delays))
    }

    /// Sends `voice` on `producer` from now on, until the result is dropped.
    pub(super) fn send(
        &self,
        id: ProducerId,
        producer: Producer,
        voice: Voice,
        beat: Option<u64>,
    ) -> Sending {
        let departures = Arc::new(Departures::new());
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.shared.departures).insert(id.clone(), Arc::downgrade(&departures));
        let beat = beat.unwrap_or(number);
        if let Some(portion) = self.shared.portion(beat) {
            lock(portion).push(Sender {
                id: number,
                producer,
                voice,
                departures: Arc::clone(&departures),
            });
        }
        Sending {
            shared: Arc::clone(&self.shared),
            id: number,
            beat,
            producer: id,
            departures,
        }
    }

    /// Who sends this track, if it is one of this process.
    pub(super) fn departures(&self, producer: &ProducerId) -> Option<Arc<Departures>> {
        lock(&self.shared.departures).get(producer)?.upgrade()
    }

    /// How long a packet of this process was on its way.
    pub(super) fn delay(
        &self,
        departures: &Departures,
        timestamp: u32,
        arrived: Instant,
    ) -> Option<Duration> {
        let delay = departures.delay(timestamp, self.shared.micros(arrived))?;
        lock(&self.shared.delays).record(delay);
        Some(delay)
    }
}

impl Sending {
    /// Packets sent so far.
    pub(super) fn sent(&self) -> u64 {
        self.departures.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        lock(&self.shared.departures).remove(&self.producer);
        if let Some(portion) = self.shared.portion(self.beat) {
            lock(portion).retain(|sender| sender.id != self.id);
        }
    }
}

impl Shared {
    fn portion(&self, number: u64) -> Option<&Mutex<Vec<Sender>>> {
        self.portions.get(number as usize % PORTIONS)
    }

    /// Wraps after 71 minutes.
    fn micros(&self, at: Instant) -> u32 {
        at.saturating_duration_since(self.start).as_micros() as u32
    }
}

async fn run(shared: Arc<Shared>) {
    let step = FRAME / PORTIONS as u32;
    let mut timer = tokio::time::interval(step);
    // Sound that was not sent in time is lost; sending it in a burst would only hurt.
    timer.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut before: Option<tokio::time::Instant> = None;
    loop {
        let due = timer.tick().await;
        let late = due.elapsed();
        let ticks = ticks_between(before, due, step);
        before = Some(due);
        {
            let mut sum = lock(&shared.late);
            sum.ticks += 1;
            sum.total += late;
            sum.longest = sum.longest.max(late);
            sum.skipped += ticks.saturating_sub(1);
        }
        let elapsed = due.into_std().saturating_duration_since(shared.start);
        let tick = elapsed.as_micros() / step.as_micros();
        let tick = u64::try_from(tick).unwrap_or(u64::MAX);
        hand_out(&shared, tick);
    }
}

fn ticks_between(
    before: Option<tokio::time::Instant>,
    due: tokio::time::Instant,
    step: Duration,
) -> u64 {
    let Some(before) = before else { return 1 };
    let passed = due.saturating_duration_since(before).as_micros() + step.as_micros() / 2;
    u64::try_from(passed / step.as_micros()).unwrap_or(u64::MAX)
}

fn hand_out(shared: &Shared, tick: u64) {
    let Some(portion) = shared.portion(tick) else {
        return;
    };
    let frame = tick / PORTIONS as u64;
    for sender in lock(portion).iter() {
        let Some(audio) = sender.voice.frame(frame) else {
            continue;
        };
        let micros = shared.micros(Instant::now());
        if let Some(timestamp) = sender.producer.send(audio) {
            sender.departures.note(timestamp, micros);
        }
    }
}

/// A panic elsewhere must not become one here: the data is plain.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_is_that_of_the_same_packet_only() {
        let departures = Departures::new();
        departures.note(960 * 7, 1_000);
        let delay = |timestamp, micros| departures.delay(timestamp, micros);
        assert_eq!(delay(960 * 7, 1_250), Some(Duration::from_micros(250)));
        assert_eq!(delay(960 * 8, 1_250), None);
        let lap = 960 * REMEMBERED as u32;
        assert_eq!(delay(960 * 7 + lap, 1_250), None, "another lap");
        assert_eq!(delay(960 * 7, 999), None, "before it left");
        departures.note(960 * 7 + lap, u32::MAX - 9);
        let wrapped = delay(960 * 7 + lap, 10);
        assert_eq!(wrapped, Some(Duration::from_micros(20)));
    }

    #[test]
    fn left_out_ticks_are_counted() {
        let start = tokio::time::Instant::now();
        let step = Duration::from_millis(2);
        assert_eq!(ticks_between(None, start, step), 1);
        assert_eq!(ticks_between(Some(start), start + step, step), 1);
        assert_eq!(ticks_between(Some(start), start + step * 5, step), 5);
    }
}
