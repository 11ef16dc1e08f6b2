//! A `jbcall` that runs beside the test.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long something may take that has to happen: machines are noisy.
pub const PATIENCE: Duration = Duration::from_secs(40);

pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<Value>,
    /// The last view that was printed.
    pub view: Value,
}

/// Runs it to its end.
pub fn jbcall(arguments: &[&str]) -> Output {
    command(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("jbcall can be started")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jbcall"));
    command.args(arguments);
    for variable in [
        "JBCALL_GATEWAY",
        "JBCALL_CA",
        "JBCALL_TURN",
        "http_proxy",
        "https_proxy",
    ] {
        command.env_remove(variable);
    }
    command
}

impl Running {
    /// Starts it; its output must be JSON lines.
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("jbcall can be started");
        let stdout = child.stdout.take().expect("it has an output");
        let stdin = child.stdin.take();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                let Ok(line) = line else { return };
                let value = serde_json::from_str(&line)
                    .unwrap_or_else(|error| panic!("not JSON ({error}): {line}"));
                if sender.send(value).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            stdin,
            lines,
            view: Value::Null,
        }
    }

    /// A gateway on a free port; gives the link to a room of it.
    pub fn host(arguments: &[&str]) -> (Self, String) {
        let mut all = vec!["host", "--json"];
        all.extend(arguments);
        let mut host = Self::start(&all);
        let link = host.wait("a link", |line| line["link"].as_str().map(str::to_owned));
        (host, link)
    }

    /// A participant with a tone for a microphone and no speaker.
    pub fn join(link: &str, name: &str, arguments: &[&str]) -> Self {
        let mut all = vec!["join", link, "--name", name, "--json", "--speaker", "none"];
        if !arguments.contains(&"--mic") {
            all.extend(["--mic", "tone:440"]);
        }
        all.extend(arguments);
        Self::start(&all)
    }

    /// Waits for a line in which something is found.
    #[track_caller]
    pub fn wait<T>(&mut self, what: &str, find: impl Fn(&Value) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    if let Some(view) = line.get("view") {
                        self.view = view.clone();
                    }
                    if let Some(found) = find(&line) {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no {what} in time; the last view: {:#}", self.view)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("it ended without {what}; the last view: {:#}", self.view)
                }
            }
        }
    }

    /// Waits until the view shows something, which it may do already.
    #[track_caller]
    pub fn wait_view(&mut self, what: &str, shows: impl Fn(&Value) -> bool) {
        if !shows(&self.view) {
            self.wait(what, |line| {
                line.get("view").filter(|view| shows(view)).map(drop)
            });
        }
    }

    #[track_caller]
    pub fn wait_connected(&mut self) {
        self.wait_view("connected call", |view| {
            view["connection"]["state"] == "connected"
        });
    }

    /// Waits until somebody is shown with this state of sound.
    #[track_caller]
    pub fn wait_audio_of(&mut self, name: &str, state: &str) {
        let what = format!("{name} shown as {state}");
        self.wait_view(&what, |view| participant(view, name)["audio"] == state);
    }

    /// Writes a line to its standard input.
    pub fn tell(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("it still listens");
        writeln!(stdin, "{line}").expect("it still listens");
    }

    /// Ends its standard input.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Asks it to stop, as the system does.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status();
        assert!(status.expect("kill can be run").success());
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait_exit(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            // Its output must not fill up meanwhile.
            let _ = self.lines.recv_timeout(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return status;
            }
            assert!(Instant::now() < end, "it does not end");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody in a view; null when absent.
pub fn participant<'v>(view: &'v Value, name: &str) -> &'v Value {
    let all = view["participants"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    all.iter()
        .find(|p| p["name"] == name)
        .unwrap_or(&Value::Null)
}
