//! Encrypted connections: trust, names, ALPN.

use crate::common_ground;
use crate::peer::Peer;
use crate::servers::{PATIENCE, Server, node};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::json;
use socketio::{ConnectError, Options, Transports};
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

/// A server with a certificate of its own for `localhost`, and the file to trust it by.
pub struct Encrypted {
    pub server: Server,
    pub certificate: PathBuf,
    _directory: TempDir,
}

impl Encrypted {
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let made = generate_simple_self_signed(["localhost", "gateway.test"].map(String::from));
        let CertifiedKey { cert, signing_key } = made.expect("a certificate");
        let certificate = directory.path().join("certificate.pem");
        let key = directory.path().join("key.pem");
        std::fs::write(&certificate, cert.pem()).expect("write the certificate");
        std::fs::write(&key, signing_key.serialize_pem()).expect("write the key");
        let server = node(json!({"tls": {"cert": certificate, "key": key}})).await;
        Self {
            server,
            certificate,
            _directory: directory,
        }
    }

    pub fn url(&self) -> Url {
        let url = format!("https://localhost:{}", self.server.port);
        url.parse().expect("a URL")
    }
}

fn options(url: Url, transports: Transports) -> Options {
    let mut options = Options::new(url);
    options.connect_timeout = PATIENCE;
    options.transports = transports;
    options
}

const BOTH: [Transports; 3] = [
    Transports::WebSocketOnly,
    Transports::PollingOnly,
    Transports::WebSocketThenPolling,
];

#[tokio::test]
async fn an_extra_ca_file_makes_a_private_server_trusted() {
    let encrypted = Encrypted::start().await;
    for transports in [Transports::WebSocketOnly, Transports::PollingUpgraded] {
        let mut options = options(encrypted.url(), transports);
        options.extra_ca = Some(encrypted.certificate.clone());
        let (peer, _) = Peer::connected(options).await;
        while peer.request("transport", vec![]).await != [json!("websocket")] {}
        peer.stop().await;
    }
    let mut polling = options(encrypted.url(), Transports::PollingOnly);
    polling.extra_ca = Some(encrypted.certificate.clone());
    let (peer, _) = Peer::connected(polling).await;
    assert_eq!(
        peer.request("echo", vec![json!(1).into()]).await,
        [json!(1)]
    );
    peer.stop().await;
}

#[tokio::test]
async fn an_unknown_certificate_or_name_is_refused_as_such() {
    let encrypted = Encrypted::start().await;
    for transports in BOTH {
        let (error, retry) = Peer::start(options(encrypted.url(), transports))
            .next_failure()
            .await;
        assert_eq!(
            error.code(),
            "socket.certificate",
            "{transports:?}: {error:?}"
        );
        assert!(retry.is_some());
        // The certificate is made for localhost, not for this address.
        let mut other = encrypted.url();
        other.set_host(Some("127.0.0.1")).unwrap();
        let mut options = options(other, transports);
        options.extra_ca = Some(encrypted.certificate.clone());
        let (error, _) = Peer::start(options).next_failure().await;
        assert_eq!(
            error.code(),
            "socket.certificate",
            "{transports:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn an_unusable_ca_file_is_said_and_not_retried() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    for path in [empty, directory.path().join("missing.pem")] {
        let mut options = options(
            "https://localhost:1".parse().unwrap(),
            Transports::PollingOnly,
        );
        options.extra_ca = Some(path);
        let (error, retry) = Peer::start(options).next_failure().await;
        assert_eq!((error.code(), retry), ("socket.extra-ca", None));
    }
}

#[tokio::test]
async fn tls_to_a_server_that_speaks_plain_http_is_an_error_of_tls() {
    let plain = node(json!({})).await;
    for transports in BOTH {
        let url = format!("https://127.0.0.1:{}", plain.port).parse().unwrap();
        let (error, _) = Peer::start(options(url, transports)).next_failure().await;
        assert_eq!(error.code(), "socket.tls", "{transports:?}: {error:?}");
    }
}

#[tokio::test]
async fn nothing_but_http_1_1_is_offered() {
    for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("https://localhost:{port}").parse().unwrap();
        let _peer = Peer::start(options(url, transports));
        let (stream, _) = listener.accept().await.unwrap();
        let start = tokio_rustls::LazyConfigAcceptor::new(Default::default(), stream);
        let hello = start.await.unwrap();
        let offered: Vec<Vec<u8>> = hello
            .client_hello()
            .alpn()
            .expect("ALPN is offered")
            .map(<[u8]>::to_vec)
            .collect();
        assert_eq!(offered, [b"http/1.1".to_vec()], "{transports:?}");
    }
}

#[tokio::test]
async fn encrypted_and_plain_behave_alike() {
    let encrypted = Encrypted::start().await;
    let mut options = common_ground::options(&encrypted.url());
    options.extra_ca = Some(encrypted.certificate.clone());
    let (peer, session) = Peer::connected(options).await;
    assert_eq!(session.websocket_error, None::<ConnectError>);
    peer.stop().await;
}
