//! Servers the tests start: the reference gateway, coturn, and the services of captions.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::netlab::Host;
use crate::process::{PATIENCE, Process, free_port, repository};

/// The reference gateway: production's protocol on Socket.IO and mediasoup.
pub struct ReferenceGateway {
    process: Process,
    url: String,
}

impl ReferenceGateway {
    /// On 127.0.0.1, any port.
    pub fn start(arguments: &[&str]) -> Self {
        Self::run(Command::new("node"), arguments)
    }

    /// On a host of the lab; media and signalling on `address`.
    pub fn start_on(host: &Host, address: &str, arguments: &[&str]) -> Self {
        let mut all = vec!["--host", address, "--listen", address];
        all.extend(arguments);
        Self::run(host.command("node"), &all)
    }

    fn run(mut command: Command, arguments: &[&str]) -> Self {
        let script = node_script("reference-gateway/src/server.mjs");
        command.arg(script).args(arguments);
        let process = Process::start("gateway", &mut command);
        let (url, _) = process.wait(PATIENCE, "ready line", |line| {
            (line["event"] == "ready").then(|| line["url"].as_str().map(str::to_owned))?
        });
        Self { process, url }
    }

    /// Base URL, `http://ip:port`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Link to a room.
    pub fn room(&self, room: &str) -> String {
        format!("{}/room/{room}", self.url)
    }

    /// Its signalling port.
    pub fn port(&self) -> u16 {
        let port = self
            .url
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        port.expect("the URL ends with the port")
    }

    /// Changes settings while it runs, such as `{"speechDelay": 5000}`.
    pub fn set(&mut self, values: &Value) {
        self.process.tell(&json!({ "set": values }).to_string());
    }

    /// Rooms, workers, recognised streams, and the requests counted so far by name.
    pub fn stats(&mut self) -> Value {
        let mark = self.process.mark();
        self.process.tell(r#"{"stats":true}"#);
        let find = |line: &Value| (line["event"] == "stats").then(|| line.clone());
        self.process
            .wait_after(mark, PATIENCE, "statistics", find)
            .0
    }

    /// Kills it as a crash would.
    pub fn kill(self) {
        drop(self);
    }

    /// Fails the test when a client did what production would not survive, or what harms
    /// it: second joins, repeated transports, the same producer consumed twice.
    pub fn assert_well_treated(&self) {
        let bad = |line: &Value| line["event"] == "violation" || line["event"] == "offence";
        let found: Vec<_> = self
            .process
            .lines()
            .into_iter()
            .map(|line| line.value)
            .filter(bad)
            .collect();
        assert!(found.is_empty(), "the gateway was mistreated: {found:?}");
    }
}

/// coturn from Debian, UDP, one fixed user.
pub struct Coturn {
    _process: Process,
    _folder: TempDir,
    address: String,
}

impl Coturn {
    /// User name of the relay.
    pub const USER: &'static str = "caller";
    /// Password of the relay.
    pub const PASSWORD: &'static str = "let-me-through";
    /// Its UDP port.
    pub const PORT: u16 = 3478;

    /// On a host of the lab.
    pub fn start_on(host: &Host, address: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let file = |name: &str| folder.path().join(name).display().to_string();
        let mut command = host.command("turnserver");
        command.args([
            "-n",
            "--no-tls",
            "--no-dtls",
            "--no-tcp",
            "--no-cli",
            "--log-file",
            "stdout",
        ]);
        command.args(["--lt-cred-mech", "--realm", "lab", "--no-multicast-peers"]);
        command.args(["--listening-ip", address, "--relay-ip", address]);
        command.args(["--listening-port", &Self::PORT.to_string()]);
        command.args(["--user", &format!("{}:{}", Self::USER, Self::PASSWORD)]);
        command.args([
            "--pidfile",
            &file("pid"),
            "--userdb",
            &file("db"),
            "--simple-log",
        ]);
        let process = Process::start("coturn", &mut command);
        let address = address.to_owned();
        crate::process::wait_until(PATIENCE, "coturn listens", || {
            let sockets = host.command("ss").args(["-lunH"]).output().ok()?;
            let listening = String::from_utf8_lossy(&sockets.stdout).into_owned();
            listening
                .contains(&format!("{address}:{}", Self::PORT))
                .then_some(())
        });
        Self {
            _process: process,
            _folder: folder,
            address,
        }
    }

