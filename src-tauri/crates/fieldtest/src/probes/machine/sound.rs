//! Devices: listed, opened, watched.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use audio::{
    AudioError, Capture, CaptureOptions, DeviceInfo, Direction, Playout, PlayoutOptions, SinkSpec,
    SourceSpec,
};

use super::{FIRST_FRAME_LIMIT, WATCH, failure};
use crate::facts::{Access, DeviceError, DeviceFacts, SoundFacts};
use crate::probes::connect::milliseconds;

/// How often a watched device is looked at.
const GLANCE: Duration = Duration::from_millis(10);

/// Lists the devices, and what there is of a sound system.
pub(super) fn list() -> SoundFacts {
    let mut facts = SoundFacts {
        server_socket: server_socket(),
        kernel_devices: kernel_devices(),
        sandbox: sandbox(),
        ..SoundFacts::default()
    };
    match audio::devices() {
        Ok(devices) => {
            let records_a_speaker = |device: &&DeviceInfo| device.id.ends_with(".monitor");
            let monitors = devices.inputs.iter().filter(records_a_speaker).count();
            facts.microphones = devices.inputs.len() - monitors;
            facts.speakers = devices.outputs.len();
        }
        Err(error) => facts.error = Some(refusal(&error)),
    }
    facts
}

/// Without the words, which may name the device.
fn refusal(error: &AudioError) -> DeviceError {
    let message = match error {
        AudioError::NoDevice { .. } => "there is no such device".to_owned(),
        other => other.to_string(),
    };
    failure(error.code(), message)
}

fn server_socket() -> Access {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let named = std::env::var("PULSE_SERVER").ok();
    let named = named.map(|server| PathBuf::from(server.trim_start_matches("unix:")));
    let usual = folder.map(|folder| folder.join("pulse/native"));
    match named.filter(|path| path.is_absolute()).or(usual) {
        Some(path) => knock(&path),
        None => Access::Absent,
    }
}

#[cfg(unix)]
fn knock(socket: &Path) -> Access {
    match std::os::unix::net::UnixStream::connect(socket) {
        Ok(_) => Access::Usable,
        Err(error) => match error.kind() {
            ErrorKind::NotFound => Access::Absent,
            ErrorKind::PermissionDenied => Access::Denied,
            _ => Access::Dead,
        },
    }
}

#[cfg(not(unix))]
fn knock(_: &Path) -> Access {
    Access::Absent
}

fn kernel_devices() -> Access {
    let Ok(entries) = std::fs::read_dir("/dev/snd") else {
        return Access::Absent;
    };
    // `controlC0` is that of the first card; to open it changes nothing.
    let is_card = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("controlC")
    };
    let card = entries.flatten().map(|entry| entry.path()).find(is_card);
    match card.map(std::fs::File::open) {
        None => Access::Absent,
        Some(Ok(_)) => Access::Usable,
        Some(Err(error)) if error.kind() == ErrorKind::PermissionDenied => Access::Denied,
        Some(Err(_)) => Access::Dead,
    }
}

fn sandbox() -> Option<String> {
    let name = if Path::new("/.flatpak-info").exists() {
        "flatpak"
    } else if std::env::var_os("SNAP").is_some() {
        "snap"
    } else if ["/.dockerenv", "/run/.containerenv"]
        .iter()
        .any(|mark| Path::new(mark).exists())
    {
        "container"
    } else {
        return None;
    };
    Some(name.to_owned())
}

/// What the frames of a microphone told so far.
#[derive(Debug, Default)]
struct Heard {
    frames: u64,
    loudest_dbfs: Option<f32>,
}

/// Opens the default microphone and listens for a moment. Nothing is kept of the sound but its
/// loudness.
pub(super) fn microphone() -> DeviceFacts {
    let started = Instant::now();
    let heard = Arc::new(Mutex::new(Heard::default()));
    let hearing = Arc::clone(&heard);
    let opened = Capture::start(
        CaptureOptions::new(SourceSpec::Device(None)),
        Box::new(move |frame| {
            let mut heard = hearing.lock().unwrap_or_else(PoisonError::into_inner);
            heard.frames += 1;
            let level = frame.level.dbfs();
            heard.loudest_dbfs = Some(heard.loudest_dbfs.map_or(level, |most| most.max(level)));
        }),
    );
    let mut facts = opening(started, opened.as_ref().err());
    let Ok(capture) = opened else {
        return facts;
    };
    let frames = || {
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.frames
    };
    watch(&mut facts, frames);
    drop(capture);
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    facts.loudest_dbfs = heard.loudest_dbfs;
    facts.native_rate = audio::native_rate(Direction::Input).ok();
    facts
}

/// Opens the default speaker and plays silence for a moment.
pub(super) fn speaker() -> DeviceFacts {
    let started = Instant::now();
    let opened = Playout::start(PlayoutOptions {
        sink: SinkSpec::Device(None),
    });
    let mut facts = opening(started, opened.as_ref().err());
    let Ok(playout) = opened else {
        return facts;
    };
    watch(&mut facts, || playout.stats().steps);
    drop(playout);
    facts.native_rate = audio::native_rate(Direction::Output).ok();
    facts
}

fn opening(started: Instant, error: Option<&AudioError>) -> DeviceFacts {
    DeviceFacts {
        open_ms: milliseconds(started),
        error: error.map(refusal),
        ..DeviceFacts::default()
    }
}

/// Watches a device until [`WATCH`] after its first frame.
fn watch(facts: &mut DeviceFacts, frames: impl Fn() -> u64) {
    let opened = Instant::now();
    let mut until = opened + FIRST_FRAME_LIMIT;
    while Instant::now() < until {
        facts.frames = frames();
        if facts.frames > 0 && facts.first_frame_ms.is_none() {
            facts.first_frame_ms = Some(milliseconds(opened));
            until = Instant::now() + WATCH;
        }
        std::thread::sleep(GLANCE);
    }
    facts.frames = frames();
    facts.watched_ms = milliseconds(opened);
}
