//! What can go wrong with sound, by what a person can do about it.

use std::path::PathBuf;

/// Why a source or sink cannot be opened, or no longer works.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// There is no device, or none with the wanted name or id.
    #[error("no such {direction} device: {wanted}")]
    NoDevice {
        /// Which kind was looked for.
        direction: Direction,
        /// Name or id that was asked for; "default" for the default device.
        wanted: String,
    },
    /// The device is used by another program that does not share it.
    #[error("the {direction} device is busy: another program uses it")]
    Busy {
        /// Which kind of device.
        direction: Direction,
    },
    /// The system refuses access to the device.
    #[error("access to the {direction} device was refused by the system")]
    Permission {
        /// Which kind of device.
        direction: Direction,
    },
    /// The device or file offers no format that can be used.
    #[error("the format is not supported: {details}")]
    Format {
        /// What was offered or refused.
        details: String,
    },
    /// The device did not open within [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT).
    #[error("the {direction} device did not open in time")]
    OpenTimeout {
        /// Which kind of device.
        direction: Direction,
    },
    /// The device was unplugged, or gave or took no sound for two seconds while running.
    #[error("the {direction} device was lost: {details}")]
    Lost {
        /// Which kind of device.
        direction: Direction,
        /// What was seen.
        details: String,
    },
    /// A WAV file cannot be read or written.
    #[error("{}: {details}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system or the format says.
        details: String,
    },
    /// No sound system (PulseAudio, PipeWire, ALSA) answers on this computer.
    #[error("no sound system answers: {details}")]
    NoSoundSystem {
        /// What the system says.
        details: String,
    },
    /// The encoder or decoder refused its settings: a defect of this program.
    #[error("Opus: {details}")]
    Codec {
        /// What libopus says.
        details: String,
    },
}

impl AudioError {
    /// A stable code for translation, such as `audio.no-device`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDevice { .. } => "audio.no-device",
            Self::Busy { .. } => "audio.busy",
            Self::Permission { .. } => "audio.permission",
            Self::Format { .. } => "audio.format",
            Self::OpenTimeout { .. } => "audio.open-timeout",
            Self::Lost { .. } => "audio.lost",
            Self::File { .. } => "audio.file",
            Self::NoSoundSystem { .. } => "audio.no-sound-system",
            Self::Codec { .. } => "audio.codec",
        }
    }
}

impl From<opus::Error> for AudioError {
    fn from(error: opus::Error) -> Self {
        Self::Codec {
            details: error.to_string(),
        }
    }
}

/// Which way sound goes through a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// A microphone.
    Input,
    /// A speaker.
    Output,
}

impl std::fmt::Display for Direction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}
