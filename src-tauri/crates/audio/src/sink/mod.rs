//! Where sound goes to: one trait, and its devices and files.

use std::thread::Thread;
use std::time::Instant;

use crate::AudioError;

/// Samples of one mixing step: 10 ms.
pub const STEP_SAMPLES: usize = 480;

/// Takes sound, 48 kHz mono, in steps of 10 ms, at its own clock. Never blocks.
///
/// All methods but [`start`](Self::start) are called on one thread, the writer.
pub trait Sink: Send {
    /// Name for people: of the device, of the file.
    fn name(&self) -> &str;

    /// Starts taking sound; called once, before the first [`demand`](Self::demand), perhaps on
    /// another thread than the writer. A sink that waits for a callback unparks `writer` when it wants
    /// more. May block while a device is being opened.
    fn start(&mut self, now: Instant, writer: &Thread) -> Result<(), AudioError>;

    /// Whether it wants a step now, or when to ask again.
    fn demand(&mut self, now: Instant) -> Result<Demand, AudioError>;

    /// Takes one step, after [`demand`](Self::demand) said [`Demand::Step`].
    fn write(&mut self, step: &[f32; STEP_SAMPLES]) -> Result<(), AudioError>;

    /// How many times a device ran dry since it was started.
    fn underruns(&self) -> u64 {
        0
    }
}

/// What a [`Sink`] wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// A step, now.
    Step,
    /// Nothing before this moment.
    At(Instant),
    /// Nothing yet; the writer is unparked when it does.
    Parked,
}

mod file;
mod opening;

pub(crate) use file::NullSink;
pub(crate) use opening::open;
