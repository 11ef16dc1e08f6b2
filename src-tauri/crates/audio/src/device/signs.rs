//! Signs of life of a device, left by its callbacks.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use cpal::ErrorKind;

use crate::{AudioError, Direction, SILENT_DEVICE, lock};

/// How long a device may take to begin: Bluetooth headsets and sleeping sound cards need
/// seconds.
const FIRST_CALLBACK: Duration = Duration::from_secs(5);

/// What the callbacks of one stream tell the thread that uses it. The data callback only
/// touches atomics.
#[derive(Debug)]
pub(super) struct Signs {
    direction: Direction,
    opened: Instant,
    /// Milliseconds from `opened` to the last callback.
    last_callback_ms: AtomicU64,
    /// Frames of the largest callback.
    largest_block: AtomicU32,
    glitches: AtomicU64,
    failure: Mutex<Option<AudioError>>,
    /// Who is to be woken.
    user: Thread,
}

impl Signs {
    pub(super) fn new(direction: Direction, now: Instant, user: Thread) -> Self {
        Self {
            direction,
            opened: now,
            last_callback_ms: AtomicU64::new(0),
            largest_block: AtomicU32::new(0),
            glitches: AtomicU64::new(0),
            failure: Mutex::new(None),
            user,
        }
    }

    /// In the data callback: it lives.
    pub(super) fn beat(&self, frames: usize) {
        let ms = self.opened.elapsed().as_millis() as u64;
        self.last_callback_ms.store(ms, Ordering::Relaxed);
        let frames = u32::try_from(frames).unwrap_or(u32::MAX);
        self.largest_block.fetch_max(frames, Ordering::Relaxed);
        self.user.unpark();
    }

    /// In the data callback: sound was lost, or there was none to play.
    pub(super) fn glitch(&self) {
        self.glitches.fetch_add(1, Ordering::Relaxed);
    }

    /// In the error callback.
    pub(super) fn fail(&self, error: &cpal::Error) {
        match error.kind() {
            ErrorKind::Xrun => self.glitch(),
            ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
            _ => self.broke(error.to_string()),
        }
    }

    /// The stream broke for good.
    pub(super) fn broke(&self, details: String) {
        *lock(&self.failure) = Some(AudioError::Lost {
            direction: self.direction,
            details,
        });
        self.user.unpark();
    }

    /// Whether the device still works.
    pub(super) fn check(&self, now: Instant) -> Result<(), AudioError> {
        if let Some(error) = lock(&self.failure).take() {
            return Err(error);
        }
        let last = Duration::from_millis(self.last_callback_ms.load(Ordering::Relaxed));
        let limit = if self.largest_block() == 0 {
            FIRST_CALLBACK
        } else {
            SILENT_DEVICE
        };
        if now.saturating_duration_since(self.opened + last) > limit {
            return Err(AudioError::Lost {
                direction: self.direction,
                details: format!("no sound for {} s", limit.as_secs()),
            });
        }
        Ok(())
    }

    /// Frames of the largest callback so far.
    pub(super) fn largest_block(&self) -> usize {
        self.largest_block.load(Ordering::Relaxed) as usize
    }

    pub(super) fn glitches(&self) -> u64 {
        self.glitches.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_without_callbacks_for_two_seconds_is_lost() {
        let now = Instant::now();
        let signs = Signs::new(Direction::Input, now, std::thread::current());
        assert!(signs.check(now + Duration::from_secs(4)).is_ok(), "begins");
        assert!(signs.check(now + Duration::from_secs(6)).is_err());
        signs.beat(960);
        assert!(signs.check(now + Duration::from_millis(1900)).is_ok());
        let error = signs.check(now + Duration::from_millis(2600)).err();
        assert_eq!(error.map(|e| e.code()), Some("audio.lost"));
    }

    #[test]
    fn an_error_of_the_stream_is_told_once_and_a_glitch_only_counted() {
        let now = Instant::now();
        let signs = Signs::new(Direction::Output, now, std::thread::current());
        signs.fail(&cpal::Error::new(ErrorKind::Xrun));
        assert!(signs.check(now).is_ok());
        assert_eq!(signs.glitches(), 1);
        signs.fail(&cpal::Error::new(ErrorKind::DeviceNotAvailable));
        assert!(signs.check(now).is_err());
        assert!(signs.check(now).is_ok());
    }
}
