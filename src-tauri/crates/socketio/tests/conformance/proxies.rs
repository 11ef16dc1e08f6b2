//! Through an HTTP proxy by CONNECT.

use crate::peer::Peer;
use crate::servers::{PATIENCE, node};
use crate::tls::Encrypted;
use base64::Engine as _;
use serde_json::json;
use socketio::{ConnectError, Options, Proxy, Transports};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const USER: &str = "jane";
const PASSWORD: &str = "p@ss:word";

/// A proxy that lets CONNECT pass for those who know the password.
struct Tunnels {
    port: u16,
    opened: Arc<AtomicUsize>,
}

impl Tunnels {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let opened = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&opened);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, Arc::clone(&counter)));
            }
        });
        Self { port, opened }
    }

    fn url(&self, user: &str) -> String {
        format!("http://{user}:p%40ss%3Aword@127.0.0.1:{}", self.port)
    }
}

async fn serve(client: TcpStream, opened: Arc<AtomicUsize>) -> Option<()> {
    let mut client = BufReader::new(client);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await.ok()?;
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let target = head[0]
        .strip_prefix("CONNECT ")?
        .split(' ')
        .next()?
        .to_owned();
    let credentials =
        base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
    let expected = format!("proxy-authorization: basic {credentials}").to_ascii_lowercase();
    if !head
        .iter()
        .any(|line| line.to_ascii_lowercase() == expected)
    {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        client.write_all(refusal.as_bytes()).await.ok()?;
        return None;
    }
    // Names are the proxy's to resolve; here all of them are this computer.
    let (_, port) = target.rsplit_once(':')?;
    let mut server = TcpStream::connect(("127.0.0.1", port.parse().ok()?))
        .await
        .ok()?;
    opened.fetch_add(1, Ordering::SeqCst);
    client
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    Some(())
}

fn options(encrypted: &Encrypted, transports: Transports) -> Options {
    let mut options = Options::new(encrypted.url());
    options.connect_timeout = PATIENCE;
    options.extra_ca = Some(encrypted.certificate.clone());
    options.transports = transports;
    options
}

async fn works(options: Options) {
    let (peer, _) = Peer::connected(options).await;
    assert_eq!(
        peer.request("echo", vec![json!(1).into()]).await,
        [json!(1)]
    );
    peer.stop().await;
}

#[tokio::test]
async fn both_transports_tunnel_with_authorization() {
    let encrypted = Encrypted::start().await;
    let proxy = Tunnels::start().await;
    for (round, transports) in [Transports::WebSocketOnly, Transports::PollingOnly]
        .into_iter()
        .enumerate()
    {
        let mut options = options(&encrypted, transports);
        options.proxy = Proxy::Url(proxy.url(USER).parse().unwrap());
        works(options).await;
        assert!(
            proxy.opened.load(Ordering::SeqCst) > round,
            "the proxy was not used"
        );
    }
}

#[tokio::test]
async fn a_plain_websocket_tunnels_too() {
    let server = node(json!({})).await;
    let proxy = Tunnels::start().await;
    let mut options = Options::new(server.url());
    options.proxy = Proxy::Url(proxy.url(USER).parse().unwrap());
    options.transports = Transports::WebSocketOnly;
    works(options).await;
    assert_eq!(proxy.opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_told_from_other_failures() {
    let encrypted = Encrypted::start().await;
    let proxy = Tunnels::start().await;
    for transports in [
        Transports::WebSocketOnly,
        Transports::WebSocketThenPolling,
        Transports::PollingOnly,
    ] {
        let mut options = options(&encrypted, transports);
        options.proxy = Proxy::Url(proxy.url("mallory").parse().unwrap());
        let (error, _) = Peer::start(options).next_failure().await;
        assert_eq!(error.code(), "socket.proxy", "{transports:?}: {error:?}");
        if let ConnectError::Proxy { status, .. } = error {
            assert!(status.is_none_or(|status| status == 407), "{status:?}");
        }
    }
    assert_eq!(proxy.opened.load(Ordering::SeqCst), 0);
}

/// Variables are set for a process of its own: changing those of this one would reach the tests
/// that run beside it.
const CHILD: &str = "SOCKETIO_TEST_TLS";

#[tokio::test]
async fn the_environment_names_the_proxy() {
    if let Ok(server) = std::env::var(CHILD) {
        let (url, certificate) = server.split_once(' ').expect("URL and file");
        for transports in [Transports::WebSocketOnly, Transports::PollingOnly] {
            let mut options = Options::new(url.parse().unwrap());
            options.extra_ca = Some(Path::new(certificate).to_owned());
            options.transports = transports;
            works(options).await;
        }
        return;
    }
    let encrypted = Encrypted::start().await;
    let proxy = Tunnels::start().await;
    let port = encrypted.server.port;
    let certificate = encrypted.certificate.display();
    // A name that only the proxy knows; this computer itself is never reached through one.
    let away = format!("https://gateway.test:{port} {certificate}");
    let here = format!("https://localhost:{port} {certificate}");
    let run = |server: &str| {
        let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
        command
            .args(["proxies::the_environment_names_the_proxy", "--exact"])
            .env(CHILD, server)
            .env("https_proxy", proxy.url(USER))
            .env_remove("no_proxy")
            .env_remove("NO_PROXY")
            .kill_on_drop(true);
        async move { command.output().await.unwrap() }
    };
    let through = run(&away).await;
    assert!(through.status.success(), "{through:?}");
    assert!(proxy.opened.load(Ordering::SeqCst) >= 2);
    let before = proxy.opened.load(Ordering::SeqCst);
    let direct = run(&here).await;
    assert!(direct.status.success(), "{direct:?}");
    assert_eq!(proxy.opened.load(Ordering::SeqCst), before);
}
