//! Sinks without a device: a WAV file, nothing.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::thread::Thread;
use std::time::Instant;

use hound::{SampleFormat, WavSpec, WavWriter};

use super::{Demand, STEP_SAMPLES, Sink};
use crate::pacer::Pacer;
use crate::{AudioError, FRAME, SAMPLE_RATE};

/// Steps between two writes of the header: half a second.
const STEPS_PER_FLUSH: u32 = 50;

/// Asks for two steps every 20 ms: half the wake-ups of one step every 10 ms.
#[derive(Default)]
struct PacedSteps {
    pacer: Option<Pacer>,
    left: u8,
}

impl PacedSteps {
    fn start(&mut self, now: Instant) {
        self.pacer = Some(Pacer::new(now, FRAME));
        self.left = 0;
    }

    fn demand(&mut self, now: Instant) -> Demand {
        if self.left > 0 {
            self.left -= 1;
            return Demand::Step;
        }
        let Some(pacer) = &mut self.pacer else {
            return Demand::Parked;
        };
        match pacer.poll(now) {
            Some(at) => Demand::At(at),
            None => {
                self.left = 1;
                Demand::Step
            }
        }
    }
}

/// Throws sound away, in real time.
#[derive(Default)]
pub(crate) struct NullSink {
    steps: PacedSteps,
}

impl Sink for NullSink {
    fn name(&self) -> &str {
        "none"
    }

    fn start(&mut self, now: Instant, _writer: &Thread) -> Result<(), AudioError> {
        self.steps.start(now);
        Ok(())
    }

    fn demand(&mut self, now: Instant) -> Result<Demand, AudioError> {
        Ok(self.steps.demand(now))
    }

    fn write(&mut self, _step: &[f32; STEP_SAMPLES]) -> Result<(), AudioError> {
        Ok(())
    }
}

/// Writes a WAV file, 48 kHz, mono, 16 bit, in real time. The header is brought up to date
/// twice a second, so that a killed process leaves a file that can be played.
pub(crate) struct WavSink {
    name: String,
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    steps: PacedSteps,
    since_flush: u32,
}

impl WavSink {
    pub(crate) fn create(path: &Path) -> Result<Self, AudioError> {
        let spec = WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let writer = WavWriter::create(path, spec)
            .and_then(|mut writer| writer.flush().map(|()| writer))
            .map_err(|error| AudioError::File {
                path: path.to_owned(),
                details: error.to_string(),
            })?;
        let name = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(Self {
            name,
            path: path.to_owned(),
            writer,
            steps: PacedSteps::default(),
            since_flush: 0,
        })
    }

    fn failed(&self, error: hound::Error) -> AudioError {
        AudioError::File {
            path: self.path.clone(),
            details: error.to_string(),
        }
    }
}

impl Sink for WavSink {
    fn name(&self) -> &str {
        &self.name
    }

    fn start(&mut self, now: Instant, _writer: &Thread) -> Result<(), AudioError> {
        self.steps.start(now);
        Ok(())
    }

    fn demand(&mut self, now: Instant) -> Result<Demand, AudioError> {
        Ok(self.steps.demand(now))
    }

    fn write(&mut self, step: &[f32; STEP_SAMPLES]) -> Result<(), AudioError> {
        for sample in step {
            let value = (sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16;
            self.writer
                .write_sample(value)
                .map_err(|e| self.failed(e))?;
        }
        self.since_flush += 1;
        if self.since_flush >= STEPS_PER_FLUSH {
            self.since_flush = 0;
            self.writer.flush().map_err(|e| self.failed(e))?;
        }
        Ok(())
    }
}

// Dropping the writer brings the header up to date.

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(path: &Path) -> Vec<i16> {
        hound::WavReader::open(path)
            .expect("readable")
            .samples::<i16>()
            .collect::<Result<_, _>>()
            .expect("whole")
    }

    #[test]
    fn the_file_can_be_read_at_any_moment_and_is_whole_at_the_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("out.wav");
        let mut sink = WavSink::create(&path).expect("created");
        assert!(samples(&path).is_empty(), "valid before the first sample");
        let start = Instant::now();
        sink.start(start, &std::thread::current()).expect("started");
        let mut now = start;
        let mut steps = 0;
        while steps < 120 {
            match sink.demand(now).expect("fine") {
                Demand::Step => {
                    sink.write(&[steps as f32 / 200.0; STEP_SAMPLES])
                        .expect("written");
                    steps += 1;
                }
                Demand::At(at) => now = at,
                Demand::Parked => panic!("a file does not wait"),
            }
        }
        assert_eq!((now - start).as_millis(), 1180, "in real time");
        // As after a kill: nothing was finished, only what is in the file counts.
        let killed = samples(&path);
        assert!(killed.len() >= 100 * STEP_SAMPLES, "{}", killed.len());
        drop(sink);
        let whole = samples(&path);
        assert_eq!(whole.len(), 120 * STEP_SAMPLES);
        assert_eq!(whole[100 * STEP_SAMPLES], 16_384, "0.5 of full scale");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = WavSink::create(&folder.path().join("no/such/folder.wav")).err();
        assert_eq!(error.map(|e| e.code()), Some("audio.file"));
    }
}
