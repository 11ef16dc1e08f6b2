//! A WAV file as a source.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::thread::Thread;
use std::time::Instant;

use hound::{SampleFormat, WavReader};

use super::{Readiness, Source};
use crate::pacer::Pacer;
use crate::resample::Resampler;
use crate::{AudioError, FRAME, FRAME_SAMPLES, SAMPLE_RATE};

/// More is a mistake in the file.
const MOST_CHANNELS: u16 = 64;

/// Reads a WAV file in real time: any rate, any number of channels (mixed to one), integer
/// of 8 to 32 bits or float. It is read piece by piece, so that a long file needs no memory.
pub(crate) struct WavSource {
    name: String,
    path: PathBuf,
    reader: WavReader<BufReader<File>>,
    resampler: Resampler,
    repeat: bool,
    ended: bool,
    /// Mono samples of one piece, at the file's rate.
    piece: Vec<f32>,
    /// Samples at 48 kHz that were not given yet.
    ready: Vec<f32>,
    pacer: Option<Pacer>,
}

impl WavSource {
    pub(crate) fn open(path: &Path, repeat: bool) -> Result<Self, AudioError> {
        let reader = WavReader::open(path).map_err(|error| file_error(path, &error))?;
        let spec = reader.spec();
        if reader.duration() == 0 || spec.channels == 0 {
            return Err(AudioError::Format {
                details: format!("{} has no sound in it", path.display()),
            });
        }
        if spec.channels > MOST_CHANNELS {
            return Err(AudioError::Format {
                details: format!("{} channels", spec.channels),
            });
        }
        if spec.sample_format == SampleFormat::Float && spec.bits_per_sample != 32 {
            return Err(AudioError::Format {
                details: format!("float of {} bits", spec.bits_per_sample),
            });
        }
        let name = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(Self {
            name,
            path: path.to_owned(),
            resampler: Resampler::new(spec.sample_rate, SAMPLE_RATE)?,
            reader,
            repeat,
            ended: false,
            piece: Vec::new(),
            ready: Vec::new(),
            pacer: None,
        })
    }

    /// Reads 20 ms of the file into `ready`; false at the end.
    fn read_piece(&mut self) -> Result<bool, AudioError> {
        let spec = self.reader.spec();
        let channels = usize::from(spec.channels);
        let wanted = (spec.sample_rate / 50) as usize * channels;
        self.piece.clear();
        let failed = |error: hound::Error| file_error(&self.path, &error);
        let (mut sum, mut filled, mut count) = (0.0f32, 0usize, 0usize);
        let mut take = |sample: f32| {
            sum += sample;
            filled += 1;
            if filled == channels {
                self.piece.push(sum / channels as f32);
                (sum, filled) = (0.0, 0);
            }
        };
        match spec.sample_format {
            SampleFormat::Float => {
                for sample in self.reader.samples::<f32>().take(wanted) {
                    let sample = sample.map_err(failed)?;
                    take(if sample.is_finite() { sample } else { 0.0 });
                    count += 1;
                }
            }
            SampleFormat::Int => {
                let scale = 1.0 / (1u64 << (spec.bits_per_sample.clamp(1, 32) - 1)) as f32;
                for sample in self.reader.samples::<i32>().take(wanted) {
                    take(sample.map_err(failed)? as f32 * scale);
                    count += 1;
                }
            }
        }
        self.resampler.process(&self.piece, &mut self.ready);
        Ok(count > 0)
    }

    /// Makes sure that a frame is ready; false when the file has ended.
    fn fill(&mut self) -> Result<bool, AudioError> {
        let mut rewound = false;
        while self.ready.len() < FRAME_SAMPLES {
            if self.read_piece()? {
                rewound = false;
                continue;
            }
            if !self.repeat || rewound {
                // What is left is filled up with silence, then it is over.
                let rest = !self.ready.is_empty();
                self.ready.resize(FRAME_SAMPLES, 0.0);
                self.ended = true;
                return Ok(rest);
            }
            self.rewind()?;
            rewound = true;
        }
        Ok(true)
    }

    fn rewind(&mut self) -> Result<(), AudioError> {
        self.reader.seek(0).map_err(|error| AudioError::File {
            path: self.path.clone(),
            details: error.to_string(),
        })
    }
}

impl Source for WavSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn start(&mut self, now: Instant, _reader: &Thread) -> Result<(), AudioError> {
        self.pacer = Some(Pacer::new(now + FRAME, FRAME));
        Ok(())
    }

    fn stop(&mut self) {
        self.pacer = None;
    }

    fn read(
        &mut self,
        now: Instant,
        frame: &mut [f32; FRAME_SAMPLES],
    ) -> Result<Readiness, AudioError> {
        if self.ended {
            return Ok(Readiness::Ended);
        }
        let Some(pacer) = &mut self.pacer else {
            return Ok(Readiness::Parked);
        };
        if let Some(at) = pacer.poll(now) {
            return Ok(Readiness::At(at));
        }
        if !self.fill()? {
            return Ok(Readiness::Ended);
        }
        frame.copy_from_slice(&self.ready[..FRAME_SAMPLES]);
        self.ready.drain(..FRAME_SAMPLES);
        Ok(Readiness::Frame)
    }
}

