//! A speaker as a sink.

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
use crate::sink::{Demand, STEP_SAMPLES, Sink};
use crate::{AudioError, Direction, OPEN_TIMEOUT, SAMPLE_RATE};

/// The most steps of 10 ms that are kept in reserve on a computer that is often too slow.
const MOST_RESERVE_STEPS: usize = 5;

/// A device that is played on.
pub(crate) struct Speaker {
    found: Found,
    running: Option<Running>,
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
    ring: Producer<f32>,
    resampler: Resampler,
    /// At the device's rate, for the ring.
    converted: Vec<f32>,
    /// One step at the device's rate.
    step: usize,
    /// Steps in the ring on top of what a callback takes.
    reserve_steps: usize,
    underruns_seen: u64,
}

impl Speaker {
    /// Looks it up by id or name, without opening it; `None` is the default.
    pub(crate) fn find(wanted: Option<&str>) -> Result<Self, AudioError> {
        Ok(Self {
            found: host::find(Direction::Output, wanted)?,
            running: None,
        })
    }

    /// The better way to PulseAudio; `None` when it is not there or the plugin is missing.
    #[cfg(target_os = "linux")]
    fn open_pulse(&self, now: Instant, writer: &Thread) -> Option<Running> {
        use super::pulse_pcm::PulsePcm;
        let name = self.found.pulse_name()?;
        let resampler = Resampler::new(SAMPLE_RATE, SAMPLE_RATE).ok()?;
        let (ring, mut consumer) = RingBuffer::new(SAMPLE_RATE as usize / 2);
        let signs = Arc::new(Signs::new(Direction::Output, now, writer.clone()));
        let (beating, failing) = (Arc::clone(&signs), Arc::clone(&signs));
        let mut primed = false;
        let stream = PulsePcm::play(
            name,
            move |block| {
                let played = play(&mut consumer, block, 1);
                if played < block.len() && primed {
                    beating.glitch();
                }
                primed |= played > 0;
                beating.beat(block.len());
            },
            move |error| failing.broke(error.to_string()),
        );
        let stream = stream
            .inspect_err(|error| tracing::debug!(%error, "no pulse plugin of ALSA"))
            .ok()?;
        let opened = Opened::Pulse(stream);
        Some(Running::new(opened, signs, ring, resampler, SAMPLE_RATE))
    }
}

impl Sink for Speaker {
    fn name(&self) -> &str {
        &self.found.info.name
    }

    fn start(&mut self, now: Instant, writer: &Thread) -> Result<(), AudioError> {
        let failed = |error: cpal::Error| host::from_cpal(&error, Direction::Output);
        host::silence_alsa();
        #[cfg(target_os = "linux")]
        if let Some(running) = self.open_pulse(now, writer) {
            self.running = Some(running);
            return Ok(());
        }
        let device = &self.found.device;
        let ranges = device.supported_output_configs().map_err(failed)?;
        let format = format::choose(ranges, Direction::Output)?;
        let rate = format.config.sample_rate;
        let resampler = Resampler::new(SAMPLE_RATE, rate)?;
        let (ring, consumer) = RingBuffer::new(rate as usize / 2);
        let signs = Arc::new(Signs::new(Direction::Output, now, writer.clone()));
        let stream = match format.sample {
            SampleFormat::I16 => build::<i16>(device, format, consumer, &signs),
            SampleFormat::I32 => build::<i32>(device, format, consumer, &signs),
            _ => build::<f32>(device, format, consumer, &signs),
        }
        .map_err(failed)?;
        stream.play().map_err(failed)?;
        self.running = Some(Running::new(
            Opened::Cpal(stream),
            signs,
            ring,
            resampler,
            rate,
        ));
        Ok(())
    }

    fn demand(&mut self, now: Instant) -> Result<Demand, AudioError> {
        let Some(running) = &mut self.running else {
            return Ok(Demand::Parked);
        };
        running.signs.check(now)?;
        Ok(if running.wants_step() {
            Demand::Step
        } else {
            Demand::Parked
        })
    }

    fn write(&mut self, step: &[f32; STEP_SAMPLES]) -> Result<(), AudioError> {
        if let Some(running) = &mut self.running {
            running.converted.clear();
            running.resampler.process(step, &mut running.converted);
            // There is room: it is asked for steps only while the ring is nearly empty.
            let _ = running.ring.push_partial_slice(&running.converted);
        }
        Ok(())
    }

    fn underruns(&self) -> u64 {
        self.running.as_ref().map_or(0, |r| r.signs.glitches())
    }
}

impl Running {
    fn new(
        stream: Opened,
        signs: Arc<Signs>,
        ring: Producer<f32>,
        resampler: Resampler,
        rate: u32,
    ) -> Self {
        Self {
            _stream: stream,
            signs,
            ring,
            resampler,
            converted: Vec::with_capacity(4 * STEP_SAMPLES),
            step: rate as usize / 100,
            reserve_steps: 1,
            underruns_seen: 0,
        }
    }

    /// Whether less is in the ring than the next callback takes, plus a reserve that grows
    /// with each time it was not enough.
    fn wants_step(&mut self) -> bool {
        let underruns = self.signs.glitches();
        if underruns != self.underruns_seen {
            self.underruns_seen = underruns;
            self.reserve_steps = (self.reserve_steps + 1).min(MOST_RESERVE_STEPS);
        }
        let capacity = self.ring.buffer().capacity();
        let filled = capacity - self.ring.slots();
        let block = self.signs.largest_block().max(self.step);
        let wanted = (block + self.reserve_steps * self.step).min(capacity / 2);
        filled < wanted
    }
}

fn build<T>(
    device: &cpal::Device,
    format: Format,
    mut ring: Consumer<f32>,
    signs: &Arc<Signs>,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    let channels = usize::from(format.config.channels);
    let (beating, failing) = (Arc::clone(signs), Arc::clone(signs));
    // A device asks for its first block before anybody could write.
    let mut primed = false;
    device.build_output_stream(
        format.config,
        move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
            let frames = data.len() / channels;
            let played = play(&mut ring, data, channels);
            if played < frames && primed {
                beating.glitch();
            }
            primed |= played > 0;
            beating.beat(frames);
        },
        move |error| failing.fail(&error),
        Some(OPEN_TIMEOUT),
    )
}

/// Plays from the ring on all channels, then silence; returns how many frames there were.
fn play<T>(ring: &mut Consumer<f32>, data: &mut [T], channels: usize) -> usize
where
    T: SizedSample + FromSample<f32>,
{
    let wanted = data.len() / channels;
    let mut frames = data.chunks_exact_mut(channels);
    let mut played = 0;
    if let Ok(chunk) = ring.read_chunk(wanted.min(ring.slots())) {
        for (sample, frame) in chunk.into_iter().zip(&mut frames) {
            frame.fill(T::from_sample(sample));
            played += 1;
        }
    }
    for frame in frames {
        frame.fill(T::EQUILIBRIUM);
    }
    played
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_played_on_all_channels_and_filled_up_with_silence() {
        let (mut producer, mut consumer) = RingBuffer::new(8);
        producer.push_entire_slice(&[0.5, -0.25]).expect("room");
        let mut data = [1.0f32; 6];
        assert_eq!(play(&mut consumer, &mut data, 2), 2);
        assert_eq!(data, [0.5, 0.5, -0.25, -0.25, 0.0, 0.0]);
        let mut data = [7i16; 3];
        assert_eq!(play(&mut consumer, &mut data, 1), 0);
        assert_eq!(data, [0; 3]);
    }
}
