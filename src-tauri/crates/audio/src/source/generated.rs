//! Sources that need no input: a tone, silence, nothing.

use std::thread::Thread;
use std::time::Instant;

use super::{Readiness, Source};
use crate::pacer::Pacer;
use crate::{AudioError, FRAME, FRAME_SAMPLES, SAMPLE_RATE};

/// -12 dBFS: loud enough to be "voice", far from clipping when several are mixed.
const TONE_AMPLITUDE: f32 = 0.25;

/// A sine wave.
pub(crate) struct Tone {
    name: String,
    step: f64,
    phase: f64,
    pacer: Option<Pacer>,
}

impl Tone {
    pub(crate) fn new(hz: f32) -> Self {
        Self {
            name: format!("tone of {hz} Hz"),
            step: f64::from(hz) / f64::from(SAMPLE_RATE),
            phase: 0.0,
            pacer: None,
        }
    }
}

impl Source for Tone {
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
        let Some(pacer) = &mut self.pacer else {
            return Ok(Readiness::Parked);
        };
        if let Some(at) = pacer.poll(now) {
            return Ok(Readiness::At(at));
        }
        for sample in frame.iter_mut() {
            *sample = (self.phase * std::f64::consts::TAU).sin() as f32 * TONE_AMPLITUDE;
            self.phase = (self.phase + self.step).fract();
        }
        Ok(Readiness::Frame)
    }
}

/// Frames of silence.
#[derive(Default)]
pub(crate) struct Silence {
    pacer: Option<Pacer>,
}

impl Source for Silence {
    fn name(&self) -> &str {
        "silence"
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
        let Some(pacer) = &mut self.pacer else {
            return Ok(Readiness::Parked);
        };
        if let Some(at) = pacer.poll(now) {
            return Ok(Readiness::At(at));
        }
        frame.fill(0.0);
        Ok(Readiness::Frame)
    }
}

/// No frames at all.
pub(crate) struct Nothing;

impl Source for Nothing {
    fn name(&self) -> &str {
        "none"
    }

    fn start(&mut self, _now: Instant, _reader: &Thread) -> Result<(), AudioError> {
        Ok(())
    }

    fn stop(&mut self) {}

    fn read(
        &mut self,
        _now: Instant,
        _frame: &mut [f32; FRAME_SAMPLES],
    ) -> Result<Readiness, AudioError> {
        Ok(Readiness::Parked)
    }
}
