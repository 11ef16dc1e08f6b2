//! The real `jbcall`, driven by lines on its standard input and seen through `--json`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::netlab::Host;
use crate::process::{PATIENCE, Process, artifacts, repository};
use crate::sound::Recording;

/// A participant that runs `jbcall join`.
pub struct Jbcall {
    process: Process,
    name: String,
    speaker: PathBuf,
}

/// How to join.
#[derive(Debug, Clone)]
pub struct Join<'a> {
    /// Link to the room.
    pub link: &'a str,
    /// Name shown to others.
    pub name: &'a str,
    /// `tone:440`, a file, `none`.
    pub microphone: &'a str,
    /// Further arguments.
    pub arguments: &'a [&'a str],
}

impl<'a> Join<'a> {
    /// With a tone as the microphone.
    pub fn new(link: &'a str, name: &'a str, microphone: &'a str) -> Self {
        Self {
            link,
            name,
            microphone,
            arguments: &[],
        }
    }

    /// On this machine.
    pub fn start(&self) -> Jbcall {
        self.run(Command::new(binary()))
    }

    /// On a host of the lab.
    pub fn start_on(&self, host: &Host) -> Jbcall {
        self.run(host.command(binary()))
    }

    fn run(&self, mut command: Command) -> Jbcall {
        let speaker = artifacts().join(format!("{}.wav", self.name));
        let _ = std::fs::remove_file(&speaker);
        command.args(["join", self.link, "--name", self.name, "--json"]);
        command
            .args(["--mic", self.microphone, "--speaker"])
            .arg(&speaker);
        command.args(self.arguments).env("RUST_BACKTRACE", "1");
        Jbcall {
            process: Process::start(self.name, &mut command),
            name: self.name.to_owned(),
            speaker,
        }
    }
}

impl Jbcall {
    /// Its name in the room.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Just before it was started.
    pub fn started(&self) -> Instant {
        self.process.started()
    }

    /// The last view it printed.
    ///
    /// # Panics
    /// When it has printed none.
    pub fn view(&self) -> Value {
        let lines = self.process.lines();
        let last = lines.iter().rev().find_map(|line| view(&line.value));
        last.cloned()
            .unwrap_or_else(|| panic!("{} has printed no view", self.name))
    }

    /// Waits until a view of the call, the last one or a new one, shows what is asked for;
    /// when it was printed.
    ///
    /// # Panics
    /// When none does within a minute, with the last view.
    pub fn wait_view(&self, what: &str, shows: impl Fn(&Value) -> bool) -> Instant {
        self.wait_view_for(PATIENCE, what, shows)
    }

    /// The same with another limit.
    ///
    /// # Panics
    /// As [`Self::wait_view`].
    pub fn wait_view_for(
        &self,
        limit: Duration,
        what: &str,
        shows: impl Fn(&Value) -> bool,
    ) -> Instant {
        let lines = self.process.lines();
        let last = lines.iter().rposition(|line| view(&line.value).is_some());
        let find = |line: &Value| view(line).filter(|view| shows(view)).map(|_| ());
        let (_, line) = self
            .process
            .wait_after(last.unwrap_or(0), limit, what, find);
        line.at
    }

    /// Waits until the media flows.
    pub fn wait_connected(&self) -> Instant {
        self.wait_view("connected call", |view| {
            view["connection"]["state"] == "connected"
        })
    }

    /// Waits until another participant is shown with this state of sound: `none`,
    /// `connecting`, `live`, `muted`.
    pub fn wait_audio_of(&self, name: &str, state: &str) -> Instant {
        self.wait_view(&format!("{name} shown as {state}"), |view| {
            audio_of(view, name) == Some(state)
        })
    }

    /// Waits until nobody of this name is shown.
    pub fn wait_gone(&self, name: &str) -> Instant {
        self.wait_view(&format!("view without {name}"), |view| {
            audio_of(view, name).is_none()
        })
    }

    /// Types a line: `mute`, `unmute`, `chat TEXT`, `leave`.
    pub fn type_line(&mut self, line: &str) {
        self.process.tell(line);
    }

    /// Leaves and waits for the end.
    pub fn leave(&mut self) -> ExitStatus {
        self.process.tell("leave");
        self.process.wait_exit(PATIENCE)
    }

    /// What it played so far.
    pub fn recording(&self) -> Recording {
        Recording::read(&self.speaker)
    }

    /// The file it plays into.
    pub fn speaker(&self) -> &Path {
        &self.speaker
    }

    /// Waits until a second of what it plays is dominated by this frequency. For several
    /// tones at once use [`Self::wait_tones`].
    pub fn wait_tone(&self, hz: f32) {
        self.wait_tones(&[hz]);
    }

    /// Waits until all of these tones, and no other of `absent`, are in the last second of
    /// what it plays.
    pub fn wait_tones(&self, present: &[f32]) {
        self.wait_exactly(present, &[]);
    }

    /// The same, and none of `absent`.
    pub fn wait_exactly(&self, present: &[f32], absent: &[f32]) {
        let what = format!("{} plays {present:?} Hz and not {absent:?} Hz", self.name);
        crate::process::wait_until(PATIENCE, &what, || {
            let second = self.recording().last(Duration::from_secs(1))?;
            let all = present.iter().all(|hz| second.has_tone(*hz));
            let none = absent.iter().all(|hz| !second.has_tone(*hz));
            (all && none).then_some(())
        });
    }
}

/// The view in a line of `--json`.
fn view(line: &Value) -> Option<&Value> {
    line.get("view")
        .filter(|view| view.get("connection").is_some())
}

fn audio_of<'v>(view: &'v Value, name: &str) -> Option<&'v str> {
    let participants = view["participants"].as_array()?;
    participants.iter().find(|p| p["name"] == name)?["audio"].as_str()
}

/// How many participants a view shows under this name.
pub fn count_of(view: &Value, name: &str) -> usize {
    let participants = view["participants"].as_array();
    participants.map_or(0, |all| all.iter().filter(|p| p["name"] == name).count())
}

/// Path of `jbcall`: `JBCALL_BIN`, or built now.
///
/// # Panics
/// When it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("JBCALL_BIN") {
        Some(path) => PathBuf::from(path),
        None => build(&[]),
    })
}

/// Builds `jbcall`; cargo says where it is.
///
/// # Panics
/// When it cannot be built.
pub fn build(arguments: &[&str]) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(repository())
        .args(["build", "-p", "cli", "--bin", "jbcall"]);
    command
        .args(["--message-format", "json-render-diagnostics"])
        .args(arguments);
    let output = command.output().expect("cargo can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "jbcall cannot be built:\n{errors}");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let executable = lines.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executable.expect("cargo names the executable")
}