    /// `turn:` URL.
    pub fn url(&self) -> String {
        format!("turn:{}:{}?transport=udp", self.address, Self::PORT)
    }
}

/// Recognition, translation and speech, as in production, under uvicorn.
pub struct SpeechServices {
    _process: Process,
    address: String,
}

impl SpeechServices {
    /// On 127.0.0.1, any port.
    pub fn start() -> Self {
        let port = free_port();
        let mut command = Command::new(python());
        command
            .args(["-m", "uvicorn", "--log-level", "warning", "--port"])
            .args([&port.to_string(), "--app-dir"])
            .arg(repository().join("tests/speech-services"))
            .arg("services:app")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let process = Process::start("speech-services", &mut command);
        let address = format!("127.0.0.1:{port}");
        crate::process::wait_until(PATIENCE, "the services listen", || {
            std::net::TcpStream::connect(&address).ok().map(drop)
        });
        Self {
            _process: process,
            address,
        }
    }

    /// Base URL of `stt`, `translation` or `tts`.
    pub fn url(&self, service: &str) -> String {
        format!("http://{}/{service}", self.address)
    }

    /// A link to a room of a site that names the services and this gateway.
    pub fn room(&self, gateway: &ReferenceGateway) -> String {
        http_get(&self.address, &format!("/gateway?url={}", gateway.url()));
        format!("http://{}/room/captions-88", self.address)
    }

    /// Breaks some, such as `translation=500`; all others are well again.
    pub fn set_faults(&self, faults: &str) {
        http_get(&self.address, &format!("/faults?{faults}"));
    }
}

/// The Python environment of the tests.
///
/// # Panics
/// When there is none.
pub fn python() -> std::path::PathBuf {
    let home = std::path::PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let usual = home.join(".cache/jbcall/venv/bin/python");
    let found = std::env::var_os("JBCALL_PYTHON").map_or(usual, Into::into);
    assert!(
        found.exists(),
        "no Python environment at {}: run `make setup`, or set JBCALL_PYTHON",
        found.display()
    );
    found
}

/// A script of the tests' npm package.
///
/// # Panics
/// When the package is not installed.
pub fn node_script(path: &str) -> String {
    let tests = repository().join("tests");
    assert!(
        tests.join("node_modules").exists(),
        "tests/node_modules is missing: run `make setup` (or `npm ci` in tests)"
    );
    tests.join(path).display().to_string()
}

/// Asks a page over plain HTTP/1.0 without a client library; the body.
pub fn http_get(address: &str, path: &str) -> String {
    http(
        address,
        &format!("GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n"),
    )
}

/// Posts JSON; the body of the answer.
///
/// # Panics
/// When there is no answer.
pub fn http_post(address: &str, path: &str, body: &serde_json::Value) -> String {
    let body = body.to_string();
    let length = body.len();
    http(
        address,
        &format!(
            "POST {path} HTTP/1.0\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        ),
    )
}

fn http(address: &str, request: &str) -> String {
    use std::io::{Read, Write};
    let connected = std::net::TcpStream::connect(address);
    let mut stream = connected.unwrap_or_else(|e| panic!("cannot connect to {address}: {e}"));
    let limit = Some(Duration::from_secs(10));
    stream.set_read_timeout(limit).expect("a limit can be set");
    stream
        .write_all(request.as_bytes())
        .expect("the request is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the answer is read");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned())
        .unwrap_or_default()
}
