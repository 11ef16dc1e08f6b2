//! This computer: sound devices, processor, and a call with itself.

use serde::{Deserialize, Serialize};

/// What this computer can do. Names of devices are not kept: people name them after themselves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MachineFacts {
    /// The sound system and its devices.
    pub sound: SoundFacts,
    /// The default microphone; none if it was not allowed to be opened.
    pub microphone: Option<DeviceFacts>,
    /// The default speaker, with silence played on it.
    pub speaker: Option<DeviceFacts>,
    /// How much of the processor this program gets.
    pub processor: ProcessorFacts,
    /// A call over the embedded gateway; none if it was not tried.
    pub own_call: Option<OwnCallFacts>,
}

/// The sound system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SoundFacts {
    /// Microphones; what records a speaker is not counted.
    pub microphones: usize,
    /// Speakers.
    pub speakers: usize,
    /// Why the devices could not be listed.
    pub error: Option<DeviceError>,
    /// The socket of PulseAudio or PipeWire.
    pub server_socket: Access,
    /// The kernel's sound devices.
    pub kernel_devices: Access,
    /// The sandbox that this program runs in: `flatpak`, `snap`, `container`.
    pub sandbox: Option<String>,
}

/// Whether something is there and may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// It is not there.
    #[default]
    Absent,
    /// It is there and may be used.
    Usable,
    /// It is there and access is refused.
    Denied,
    /// It is there and nobody answers.
    Dead,
}

/// A device that was opened, or was not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceFacts {
    /// Time until it was open or refused, milliseconds.
    pub open_ms: f64,
    /// Why it is not open, or was lost.
    pub error: Option<DeviceError>,
    /// Frames (of 20 ms from a microphone, of 10 ms to a speaker) that passed while it was watched.
    pub frames: u64,
    /// For how long it was watched, milliseconds.
    pub watched_ms: f64,
    /// Time until the first frame, milliseconds.
    pub first_frame_ms: Option<f64>,
    /// The loudest frame of a microphone, dBFS; -127 is digital silence.
    pub loudest_dbfs: Option<f32>,
    /// Samples per second of the device by itself.
    pub native_rate: Option<u32>,
}

/// Why a device cannot be used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeviceError {
    /// Stable code of the sound engine, such as `audio.busy`.
    pub code: String,
    /// Its words.
    pub message: String,
}

/// The processor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProcessorFacts {
    /// Threads that run at the same time.
    pub cores: usize,
    /// Threads that want to run, mean of the last minute (Linux).
    pub load: Option<f64>,
    /// Share of a core, 0..=1, that a busy thread of this program got (Linux).
    pub share: Option<f64>,
}

/// Two participants of this program meet on an embedded gateway over the loopback interface. One
/// sends a tone, the other one listens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnCallFacts {
    /// How far it came.
    pub reached: OwnCallStep,
    /// Why it came no further.
    pub error: Option<DeviceError>,
    /// From the beginning until sound was heard, milliseconds.
    pub heard_after_ms: Option<f64>,
    /// Loudness of what was heard, dBFS.
    pub heard_dbfs: Option<f32>,
}

/// Steps of a call with oneself, in order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnCallStep {
    /// The gateway did not start.
    #[default]
    Nothing,
    /// The gateway listens.
    Gateway,
    /// Both are connected to it.
    Signaling,
    /// Both are in the call, their media connected.
    Media,
    /// The tone was heard.
    Heard,
}