fn file_error(path: &Path, error: &hound::Error) -> AudioError {
    match error {
        hound::Error::Unsupported | hound::Error::InvalidSampleFormat => AudioError::Format {
            details: format!("{}: not plain PCM", path.display()),
        },
        other => AudioError::File {
            path: path.to_owned(),
            details: other.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{dominant_frequency, rms};

    fn write(path: &Path, spec: hound::WavSpec, hz: f32, seconds: f32) {
        let mut writer = hound::WavWriter::create(path, spec).expect("a temporary file");
        for i in 0..(spec.sample_rate as f32 * seconds) as u32 {
            let phase = f64::from(hz) * f64::from(i) / f64::from(spec.sample_rate);
            let value = (phase.fract() * std::f64::consts::TAU).sin() as f32 * 0.5;
            for _ in 0..spec.channels {
                match spec.sample_format {
                    SampleFormat::Float => writer.write_sample(value),
                    SampleFormat::Int => {
                        let top = (1i64 << (spec.bits_per_sample - 1)) as f32;
                        writer.write_sample((value * (top - 1.0)) as i32)
                    }
                }
                .expect("written");
            }
        }
        writer.finalize().expect("finished");
    }

    /// Reads `frames` in virtual time.
    fn read(source: &mut WavSource, frames: usize) -> (Vec<f32>, bool) {
        let start = Instant::now();
        source
            .start(start, &std::thread::current())
            .expect("started");
        let mut now = start;
        let mut sound = Vec::new();
        let mut frame = [0.0; FRAME_SAMPLES];
        while sound.len() < frames * FRAME_SAMPLES {
            match source.read(now, &mut frame).expect("readable") {
                Readiness::Frame => sound.extend_from_slice(&frame),
                Readiness::At(at) => now = at,
                Readiness::Ended => return (sound, true),
                Readiness::Parked => panic!("a file does not wait"),
            }
        }
        assert_eq!(
            (now - start).as_millis() as usize,
            frames * 20,
            "in real time"
        );
        (sound, false)
    }

    #[test]
    fn any_rate_width_and_number_of_channels_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (i, (sample_rate, channels, bits_per_sample, sample_format)) in [
            (48_000, 1, 16, SampleFormat::Int),
            (44_100, 2, 24, SampleFormat::Int),
            (16_000, 1, 8, SampleFormat::Int),
            (22_050, 6, 32, SampleFormat::Float),
            (96_000, 2, 32, SampleFormat::Int),
        ]
        .into_iter()
        .enumerate()
        {
            let path = folder.path().join(format!("{i}.wav"));
            let spec = hound::WavSpec {
                channels,
                sample_rate,
                bits_per_sample,
                sample_format,
            };
            write(&path, spec, 700.0, 0.8);
            let mut source = WavSource::open(&path, true).expect("a good file");
            let (sound, ended) = read(&mut source, 100);
            assert!(!ended, "it repeats");
            let found = dominant_frequency(&sound, SAMPLE_RATE).expect("a tone");
            assert!((found.hz - 700.0).abs() < 3.0, "{spec:?}: {found:?}");
            assert!(
                (rms(&sound[9600..28_800]) - 0.3536).abs() < 0.02,
                "{spec:?}"
            );
        }
    }

    #[test]
    fn a_file_that_does_not_repeat_ends() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("once.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        write(&path, spec, 700.0, 0.21);
        let mut source = WavSource::open(&path, false).expect("a good file");
        let (sound, ended) = read(&mut source, 100);
        assert!(ended);
        assert_eq!(
            sound.len(),
            11 * FRAME_SAMPLES,
            "the last frame is filled up"
        );
    }

    #[test]
    fn bad_files_are_told_apart() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let missing = WavSource::open(&folder.path().join("no.wav"), true).err();
        assert_eq!(missing.map(|e| e.code()), Some("audio.file"));
        let nonsense = folder.path().join("nonsense.wav");
        std::fs::write(&nonsense, b"RIFFxxxxWAVEnonsense").expect("written");
        assert!(WavSource::open(&nonsense, true).is_err());
        let empty = folder.path().join("empty.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        write(&empty, spec, 1.0, 0.0);
        let empty = WavSource::open(&empty, true).err();
        assert_eq!(empty.map(|e| e.code()), Some("audio.format"));
    }
}
