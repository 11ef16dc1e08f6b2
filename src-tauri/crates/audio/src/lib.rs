//! Sound: devices, WAV files and tones in and out, Opus, the jitter buffer, mixing, levels.
//!
//! All sound inside is 48 kHz, mono, `f32` in -1..=1, in frames of 20 ms. Sources and sinks
//! are one trait each ([`source::Source`], [`sink::Sink`]), so that people, tests, bots and
//! probes use the same path. Device callbacks only move samples through lock-free rings;
//! one thread per direction does the rest and wakes at most once per 10 to 20 ms.
//!
//! [`Capture`] turns a source into Opus frames, [`Monitor`] only measures its level,
//! [`Playout`] plays any number of received streams, [`play_test_sound`] plays a chime.

#![forbid(unsafe_code)]

pub mod analysis;
mod capture;
mod device;
mod error;
pub mod jitter;
mod meter;
mod pacer;
mod playout;
mod resample;
pub mod sink;
pub mod source;
mod spec;
mod test_sound;
mod voice;

pub use capture::{
    Capture, CaptureEvent, CaptureEvents, CaptureOptions, CaptureStats, EncodedFrame, Monitor,
    OpusOptions,
};
pub use device::{DeviceInfo, Devices, devices, native_rate};
pub use error::{AudioError, Direction};
pub use jitter::EncodedPacket;
pub use meter::Level;
pub use playout::{
    Playout, PlayoutEvent, PlayoutEvents, PlayoutOptions, PlayoutStats, PlayoutStream, StreamStats,
};
pub use spec::{SinkSpec, SourceSpec};
pub use test_sound::{TestSound, play_test_sound};

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Samples per second of all sound inside.
pub const SAMPLE_RATE: u32 = 48_000;

/// Samples of one frame: 20 ms.
pub const FRAME_SAMPLES: usize = 960;

/// Duration of one frame.
pub const FRAME: Duration = Duration::from_millis(20);

/// The longest that opening a source or sink may keep a caller waiting. A device that takes
/// longer is given up with [`AudioError::OpenTimeout`].
pub const OPEN_TIMEOUT: Duration = Duration::from_secs(4);

/// A running device that neither gives nor takes sound for this long counts as lost.
pub const SILENT_DEVICE: Duration = Duration::from_secs(2);

/// Locks; what a thread that panicked left behind is used as it is.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
