//! Real devices: PulseAudio null sinks, played on and recorded from.

mod sound_system;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use audio::analysis::dominant_frequency;
use audio::{
    Capture, CaptureEvent, CaptureOptions, EncodedFrame, EncodedPacket, Monitor, Playout,
    PlayoutEvent, PlayoutOptions, PlayoutStream, SinkSpec, SourceSpec,
};
use sound_system::{SoundSystem, inside, without};

const LONG: Duration = Duration::from_secs(20);

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
    start.elapsed()
}

/// Hands captured frames to a stream as if they came from a network without faults.
fn wire(stream: PlayoutStream) -> Box<dyn FnMut(EncodedFrame) + Send> {
    let mut sequence = 0u16;
    let mut timestamp = 0u32;
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

fn play_on(sink: SinkSpec) -> Playout {
    Playout::start(PlayoutOptions { sink }).expect("it plays")
}

fn device(name: &str) -> Option<String> {
    Some(name.to_owned())
}

fn read(path: &Path) -> Vec<f32> {
    hound::WavReader::open(path)
        .expect("a recording")
        .samples::<i16>()
        .map(|sample| f32::from(sample.expect("whole")) / 32_768.0)
        .collect()
}

#[test]
fn a_tone_is_played_on_a_speaker_and_recorded_by_a_microphone() {
    let name = "a_tone_is_played_on_a_speaker_and_recorded_by_a_microphone";
    inside(name, |_system| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("heard.wav");

        let speaker = play_on(SinkSpec::Device(device("second-speaker")));
        assert_eq!(speaker.device_name(), "second-speaker");
        let tone = CaptureOptions::new(SourceSpec::Tone { hz: 880.0 });
        let _tone = Capture::start(tone, wire(speaker.add_stream())).expect("a tone");

        let recorder = play_on(SinkSpec::Wav(path.clone()));
        let stream = recorder.add_stream();
        let microphone = CaptureOptions::new(SourceSpec::Device(device("second.monitor")));
        let microphone = Capture::start(microphone, wire(stream)).expect("a microphone");
        assert_eq!(microphone.device_name(), "Monitor of second-speaker");

        // A null sink begins with up to two seconds of silence.
        wait_until("the tone is heard", || microphone.voice());
        let steps = recorder.stats().steps;
        wait_until("two seconds are recorded", || {
            recorder.stats().steps > steps + 200
        });
        assert!(microphone.voice());
        let level = microphone.level();
        assert!(level.dbfs() > -20.0, "{level:?}");
        println!("{:?} {:?}", microphone.stats(), speaker.stats());
        drop(microphone);
        drop(recorder);
        let heard = read(&path);
        let heard = &heard[heard.len() - 72_000..];
        let found = dominant_frequency(heard, 48_000).expect("a tone");
        assert!((found.hz - 880.0).abs() < 3.0, "{found:?}");
        assert!(found.share > 0.7, "{found:?}");
    });
}

#[test]
fn devices_are_listed_by_name_and_a_monitor_is_no_default_microphone() {
    let name = "devices_are_listed_by_name_and_a_monitor_is_no_default_microphone";
    inside(name, |_system| {
        let devices = audio::devices().expect("a sound system");
        let outputs: Vec<_> = devices.outputs.iter().map(|d| d.name.as_str()).collect();
        assert_eq!(outputs.len(), 2, "{devices:?}");
        assert!(outputs.contains(&"first-speaker") && outputs.contains(&"second-speaker"));
        assert!(devices.outputs[0].default);
        assert_eq!(devices.inputs.len(), 2, "{devices:?}");
        assert!(devices.inputs.iter().all(|input| !input.default));

        let error = Monitor::start(SourceSpec::Device(None)).expect_err("no microphone");
        assert_eq!(error.code(), "audio.no-device", "{error}");
        let missing = SourceSpec::Device(device("Headset of somebody else"));
        let error = Monitor::start(missing).expect_err("no such microphone");
        assert_eq!(error.code(), "audio.no-device", "{error}");
        let missing = SinkSpec::Device(device("Speaker of somebody else"));
        let error = Playout::start(PlayoutOptions { sink: missing }).expect_err("no such speaker");
        assert_eq!(error.code(), "audio.no-device", "{error}");

        let by_id = SourceSpec::Device(Some(devices.inputs[1].id.clone()));
        let monitor = Monitor::start(by_id).expect("chosen by id");
        assert_eq!(monitor.device_name(), devices.inputs[1].name);
        audio::play_test_sound(SinkSpec::Device(None))
            .expect("the chime plays")
            .wait();
    });
}

