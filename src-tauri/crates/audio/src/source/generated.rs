//! Sources that need no input: a tone, silence, nothing.

use std::thread::Thread;
use std::time::Instant;

use super::{Readiness, Source};
use crate::pacer::Pacer;
use crate::{AudioError, FRAME, FRAME_SAMPLES, SAMPLE_RATE};

/// -12 dBFS: loud enough to be "voice", far from clipping when several are mixed.
const TONE_AMPLITUDE: f32 = 0.25;

/// Frames that are computed, one every 20 ms.
pub(crate) struct Generated {
    name: String,
    wave: Wave,
    pacer: Option<Pacer>,
}

enum Wave {
    /// In turns: how far one sample is from the next, and where the next one is.
    Sine {
        step: f64,
        phase: f64,
    },
    Silence,
}

impl Generated {
    pub(crate) fn tone(hz: f32) -> Self {
        Self {
            name: format!("tone of {hz} Hz"),
            wave: Wave::Sine {
                step: f64::from(hz) / f64::from(SAMPLE_RATE),
                phase: 0.0,
            },
            pacer: None,
        }
    }

    pub(crate) fn silence() -> Self {
        Self {
            name: "silence".into(),
            wave: Wave::Silence,
            pacer: None,
        }
    }
}

impl Source for Generated {
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
        self.wave.fill(frame);
        Ok(Readiness::Frame)
    }
}

impl Wave {
    fn fill(&mut self, frame: &mut [f32; FRAME_SAMPLES]) {
        let Self::Sine { step, phase } = self else {
            return frame.fill(0.0);
        };
        for sample in frame {
            *sample = ((*phase * std::f64::consts::TAU) as f32).sin() * TONE_AMPLITUDE;
            *phase = (*phase + *step).fract();
        }
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
