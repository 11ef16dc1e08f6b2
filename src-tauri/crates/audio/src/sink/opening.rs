//! Opening a sink without ever blocking its user for long.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, Thread};
use std::time::Instant;

use super::Sink;
use super::file::{NullSink, WavSink};
use crate::{AudioError, Direction, OPEN_TIMEOUT, SinkSpec};

/// Looks a sink up and starts it for `writer`, on a thread of its own: a device that hangs is
/// given up after [`OPEN_TIMEOUT`].
pub(crate) fn open(spec: &SinkSpec, writer: &Thread) -> Result<Box<dyn Sink>, AudioError> {
    let (opened, opening) = mpsc::sync_channel(1);
    let (spec, writer) = (spec.clone(), writer.clone());
    thread::Builder::new()
        .name("audio-open".to_owned())
        .spawn(move || {
            let sink = resolve(&spec).and_then(|mut sink| {
                sink.start(Instant::now(), &writer)?;
                Ok(sink)
            });
            // When nobody waits any more the sink is dropped here, and thereby closed.
            let _ = opened.send(sink);
        })
        .map_err(|error| AudioError::NoSoundSystem {
            details: error.to_string(),
        })?;
    match opening.recv_timeout(OPEN_TIMEOUT) {
        Ok(sink) => sink,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Err(AudioError::OpenTimeout {
                direction: Direction::Output,
            })
        }
    }
}

fn resolve(spec: &SinkSpec) -> Result<Box<dyn Sink>, AudioError> {
    Ok(match spec {
        SinkSpec::Device(wanted) => Box::new(crate::device::Speaker::find(wanted.as_deref())?),
        SinkSpec::Wav(path) => Box::new(WavSink::create(path)?),
        SinkSpec::Null => Box::new(NullSink::default()),
    })
}
