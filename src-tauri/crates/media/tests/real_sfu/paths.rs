//! The ways to the router.

use std::net::UdpSocket;
use std::process::Stdio;

use media::{IceServer, IpVersion, MediaPath, PathProtocol, TransportOptions};
use ortc::{IceCandidate, TransportProtocol};
use serde_json::{Value, json};

use crate::sfu::{Router, Talker, connected, options, packet};

/// Connects both ways with the same options and expects sound over the expected path.
async fn is_heard_over(listen: Value, options: TransportOptions, expected: MediaPath) {
    let router = Router::start().await;
    let device = router.device().await;
    let parameters = router.transport(listen.clone()).await;
    let (send, mut events) = device
        .create_send_transport(parameters, options.clone())
        .await
        .unwrap();
    router.connect(send.id(), send.dtls_parameters()).await;
    send.connect();
    assert_eq!(connected(&mut events).await, Some(expected));
    let (recv, mut recv_events) = router.receiving(&device, listen, options).await;
    assert_eq!(connected(&mut recv_events).await, Some(expected));

    let (producer, id) = router.produce(&send).await;
    let (_consumer, mut packets) = router.consume(&device, &recv, &id).await;
    let _talker = Talker::start(producer);
    let (_, mut last) = packet(&mut packets).await;
    for _ in 0..50 {
        let (_, number) = packet(&mut packets).await;
        assert!(number > last);
        last = number;
    }
    send.close().await;
    recv.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn udp_is_preferred() {
    let expected = MediaPath {
        protocol: PathProtocol::Udp,
        relay: false,
        ip_version: IpVersion::V4,
    };
    is_heard_over(json!({}), options(), expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tcp_carries_the_call_where_the_router_has_nothing_else() {
    let expected = MediaPath {
        protocol: PathProtocol::Tcp,
        relay: false,
        ip_version: IpVersion::V4,
    };
    is_heard_over(json!({ "udp": false }), options(), expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tcp_carries_the_call_where_udp_is_not_wanted() {
    let expected = MediaPath {
        protocol: PathProtocol::Tcp,
        relay: false,
        ip_version: IpVersion::V4,
    };
    let options = TransportOptions {
        udp: false,
        ..options()
    };
    is_heard_over(json!({}), options, expected).await;
}

/// As behind a firewall that drops UDP: both are offered, here even with the same port number.
#[tokio::test(flavor = "multi_thread")]
async fn tcp_takes_over_where_udp_is_swallowed() {
    let router = Router::start().await;
    let device = router.device().await;
    let mut parameters = router.transport(json!({ "udp": false })).await;
    let tcp = parameters.ice_candidates[0].clone();
    let _swallows = UdpSocket::bind((tcp.address.as_str(), tcp.port)).unwrap();
    parameters.ice_candidates.insert(
        0,
        IceCandidate {
            priority: tcp.priority + 1,
            protocol: TransportProtocol::Udp,
            tcp_kind: None,
            ..tcp
        },
    );
    let (send, mut events) = device
        .create_send_transport(parameters, options())
        .await
        .unwrap();
    router.connect(send.id(), send.dtls_parameters()).await;
    send.connect();
    let path = connected(&mut events).await.unwrap();
    assert_eq!(path.protocol, PathProtocol::Tcp);
}

#[tokio::test(flavor = "multi_thread")]
async fn ipv6_works_by_udp_and_by_tcp() {
    for (listen, protocol) in [
        (json!({ "ip": "::1" }), PathProtocol::Udp),
        (json!({ "ip": "::1", "udp": false }), PathProtocol::Tcp),
    ] {
        let expected = MediaPath {
            protocol,
            relay: false,
            ip_version: IpVersion::V6,
        };
        is_heard_over(listen, options(), expected).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_carries_the_call_and_nothing_goes_around_it() {
    let relay = Relay::start().await;
    let expected = MediaPath {
        protocol: PathProtocol::Udp,
        relay: true,
        ip_version: IpVersion::V4,
    };
    let options = TransportOptions {
        ice_servers: vec![relay.server()],
        relay_only: true,
        ..options()
    };
    is_heard_over(json!({}), options, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_is_not_used_where_there_is_a_direct_path() {
    let relay = Relay::start().await;
    let expected = MediaPath {
        protocol: PathProtocol::Udp,
        relay: false,
        ip_version: IpVersion::V4,
    };
    let options = TransportOptions {
        ice_servers: vec![relay.server()],
        ..options()
    };
    is_heard_over(json!({}), options, expected).await;
}

/// coturn on loopback.
struct Relay {
    port: u16,
    _process: tokio::process::Child,
    _folder: tempfile::TempDir,
}

impl Relay {
    async fn start() -> Self {
        let free = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let process = tokio::process::Command::new("turnserver")
            .args([
                "-n",
                "--no-cli",
                "--cli-password=unused",
                "--no-tls",
                "--no-dtls",
            ])
            .args(["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1"])
            .args(["--allow-loopback-peers", "--lt-cred-mech", "--realm=test"])
            .args(["--user=jb:secret", "--log-file=stdout"])
            .arg(format!("--listening-port={port}"))
            .arg(format!(
                "--userdb={}",
                folder.path().join("users").display()
            ))
            .arg(format!("--pidfile={}", folder.path().join("pid").display()))
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("turnserver must be installed (Debian package coturn)");
        Self {
            port,
            _process: process,
            _folder: folder,
        }
    }

    fn server(&self) -> IceServer {
        IceServer {
            url: format!("turn:127.0.0.1:{}?transport=udp", self.port),
            username: "jb".into(),
            credential: "secret".into(),
        }
    }
}
