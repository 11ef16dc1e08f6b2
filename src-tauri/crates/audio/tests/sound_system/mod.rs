//! A PulseAudio of a test's own: private folders, null sinks, nothing of the machine's.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Set in the process that runs inside the private sound system.
const INSIDE: &str = "AUDIO_TEST_SOUND_SYSTEM";

/// Runs `test` (the test function of this name) in a process of its own whose environment
/// leads to a private PulseAudio with the null sinks `first` and `second`. Environments
/// cannot be changed while other tests run in the same process.
pub fn inside(name: &str, test: impl FnOnce(SoundSystem)) {
    if let Ok(folder) = std::env::var(INSIDE) {
        return test(SoundSystem::start(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    run_again(name, folder.path());
}

/// As [`inside`], on a computer without any sound system.
#[allow(dead_code)]
pub fn without(name: &str, test: impl FnOnce()) {
    if std::env::var(INSIDE).is_ok() {
        return test();
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    run_again(name, folder.path());
}

fn run_again(name: &str, folder: &Path) {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args([name, "--exact", "--nocapture"])
        .env(INSIDE, folder)
        .env("XDG_RUNTIME_DIR", folder)
        .env("HOME", folder)
        .env_remove("PULSE_SERVER")
        .env_remove("PULSE_RUNTIME_PATH")
        .env_remove("PULSE_COOKIE")
        .output()
        .expect("this program runs again");
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "see above");
    assert!(text.contains("1 passed"), "it ran: {text}");
}

/// A running PulseAudio; ends with it.
pub struct SoundSystem {
    daemon: Child,
    folder: PathBuf,
}

impl SoundSystem {
    /// Starts it and waits until it answers.
    pub fn start(folder: &Path) -> Self {
        let socket = folder.join("pulse/native");
        std::fs::create_dir_all(folder.join("pulse")).expect("a folder for the socket");
        let _ = std::fs::remove_file(&socket);
        let daemon = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--use-pid-file=no"])
            .args(["--exit-idle-time=-1", "--disable-shm=yes", "--realtime=no"])
            .arg("-L")
            .arg(format!(
                "module-native-protocol-unix auth-anonymous=1 socket={}",
                socket.display()
            ))
            .args(["-L", &null_sink("first"), "-L", &null_sink("second")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pulseaudio is needed for this test: apt-get install pulseaudio");
        let system = Self {
            daemon,
            folder: folder.to_owned(),
        };
        let limit = Instant::now() + Duration::from_secs(30);
        while !system.control(&["info"]).0 {
            assert!(Instant::now() < limit, "pulseaudio does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        system
    }

    /// Ends it at once, as a crash would.
    #[allow(dead_code)]
    pub fn crash(mut self) -> PathBuf {
        self.end();
        self.folder.clone()
    }

    /// How many programs record at this moment.
    #[allow(dead_code)]
    pub fn recordings(&self) -> usize {
        self.control(&["list", "short", "source-outputs"])
            .1
            .lines()
            .count()
    }

    /// Adds a module, such as a source.
    #[allow(dead_code)]
    pub fn load(&self, module: &str) {
        let mut arguments = vec!["load-module"];
        arguments.extend(module.split(' '));
        assert!(self.control(&arguments).0, "{module}");
    }

    /// Makes a source the default microphone.
    #[allow(dead_code)]
    pub fn choose_source(&self, name: &str) {
        assert!(self.control(&["set-default-source", name]).0, "{name}");
    }

    fn control(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("pactl")
            .args(arguments)
            .env("PULSE_SERVER", self.folder.join("pulse/native"))
            .output()
            .expect("pactl is needed for this test: apt-get install pulseaudio-utils");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), text)
    }

    fn end(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

impl Drop for SoundSystem {
    fn drop(&mut self) {
        self.end();
    }
}

fn null_sink(name: &str) -> String {
    format!(
        "module-null-sink sink_name={name} rate=44100 \
         sink_properties=device.description={name}-speaker"
    )
}
