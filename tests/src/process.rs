//! Programs under test: started in a process group of their own, their output kept, read
//! as JSON lines where it is such, and ended with everything they started when dropped.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;

/// How long a test waits for what must happen: machines are noisy, and a wait that
/// succeeds costs nothing.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs beside the test.
pub struct Process {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    output: Arc<Output>,
    log: PathBuf,
    started: Instant,
}

/// A JSON line a program printed, and when it was read.
#[derive(Debug, Clone)]
pub struct Line {
    /// When the test read it.
    pub at: Instant,
    /// What it says.
    pub value: Value,
}

#[derive(Default)]
struct Output {
    received: Mutex<Received>,
    changed: Condvar,
}

#[derive(Default)]
struct Received {
    lines: Vec<Line>,
    ended: bool,
}

impl Process {
    /// Starts it; both outputs go to `artifacts/logs/<test>/<name>.log`.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(name: &str, command: &mut Command) -> Self {
        let log = log_file(name);
        let errors = File::create(&log).unwrap_or_else(|e| panic!("cannot write {log:?}: {e}"));
        let copy = errors.try_clone().expect("a file handle can be copied");
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name} ({command:?}): {error}"));
        let output = Arc::new(Output::default());
        let stdout = child.stdout.take().expect("stdout is piped");
        let reader = Arc::clone(&output);
        thread::spawn(move || reader.read(BufReader::new(stdout), copy));
        Self {
            name: name.to_owned(),
            stdin: child.stdin.take(),
            child,
            output,
            log,
            started,
        }
    }

    /// Just before the program was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line to its standard input.
    ///
    /// # Panics
    /// When it no longer reads.
    pub fn tell(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        writeln!(stdin, "{line}")
            .and_then(|()| stdin.flush())
            .unwrap_or_else(|error| panic!("{} does not read: {error}", self.name));
    }

    /// Closes its standard input.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// How many JSON lines it has printed so far: a mark for [`Self::wait_after`].
    pub fn mark(&self) -> usize {
        self.output.lock().lines.len()
    }

    /// All JSON lines so far.
    pub fn lines(&self) -> Vec<Line> {
        self.output.lock().lines.clone()
    }

    /// Waits for a line, old or new.
    ///
    /// # Panics
    /// When none comes within the time or the program ends, with the end of its log.
    pub fn wait<T>(
        &self,
        limit: Duration,
        what: &str,
        find: impl Fn(&Value) -> Option<T>,
    ) -> (T, Line) {
        self.wait_after(0, limit, what, find)
    }

    /// Waits for a line after a [`Self::mark`].
    ///
    /// # Panics
    /// As [`Self::wait`].
    pub fn wait_after<T>(
        &self,
        mark: usize,
        limit: Duration,
        what: &str,
        find: impl Fn(&Value) -> Option<T>,
    ) -> (T, Line) {
        let deadline = Instant::now() + limit;
        let mut seen = mark;
        let mut received = self.output.lock();
        loop {
            while let Some(line) = received.lines.get(seen) {
                if let Some(found) = find(&line.value) {
                    return (found, line.clone());
                }
                seen += 1;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if received.ended || left.is_zero() {
                let ended = received.ended;
                drop(received);
                self.give_up(what, limit, ended);
            }
            received = self
                .output
                .changed
                .wait_timeout(received, left)
                .expect("no holder panics")
                .0;
        }
    }

    fn give_up(&self, what: &str, limit: Duration, ended: bool) -> ! {
        let why = if ended {
            "it ended".to_owned()
        } else {
            format!("not within {} s", limit.as_secs_f32())
        };
        panic!(
            "{}: no {what} ({why}); end of {}:\n{}",
            self.name,
            self.log.display(),
            tail(&self.log, 40)
        );
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it still runs after the time.
    pub fn wait_exit(&mut self, limit: Duration) -> ExitStatus {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            if Instant::now() > deadline {
                self.give_up("exit", limit, false);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// True while it runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal to it and everything it started.
    pub fn signal(&self, signal: Signal) {
        let group = i32::try_from(self.child.id()).expect("process ids fit");
        let _ = killpg(Pid::from_raw(group), signal);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- {} said:\n{}", self.name, tail(&self.log, 15));
        }
    }
}

impl Output {
    fn lock(&self) -> MutexGuard<'_, Received> {
        self.received.lock().expect("no holder of the lock panics")
    }

    fn read(&self, lines: impl BufRead, mut log: File) {
        for text in lines.lines().map_while(Result::ok) {
            let at = Instant::now();
            let _ = writeln!(log, "{text}");
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                self.lock().lines.push(Line { at, value });
                self.changed.notify_all();
            }
        }
        self.lock().ended = true;
        self.changed.notify_all();
    }
}

/// Where this test keeps what it leaves behind: `artifacts/logs/<test>`.
pub fn artifacts() -> PathBuf {
    let test = thread::current()
        .name()
        .unwrap_or("main")
        .replace("::", "-");
    let folder = repository().join("artifacts/logs").join(test);
    std::fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("cannot make {folder:?}: {e}"));
    folder
}

/// The repository's root.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate is in a folder of the repository")
}

fn log_file(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    artifacts().join(format!("{number:03}-{name}.log"))
}

fn tail(file: &Path, lines: usize) -> String {
    let text = std::fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text.lines().collect();
    let short = |line: &&str| line.chars().take(400).collect::<String>();
    all[all.len().saturating_sub(lines)..]
        .iter()
        .map(short)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A TCP port that was free on 127.0.0.1 a moment ago, for servers that must come back on
/// the same port.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port can be had on 127.0.0.1")
        .port()
}

/// Waits until `check` gives something.
///
/// # Panics
/// When it does not within the time.
pub fn wait_until<T>(limit: Duration, what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = check() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {limit:?}: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
