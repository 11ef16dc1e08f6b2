//! Microphone and speaker. Opening them may take seconds, so it happens beside the actor.

use std::sync::{Arc, Mutex, PoisonError};

use audio::{
    AudioError, Capture, CaptureEvent, CaptureOptions, EncodedFrame, Level, Playout, PlayoutEvent,
    PlayoutOptions, SinkSpec, SourceSpec,
};
use media::{EncodedAudio, Producer};
use tokio::task::{JoinSet, spawn_blocking};

use super::streams::Streams;
use super::{Internal, Reports};
use crate::error;
use crate::session::{CaptureAction, Input, PlayoutAction, SoundInput};

/// Where captured sound goes: to the producer, once there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Outlet(Arc<Mutex<Option<Producer>>>);

impl Outlet {
    pub(super) fn set(&self, producer: Option<Producer>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = producer;
    }

    /// Called on the voice thread, 50 times a second.
    fn send(&self, frame: EncodedFrame) {
        let producer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(producer) = producer.as_ref() {
            producer.send(EncodedAudio {
                payload: frame.payload,
                samples: frame.samples,
                audio_level_dbov: frame.level.dbov(),
                voice: frame.voice,
            });
        }
    }
}

/// A device that opened, or not.
#[derive(Debug)]
pub(super) enum Opened {
    Capture {
        attempt: u64,
        result: Result<Capture, AudioError>,
    },
    Playout {
        sink: SinkSpec,
        /// What plays, if anything: the device that was asked for, or nothing audible.
        playout: Option<Arc<Playout>>,
        result: Result<(), AudioError>,
    },
}

pub(super) struct Sound {
    reports: Reports,
    streams: Arc<Streams>,
    outlet: Outlet,
    capture: Option<(u64, Capture)>,
    /// The attempt whose result is still wanted.
    wanted: Option<u64>,
    /// The speaker is being opened.
    opening: bool,
    /// Another speaker was asked for meanwhile.
    next: Option<SinkSpec>,
    closed: bool,
}

impl Sound {
    pub(super) fn new(reports: Reports, streams: Arc<Streams>) -> Self {
        Self {
            reports,
            streams,
            outlet: Outlet::default(),
            capture: None,
            wanted: None,
            opening: false,
            next: None,
            closed: false,
        }
    }

    pub(super) fn outlet(&self) -> Outlet {
        self.outlet.clone()
    }

    /// Whether there is anything to measure.
    pub(super) fn measurable(&self) -> bool {
        self.capture.is_some() || self.streams.playout().is_some()
    }

    pub(super) fn level(&self) -> f32 {
        self.capture
            .as_ref()
            .map_or(Level::SILENCE, |(_, capture)| capture.level())
            .dbfs()
    }

    pub(super) fn underruns(&self) -> u64 {
        self.streams
            .playout()
            .map_or(0, |playout| playout.stats().underruns)
    }

    pub(super) fn capture(&mut self, action: CaptureAction, closing: &mut JoinSet<()>) {
        match action {
            CaptureAction::Open { attempt, source } => self.open_capture(attempt, source),
            CaptureAction::Start => {
                if let Some((_, capture)) = &self.capture {
                    capture.unmute();
                }
            }
            CaptureAction::Stop => {
                if let Some((_, capture)) = &self.capture {
                    capture.mute();
                }
            }
            CaptureAction::Close => {
                self.wanted = None;
                if let Some((_, capture)) = self.capture.take() {
                    // Silent at once; closing the device may take a moment.
                    capture.mute();
                    closing.spawn_blocking(move || drop(capture));
                }
            }
        }
    }

    /// Opens muted: the session decides whether anything is captured once it is there.
    fn open_capture(&mut self, attempt: u64, source: SourceSpec) {
        self.wanted = Some(attempt);
        let outlet = self.outlet.clone();
        let reports = self.reports.clone();
        spawn_blocking(move || {
            let options = CaptureOptions {
                muted: true,
                ..CaptureOptions::new(source)
            };
            let result = Capture::start(options, Box::new(move |frame| outlet.send(frame)));
            let _ = reports.send(Internal::Sound(Opened::Capture { attempt, result }));
        });
    }

    pub(super) fn playout(&mut self, action: PlayoutAction, closing: &mut JoinSet<()>) {
        match action {
            PlayoutAction::Open(sink) if self.opening => self.next = Some(sink),
            PlayoutAction::Open(sink) => self.open_playout(sink),
            PlayoutAction::Close => self.close_playout(closing),
        }
    }

