//! A short chime, so that a person can check the speaker.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::sink::{Demand, STEP_SAMPLES, Sink};
use crate::{AudioError, SAMPLE_RATE, SinkSpec};

/// Notes of the chime: when they start (seconds) and their pitch (Hz), C major upwards.
const NOTES: [(f32, f32); 3] = [(0.0, 523.25), (0.16, 659.25), (0.32, 783.99)];
/// How long the chime is.
const LENGTH: Duration = Duration::from_millis(1200);
/// How long a device may take to play what it has taken.
const DEVICE_BUFFER: Duration = Duration::from_millis(150);
/// Notes fade by a factor of e in this many seconds.
const FADE: f32 = 0.22;
/// How loud a note is at first.
const LOUDNESS: f32 = 0.22;

/// A chime that is being played. Dropping it stops it.
#[derive(Debug)]
pub struct TestSound {
    stop: Arc<AtomicBool>,
    playing: Option<JoinHandle<()>>,
}

impl TestSound {
    /// How long the chime lasts from its start.
    pub fn duration(&self) -> Duration {
        LENGTH + DEVICE_BUFFER
    }

    /// Whether it is still being played.
    pub fn is_playing(&self) -> bool {
        self.playing
            .as_ref()
            .is_some_and(|playing| !playing.is_finished())
    }

    /// Waits until it was played.
    pub fn wait(mut self) {
        if let Some(playing) = self.playing.take() {
            let _ = playing.join();
        }
    }
}

impl Drop for TestSound {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(playing) = &self.playing {
            playing.thread().unpark();
        }
    }
}

/// Plays a chime. Blocks until the sink is open or refuses, at most
/// [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT); the chime itself plays on its own thread.
pub fn play_test_sound(sink: SinkSpec) -> Result<TestSound, AudioError> {
    let stop = Arc::new(AtomicBool::new(false));
    let (hand_over, taking) = std::sync::mpsc::sync_channel::<Box<dyn Sink>>(1);
    let stopping = Arc::clone(&stop);
    let playing = thread::Builder::new()
        .name("audio-test-sound".to_owned())
        .spawn(move || {
            if let Ok(sink) = taking.recv() {
                play(sink, &stopping);
            }
        })
        .map_err(|error| AudioError::NoSoundSystem {
            details: error.to_string(),
        })?;
    let sink = crate::sink::open(&sink, playing.thread())?;
    // The thread waits for it.
    let _ = hand_over.send(sink);
    Ok(TestSound {
        stop,
        playing: Some(playing),
    })
}

fn play(mut sink: Box<dyn Sink>, stop: &AtomicBool) {
    let steps = LENGTH.as_millis() as usize / 10;
    let mut played = 0;
    let mut step = [0.0; STEP_SAMPLES];
    while played < steps && !stop.load(Ordering::Relaxed) {
        let now = Instant::now();
        match sink.demand(now) {
            Ok(Demand::Step) => {
                for (i, sample) in step.iter_mut().enumerate() {
                    *sample = chime(played * STEP_SAMPLES + i);
                }
                if sink.write(&step).is_err() {
                    return;
                }
                played += 1;
            }
            Ok(Demand::At(at)) => thread::park_timeout(at.saturating_duration_since(now)),
            Ok(Demand::Parked) => thread::park_timeout(Duration::from_millis(500)),
            Err(error) => {
                tracing::warn!(%error, "speaker lost");
                return;
            }
        }
    }
    let drained = Instant::now() + DEVICE_BUFFER;
    while !stop.load(Ordering::Relaxed) {
        let left = drained.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        thread::park_timeout(left);
    }
}

/// The chime's sample at an index.
fn chime(index: usize) -> f32 {
    let time = index as f32 / SAMPLE_RATE as f32;
    NOTES
        .iter()
        .filter(|(start, _)| time >= *start)
        .map(|(start, hz)| {
            let since = time - start;
            let attack = (since / 0.008).min(1.0);
            let phase = since * hz * std::f32::consts::TAU;
            // An octave above, quieter and shorter, as of a small bell.
            let sound = phase.sin() + 0.35 * (2.0 * phase).sin() * (-since / 0.08).exp();
            sound * attack * (-since / FADE).exp() * LOUDNESS
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{power_at, rms};

    #[test]
    fn the_chime_is_audible_never_clips_and_ends_in_silence() {
        let sound: Vec<f32> = (0..SAMPLE_RATE as usize * 12 / 10).map(chime).collect();
        assert!(sound.iter().all(|sample| sample.abs() < 0.9));
        assert!(rms(&sound[..24_000]) > 0.03);
        assert!(rms(&sound[55_000..]) < 0.01);
        let first = &sound[..7_000];
        assert!(power_at(first, SAMPLE_RATE, 523.25) > power_at(first, SAMPLE_RATE, 700.0) * 20.0);
    }

    #[test]
    fn it_is_played_into_any_sink() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("chime.wav");
        let sound = play_test_sound(SinkSpec::Wav(path.clone())).expect("plays");
        sound.wait();
        let reader = hound::WavReader::open(&path).expect("a file");
        assert_eq!(reader.duration(), 57_600);
    }
}
