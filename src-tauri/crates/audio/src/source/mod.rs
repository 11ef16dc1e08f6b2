//! Where sound comes from: one trait, and its devices, files and generators.

use std::thread::Thread;
use std::time::Instant;

use crate::{AudioError, FRAME_SAMPLES};

/// Gives sound, 48 kHz mono, in frames of 20 ms. Never blocks for sound that is not there.
///
/// All methods but the constructor's are called on one thread, the reader.
pub trait Source: Send {
    /// Name for people: of the device, of the file.
    fn name(&self) -> &str;

    /// Starts giving sound, from now on; also after [`stop`](Self::stop). A source that
    /// waits for a callback unparks `reader` when there is more to read. May block while a
    /// device is being opened.
    fn start(&mut self, now: Instant, reader: &Thread) -> Result<(), AudioError>;

    /// Stops taking sound in: a device is closed, so that the system shows the microphone as
    /// not in use. What was not read is thrown away.
    fn stop(&mut self);

    /// Fills `frame` when a whole one is there, or says when to come back.
    fn read(
        &mut self,
        now: Instant,
        frame: &mut [f32; FRAME_SAMPLES],
    ) -> Result<Readiness, AudioError>;

    /// How many times sound was lost because it was not read in time.
    fn overruns(&self) -> u64 {
        0
    }
}

/// What a [`Source`] had to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// The frame was filled.
    Frame,
    /// Nothing before this moment.
    At(Instant),
    /// Nothing yet; the reader is unparked when there is.
    Parked,
    /// There will be no more.
    Ended,
}

mod generated;
mod wav;

use generated::{Generated, Nothing};

/// Looks a source up; it is opened by [`Source::start`]. May block while the sound system is
/// asked.
pub(crate) fn resolve(spec: &crate::SourceSpec) -> Result<Box<dyn Source>, AudioError> {
    use crate::SourceSpec;
    Ok(match spec {
        SourceSpec::Device(wanted) => Box::new(crate::device::Microphone::find(wanted.as_deref())?),
        SourceSpec::Wav { path, repeat } => Box::new(wav::WavSource::open(path, *repeat)?),
        SourceSpec::Tone { hz } => Box::new(Generated::tone(*hz)),
        SourceSpec::Silence => Box::new(Generated::silence()),
        SourceSpec::None => Box::new(Nothing),
    })
}
