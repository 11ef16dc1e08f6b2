//! From a source to Opus frames: one voice thread per capture.

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::source::Source;
use crate::{AudioError, Level, SourceSpec};

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
    /// 0 (least work) to 10; 5 by default.
    pub complexity: u8,
    /// Whether each packet carries a rough copy of the one before; on by default.
    pub fec: bool,
    /// Percentage of packets that is expected to be lost, at first: how much is spent on FEC;
    /// 10 by default.
    pub packet_loss: u8,
    /// Whether pauses in speech are sent as gaps; off by default.
    pub dtx: bool,
}

impl Default for OpusOptions {
    fn default() -> Self {
        Self {
            bitrate: 32_000,
            complexity: 5,
            fec: true,
            packet_loss: 10,
            dtx: false,
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
pub struct Capture {}

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
        let _ = (options, on_frame);
        todo!()
    }

    /// As [`start`](Self::start) with a source of one's own.
    pub fn start_with(
        source: Box<dyn Source>,
        options: CaptureOptions,
        on_frame: Box<dyn FnMut(EncodedFrame) + Send>,
    ) -> Result<Self, AudioError> {
        let _ = (source, options, on_frame);
        todo!()
    }

    /// Stops capturing at the source: the device is closed. When this returns, no frame is
    /// handed over until [`unmute`](Self::unmute). Does not wait for the device.
    pub fn mute(&self) {
        todo!()
    }

    /// Opens the device again, on the voice thread; a failure is an event
    /// ([`CaptureEvent::Lost`]).
    pub fn unmute(&self) {
        todo!()
    }

    /// Whether it is muted.
    pub fn is_muted(&self) -> bool {
        todo!()
    }

    /// Loudness now, falling slowly after a sound; [`Level::SILENCE`] while muted.
    pub fn level(&self) -> Level {
        todo!()
    }

    /// Whether somebody speaks now; false while muted.
    pub fn voice(&self) -> bool {
        todo!()
    }

    /// Name of the device or file in use.
    pub fn device_name(&self) -> String {
        todo!()
    }

    /// Tells the encoder what percentage of packets gets lost (0..=100), from receiver
    /// reports, so that it spends as much on FEC as is useful.
    pub fn set_packet_loss(&self, percent: u8) {
        let _ = percent;
        todo!()
    }

    /// Counters so far.
    pub fn stats(&self) -> CaptureStats {
        todo!()
    }

    /// The events; `None` when they were taken already.
    pub fn take_events(&mut self) -> Option<CaptureEvents> {
        todo!()
    }
}

/// Measures a source's level without encoding: for the meter before a call.
#[derive(Debug)]
pub struct Monitor {}

impl Monitor {
    /// Opens the source and starts. Blocks as [`Capture::start`] does.
    pub fn start(source: SourceSpec) -> Result<Self, AudioError> {
        let _ = source;
        todo!()
    }

    /// Loudness now, falling slowly after a sound.
    pub fn level(&self) -> Level {
        todo!()
    }

    /// Whether somebody speaks now.
    pub fn voice(&self) -> bool {
        todo!()
    }

    /// Name of the device or file in use.
    pub fn device_name(&self) -> String {
        todo!()
    }

    /// The events; `None` when they were taken already.
    pub fn take_events(&mut self) -> Option<CaptureEvents> {
        todo!()
    }
}
