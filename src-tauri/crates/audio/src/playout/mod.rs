//! From received packets to a sink: one thread per playout mixes all streams.

mod mixer;
mod receiver;
mod stretch;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread::Thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::meter::SharedLevel;
use crate::sink::Sink;
use crate::{AudioError, EncodedPacket, Level, SinkSpec, lock};

/// How long dropping a playout waits for its sink to be closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// Ten seconds of packets that nobody takes: more are thrown away.
const MOST_WAITING_PACKETS: usize = 500;
/// 12 dB louder than received.
const HIGHEST_GAIN: f32 = 4.0;

/// How to play.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayoutOptions {
    /// Where sound goes to.
    pub sink: SinkSpec,
}

/// Something happened to the sink of a [`Playout`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlayoutEvent {
    /// The device is gone or took no sound for [`SILENT_DEVICE`](crate::SILENT_DEVICE). It
    /// is tried again every two seconds; meanwhile streams are decoded and thrown away, so
    /// that levels go on.
    Lost(AudioError),
    /// The device is back.
    Recovered {
        /// Its name.
        device: String,
    },
}

/// Events of one playout, in order.
#[derive(Debug)]
pub struct PlayoutEvents(UnboundedReceiver<PlayoutEvent>);

impl PlayoutEvents {
    /// The next event; `None` when the playout is gone. Cancel safe.
    pub async fn next(&mut self) -> Option<PlayoutEvent> {
        self.0.recv().await
    }
}

/// Counters of a playout, since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlayoutStats {
    /// Steps of 10 ms that were mixed.
    pub steps: u64,
    /// Times the device ran dry because this computer was too slow.
    pub underruns: u64,
    /// Steps that were too loud and were softly clipped.
    pub clipped_steps: u64,
}

/// A running playout. It mixes also when there is no stream, so that a WAV file keeps real
/// time. Dropping it stops it; a WAV file is complete when `drop` returns.
#[derive(Debug)]
pub struct Playout {
    shared: Arc<Shared>,
    thread: Thread,
    finished: Mutex<Receiver<()>>,
    events: Option<PlayoutEvents>,
}

impl Playout {
    /// Opens the sink and starts.
    ///
    /// Blocks until the sink is open or refuses, at most
    /// [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT): from async code use `spawn_blocking`.
    pub fn start(options: PlayoutOptions) -> Result<Self, AudioError> {
        let (report, events) = unbounded_channel();
        let (done, finished) = mpsc::sync_channel(1);
        let shared = Arc::new(Shared::new(report));
        let mixing = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("audio-playout".to_owned())
            .spawn(move || {
                mixer::run(&mixing);
                let _ = done.send(());
            })
            .map_err(|error| AudioError::NoSoundSystem {
                details: error.to_string(),
            })?
            .thread()
            .clone();
        let playout = Self {
            shared,
            thread,
            finished: Mutex::new(finished),
            events: Some(PlayoutEvents(events)),
        };
        playout.set_sink(options.sink)?;
        Ok(playout)
    }

    /// Goes on with another sink; streams stay as they are. When it cannot be opened, the
    /// old one stays. Blocks as [`start`](Self::start) does.
    pub fn set_sink(&self, spec: SinkSpec) -> Result<(), AudioError> {
        let sink = crate::sink::open(&spec, &self.thread)?;
        *lock(&self.shared.device_name) = sink.name().to_owned();
        *lock(&self.shared.next_sink) = Some((spec, sink));
        self.thread.unpark();
        Ok(())
    }

    /// Adds a stream to the mix: one per consumer.
    pub fn add_stream(&self) -> PlayoutStream {
        let stream = Arc::new(StreamShared::new());
        lock(&self.shared.joining).push(Arc::clone(&stream));
        PlayoutStream { shared: stream }
    }

    /// Name of the device or file in use.
    pub fn device_name(&self) -> String {
        lock(&self.shared.device_name).clone()
    }

    /// Counters so far.
    pub fn stats(&self) -> PlayoutStats {
        *lock(&self.shared.stats)
    }

