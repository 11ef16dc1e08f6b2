//! Looks at this computer: devices, processor, and a call with itself, all at once.

mod own_call;
mod processor;
mod sound;

use std::time::Duration;

use crate::facts::{DeviceError, MachineFacts};

/// What of this computer may be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineOptions {
    /// Whether the microphone may be opened, which the system shows to the person.
    pub microphone: bool,
    /// Whether the speaker may be opened; silence is played.
    pub speaker: bool,
    /// Limit of the call with itself.
    pub own_call_limit: Duration,
}

impl Default for MachineOptions {
    fn default() -> Self {
        Self {
            microphone: false,
            speaker: true,
            own_call_limit: OWN_CALL_LIMIT,
        }
    }
}

/// Usual limit of the call with itself, which takes some tenths of a second.
pub const OWN_CALL_LIMIT: Duration = Duration::from_secs(6);

/// Longest wait for the first frame of an open microphone or speaker.
const FIRST_FRAME_LIMIT: Duration = Duration::from_millis(2_000);

/// How long a device is watched after its first frame: microphones begin with some silence.
const WATCH: Duration = Duration::from_millis(1_000);

/// Looks at everything that is allowed; takes about as long as [`OWN_CALL_LIMIT`] at most, and a
/// second and a half where nothing is wrong.
pub async fn look(options: MachineOptions) -> MachineFacts {
    let blocking = async |allowed: bool, look: fn() -> _| {
        let looked = allowed.then(|| tokio::task::spawn_blocking(look));
        match looked {
            Some(looked) => looked.await.ok(),
            None => None,
        }
    };
    let (sound, processor, microphone, speaker, own_call) = tokio::join!(
        tokio::task::spawn_blocking(sound::list),
        tokio::task::spawn_blocking(processor::measure),
        blocking(options.microphone, sound::microphone),
        blocking(options.speaker, sound::speaker),
        own_call::try_out(options.own_call_limit),
    );
    MachineFacts {
        sound: sound.unwrap_or_default(),
        microphone,
        speaker,
        processor: processor.unwrap_or_default(),
        own_call: Some(own_call),
    }
}

fn failure(code: &str, message: impl ToString) -> DeviceError {
    DeviceError {
        code: code.to_owned(),
        message: message.to_string(),
    }
}
