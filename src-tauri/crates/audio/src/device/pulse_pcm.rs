//! Streams to and from PulseAudio (and PipeWire's stand-in for it), through ALSA's `pulse`
//! plugin.
//!
//! cpal's own PulseAudio streams are kept for listing and as a fallback only: for playing they
//! ask the server for either 2 s of latency or 0.5 ms, which makes it and this program wake
//! 2,000 times a second (a fifth of a core each).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use alsa::pcm::{Access, Format, Frames, HwParams, PCM};
use alsa::{Direction, Error, ValueOr};

use crate::SAMPLE_RATE;

/// One block: 20 ms.
const BLOCK: usize = 960;
/// What a speaker may be ahead.
const PLAY_BLOCKS: Frames = 2;
/// What a microphone keeps when this computer is slow.
const RECORD_BLOCKS: Frames = 8;
/// How soon a stream notices that it shall end.
const WAIT_MS: u32 = 50;

/// A running stream, 48 kHz mono, on a thread of its own. Closed when dropped.
pub(super) struct PulsePcm {
    stop: Arc<AtomicBool>,
    worker: Option<JoinHandle<()>>,
}

impl PulsePcm {
    /// Records: `block` gets up to 20 ms at a time; `failed` is called once when the stream
    /// breaks.
    pub(super) fn record(
        device: &str,
        mut block: impl FnMut(&[f32]) + Send + 'static,
        failed: impl FnOnce(Error) + Send + 'static,
    ) -> Result<Self, Error> {
        let pcm = open(device, Direction::Capture, RECORD_BLOCKS)?;
        pcm.start()?;
        Self::run("audio-record", failed, move |stop| {
            let io = pcm.io_f32()?;
            let mut buffer = [0.0; BLOCK];
            while !stop.load(Ordering::Relaxed) {
                match io.readi(&mut buffer) {
                    Ok(0) => wait(&pcm)?,
                    Ok(frames) => block(&buffer[..frames]),
                    Err(error) => pause_or_recover(&pcm, error, true)?,
                }
            }
            pcm.drop()
        })
    }

    /// Plays: `fill` is asked for 20 ms at a time; `failed` is called once when the stream
    /// breaks.
    pub(super) fn play(
        device: &str,
        mut fill: impl FnMut(&mut [f32]) + Send + 'static,
        failed: impl FnOnce(Error) + Send + 'static,
    ) -> Result<Self, Error> {
        let pcm = open(device, Direction::Playback, PLAY_BLOCKS)?;
        {
            let parameters = pcm.sw_params_current()?;
            parameters.set_start_threshold(BLOCK as Frames)?;
            parameters.set_avail_min(BLOCK as Frames)?;
            pcm.sw_params(&parameters)?;
        }
        Self::run("audio-play", failed, move |stop| {
            let io = pcm.io_f32()?;
            let mut buffer = [0.0; BLOCK];
            let mut written = BLOCK;
            while !stop.load(Ordering::Relaxed) {
                let room = match pcm.avail_update() {
                    Ok(room) => room,
                    Err(error) => {
                        pause_or_recover(&pcm, error, false)?;
                        continue;
                    }
                };
                if written == BLOCK {
                    if room < BLOCK as Frames {
                        wait(&pcm)?;
                        continue;
                    }
                    fill(&mut buffer);
                    written = 0;
                }
                match io.writei(&buffer[written..]) {
                    Ok(frames) => written = (written + frames).min(BLOCK),
                    Err(error) => pause_or_recover(&pcm, error, false)?,
                }
            }
            pcm.drop()
        })
    }

    fn run(
        name: &str,
        failed: impl FnOnce(Error) + Send + 'static,
        work: impl FnOnce(&AtomicBool) -> Result<(), Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let worker = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                super::host::silence_alsa();
                if let Err(error) = work(&stopping)
                    && !stopping.load(Ordering::Relaxed)
                {
                    failed(error);
                }
            })
            .map_err(|error| Error::new("spawn", error.raw_os_error().unwrap_or(EAGAIN)))?;
        Ok(Self {
            stop,
            worker: Some(worker),
        })
    }
}

impl Drop for PulsePcm {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

fn open(device: &str, direction: Direction, blocks: Frames) -> Result<PCM, Error> {
    // Quotes would end the argument; no device of PulseAudio has one in its name.
    if device.contains(['"', '\'']) {
        return Err(Error::new("device name", ENOENT));
    }
    let pcm = PCM::new(&format!("pulse:DEVICE=\"{device}\""), direction, true)?;
    {
        let parameters = HwParams::any(&pcm)?;
        parameters.set_access(Access::RWInterleaved)?;
        parameters.set_format(Format::float())?;
        parameters.set_channels(1)?;
        parameters.set_rate(SAMPLE_RATE, ValueOr::Nearest)?;
        parameters.set_period_size_near(BLOCK as Frames, ValueOr::Nearest)?;
        parameters.set_buffer_size_near(blocks * BLOCK as Frames)?;
        pcm.hw_params(&parameters)?;
    }
    Ok(pcm)
}

fn wait(pcm: &PCM) -> Result<(), Error> {
    match pcm.wait(Some(WAIT_MS)) {
        Ok(_) => Ok(()),
        Err(error) if error.errno() == EPIPE => Ok(()),
        Err(error) => Err(error),
    }
}

/// Nothing there yet: waits. Too slow (`EPIPE`) or suspended: goes on. Anything else is the
/// end.
fn pause_or_recover(pcm: &PCM, error: Error, recording: bool) -> Result<(), Error> {
    match error.errno() {
        EAGAIN => wait(pcm),
        EPIPE | EINTR | ESTRPIPE => {
            pcm.try_recover(error, true)?;
            if recording { pcm.start() } else { Ok(()) }
        }
        _ => Err(error),
    }
}

// Linux's numbers; ALSA exists nowhere else.
const ENOENT: i32 = 2;
const EINTR: i32 = 4;
const EAGAIN: i32 = 11;
const EPIPE: i32 = 32;
const ESTRPIPE: i32 = 86;
