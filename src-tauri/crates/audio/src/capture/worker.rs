//! The voice thread: reads the source, measures, encodes, hands over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::encoder::Encoder;
use super::{CaptureEvent, Gate, OnFrame, Shared};
use crate::source::{Readiness, Source};
use crate::voice::VoiceDetector;
use crate::{AudioError, EncodedFrame, FRAME_SAMPLES, Level, lock};

/// A device's callback wakes the thread; when it does not, it is looked after this often.
const LOOK_AFTER: Duration = Duration::from_millis(500);
/// How often a lost device is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// What becomes of frames: handed over encoded, or only measured.
pub(super) struct Encoding {
    pub(super) encoder: Encoder,
    pub(super) on_frame: OnFrame,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// Muted: the source is closed.
    Stopped,
    /// The source runs since the mute of this number.
    Running(u32),
    /// The source is lost; tried again at this time.
    Lost(Instant),
    /// The source has come to its end.
    Ended,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    source: Box<dyn Source>,
    encoding: Option<Encoding>,
    detector: VoiceDetector,
    state: State,
    /// The source was lost and that was told.
    told_lost: bool,
    frame: [f32; FRAME_SAMPLES],
}

impl Worker {
    /// Opens the source, unless muted.
    pub(super) fn open(
        shared: Arc<Shared>,
        source: Box<dyn Source>,
        encoding: Option<Encoding>,
    ) -> Result<Self, AudioError> {
        let mut worker = Self {
            shared,
            source,
            encoding,
            detector: VoiceDetector::new(),
            state: State::Stopped,
            told_lost: false,
            frame: [0.0; FRAME_SAMPLES],
        };
        let gate = *lock(&worker.shared.gate);
        if gate.open {
            worker.start(gate.mutes)?;
        }
        *lock(&worker.shared.device_name) = worker.source.name().to_owned();
        Ok(worker)
    }

    /// Works until the capture is dropped.
    pub(super) fn run(&mut self) {
        while !self.shared.stop.load(Ordering::Relaxed) {
            let gate = *lock(&self.shared.gate);
            self.follow(gate);
            let now = Instant::now();
            match self.state {
                State::Running(_) => self.read(now),
                State::Lost(retry_at) => {
                    thread::park_timeout(retry_at.saturating_duration_since(now));
                }
                State::Stopped | State::Ended => thread::park(),
            }
        }
        self.source.stop();
    }

    /// Opens or closes the source as mute and unmute demand.
    fn follow(&mut self, gate: Gate) {
        match self.state {
            // Muted, or muted and unmuted meanwhile: what was taken in since is not given.
            State::Running(mutes) if !gate.open || mutes != gate.mutes => {
                self.stop();
                if gate.open {
                    self.start_or_lose(gate.mutes);
                }
            }
            State::Stopped if gate.open => self.start_or_lose(gate.mutes),
            State::Lost(_) if !gate.open => self.state = State::Stopped,
            State::Lost(retry_at) if Instant::now() >= retry_at => self.start_or_lose(gate.mutes),
            _ => {}
        }
    }

    fn start(&mut self, mutes: u32) -> Result<(), AudioError> {
        self.source.start(Instant::now(), &thread::current())?;
        self.state = State::Running(mutes);
        Ok(())
    }

    fn stop(&mut self) {
        self.source.stop();
        self.state = State::Stopped;
        if let Some(encoding) = &mut self.encoding {
            encoding.encoder.forget();
        }
        self.detector = VoiceDetector::new();
        self.shared.level.clear();
        self.shared.voice.store(false, Ordering::Relaxed);
    }

    fn start_or_lose(&mut self, mutes: u32) {
        match self.start(mutes) {
            Ok(()) => {
                let device = self.source.name().to_owned();
                *lock(&self.shared.device_name) = device.clone();
                if std::mem::take(&mut self.told_lost) {
                    let _ = self.shared.events.send(CaptureEvent::Recovered { device });
                }
            }
            Err(error) => self.lose(error),
        }
    }

    fn lose(&mut self, error: AudioError) {
        self.stop();
        self.state = State::Lost(Instant::now() + RETRY);
        if !std::mem::replace(&mut self.told_lost, true) {
            tracing::warn!(%error, "microphone lost");
            let _ = self.shared.events.send(CaptureEvent::Lost(error));
        }
    }

    fn read(&mut self, now: Instant) {
        match self.source.read(now, &mut self.frame) {
            Ok(Readiness::Frame) => self.deliver(),
            Ok(Readiness::At(at)) => thread::park_timeout(at.saturating_duration_since(now)),
            Ok(Readiness::Parked) => thread::park_timeout(LOOK_AFTER),
            Ok(Readiness::Ended) => {
                self.stop();
                self.state = State::Ended;
                let _ = self.shared.events.send(CaptureEvent::Ended);
            }
            Err(error) => self.lose(error),
        }
    }

    fn deliver(&mut self) {
        let level = Level::of(&self.frame);
        let voice = self.detector.update(level);
        let payload = match &mut self.encoding {
            Some(encoding) => {
                let loss = self.shared.packet_loss.load(Ordering::Relaxed);
                match encoding.encoder.encode(&self.frame, loss) {
                    Ok(payload) => Some(payload),
                    Err(error) => {
                        tracing::error!(%error, "a frame was not encoded");
                        return;
                    }
                }
            }
            None => None,
        };
        // While the gate is held nobody can mute: a frame is handed over before mute returns
        // or never.
        let gate = lock(&self.shared.gate);
        if !gate.open || self.state != State::Running(gate.mutes) {
            return;
        }
        self.shared.level.update(level, FRAME_SAMPLES);
        self.shared.voice.store(voice, Ordering::Relaxed);
        {
            let mut stats = lock(&self.shared.stats);
            stats.frames += 1;
            stats.voice_frames += u64::from(voice);
            stats.overruns = self.source.overruns();
        }
        if let (Some(encoding), Some(payload)) = (&mut self.encoding, payload) {
            (encoding.on_frame)(EncodedFrame {
                payload,
                samples: FRAME_SAMPLES as u32,
                level,
                voice,
            });
        }
    }
}
