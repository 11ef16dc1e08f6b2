//! One TCP connection, with TLS if asked for, and what was seen while it was made.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, InvalidMessage, RootCertStore};
use socketio::{ConnectError, Proxy};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::verifier::RecordingVerifier;
use crate::facts::{Certificate, Connection, Fault, FaultKind};

/// Bytes of the peer that are kept to tell TLS from something else.
const FIRST_BYTES: usize = 8;

/// The settings of the way to any server. One per run: the trust store is read once.
#[derive(Debug, Default)]
pub struct Network {
    proxy: Proxy,
    extra_ca: Option<PathBuf>,
    roots: OnceCell<Arc<RootCertStore>>,
}

impl Network {
    /// Through this proxy, trusting the system's store and one more PEM file.
    pub fn new(proxy: Proxy, extra_ca: Option<PathBuf>) -> Self {
        Self {
            proxy,
            extra_ca,
            roots: OnceCell::new(),
        }
    }

    /// The proxy on the way to a URL, if there is one.
    ///
    /// # Errors
    ///
    /// When the URL or the proxy's address cannot be used.
    pub fn proxy_to(&self, url: &Url) -> Result<Option<Url>, Fault> {
        socketio::proxy_to(&self.proxy, url).map_err(|error| Fault::new(FaultKind::Settings, error))
    }

    async fn roots(&self) -> Result<Arc<RootCertStore>, Fault> {
        let read = || async {
            let extra_ca = self.extra_ca.clone();
            let read =
                tokio::task::spawn_blocking(move || socketio::trust_store(extra_ca.as_deref()));
            match read.await {
                Ok(Ok(roots)) => Ok(Arc::new(roots)),
                Ok(Err(error)) => Err(Fault::new(FaultKind::Settings, error)),
                Err(error) => Err(Fault::new(FaultKind::Settings, error)),
            }
        };
        self.roots.get_or_try_init(read).await.cloned()
    }
}

/// Where to connect to, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and port; `ws` and `wss` mean `http` and `https`.
    pub url: Url,
    /// Only this address, and no proxy.
    pub address: Option<SocketAddr>,
    /// Protocols offered by ALPN, the best first. Default: `http/1.1`, as `h2` has no websockets.
    pub alpn: Vec<&'static str>,
    /// Goes on when the certificate is refused. Only for one plain `GET /` that looks for a captive
    /// portal.
    pub accept_refused_certificate: bool,
}

impl Endpoint {
    /// The server of a URL, by any of its addresses.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            address: None,
            alpn: vec!["http/1.1"],
            accept_refused_certificate: false,
        }
    }

    /// Whether TLS is expected.
    pub fn is_tls(&self) -> bool {
        matches!(self.url.scheme(), "https" | "wss")
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        let standard = if self.is_tls() { 443 } else { 80 };
        self.url.port().unwrap_or(standard)
    }

    /// Host name, or address without brackets.
    pub fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Value of a `Host` header.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

/// TCP or TLS, directly or through a proxy.
pub trait ByteStream: AsyncRead + AsyncWrite + Debug + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> ByteStream for T {}

/// A stream to a server.
pub type Stream = Box<dyn ByteStream>;

/// Connects within `limit`. The facts are there with or without a stream.
pub async fn connect(
    network: &Network,
    endpoint: &Endpoint,
    limit: Duration,
) -> (Connection, Option<Stream>) {
    let mut seen = Connection::default();
    let stream = attempt(network, endpoint, limit, &mut seen).await;
    match stream {
        Ok(stream) => (seen, Some(stream)),
        Err(fault) => {
            seen.fault = Some(fault);
            (seen, None)
        }
    }
}

async fn attempt(
    network: &Network,
    endpoint: &Endpoint,
    limit: Duration,
    seen: &mut Connection,
) -> Result<Stream, Fault> {
    let started = Instant::now();
    let silent = || {
        let seconds = limit.as_secs_f32();
        Fault::new(FaultKind::Filtered, format!("no answer within {seconds} s"))
    };
    let stream = timeout(limit, transport(network, endpoint, seen)).await;
    let stream = stream.map_err(|_| silent())??;
    seen.tcp_ms = Some(milliseconds(started));
    if !endpoint.is_tls() {
        return Ok(stream);
    }
    let left = limit.saturating_sub(started.elapsed());
    wrap(network, endpoint, stream, left, seen).await
}

async fn transport(
    network: &Network,
    endpoint: &Endpoint,
    seen: &mut Connection,
) -> Result<Stream, Fault> {
    let proxy = match endpoint.address {
        Some(_) => None,
        None => network.proxy_to(&endpoint.url)?,
    };
    if let Some(proxy) = proxy {
        let through = Endpoint::new(proxy);
        seen.proxy = Some(format!("{}:{}", through.host(), through.port()));
        let mut stream = tcp(&through, &mut Connection::default()).await?;
        if through.is_tls() {
            let shown = &mut Connection::default();
            stream = wrap(network, &through, stream, super::limits::CONNECT, shown).await?;
        }
        let (host, port) = (endpoint.host(), endpoint.port());
        let tunnel = socketio::tunnel(stream, &through.url, host, port).await;
        return tunnel.map_err(proxy_fault);
    }
    tcp(endpoint, seen).await
}

