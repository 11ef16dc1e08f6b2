//! Real servers in processes of their own, each on a free port, each ended with its test.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use url::Url;

/// For anything that a loaded machine may delay.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server process. Dropping it ends it.
pub struct Server {
    child: Child,
    pub port: u16,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers")
}

/// A port that was free a moment ago, for servers that must be told theirs, or that come back.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Node's socket.io with these options; see tests/servers/node.js.
pub async fn node(options: Value) -> Server {
    let installed = folder().join("node_modules/socket.io");
    assert!(
        installed.exists(),
        "socket.io for Node is not installed: run `npm ci` in {}",
        folder().display()
    );
    let mut command = Command::new("node");
    command
        .arg(folder().join("node.js"))
        .arg(options.to_string())
        .stdout(Stdio::piped());
    let mut server = Server::start(command, "node");
    let stdout = server.child.stdout.take().expect("stdout is piped");
    let line = server.wait_for(stdout, "listening ").await;
    server.port = number_after(&line, "listening ");
    server
}

/// python-socketio under uvicorn with these options of `AsyncServer`.
pub async fn python(options: Value) -> Server {
    let python = std::env::var_os("JBCALL_PYTHON").map_or_else(
        || {
            PathBuf::from(std::env::var_os("HOME").unwrap_or_default())
                .join(".cache/jbcall/venv/bin/python")
        },
        PathBuf::from,
    );
    assert!(
        python.exists(),
        "no Python environment at {}: make it with `python3 -m venv` and install {} in it, or set JBCALL_PYTHON",
        python.display(),
        folder().join("requirements.txt").display()
    );
    let mut command = Command::new(python);
    // uvicorn logs each request to stdout, and what it does to stderr.
    command
        .arg(folder().join("python.py"))
        .arg(options.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut server = Server::start(command, "python");
    let stderr = server.child.stderr.take().expect("stderr is piped");
    let line = server.wait_for(stderr, "running on ").await;
    server.port = number_after(&line, "127.0.0.1:");
    server
}

/// nginx with this `http` block on `port`, in a directory of its own.
pub async fn nginx(directory: &Path, port: u16, http: &str) -> Server {
    // One process: the workers of a master that is killed would stay behind.
    let configuration = format!(
        "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log; worker_processes 1;\n\
         events {{ worker_connections 256; }}\n\
         http {{ access_log off; client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy;\n\
         fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;\n{http}\n}}\n",
        dir = directory.display()
    );
    let file = directory.join("nginx.conf");
    std::fs::write(&file, configuration).expect("write nginx.conf");
    let program = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("nginx is not installed (Debian: nginx-light)");
    let mut command = Command::new(program);
    command.arg("-p").arg(directory).arg("-c").arg(&file);
    let mut server = Server::start(command, "nginx");
    server.port = port;
    let opened = timeout(PATIENCE, async {
        while tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    opened.await.expect("nginx did not open its port");
    server
}

impl Server {
    /// What is piped has to be read: a server blocks for ever on a pipe that is full.
    fn start(mut command: Command, what: &str) -> Self {
        let child = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{what} cannot be started: {error}"));
        Self { child, port: 0 }
    }

    /// The first line with `text` in it. The rest is read and thrown away, so that the server never
    /// blocks on its output.
    async fn wait_for(
        &mut self,
        output: impl AsyncRead + Unpin + Send + 'static,
        text: &str,
    ) -> String {
        let mut lines = BufReader::new(output).lines();
        let mut seen = Vec::new();
        let found = timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await.expect("readable output") {
                if line.contains(text) {
                    return line;
                }
                seen.push(line);
            }
            panic!("the server ended: {}", seen.join("\n"));
        });
        let line = found.await.expect("the server did not start in time");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        line
    }

    pub fn url(&self) -> Url {
        url(self.port)
    }

    /// Sends a signal to the process, by name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().expect("the server runs").to_string();
        let sent = std::process::Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(sent.expect("kill runs").success());
    }

    /// Ends the process and waits until it is gone.
    pub async fn stop(mut self) {
        self.child.kill().await.expect("the server can be ended");
    }
}

pub fn url(port: u16) -> Url {
    format!("http://127.0.0.1:{port}").parse().expect("a URL")
}

fn number_after(line: &str, text: &str) -> u16 {
    let (_, rest) = line.split_once(text).expect("found before");
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().expect("a port")
}

/// The options of a Node server on a fixed port with quick pings.
pub fn quick_pings(port: u16) -> Value {
    json!({"port": port, "pingInterval": 300, "pingTimeout": 700})
}
