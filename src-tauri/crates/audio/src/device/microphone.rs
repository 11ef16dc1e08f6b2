//! A microphone as a source.

use std::sync::Arc;
use std::thread::Thread;
use std::time::Instant;

use cpal::traits::{DeviceTrait as _, StreamTrait as _};
use cpal::{FromSample, SampleFormat, SizedSample};
use rtrb::{Consumer, Producer, RingBuffer};

use super::format::{self, Format};
use super::host::{self, Found};
use super::signs::Signs;
use crate::resample::Resampler;
use crate::source::{Readiness, Source};
use crate::{AudioError, Direction, FRAME_SAMPLES, OPEN_TIMEOUT, SAMPLE_RATE};

/// A device that is captured from. While stopped it is closed.
pub(crate) struct Microphone {
    wanted: Option<String>,
    found: Found,
    running: Option<Running>,
    /// Of streams that were closed.
    earlier_overruns: u64,
}

/// What keeps a device open.
enum Opened {
    #[cfg(target_os = "linux")]
    Pulse(#[expect(dead_code, reason = "kept for its drop")] super::pulse_pcm::PulsePcm),
    Cpal(#[expect(dead_code, reason = "kept for its drop")] cpal::Stream),
}

struct Running {
    /// Closes the device when dropped.
    _stream: Opened,
    signs: Arc<Signs>,
    ring: Consumer<f32>,
    resampler: Resampler,
    /// 48 kHz, not read yet.
    ready: Vec<f32>,
}

impl Microphone {
    /// Looks it up by id or name, without opening it; `None` is the default.
    pub(crate) fn find(wanted: Option<&str>) -> Result<Self, AudioError> {
        Ok(Self {
            wanted: wanted.map(str::to_owned),
            found: host::find(Direction::Input, wanted)?,
            running: None,
            earlier_overruns: 0,
        })
    }

    fn open(&self, now: Instant, reader: &Thread) -> Result<Running, AudioError> {
        let failed = |error: cpal::Error| host::from_cpal(&error, Direction::Input);
        host::silence_alsa();
        #[cfg(target_os = "linux")]
        if let Some(running) = self.open_pulse(now, reader) {
            return Ok(running);
        }
        let device = &self.found.device;
        let ranges = device.supported_input_configs().map_err(failed)?;
        let format = format::choose(ranges, Direction::Input)?;
        let resampler = Resampler::new(format.config.sample_rate, SAMPLE_RATE)?;
        // Half a second: only a computer that stands still loses sound.
        let (producer, ring) = RingBuffer::new(format.config.sample_rate as usize / 2);
        let signs = Arc::new(Signs::new(Direction::Input, now, reader.clone()));
        let stream = match format.sample {
            SampleFormat::I16 => build::<i16>(device, format, producer, &signs),
            SampleFormat::I32 => build::<i32>(device, format, producer, &signs),
            _ => build::<f32>(device, format, producer, &signs),
        }
        .map_err(failed)?;
        stream.play().map_err(failed)?;
        Ok(Running {
            _stream: Opened::Cpal(stream),
            signs,
            ring,
            resampler,
            ready: Vec::with_capacity(2 * FRAME_SAMPLES),
        })
    }

    /// The better way to PulseAudio; `None` when it is not there or the plugin is missing.
    #[cfg(target_os = "linux")]
    fn open_pulse(&self, now: Instant, reader: &Thread) -> Option<Running> {
        use super::pulse_pcm::PulsePcm;
        let name = self.found.pulse_name()?;
        let resampler = Resampler::new(SAMPLE_RATE, SAMPLE_RATE).ok()?;
        let (mut producer, ring) = RingBuffer::new(SAMPLE_RATE as usize / 2);
        let signs = Arc::new(Signs::new(Direction::Input, now, reader.clone()));
        let (beating, failing) = (Arc::clone(&signs), Arc::clone(&signs));
        let stream = PulsePcm::record(
            name,
            move |block| {
                if store(&mut producer, block, 1) < block.len() {
                    beating.glitch();
                }
                beating.beat(block.len());
            },
            move |error| failing.broke(error.to_string()),
        );
        let stream = stream
            .inspect_err(|error| tracing::debug!(%error, "no pulse plugin of ALSA"))
            .ok()?;
        Some(Running {
            _stream: Opened::Pulse(stream),
            signs,
            ring,
            resampler,
            ready: Vec::with_capacity(2 * FRAME_SAMPLES),
        })
    }
}

impl Source for Microphone {
    fn name(&self) -> &str {
        &self.found.info.name
    }

    fn start(&mut self, now: Instant, reader: &Thread) -> Result<(), AudioError> {
        self.stop();
        self.running = Some(match self.open(now, reader) {
            Ok(running) => running,
            Err(_) => {
                // The sound system may have been restarted, or the device plugged in again.
                self.found = host::find(Direction::Input, self.wanted.as_deref())?;
                self.open(Instant::now(), reader)?
            }
        });
        Ok(())
    }

    fn stop(&mut self) {
        self.earlier_overruns = self.overruns();
        self.running = None;
    }

    fn read(
        &mut self,
        now: Instant,
        frame: &mut [f32; FRAME_SAMPLES],
    ) -> Result<Readiness, AudioError> {
        let Some(running) = &mut self.running else {
            return Ok(Readiness::Parked);
        };
        running.drain();
        if running.ready.len() >= FRAME_SAMPLES {
            frame.copy_from_slice(&running.ready[..FRAME_SAMPLES]);
            running.ready.drain(..FRAME_SAMPLES);
            return Ok(Readiness::Frame);
        }
        running.signs.check(now)?;
        Ok(Readiness::Parked)
    }

    fn overruns(&self) -> u64 {
        let running = self.running.as_ref().map_or(0, |r| r.signs.glitches());
        self.earlier_overruns + running
    }
}

impl Running {
    /// Takes what the callback left, brings it to 48 kHz.
    fn drain(&mut self) {
        let waiting = self.ring.slots();
        if waiting == 0 {
            return;
        }
        if let Ok(chunk) = self.ring.read_chunk(waiting) {
            let (first, second) = chunk.as_slices();
            self.resampler.process(first, &mut self.ready);
            self.resampler.process(second, &mut self.ready);
            chunk.commit_all();
        }
    }
}

fn build<T>(
    device: &cpal::Device,
    format: Format,
    mut ring: Producer<f32>,
    signs: &Arc<Signs>,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let channels = usize::from(format.config.channels);
    let (beating, failing) = (Arc::clone(signs), Arc::clone(signs));
    device.build_input_stream(
        format.config,
        move |data: &[T], _: &cpal::InputCallbackInfo| {
            let frames = data.len() / channels;
            if store(&mut ring, data, channels) < frames {
                beating.glitch();
            }
            beating.beat(frames);
        },
        move |error| failing.fail(&error),
        Some(OPEN_TIMEOUT),
    )
}

/// Mixes to one channel into the ring; returns how many frames had room.
fn store<T>(ring: &mut Producer<f32>, data: &[T], channels: usize) -> usize
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let frames = (data.len() / channels).min(ring.slots());
    let Ok(chunk) = ring.write_chunk_uninit(frames) else {
        return 0;
    };
    let scale = 1.0 / channels as f32;
    let mono = data.chunks_exact(channels).map(|frame| {
        let sum: f32 = frame.iter().map(|sample| f32::from_sample_(*sample)).sum();
        sum * scale
    });
    chunk.fill_from_iter(mono)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_mixed_and_what_has_no_room_is_lost() {
        let (mut producer, mut consumer) = RingBuffer::new(3);
        let stored = store(&mut producer, &[0.5f32, 0.1, -0.5, -0.5], 2);
        assert_eq!(stored, 2);
        assert_eq!(consumer.pop(), Ok(0.3));
        assert_eq!(consumer.pop(), Ok(-0.5));
        let stored = store(&mut producer, &[i16::MAX; 5], 1);
        assert_eq!(stored, 3);
        assert!((consumer.pop().expect("a sample") - 1.0).abs() < 1e-3);
    }
}
