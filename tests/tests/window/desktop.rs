//! A desktop of its own for the window under test: display, message bus, sound, WebDriver.

use std::io::BufRead;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::app;
use tempfile::TempDir;
use tests::process::{PATIENCE, Process, artifacts, free_port, wait_until};

/// Length of the tone that is played into the microphone, in seconds: longer than any journey.
const TONE_SECONDS: u32 = 300;
/// Enough for a tone, and a small file.
const TONE_RATE: u32 = 8_000;

/// Display, bus, sound server and driver; all end when it is dropped, the driver first.
pub struct Desktop {
    driver: Option<Process>,
    _sound: Option<Process>,
    _bus: Process,
    _display: Process,
    display: String,
    bus: String,
    driver_port: u16,
    home: TempDir,
}

impl Desktop {
    /// Starts everything. The default microphone hears what is played into the null sink
    /// `microphone`; the default speaker is the null sink `speaker`.
    pub fn start() -> Self {
        Self::start_with(|home| Some(start_sound(home)))
    }

    /// A computer whose sound server has died.
    pub fn start_without_sound() -> Self {
        Self::start_with(|home| {
            // The socket stays behind, and nobody answers.
            let _ = UnixListener::bind(home.join("run/sound")).expect("a socket can be made");
            None
        })
    }

    fn start_with(sound: impl FnOnce(&Path) -> Option<Process>) -> Self {
        // Building it may take longer than what plays and waits meanwhile.
        app::binary();
        let home = tempfile::tempdir().expect("a folder can be made");
        for folder in ["run", "config", "data", "cache"] {
            std::fs::create_dir(home.path().join(folder)).expect("a folder can be made");
        }
        std::fs::write(
            home.path().join("config/user-dirs.dirs"),
            "XDG_DOWNLOAD_DIR=\"$HOME/Downloads\"\n",
        )
        .expect("a file can be written");
        let (display_process, display) = start_display();
        let (bus_process, bus) = start_bus(home.path());
        let mut desktop = Self {
            driver: None,
            _sound: sound(home.path()),
            _bus: bus_process,
            _display: display_process,
            display,
            bus,
            driver_port: free_port(),
            home,
        };
        desktop.driver = Some(desktop.start_driver());
        desktop
    }

    /// A command that runs on this desktop.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        settle(&mut command, self.home.path());
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        command
    }

    /// What the app has saved.
    pub fn settings(&self) -> serde_json::Value {
        let file = self
            .home
            .path()
            .join("config/site.jbcalling.desktop/settings.json");
        let saved = std::fs::read(file).expect("settings are saved");
        serde_json::from_slice(&saved).expect("they are JSON")
    }

    /// Whether a file is where downloads go.
    pub fn is_a_download(&self, file: &Path) -> bool {
        file.parent() == Some(&self.home.path().join("Downloads"))
    }

    /// Where WebDriver listens.
    pub fn driver_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.driver_port)
    }

    /// Plays a tone into the default microphone until the process is dropped.
    pub fn speak_tone(&self, hz: f32) -> Process {
        let mut command = self.command("paplay");
        command
            .arg("--device=microphone")
            .arg(tone_file(self.home.path(), hz));
        Process::start("tone", &mut command)
    }

    fn start_driver(&self) -> Process {
        let native_port = free_port();
        let mut command = self.command("tauri-driver");
        command
            .args(["--port", &self.driver_port.to_string()])
            .args(["--native-port", &native_port.to_string()]);
        let driver = Process::start("tauri-driver", &mut command);
        // It starts the web view's own driver, which is ready a little later.
        for port in [self.driver_port, native_port] {
            wait_until(PATIENCE, "the driver listens", || {
                std::net::TcpStream::connect(("127.0.0.1", port)).ok()
            });
        }
        driver
    }
}

/// Folders of its own, so that nothing of the person at this computer is read or changed.
fn settle(command: &mut Command, home: &Path) {
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("PULSE_SERVER", format!("unix:{}/run/sound", home.display()))
        // No accessibility bus on this desktop: without this every start waits for it.
        .env("NO_AT_BRIDGE", "1")
        .env("LANG", "C.UTF-8")
        .env_remove("WAYLAND_DISPLAY");
}

fn start_display() -> (Process, String) {
    let file = artifacts().join("display-number");
    let _ = std::fs::remove_file(&file);
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!(
        "exec Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp 3>'{}'",
        file.display()
    ));
    let process = Process::start("Xvfb", &mut command);
    let number = wait_until(PATIENCE, "Xvfb names its display", || {
        let text = std::fs::read_to_string(&file).ok()?;
        text.ends_with('\n').then(|| text.trim().to_owned())
    });
    (process, format!(":{number}"))
}

fn start_bus(home: &Path) -> (Process, String) {
    let socket = format!("unix:path={}/run/bus", home.display());
    let mut command = Command::new("dbus-daemon");
    settle(&mut command, home);
    command.args(["--session", "--nofork", "--nopidfile", "--address", &socket]);
    let process = Process::start("dbus", &mut command);
    wait_until(PATIENCE, "the message bus listens", || {
        home.join("run/bus").exists().then_some(())
    });
    (process, socket)
}

fn start_sound(home: &Path) -> Process {
    let mut command = Command::new("pulseaudio");
    settle(&mut command, home);
    command
        .env_remove("PULSE_SERVER")
        .args(["-n", "--daemonize=no", "--use-pid-file=no"])
        .args(["--exit-idle-time=-1", "--disable-shm=yes", "--system=no"])
        .arg(format!(
            "--load=module-native-protocol-unix socket={}/run/sound auth-anonymous=1",
            home.display()
        ))
        .arg("--load=module-null-sink sink_name=speaker rate=48000")
        .arg("--load=module-null-sink sink_name=microphone rate=48000")
        // A source of its own: what only listens to a speaker is never taken for a microphone.
        .arg("--load=module-remap-source master=microphone.monitor source_name=voice");
    let process = Process::start("pulseaudio", &mut command);
    wait_until(PATIENCE, "the sound server answers", || {
        let sinks = pactl(home, &["list", "short", "sinks"])?;
        (sinks.contains("speaker") && sinks.contains("microphone")).then_some(())
    });
    pactl(home, &["set-default-sink", "speaker"]).expect("a default sink can be set");
    pactl(home, &["set-default-source", "voice"]).expect("a default source can be set");
    process
}

fn pactl(home: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("pactl");
    settle(&mut command, home);
    let output = command
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .expect("pactl runs (package pulseaudio-utils)");
    let lines: Vec<String> = output.stdout.lines().map_while(Result::ok).collect();
    output.status.success().then(|| lines.join("\n"))
}

fn tone_file(home: &Path, hz: f32) -> PathBuf {
    let file = home.join("tone.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: TONE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&file, spec).expect("a file can be written");
    for n in 0..TONE_SECONDS * TONE_RATE {
        let phase = std::f32::consts::TAU * hz * (n as f32 / TONE_RATE as f32);
        writer
            .write_sample((phase.sin() * 8_000.0) as i16)
            .expect("a file can be written");
    }
    writer.finalize().expect("a file can be written");
    file
}