fn proxy_fault(error: ConnectError) -> Fault {
    let kind = match &error {
        ConnectError::Proxy { status, .. } if status.is_some_and(|status| status == 407) => {
            FaultKind::ProxyAuthentication
        }
        _ => FaultKind::Proxy,
    };
    Fault::new(kind, error)
}

async fn tcp(endpoint: &Endpoint, seen: &mut Connection) -> Result<Stream, Fault> {
    let stream = match endpoint.address {
        Some(address) => {
            seen.address = Some(address.to_string());
            let stream = TcpStream::connect(address).await;
            stream.map_err(|error| Fault::new(tcp_fault(error.kind()), error))?
        }
        None => {
            let stream = socketio::connect_tcp(endpoint.host(), endpoint.port()).await;
            stream.map_err(|error| match &error {
                ConnectError::Unreachable { kind, message } => {
                    Fault::new(tcp_fault(*kind), message)
                }
                _ => Fault::new(FaultKind::Resolve, error),
            })?
        }
    };
    seen.address = stream.peer_addr().ok().map(|peer| peer.to_string());
    let _ = stream.set_nodelay(true);
    Ok(Box::new(stream))
}

fn tcp_fault(kind: io::ErrorKind) -> FaultKind {
    match kind {
        io::ErrorKind::ConnectionRefused => FaultKind::Refused,
        io::ErrorKind::TimedOut => FaultKind::Filtered,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => FaultKind::Reset,
        _ => FaultKind::Unreachable,
    }
}

async fn wrap(
    network: &Network,
    endpoint: &Endpoint,
    stream: Stream,
    limit: Duration,
    seen: &mut Connection,
) -> Result<Stream, Fault> {
    let settings = |message: String| Fault::new(FaultKind::Settings, message);
    let roots = network.roots().await?;
    let accept = endpoint.accept_refused_certificate;
    let verifier = Arc::new(RecordingVerifier::new(roots, accept).map_err(settings)?);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| settings(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
        .with_no_client_auth();
    let offered = endpoint.alpn.iter().map(|name| name.as_bytes().to_vec());
    config.alpn_protocols = offered.collect();
    let name = ServerName::try_from(endpoint.host().to_owned())
        .map_err(|error| settings(error.to_string()))?;
    let first = FirstBytes::default();
    let recorded = Recorded {
        inner: stream,
        first: first.clone(),
    };
    let started = Instant::now();
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, recorded);
    let outcome = timeout(limit, handshake).await;
    seen.chain = verifier.chain();
    match outcome {
        Err(_) => Err(Fault::new(
            FaultKind::TlsSilent,
            format!("no TLS within {} s", limit.as_secs_f32()),
        )),
        Ok(Err(error)) => Err(Fault::new(
            tls_fault(&error, &first.get(), &seen.chain),
            error,
        )),
        Ok(Ok(stream)) => {
            seen.tls_ms = Some(milliseconds(started));
            let (_, session) = stream.get_ref();
            seen.version = session
                .protocol_version()
                .and_then(|version| version.as_str())
                .map(|version| version.replace('_', "."));
            seen.alpn = session
                .alpn_protocol()
                .map(|name| String::from_utf8_lossy(name).into_owned());
            Ok(Box::new(stream))
        }
    }
}

fn tls_fault(error: &io::Error, first: &[u8], chain: &[Certificate]) -> FaultKind {
    if !first.is_empty() && !is_tls_record(first) {
        return FaultKind::NotTls;
    }
    let Some(inner) = inner_tls_error(error) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => FaultKind::Reset,
            _ => FaultKind::Tls,
        };
    };
    match inner {
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => FaultKind::NotTls,
        rustls::Error::InvalidCertificate(reason) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                FaultKind::CertificateExpired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                FaultKind::CertificateNotYetValid
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                FaultKind::CertificateWrongName
            }
            // A bad signature: signed by a stranger who has the name of one who is trusted.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                FaultKind::CertificateUnknownIssuer
            }
            // A self-signed certificate of `openssl req -x509` is refused as one of an authority.
            _ if is_self_signed(chain) => FaultKind::CertificateUnknownIssuer,
            _ => FaultKind::Tls,
        },
        _ => FaultKind::Tls,
    }
}

fn is_self_signed(chain: &[Certificate]) -> bool {
    chain.first().is_some_and(|own| own.subject == own.issuer)
}

/// A record begins with its content type (20 to 23) and the major version 3 (RFC 8446, 5.1).
fn is_tls_record(bytes: &[u8]) -> bool {
    matches!(bytes, [20..=23] | [20..=23, 3, ..])
}

fn inner_tls_error(error: &io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?;
    inner
        .downcast_ref()
        .or_else(|| inner_tls_error(inner.downcast_ref::<io::Error>()?))
}

pub(super) fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// The first bytes that a peer sent.
#[derive(Debug, Clone, Default)]
struct FirstBytes(Arc<Mutex<Vec<u8>>>);

impl FirstBytes {
    fn get(&self) -> Vec<u8> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.clone()
    }

    fn add(&self, bytes: &[u8]) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = FIRST_BYTES.saturating_sub(first.len());
        first.extend(bytes.iter().take(room));
    }
}

/// A stream that keeps the first bytes it reads.
#[derive(Debug)]
struct Recorded {
    inner: Stream,
    first: FirstBytes,
}

impl AsyncRead for Recorded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buffer);
        self.first
            .add(buffer.filled().get(before..).unwrap_or_default());
        read
    }
}

impl AsyncWrite for Recorded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
