//! The lowest probes against sockets of this process: TCP, TLS and its faults, HTTP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fieldtest::facts::{Exchange, FaultKind};
use fieldtest::probes::{Endpoint, Network, connect, exchange, http};
use rcgen::{CertificateParams, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const LIMIT: Duration = Duration::from_secs(20);

/// A certificate authority of the test and what it signs.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    directory: tempfile::TempDir,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate");
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("ca.pem"), certificate.pem()).expect("written");
        Self {
            issuer: Issuer::new(params, key),
            directory,
        }
    }

    fn network(&self) -> Network {
        let file = self.directory.path().join("ca.pem");
        Network::new(socketio::Proxy::None, Some(file))
    }

    /// Serves one HTTP answer to each connection over TLS.
    async fn serve(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> SocketAddr {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("usable");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await.ok()?;
                    stream.read_u8().await.ok()?;
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
                    stream.write_all(answer).await.ok()?;
                    stream.shutdown().await.ok()
                });
            }
        });
        address
    }
}

/// Sends the same bytes to everybody.
async fn saying(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                stream.read_u8().await.ok()?;
                stream.write_all(bytes).await.ok()?;
                stream.shutdown().await.ok()
            });
        }
    });
    address
}

fn endpoint(scheme: &str, address: SocketAddr) -> Endpoint {
    let url = format!("{scheme}://localhost:{}", address.port());
    let mut endpoint = Endpoint::new(url.parse().expect("a URL"));
    endpoint.address = Some(address);
    endpoint
}

async fn kind(network: &Network, endpoint: &Endpoint) -> Option<FaultKind> {
    let (seen, _) = connect::connect(network, endpoint, LIMIT).await;
    seen.fault.map(|fault| fault.kind)
}

#[tokio::test]
async fn certificates_are_described_and_their_faults_told_apart() {
    let authority = Authority::new();
    let network = authority.network();
    let good = authority.serve("localhost", |_| {}).await;
    let (seen, stream) = connect::connect(&network, &endpoint("https", good), LIMIT).await;
    assert!(stream.is_some(), "{:?}", seen.fault);
    assert_eq!(seen.version.as_deref(), Some("TLSv1.3"));
    assert_eq!(seen.chain[0].names, ["localhost"]);
    assert_eq!(seen.address, Some(good.to_string()));
    assert!(seen.tcp_ms.is_some() && seen.tls_ms.is_some());

    let past = authority.serve("localhost", |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    let future = authority.serve("localhost", |params| {
        params.not_before = date_time_ymd(2090, 1, 1);
        params.not_after = date_time_ymd(2091, 1, 1);
    });
    let other = authority.serve("other.example", |_| {});
    let stranger = Authority::new();
    let unknown = stranger.serve("localhost", |_| {});
    for (address, expected) in [
        (past.await, FaultKind::CertificateExpired),
        (future.await, FaultKind::CertificateNotYetValid),
        (other.await, FaultKind::CertificateWrongName),
        (unknown.await, FaultKind::CertificateUnknownIssuer),
    ] {
        let mut endpoint = endpoint("https", address);
        let (seen, stream) = connect::connect(&network, &endpoint, LIMIT).await;
        assert_eq!(seen.fault.map(|fault| fault.kind), Some(expected));
        assert!(stream.is_none());
        assert_eq!(
            seen.chain.len(),
            1,
            "a refused certificate is described too"
        );
        endpoint.accept_refused_certificate = true;
        let answer = exchange(&network, &endpoint, http::request("GET", "/", &[]), LIMIT).await;
        assert_eq!((answer.status(), answer.body()), (200, "OK"));
    }
}

#[tokio::test]
async fn ports_that_do_not_speak_tls_are_told_from_closed_ones() {
    let network = Network::default();
    let plain = saying(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
    let found = kind(&network, &endpoint("https", plain)).await;
    assert_eq!(found, Some(FaultKind::NotTls));
    let mute = saying(b"").await;
    let found = kind(&network, &endpoint("https", mute)).await;
    assert_eq!(found, Some(FaultKind::Reset));
    let alert = saying(&[21, 3, 3, 0, 2, 2, 80]).await;
    let found = kind(&network, &endpoint("https", alert)).await;
    assert_eq!(found, Some(FaultKind::Tls));
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = closed.local_addr().expect("its address");
    drop(closed);
    let found = kind(&network, &endpoint("http", address)).await;
    assert_eq!(found, Some(FaultKind::Refused));
    let nowhere = Endpoint::new("http://nowhere.invalid".parse().expect("a URL"));
    assert_eq!(kind(&network, &nowhere).await, Some(FaultKind::Resolve));
}

async fn answered(bytes: &'static [u8]) -> Exchange {
    let address = saying(bytes).await;
    let asked = http::request("GET", "/", &[]);
    exchange(
        &Network::default(),
        &endpoint("http", address),
        asked,
        LIMIT,
    )
    .await
}

#[tokio::test]
async fn answers_are_kept_as_they_came() {
    let chunked = answered(
        b"HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n9\r\nNot Found\r\n0\r\n\r\n",
    );
    let chunked = chunked.await;
    assert_eq!((chunked.status(), chunked.body()), (404, "Not Found"));
    assert_eq!(chunked.fault, None);
    let open = answered(b"HTTP/1.0 200 OK\r\n\r\nuntil the end").await;
    assert_eq!(open.body(), "until the end");
    let cut = answered(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").await;
    assert_eq!((cut.status(), cut.body()), (200, "half"));
    assert_eq!(cut.fault.map(|fault| fault.kind), Some(FaultKind::Closed));
    let other = answered(b"SSH-2.0-OpenSSH_9.2\r\n").await;
    assert_eq!(
        other.fault.map(|fault| fault.kind),
        Some(FaultKind::NotHttp)
    );
    let nothing = answered(b"").await;
    assert_eq!(
        nothing.fault.map(|fault| fault.kind),
        Some(FaultKind::Closed)
    );
    let interim = answered(
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
    );
    assert_eq!(interim.await.status(), 204);
}
