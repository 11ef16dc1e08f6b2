//! A short chime, so that a person can check the speaker.

use std::time::Duration;

use crate::{AudioError, SinkSpec};

/// A chime that is being played. Dropping it stops it.
#[derive(Debug)]
pub struct TestSound {}

impl TestSound {
    /// How long the chime lasts from its start.
    pub fn duration(&self) -> Duration {
        todo!()
    }

    /// Waits until it was played.
    pub fn wait(self) {
        todo!()
    }
}

/// Plays a chime. Blocks until the sink is open or refuses, at most
/// [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT); the chime itself plays on its own thread.
pub fn play_test_sound(sink: SinkSpec) -> Result<TestSound, AudioError> {
    let _ = sink;
    todo!()
}
