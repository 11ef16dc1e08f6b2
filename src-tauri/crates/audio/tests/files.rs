//! From file to file in real time, and sources that misbehave.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use audio::analysis::{dominant_frequency, longest_gap_ms, onset};
use audio::source::{Readiness, Source};
use audio::{
    AudioError, Capture, CaptureEvent, CaptureOptions, Direction, EncodedFrame, EncodedPacket,
    FRAME_SAMPLES, Monitor, Playout, PlayoutOptions, PlayoutStream, SinkSpec, SourceSpec,
};

const LONG: Duration = Duration::from_secs(20);

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn write_tone(path: &Path, sample_rate: u32, silent: f32, sounding: f32, hz: f32) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a temporary file");
    for i in 0..((silent + sounding) * sample_rate as f32) as u32 {
        let time = f64::from(i) / f64::from(sample_rate);
        let loud = time >= f64::from(silent);
        let value = (time * f64::from(hz) * std::f64::consts::TAU).sin() * 12_000.0;
        for _ in 0..2 {
            writer
                .write_sample(if loud { value as i16 } else { 0 })
                .expect("written");
        }
    }
    writer.finalize().expect("finished");
}

fn read(path: &Path) -> Vec<f32> {
    hound::WavReader::open(path)
        .expect("a recording")
        .samples::<i16>()
        .map(|sample| f32::from(sample.expect("whole")) / 32_768.0)
        .collect()
}

fn wire(stream: PlayoutStream) -> Box<dyn FnMut(EncodedFrame) + Send> {
    let (mut sequence, mut timestamp) = (65_500u16, 0u32);
    Box::new(move |frame| {
        stream.push(EncodedPacket {
            sequence,
            timestamp,
            payload: frame.payload,
            arrived: Instant::now(),
        });
        sequence = sequence.wrapping_add(1);
        timestamp = timestamp.wrapping_add(frame.samples);
    })
}

/// Two files in different rates and a tone are heard together; all in real time, soon.
#[test]
fn files_are_heard_in_a_file_soon_and_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path, out) = (folder.path().join("in.wav"), folder.path().join("out.wav"));
    write_tone(&path, 44_100, 0.6, 4.0, 500.0);
    let playout = Playout::start(PlayoutOptions {
        sink: SinkSpec::Wav(out.clone()),
    })
    .expect("a file");
    let sink_started = Instant::now();
    let stream = playout.add_stream();
    let source = SourceSpec::Wav {
        path,
        repeat: false,
    };
    let mut capture = Capture::start(CaptureOptions::new(source), wire(stream)).expect("a file");
    let source_started = Instant::now();
    let mut events = capture.take_events().expect("not taken yet");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let event = runtime.block_on(async { tokio::time::timeout(LONG, events.next()).await });
    assert_eq!(event.expect("in time"), Some(CaptureEvent::Ended));
    let steps = playout.stats().steps;
    wait_until("what is on its way is played", || {
        playout.stats().steps > steps + 40
    });
    drop(playout);

    let heard = read(&out);
    let first = onset(&heard, 48_000, 0.02).expect("it is heard");
    let sent = 0.6 + (source_started - sink_started).as_secs_f64();
    let latency = first as f64 / 48_000.0 - sent;
    println!("from file to file: {:.0} ms", latency * 1000.0);
    assert!((0.0..0.4).contains(&latency), "{latency} s");
    let sound = &heard[first + 4800..first + 4800 + 3 * 48_000];
    let found = dominant_frequency(sound, 48_000).expect("the tone");
    assert!((found.hz - 500.0).abs() < 3.0, "{found:?}");
    let gap = longest_gap_ms(sound, 48_000, 0.05);
    println!("longest gap: {gap} ms");
    assert!(gap < 200, "{gap} ms");
}

#[test]
fn streams_survive_a_change_of_the_sink() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (first, second) = (folder.path().join("1.wav"), folder.path().join("2.wav"));
    let playout = Playout::start(PlayoutOptions {
        sink: SinkSpec::Wav(first.clone()),
    })
    .expect("a file");
    let tone = CaptureOptions::new(SourceSpec::Tone { hz: 620.0 });
    let _tone = Capture::start(tone, wire(playout.add_stream())).expect("a tone");
    wait_until("half a second is played", || playout.stats().steps > 50);
    playout
        .set_sink(SinkSpec::Wav(second.clone()))
        .expect("another file");
    assert_eq!(playout.device_name(), "2.wav");
    let refused = playout.set_sink(SinkSpec::Wav(folder.path().join("no/folder.wav")));
    assert_eq!(refused.map_err(|e| e.code()), Err("audio.file"));
    let steps = playout.stats().steps;
    wait_until("a second more is played", || {
        playout.stats().steps > steps + 100
    });
    drop(playout);
    for path in [first, second] {
        let heard = read(&path);
        let found = dominant_frequency(&heard, 48_000).expect("the tone");
        assert!((found.hz - 620.0).abs() < 3.0, "{path:?}: {found:?}");
    }
}

