//! What a call costs, and how it sounds.

use std::path::Path;
use std::time::{Duration, SystemTime};

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use tests::chromium::Chromium;
use tests::jbcall::Join;
use tests::process::artifacts;
use tests::servers::ReferenceGateway;
use tests::sound::Recording;

use crate::usage::{Usage, tree, watch};

/// A call of `jbcall` with Chromium, both sending and receiving audio: ours, Chromium's.
pub fn cost(time: Duration) -> (Usage, Usage) {
    let gateway = ReferenceGateway::start(&[]);
    let mut chromium = Chromium::start(1000);
    chromium.join(gateway.url(), "cost", "web");
    let mut caller = Join::new(&gateway.room("cost"), "caller", "tone:440").start();
    caller.wait_tone(1000.0);
    chromium.wait_tone("caller", 440.0);
    let driver = chromium.driver_id();
    let browser = tree(driver)
        .into_iter()
        .filter(|id| *id != driver)
        .collect();
    let usage = watch(&[vec![caller.id()], browser], time);
    caller.leave();
    (usage[0], usage[1])
}

/// How sound travels from a file over the SFU into a file.
pub struct Travel {
    /// Milliseconds from a sample's place in one file to its place in the other, each file
    /// running in real time.
    pub latency_ms: Option<f64>,
    /// Longest stretch of silence within the time, ms.
    pub longest_gap_ms: f64,
    /// Share (0..=1) of the wanted frequency in all that arrived.
    pub purity: f64,
}

/// Sends a steady tone whose start is marked by silence before it, and looks at what the
/// other side has written.
pub fn travel(time: Duration) -> Travel {
    const HZ: f32 = 500.0;
    const SILENCE: Duration = Duration::from_secs(5);
    let gateway = ReferenceGateway::start(&[]);
    let link = gateway.room("travel");
    let file = artifacts().join("sent.wav");
    write_tone(&file, SILENCE, time, HZ);
    let mut hearer = Join::new(&link, "hearer", "none").start();
    hearer.wait_connected();
    let opened = Opened::watch(&file);
    let name = file.display().to_string();
    let mut speaker = Join::new(&link, "speaker", &name).start();
    speaker.wait_connected();
    std::thread::sleep(SILENCE + time);
    let started = opened.first();
    let heard = hearer.recording();
    speaker.leave();
    hearer.leave();
    let sent_at = started.map(|start| start + SILENCE);
    let latency = heard.first_audible().zip(sent_at).map(|(heard, sent)| {
        heard
            .duration_since(sent)
            .map_or_else(|e| -e.duration().as_secs_f64(), |d| d.as_secs_f64())
            * 1000.0
    });
    Travel {
        latency_ms: latency,
        longest_gap_ms: heard.longest_gap().as_secs_f64() * 1000.0,
        purity: purity(&heard, HZ),
    }
}

/// Notes when a file is opened: its samples run from then on.
struct Opened(std::sync::mpsc::Receiver<SystemTime>);

impl Opened {
    fn watch(file: &Path) -> Self {
        let inotify = Inotify::init(InitFlags::empty()).expect("inotify is there");
        let added = inotify.add_watch(file, AddWatchFlags::IN_OPEN);
        added.expect("a file can be watched");
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            while inotify.read_events().is_ok() && sender.send(SystemTime::now()).is_ok() {}
        });
        Self(receiver)
    }

    fn first(&self) -> Option<SystemTime> {
        self.0.try_iter().next()
    }
}

fn write_tone(file: &Path, silence: Duration, tone: Duration, hz: f32) {
    const RATE: u32 = 48_000;
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(file, spec).expect("the file can be written");
    let silent = (silence.as_secs_f64() * f64::from(RATE)) as u32;
    let loud = ((tone + silence).as_secs_f64() * f64::from(RATE)) as u32;
    for i in 0..silent + loud {
        let phase = f64::from(i) * f64::from(hz) / f64::from(RATE) * std::f64::consts::TAU;
        let sample = if i < silent { 0.0 } else { phase.sin() * 0.4 };
        let written = writer.write_sample((sample * 32_767.0) as i16);
        written.expect("the file can be written");
    }
    writer.finalize().expect("the file can be written");
}

/// Mean share of the frequency over windows of a second, after the first second of sound.
fn purity(heard: &Recording, hz: f32) -> f64 {
    let rate = heard.rate();
    let Some(onset) = audio::analysis::onset(heard.samples(), rate, 0.01) else {
        return 0.0;
    };
    let sound = &heard.samples()[onset..];
    let windows = sound.chunks_exact(rate as usize).skip(1);
    let shares: Vec<f64> = windows
        .map(|window| {
            let all = audio::analysis::rms(window).powi(2).max(f32::MIN_POSITIVE);
            f64::from((audio::analysis::power_at(window, rate, hz) / all).min(1.0))
        })
        .collect();
    shares.iter().sum::<f64>() / (shares.len().max(1) as f64)
}
