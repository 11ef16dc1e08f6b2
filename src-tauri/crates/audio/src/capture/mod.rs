//! From a source to Opus frames: one voice thread per capture.

mod encoder;
mod worker;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread::Thread;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::meter::SharedLevel;
use crate::source::{self, Source};
use crate::{AudioError, Direction, Level, OPEN_TIMEOUT, SourceSpec, lock};
use encoder::Encoder;
use worker::{Encoding, Worker};

/// How long dropping a capture waits for its source to be closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

type OnFrame = Box<dyn FnMut(EncodedFrame) + Send>;

/// How to capture.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptureOptions {
    /// Where sound comes from.
    pub source: SourceSpec,
    /// How it is encoded.
    pub opus: OpusOptions,
    /// Start muted: the device is looked up but not opened before
    /// [`unmute`](Capture::unmute).
    pub muted: bool,
}

impl CaptureOptions {
    /// From this source, the usual encoding, not muted.
    pub fn new(source: SourceSpec) -> Self {
        Self {
            source,
            opus: OpusOptions::default(),
            muted: false,
        }
    }
}

/// How sound is encoded. Always 48 kHz, mono, 20 ms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpusOptions {
    /// Bits per second, 6,000..=128,000; 32,000 by default.
    pub bitrate: u32,
    /// 0 (least work) to 10; 7 by default, from which on Opus tells speech from music.
    pub complexity: u8,
    /// Whether each packet carries a rough copy of the one before; on by default.
    pub fec: bool,
    /// Percentage of packets that is expected to be lost, at first: how much is spent on FEC;
    /// 5 by default. An SFU reports the loss to itself, not that to the listeners, so it is
    /// never 0. From 8 on, Opus codes music as speech, because only speech can carry FEC; that
    /// takes three times the work and sounds worse.
    pub packet_loss: u8,
}

impl Default for OpusOptions {
    fn default() -> Self {
        Self {
            bitrate: 32_000,
            complexity: 7,
            fec: true,
            packet_loss: 5,
        }
    }
}

/// 20 ms of captured sound, encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedFrame {
    /// One Opus packet.
    pub payload: Bytes,
    /// Duration in samples of 48 kHz: 960.
    pub samples: u32,
    /// Loudness of this frame.
    pub level: Level,
    /// Whether it sounds like somebody speaks.
    pub voice: bool,
}

/// Something happened to the source of a [`Capture`] or [`Monitor`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureEvent {
    /// The device is gone, silent for [`SILENT_DEVICE`](crate::SILENT_DEVICE), or could not
    /// be opened again after mute. It is tried again every two seconds while not muted.
    Lost(AudioError),
    /// The device is back.
    Recovered {
        /// Its name.
        device: String,
    },
    /// A source that does not repeat has come to its end.
    Ended,
}

/// Events of one capture, in order.
#[derive(Debug)]
pub struct CaptureEvents(UnboundedReceiver<CaptureEvent>);

impl CaptureEvents {
    /// The next event; `None` when the capture is gone. Cancel safe.
    pub async fn next(&mut self) -> Option<CaptureEvent> {
        self.0.recv().await
    }
}

/// Counters of one capture, since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaptureStats {
    /// Frames handed over.
    pub frames: u64,
    /// Of these, frames with voice.
    pub voice_frames: u64,
    /// Times sound was lost because this computer was too slow.
    pub overruns: u64,
}

/// A running capture. Dropping it stops it: when `drop` returns, no frame is handed over
/// any more and the device is closed or being closed.
#[derive(Debug)]
pub struct Capture(Running);

impl Capture {
    /// Opens the source and starts. `on_frame` is called on the voice thread every 20 ms
    /// while not muted; it must not block and must not call this capture's methods.
    ///
    /// Blocks until the source is open or refuses, at most
    /// [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT): from async code use `spawn_blocking`.
    pub fn start(
        options: CaptureOptions,
        on_frame: Box<dyn FnMut(EncodedFrame) + Send>,
    ) -> Result<Self, AudioError> {
        let spec = options.source.clone();
        Self::start_by(move || source::resolve(&spec), &options, on_frame)
    }

    /// As [`start`](Self::start) with a source of one's own, instead of `options.source`.
    pub fn start_with(
        source: Box<dyn Source>,
        options: CaptureOptions,
        on_frame: Box<dyn FnMut(EncodedFrame) + Send>,
    ) -> Result<Self, AudioError> {
        Self::start_by(move || Ok(source), &options, on_frame)
    }

    fn start_by(
        find: impl FnOnce() -> Result<Box<dyn Source>, AudioError> + Send + 'static,
        options: &CaptureOptions,
        on_frame: OnFrame,
    ) -> Result<Self, AudioError> {
        let encoding = Encoding {
            encoder: Encoder::new(&options.opus)?,
            on_frame,
        };
        let loss = options.opus.packet_loss.min(100);
        Running::start(find, Some(encoding), options.muted, loss).map(Self)
    }

    /// Stops capturing at the source: the device is closed. When this returns, no frame is
    /// handed over until [`unmute`](Self::unmute). Does not wait for the device.
    pub fn mute(&self) {
        {
            let mut gate = lock(&self.0.shared.gate);
            gate.open = false;
            gate.mutes = gate.mutes.wrapping_add(1);
            self.0.shared.level.clear();
            self.0.shared.voice.store(false, Ordering::Relaxed);
        }
        self.0.thread.unpark();
    }