#[test]
fn after_mute_returns_no_frame_comes_and_after_unmute_they_do() {
    let frames = Arc::new(AtomicU64::new(0));
    let counting = Arc::clone(&frames);
    let options = CaptureOptions {
        muted: true,
        ..CaptureOptions::new(SourceSpec::Tone { hz: 300.0 })
    };
    let on_frame = Box::new(move |frame: EncodedFrame| {
        assert!(frame.voice && frame.level.dbfs() > -20.0);
        counting.fetch_add(1, Ordering::SeqCst);
    });
    let capture = Capture::start(options, on_frame).expect("a tone");
    assert!(capture.is_muted());
    for _ in 0..10 {
        let before = frames.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(frames.load(Ordering::SeqCst), before, "muted");
        assert_eq!(capture.level(), audio::Level::SILENCE);
        capture.unmute();
        wait_until("frames come", || frames.load(Ordering::SeqCst) > before + 2);
        assert!(capture.voice());
        capture.mute();
    }
}

/// Calls keep them in tasks of any thread.
#[test]
fn everything_can_be_sent_and_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Capture>();
    check::<Monitor>();
    check::<Playout>();
    check::<PlayoutStream>();
    check::<audio::CaptureEvents>();
    check::<audio::TestSound>();
}

#[test]
fn a_monitor_shows_the_level_without_frames() {
    let monitor = Monitor::start(SourceSpec::Tone { hz: 300.0 }).expect("a tone");
    wait_until("the level rises", || monitor.level().dbfs() > -16.0);
    assert!(monitor.voice());
    assert_eq!(monitor.device_name(), "tone of 300 Hz");
    let silence = Monitor::start(SourceSpec::None).expect("nothing");
    assert_eq!(silence.level(), audio::Level::SILENCE);
}

/// A source that fails or hangs as told.
struct Faulty {
    starts: u32,
    frames: u32,
    hang: bool,
}

impl Source for Faulty {
    fn name(&self) -> &str {
        "faulty"
    }

    fn start(&mut self, _now: Instant, _reader: &Thread) -> Result<(), AudioError> {
        self.starts += 1;
        if self.hang {
            std::thread::sleep(Duration::from_secs(60));
        }
        Ok(())
    }

    fn stop(&mut self) {}

    fn read(
        &mut self,
        now: Instant,
        frame: &mut [f32; FRAME_SAMPLES],
    ) -> Result<Readiness, AudioError> {
        self.frames += 1;
        if self.frames == 5 {
            return Err(AudioError::Lost {
                direction: Direction::Input,
                details: format!("unplugged after start {}", self.starts),
            });
        }
        if self.frames.is_multiple_of(2) {
            return Ok(Readiness::At(now + Duration::from_millis(5)));
        }
        frame.fill(0.1);
        Ok(Readiness::Frame)
    }
}

#[test]
fn a_lost_source_is_told_and_tried_again() {
    let faulty = Faulty {
        starts: 0,
        frames: 0,
        hang: false,
    };
    let options = CaptureOptions::new(SourceSpec::None);
    let mut capture =
        Capture::start_with(Box::new(faulty), options, Box::new(|_| {})).expect("it opens");
    let mut events = capture.take_events().expect("not taken yet");
    assert!(capture.take_events().is_none());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let lost = tokio::time::timeout(LONG, events.next()).await;
        let lost = lost.expect("in time").expect("an event");
        assert!(matches!(lost, CaptureEvent::Lost(AudioError::Lost { .. })));
        let back = tokio::time::timeout(LONG, events.next()).await;
        let back = back.expect("in time").expect("an event");
        let device = "faulty".to_owned();
        assert_eq!(back, CaptureEvent::Recovered { device });
    });
    let frames = capture.stats().frames;
    wait_until("frames come again", || capture.stats().frames > frames);
}

#[test]
fn a_source_that_hangs_while_it_is_opened_is_given_up() {
    let hanging = Faulty {
        starts: 0,
        frames: 0,
        hang: true,
    };
    let start = Instant::now();
    let options = CaptureOptions::new(SourceSpec::None);
    let error = Capture::start_with(Box::new(hanging), options, Box::new(|_| {}))
        .expect_err("it does not open");
    assert_eq!(error.code(), "audio.open-timeout");
    assert!(start.elapsed() < Duration::from_secs(15));
}