#[test]
fn without_a_sound_system_the_error_says_so_quickly() {
    let name = "without_a_sound_system_the_error_says_so_quickly";
    without(name, || {
        let start = Instant::now();
        let expected = ["audio.no-device", "audio.no-sound-system"];
        for wanted in [None, device("Headset")] {
            let source = CaptureOptions::new(SourceSpec::Device(wanted.clone()));
            let error = Capture::start(source, Box::new(|_| {})).expect_err("nothing there");
            assert!(expected.contains(&error.code()), "{error:?}");
            let sink = SinkSpec::Device(wanted);
            let error = Playout::start(PlayoutOptions { sink }).expect_err("nothing there");
            assert!(expected.contains(&error.code()), "{error:?}");
        }
        assert!(start.elapsed() < Duration::from_secs(18));
    });
}

#[test]
fn mute_closes_the_microphone_and_unmute_opens_it_quickly() {
    let name = "mute_closes_the_microphone_and_unmute_opens_it_quickly";
    inside(name, |system| {
        // A null sink that nobody plays on gives sound every two seconds only.
        let _speaker = play_on(SinkSpec::Device(device("first-speaker")));
        let frames = Arc::new(AtomicU64::new(0));
        let counting = Arc::clone(&frames);
        let options = CaptureOptions::new(SourceSpec::Device(device("first.monitor")));
        let on_frame = Box::new(move |_| {
            counting.fetch_add(1, Ordering::SeqCst);
        });
        let capture = Capture::start(options, on_frame).expect("a microphone");
        let count = || frames.load(Ordering::SeqCst);
        wait_until("frames come", || count() > 5);
        assert_eq!(system.recordings(), 1);

        let mut reopened = Vec::new();
        for _ in 0..5 {
            capture.mute();
            let at_mute = count();
            wait_until("the system sees the microphone closed", || {
                system.recordings() == 0
            });
            assert_eq!(count(), at_mute, "no frame after mute");
            assert_eq!(capture.level(), audio::Level::SILENCE);

            capture.unmute();
            reopened.push(wait_until("frames come again", || count() > at_mute));
        }
        println!("unmuted after {reopened:?}");
        // Less than 100 ms on an idle machine; here others may be busy.
        assert!(reopened.iter().min().expect("five") < &Duration::from_millis(500));
    });
}

#[test]
fn a_crash_of_the_sound_system_is_told_and_survived() {
    let name = "a_crash_of_the_sound_system_is_told_and_survived";
    inside(name, |system| {
        let mut speaker = play_on(SinkSpec::Device(device("first-speaker")));
        let stream = speaker.add_stream();
        let options = CaptureOptions::new(SourceSpec::Device(device("first.monitor")));
        let last_frame = Arc::new(Mutex::new(Instant::now()));
        let noting = Arc::clone(&last_frame);
        let on_frame = Box::new(move |_| *noting.lock().expect("unbroken") = Instant::now());
        let mut capture = Capture::start(options, on_frame).expect("a microphone");
        let mut heard = capture.take_events().expect("not taken yet");
        let mut played = speaker.take_events().expect("not taken yet");

        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        let folder = system.crash();
        runtime.block_on(async {
            let event = tokio::time::timeout(LONG, heard.next()).await;
            let event = event.expect("in time").expect("an event");
            assert!(matches!(&event, CaptureEvent::Lost(error) if error.code() == "audio.lost"));
            let event = tokio::time::timeout(LONG, played.next()).await;
            let event = event.expect("in time").expect("an event");
            assert!(matches!(event, PlayoutEvent::Lost(_)), "{event:?}");
        });
        let steps = speaker.stats().steps;
        wait_until("streams are mixed all the same", || {
            speaker.stats().steps > steps + 20
        });

        let _system = SoundSystem::start(&folder);
        runtime.block_on(async {
            let event = tokio::time::timeout(LONG, heard.next()).await;
            let event = event.expect("in time").expect("an event");
            assert!(matches!(event, CaptureEvent::Recovered { .. }), "{event:?}");
            let event = tokio::time::timeout(LONG, played.next()).await;
            let event = event.expect("in time").expect("an event");
            assert!(matches!(event, PlayoutEvent::Recovered { .. }), "{event:?}");
        });
        let back = Instant::now();
        wait_until("frames come again", || {
            *last_frame.lock().expect("unbroken") > back
        });
        drop(stream);
    });
}
