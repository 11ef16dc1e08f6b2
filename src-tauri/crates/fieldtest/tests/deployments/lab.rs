//! Deployments on loopback: real applications under uvicorn, nginx in front where a case has one.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// For anything that a loaded machine may delay.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ports in the snippets: what is asked, and what stands behind a proxy.
const FRONT: &str = "9080";
const BEHIND: [&str; 2] = ["9081", "9082"];

/// Which Python environment runs an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Python {
    /// Starlette 0.27, as in the recorded deployments.
    Older,
    /// A recent Starlette.
    Newer,
}

/// One deployment: applications, and the proxy's configuration.
#[derive(Debug, Clone, Copy)]
pub struct Deployment {
    pub python: Python,
    /// Modules in the servers' folder; without a proxy the first is asked itself.
    pub applications: &'static [&'static str],
    /// A server block in the same folder.
    pub proxy: Option<&'static str>,
    /// Turns affinity by client address on.
    pub ip_hash: bool,
    /// Something that accepts connections behind the proxy and says nothing.
    pub silent: bool,
}

/// A running deployment; dropping it ends all of its processes.
pub struct Lab {
    pub port: u16,
    /// The certificate of a deployment with TLS.
    pub certificate: PathBuf,
    _processes: Vec<Child>,
    _directory: tempfile::TempDir,
}

fn snippets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deployments/servers")
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn interpreter(python: Python) -> PathBuf {
    let (variable, folder) = match python {
        Python::Older => ("JBCALL_PYTHON_OLDER", "venv-starlette-0.27"),
        Python::Newer => ("JBCALL_PYTHON", "venv"),
    };
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let usual = home.join(".cache/jbcall").join(folder).join("bin/python");
    let found = std::env::var_os(variable).map_or(usual, PathBuf::from);
    assert!(
        found.exists(),
        "no Python environment at {}: run scripts/setup.sh test, or set {variable}",
        found.display()
    );
    found
}

fn start(command: &mut Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the server can be started")
}

async fn opened(port: u16) {
    let open = timeout(PATIENCE, async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    open.await.expect("the server did not open its port");
}

fn application(python: Python, module: &str, port: u16) -> Child {
    let mut command = Command::new(interpreter(python));
    command
        .args(["-m", "uvicorn", "--log-level", "critical", "--port"])
        .args([&port.to_string(), "--app-dir"])
        .arg(snippets())
        .arg(format!("{module}:app"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    start(&mut command)
}

impl Deployment {
    /// An application that is asked itself.
    pub const fn alone(module: &'static [&'static str]) -> Self {
        Self {
            python: Python::Older,
            applications: module,
            proxy: None,
            ip_hash: false,
            silent: false,
        }
    }

    /// Applications behind nginx.
    pub const fn behind(proxy: &'static str, applications: &'static [&'static str]) -> Self {
        Self {
            proxy: Some(proxy),
            ..Self::alone(applications)
        }
    }

    pub async fn start(&self) -> Lab {
        let directory = tempfile::tempdir().expect("a directory");
        let mut processes = Vec::new();
        let mut ports = Vec::new();
        for module in self.applications {
            let port = free_port();
            processes.push(application(self.python, module, port));
            ports.push(port);
        }
        if self.silent {
            let port = free_port();
            let script = rewritten("silent.py", &[(BEHIND[0], port)]);
            let file = directory.path().join("silent.py");
            std::fs::write(&file, script).expect("written");
            let mut command = Command::new(interpreter(self.python));
            processes.push(start(command.arg(file)));
            ports.push(port);
        }
        for port in &ports {
            opened(*port).await;
        }
        let mut port = ports.first().copied().unwrap_or_default();
        if let Some(proxy) = self.proxy {
            port = free_port();
            processes.push(self.nginx(directory.path(), proxy, port, &ports));
            opened(port).await;
        }
        Lab {
            port,
            certificate: directory.path().join("lab.crt"),
            _processes: processes,
            _directory: directory,
        }
    }

    fn nginx(&self, directory: &Path, proxy: &str, port: u16, behind: &[u16]) -> Child {
        // A port of nobody where the case has nothing behind the proxy.
        let upstream = |index: usize| behind.get(index).copied().unwrap_or_else(free_port);
        let ports = [
            (FRONT, port),
            (BEHIND[0], upstream(0)),
            (BEHIND[1], upstream(1)),
        ];
        let mut case = rewritten(proxy, &ports);
        if self.ip_hash {
            case = case.replace("upstream both { ", "upstream both { ip_hash; ");
            assert!(case.contains("ip_hash; "));
        }
        let write = |name: &str, text: &str| {
            std::fs::write(directory.join(name), text).expect("written");
        };
        write("case.conf", &case);
        write("lab.conf", &rewritten("lab.conf", &[]));
        std::fs::create_dir_all(directory.join("site")).expect("a folder");
        write("site/index.html", &rewritten("site/index.html", &[]));
        let names = vec!["localhost".to_owned()];
        let own = rcgen::generate_simple_self_signed(names).expect("a certificate");
        write("lab.crt", &own.cert.pem());
        write("lab.key", &own.signing_key.serialize_pem());
        let program = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx"]
            .into_iter()
            .find(|path| Path::new(path).exists())
            .expect("nginx is not installed (Debian: nginx-light)");
        let mut command = Command::new(program);
        command.arg("-p").arg(directory);
        // One process: the workers of a master that is killed would stay behind.
        start(command.args(["-c", "lab.conf", "-g", "daemon off; master_process off;"]))
    }
}

/// Node's socket.io with these options; see the Socket.IO client's tests/servers/node.js.
pub async fn node(mut options: serde_json::Value) -> Lab {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../socketio/tests/servers");
    let installed = folder.join("node_modules/socket.io");
    assert!(installed.exists(), "run `npm ci` in {}", folder.display());
    let port = free_port();
    options["port"] = port.into();
    let mut command = Command::new("node");
    command.arg(folder.join("node.js")).arg(options.to_string());
    let process = start(&mut command);
    opened(port).await;
    Lab {
        port,
        certificate: PathBuf::new(),
        _processes: vec![process],
        _directory: tempfile::tempdir().expect("a directory"),
    }
}

fn rewritten(name: &str, ports: &[(&str, u16)]) -> String {
    let text = std::fs::read_to_string(snippets().join(name)).expect("a snippet");
    ports.iter().fold(text, |text, (written, port)| {
        text.replace(&format!(":{written}"), &format!(":{port}"))
            .replace(&format!(", {written})"), &format!(", {port})"))
    })
}