    /// The events; `None` when they were taken already.
    pub fn take_events(&mut self) -> Option<PlayoutEvents> {
        self.events.take()
    }
}

impl Drop for Playout {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.thread.unpark();
        // Only a device that hangs while it is closed takes longer.
        let _ = lock(&self.finished).recv_timeout(CLOSE_TIMEOUT);
    }
}

/// What the playout's owner and its thread share.
struct Shared {
    stop: AtomicBool,
    /// Opened, to be taken over by the thread.
    next_sink: Mutex<Option<(SinkSpec, Box<dyn Sink>)>>,
    joining: Mutex<Vec<Arc<StreamShared>>>,
    device_name: Mutex<String>,
    stats: Mutex<PlayoutStats>,
    events: UnboundedSender<PlayoutEvent>,
}

impl Shared {
    fn new(events: UnboundedSender<PlayoutEvent>) -> Self {
        Self {
            stop: AtomicBool::new(false),
            next_sink: Mutex::default(),
            joining: Mutex::default(),
            device_name: Mutex::default(),
            stats: Mutex::default(),
            events,
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("device_name", &self.device_name)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}

/// What a stream's owner and the playout's thread share.
#[derive(Debug)]
struct StreamShared {
    removed: AtomicBool,
    inbox: Mutex<Vec<EncodedPacket>>,
    gain: AtomicU32,
    level: SharedLevel,
    voice: AtomicBool,
    stats: Mutex<StreamStats>,
}

impl StreamShared {
    fn new() -> Self {
        Self {
            removed: AtomicBool::new(false),
            inbox: Mutex::default(),
            gain: AtomicU32::new(1.0f32.to_bits()),
            level: SharedLevel::new(),
            voice: AtomicBool::new(false),
            stats: Mutex::default(),
        }
    }
}

/// One received stream in the mix. Dropping it takes it out; it may outlive its playout
/// (then it is silent).
#[derive(Debug)]
pub struct PlayoutStream {
    shared: Arc<StreamShared>,
}

impl PlayoutStream {
    /// Hands over a received packet, in any order. Never blocks for long.
    pub fn push(&self, packet: EncodedPacket) {
        let mut inbox = lock(&self.shared.inbox);
        // Only when the playout is gone or hangs.
        if inbox.len() < MOST_WAITING_PACKETS {
            inbox.push(packet);
        }
    }

    /// Loudness now, falling slowly after a sound. As received: before gain.
    pub fn level(&self) -> Level {
        self.shared.level.get()
    }

    /// Whether somebody speaks now.
    pub fn voice(&self) -> bool {
        self.shared.voice.load(Ordering::Relaxed)
    }

    /// Sets the volume: 1.0 is as received, 0.0 is silent; at most 4.0.
    pub fn set_gain(&self, gain: f32) {
        let gain = if gain.is_nan() { 1.0 } else { gain };
        let gain = gain.clamp(0.0, HIGHEST_GAIN);
        self.shared.gain.store(gain.to_bits(), Ordering::Relaxed);
    }

    /// Counters and delays so far.
    pub fn stats(&self) -> StreamStats {
        *lock(&self.shared.stats)
    }
}

impl Drop for PlayoutStream {
    fn drop(&mut self) {
        self.shared.removed.store(true, Ordering::Relaxed);
    }
}

/// Counters and delays of one stream, since it was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamStats {
    /// Packets taken in, duplicates and late ones included.
    pub received: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came after their time: concealed before.
    pub late: u64,
    /// Packets that came after one with a higher sequence number, in time.
    pub reordered: u64,
    /// Frames of 20 ms that were decoded from their own packet.
    pub decoded_frames: u64,
    /// Frames that were recovered from the next packet's FEC.
    pub fec_frames: u64,
    /// Frames that were made up (packet loss concealment): audible dropouts.
    pub concealed_frames: u64,
    /// Times the stream had to wait for packets that came too late.
    pub underruns: u64,
    /// Times the sender or the timestamps started anew.
    pub resets: u64,
    /// Delay that the jitter buffer aims at.
    pub target_delay: Duration,
    /// Delay that it has now.
    pub delay: Duration,
}