    /// Opens the device again, on the voice thread; a failure is an event
    /// ([`CaptureEvent::Lost`]).
    pub fn unmute(&self) {
        lock(&self.0.shared.gate).open = true;
        self.0.thread.unpark();
    }

    /// Whether it is muted.
    pub fn is_muted(&self) -> bool {
        !lock(&self.0.shared.gate).open
    }

    /// Loudness now, falling slowly after a sound; [`Level::SILENCE`] while muted.
    pub fn level(&self) -> Level {
        self.0.shared.level.get()
    }

    /// Whether somebody speaks now; false while muted.
    pub fn voice(&self) -> bool {
        self.0.shared.voice.load(Ordering::Relaxed)
    }

    /// Name of the device or file in use.
    pub fn device_name(&self) -> String {
        lock(&self.0.shared.device_name).clone()
    }

    /// Tells the encoder what percentage of packets gets lost (0..=100), from receiver
    /// reports, so that it spends as much on FEC as is useful.
    pub fn set_packet_loss(&self, percent: u8) {
        let percent = percent.min(100);
        self.0.shared.packet_loss.store(percent, Ordering::Relaxed);
    }

    /// Counters so far.
    pub fn stats(&self) -> CaptureStats {
        *lock(&self.0.shared.stats)
    }

    /// The events; `None` when they were taken already.
    pub fn take_events(&mut self) -> Option<CaptureEvents> {
        self.0.events.take()
    }
}

/// Measures a source's level without encoding: for the meter before a call.
#[derive(Debug)]
pub struct Monitor(Running);

impl Monitor {
    /// Opens the source and starts. Blocks as [`Capture::start`] does.
    pub fn start(source: SourceSpec) -> Result<Self, AudioError> {
        Running::start(move || source::resolve(&source), None, false, 0).map(Self)
    }

    /// Loudness now, falling slowly after a sound.
    pub fn level(&self) -> Level {
        self.0.shared.level.get()
    }

    /// Whether somebody speaks now.
    pub fn voice(&self) -> bool {
        self.0.shared.voice.load(Ordering::Relaxed)
    }

    /// Name of the device or file in use.
    pub fn device_name(&self) -> String {
        lock(&self.0.shared.device_name).clone()
    }

    /// The events; `None` when they were taken already.
    pub fn take_events(&mut self) -> Option<CaptureEvents> {
        self.0.events.take()
    }
}

/// Whether frames may pass, and how many times they were stopped.
#[derive(Debug, Clone, Copy)]
struct Gate {
    open: bool,
    mutes: u32,
}

/// What the owner and the voice thread share.
#[derive(Debug)]
struct Shared {
    stop: AtomicBool,
    /// Held while a frame is handed over.
    gate: Mutex<Gate>,
    level: SharedLevel,
    voice: AtomicBool,
    packet_loss: AtomicU8,
    device_name: Mutex<String>,
    stats: Mutex<CaptureStats>,
    events: UnboundedSender<CaptureEvent>,
}

/// A voice thread.
struct Running {
    shared: Arc<Shared>,
    thread: Thread,
    finished: Mutex<Receiver<()>>,
    events: Option<CaptureEvents>,
}

impl Running {
    fn start(
        find: impl FnOnce() -> Result<Box<dyn Source>, AudioError> + Send + 'static,
        encoding: Option<Encoding>,
        muted: bool,
        packet_loss: u8,
    ) -> Result<Self, AudioError> {
        let (report, events) = unbounded_channel();
        let shared = Arc::new(Shared {
            stop: AtomicBool::new(false),
            gate: Mutex::new(Gate {
                open: !muted,
                mutes: 0,
            }),
            level: SharedLevel::new(),
            voice: AtomicBool::new(false),
            packet_loss: AtomicU8::new(packet_loss),
            device_name: Mutex::default(),
            stats: Mutex::default(),
            events: report,
        });
        let (opened, opening) = mpsc::sync_channel(1);
        let (done, finished) = mpsc::sync_channel(1);
        let working = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("audio-voice".to_owned())
            .spawn(move || {
                match find().and_then(|source| Worker::open(working, source, encoding)) {
                    Ok(mut worker) => {
                        let _ = opened.send(Ok(()));
                        worker.run();
                    }
                    Err(error) => {
                        let _ = opened.send(Err(error));
                    }
                }
                let _ = done.send(());
            })
            .map_err(|error| AudioError::NoSoundSystem {
                details: error.to_string(),
            })?
            .thread()
            .clone();
        let running = Self {
            shared,
            thread,
            finished: Mutex::new(finished),
            events: Some(CaptureEvents(events)),
        };
        match opening.recv_timeout(OPEN_TIMEOUT) {
            Ok(result) => result.map(|()| running),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(AudioError::OpenTimeout {
                    direction: Direction::Input,
                })
            }
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.shared.gate).open = false;
        self.shared.stop.store(true, Ordering::Relaxed);
        self.thread.unpark();
        // Only a device that hangs while it is opened or closed takes longer.
        let _ = lock(&self.finished).recv_timeout(CLOSE_TIMEOUT);
    }
}
