//! Devices of the computer.

use serde::Serialize;

use crate::AudioError;

/// The devices of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Devices {
    /// Microphones, the default first.
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
    /// Whether the system uses it unless told otherwise.
    pub default: bool,
}

/// Lists microphones and speakers. Asks the sound system, up to
/// [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT): not for the main thread of a window.
pub fn devices() -> Result<Devices, AudioError> {
    todo!()
}