    fn open_playout(&mut self, sink: SinkSpec) {
        self.opening = true;
        let reports = self.reports.clone();
        let present = self.streams.playout();
        spawn_blocking(move || {
            let (playout, result) = match present {
                Some(playout) => {
                    let result = playout.set_sink(sink.clone());
                    (Some(playout), result)
                }
                None => start_playout(&sink, &reports),
            };
            let _ = reports.send(Internal::Sound(Opened::Playout {
                sink,
                playout,
                result,
            }));
        });
    }

    fn close_playout(&mut self, closing: &mut JoinSet<()>) {
        self.next = None;
        let playout = self.streams.playout();
        self.streams.play_on(None);
        if playout.is_some() {
            // A WAV file is complete when this is done.
            closing.spawn_blocking(move || drop(playout));
        }
    }

    /// Takes a device that opened; gives what the session is to know.
    pub(super) fn opened(&mut self, opened: Opened) -> Option<SoundInput> {
        match opened {
            Opened::Capture { attempt, result } => {
                if self.closed || self.wanted != Some(attempt) {
                    spawn_blocking(move || drop(result));
                    return None;
                }
                Some(match result {
                    Ok(mut capture) => {
                        let device = capture.device_name();
                        if let Some(events) = capture.take_events() {
                            self.forward_capture_events(attempt, events);
                        }
                        self.capture = Some((attempt, capture));
                        SoundInput::CaptureOpened { attempt, device }
                    }
                    Err(error) => SoundInput::CaptureFailed {
                        attempt,
                        error: error::microphone(&error),
                    },
                })
            }
            Opened::Playout {
                sink,
                playout,
                result,
            } => {
                self.opening = false;
                if self.closed {
                    spawn_blocking(move || drop(playout));
                    return None;
                }
                let device = playout.as_ref().map(|playout| playout.device_name());
                if playout.is_some() {
                    self.streams.play_on(playout);
                }
                if let Some(next) = self.next.take() {
                    self.open_playout(next);
                }
                Some(match result {
                    Ok(()) => SoundInput::PlayoutOpened {
                        device: device.filter(|_| sink != SinkSpec::Null),
                    },
                    Err(error) => SoundInput::PlayoutFailed {
                        error: error::speaker(&error),
                    },
                })
            }
        }
    }

    fn forward_capture_events(&self, attempt: u64, mut events: audio::CaptureEvents) {
        let reports = self.reports.clone();
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                let input = match event {
                    CaptureEvent::Lost(error) => SoundInput::CaptureFailed {
                        attempt,
                        error: error::microphone(&error),
                    },
                    CaptureEvent::Recovered { device } => {
                        SoundInput::CaptureRecovered { attempt, device }
                    }
                    CaptureEvent::Ended => continue,
                };
                let _ = reports.send(Internal::Input(Input::Sound(input)));
            }
        });
    }

    /// Closes everything; results that come later are dropped.
    pub(super) fn close(&mut self, closing: &mut JoinSet<()>) {
        self.closed = true;
        self.outlet.set(None);
        self.capture(CaptureAction::Close, closing);
        self.close_playout(closing);
    }
}

/// Opens a speaker for the first time. When it refuses, the sound goes nowhere, so that levels
/// and statistics go on.
fn start_playout(
    sink: &SinkSpec,
    reports: &Reports,
) -> (Option<Arc<Playout>>, Result<(), AudioError>) {
    let start = |sink: SinkSpec| Playout::start(PlayoutOptions { sink });
    let (playout, result) = match start(sink.clone()) {
        Ok(playout) => (Some(playout), Ok(())),
        Err(error) => (start(SinkSpec::Null).ok(), Err(error)),
    };
    let playout = playout.map(|mut playout| {
        if let Some(events) = playout.take_events() {
            forward_playout_events(events, reports.clone());
        }
        Arc::new(playout)
    });
    (playout, result)
}

fn forward_playout_events(mut events: audio::PlayoutEvents, reports: Reports) {
    // Called on a blocking thread of the runtime.
    tokio::runtime::Handle::current().spawn(async move {
        while let Some(event) = events.next().await {
            let input = match event {
                PlayoutEvent::Lost(error) => SoundInput::PlayoutFailed {
                    error: error::speaker(&error),
                },
                PlayoutEvent::Recovered { device } => SoundInput::PlayoutOpened {
                    device: Some(device),
                },
            };
            let _ = reports.send(Internal::Input(Input::Sound(input)));
        }
    });
}
