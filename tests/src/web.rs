//! nginx with certificates of an authority that the test makes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

use crate::netlab::Host;
use crate::process::{PATIENCE, Process, wait_until};

/// Temporary files stay in its folder: the defaults belong to the system's nginx. The log counts
/// requests by the name that was asked for.
const FRAME: &str = "\
user root;
worker_processes 1;
error_log stderr;
pid nginx.pid;
events {}
http {
    log_format asked $host;
    access_log asked.log asked;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    types { text/html html; application/javascript js; }
    default_type text/html;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection \"upgrade\";
    include servers.conf;
}
";

/// A certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// A new one.
    ///
    /// # Panics
    /// When no key can be made.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        let name = &mut params.distinguished_name;
        name.push(DnType::CommonName, "Authority of the lab");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        Self { issuer }
    }

    /// Its own certificate.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes `NAME.crt` and `NAME.key` for a server called so; gives the lines that name them.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn certify(
        &self,
        folder: &Path,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> String {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        write(folder, &format!("{name}.crt"), &certificate.pem());
        write(folder, &format!("{name}.key"), &key.serialize_pem());
        format!("ssl_certificate {name}.crt; ssl_certificate_key {name}.key;")
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// A folder for nginx, and what will be in it.
pub struct Site {
    folder: TempDir,
}

impl Site {
    /// An empty folder.
    ///
    /// # Panics
    /// When none can be made.
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        Self { folder }
    }

    /// Where certificates and pages go.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        write(self.folder(), name, text)
    }

    /// Starts nginx with these `server` blocks.
    ///
    /// # Panics
    /// When it does not start, with its complaints.
    pub fn serve_on(self, host: &Host, servers: &str) -> Nginx {
        self.write("nginx.conf", FRAME);
        self.write("servers.conf", servers);
        let mut command = host.command("nginx");
        command.arg("-p").arg(self.folder());
        // One process: the workers of a master that is killed would stay behind.
        command.args(["-c", "nginx.conf", "-g", "daemon off; master_process off;"]);
        let mut process = Process::start("nginx", &mut command);
        let pid = self.folder().join("nginx.pid");
        wait_until(PATIENCE, "nginx runs", || {
            assert!(process.is_running(), "nginx ended; see its log");
            std::fs::read_to_string(&pid)
                .ok()
                .filter(|id| !id.is_empty())
        });
        Nginx {
            _process: process,
            site: self,
        }
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap_or_else(|error| panic!("cannot write {file:?}: {error}"));
    file
}

/// A running nginx.
pub struct Nginx {
    _process: Process,
    site: Site,
}

impl Nginx {
    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.site.folder()
    }

    /// Finished requests so far, by the name that was asked for.
    pub fn requests(&self) -> BTreeMap<String, usize> {
        let log = std::fs::read_to_string(self.folder().join("asked.log")).unwrap_or_default();
        let mut counts = BTreeMap::new();
        for name in log.lines() {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
        counts
    }
}
