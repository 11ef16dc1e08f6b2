//! Devices of the computer: PulseAudio and PipeWire where they run, else ALSA.

mod format;
mod host;
mod microphone;
#[cfg(target_os = "linux")]
mod pulse_cookie;
#[cfg(target_os = "linux")]
mod pulse_pcm;
mod signs;
mod speaker;

pub(crate) use microphone::Microphone;
pub(crate) use speaker::Speaker;

use std::sync::mpsc;

use serde::Serialize;

use crate::{AudioError, Direction, OPEN_TIMEOUT};

/// The devices of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Devices {
    /// Microphones, the default first; what records a speaker ("Monitor of ...") comes last
    /// and is never the default.
    pub inputs: Vec<DeviceInfo>,
    /// Speakers, the default first.
    pub outputs: Vec<DeviceInfo>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    /// Stable over restarts of program and computer as far as the system keeps it so; what
    /// [`SourceSpec::Device`](crate::SourceSpec::Device) takes.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whether it is used unless told otherwise.
    pub default: bool,
}

/// Lists microphones and speakers; both lists are empty when there is no sound system. Asks
/// the sound system, up to [`OPEN_TIMEOUT`]: not for the main thread of a window.
pub fn devices() -> Result<Devices, AudioError> {
    answer(host::list)
}

/// Samples per second at which the default microphone or speaker works by itself; sound of other
/// rates is converted by somebody. Asks as [`devices`] does, and may open the device for a moment.
pub fn native_rate(direction: Direction) -> Result<u32, AudioError> {
    answer(move || host::native_rate(direction))
}

/// The answer of the sound system, which may hang.
fn answer<T: Send + 'static>(
    question: impl FnOnce() -> Result<T, AudioError> + Send + 'static,
) -> Result<T, AudioError> {
    let (answered, answer) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("audio-list".to_owned())
        .spawn(move || {
            let _ = answered.send(question());
        })
        .map_err(|error| AudioError::NoSoundSystem {
            details: error.to_string(),
        })?;
    answer
        .recv_timeout(OPEN_TIMEOUT)
        .map_err(|_| AudioError::NoSoundSystem {
            details: "it does not answer".to_owned(),
        })?
}
