//! The test servers of live collaboration answer as the real ones did, and can be started, ordered
//! about and restarted.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use serde_json::{Value, json};
use tests::collab_services::{Kind, TestService};
use tests::process::{PATIENCE, repository, wait_until};
use tests::servers::{http_get, python};

/// Runs recordings against the servers.
fn replay(scenarios: &[&str]) {
    let script = repository().join("tests/collab-services/replay.py");
    let output = Command::new(python())
        .arg("-B")
        .arg(script)
        .args(scenarios)
        .output()
        .expect("python runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn deployed_answers_as_recorded() {
    replay(&[
        "deployed-refused-ws",
        "deployed-refused-polling",
        "deployed-reconstructed-ws",
        "deployed-reconstructed-polling",
    ]);
}

#[test]
fn service_answers_as_recorded() {
    replay(&[
        "service-editing-ws",
        "service-editing-polling",
        "service-notifications-ws",
        "service-idle-ws",
        "service-idle-polling",
    ]);
}

#[test]
fn panel_answers_as_recorded() {
    replay(&[
        "panel-unpatched-ws",
        "panel-unpatched-polling",
        "panel-patched",
        "panel-rooms-ws",
        "panel-rooms-polling",
        "panel-away-ws",
    ]);
}

#[test]
fn kilo_answers_as_recorded() {
    replay(&["kilo-ws", "kilo-polling"]);
}

#[test]
fn every_server_starts_takes_orders_and_comes_back_on_its_port() {
    for kind in Kind::ALL {
        let mut service = TestService::start(kind, &["--zoned-times"]);
        let (id, port) = (service.id(), service.port());
        let address = format!("127.0.0.1:{port}");
        assert!(http_get(&address, "/health").contains("status"), "{kind:?}");
        let opened = http_get(&address, "/socket.io/?EIO=4&transport=polling");
        assert!(opened.contains("\"sid\""), "{kind:?}: {opened}");
        service.emit("notification", &json!({ "message": "nobody is here" }));
        service.disconnect("nobody");

        let killed = service.kill();
        wait_until(PATIENCE, "the port is closed", || {
            std::net::TcpStream::connect(&address)
                .is_err()
                .then_some(())
        });
        let service = killed.start_again();
        assert_eq!(service.port(), port);
        assert_ne!(service.id(), id);
        let service = service.restart();
        assert!(http_get(&address, "/health").contains("status"), "{kind:?}");
        drop(service);
    }
}

#[test]
fn switches_move_the_path_and_close_transports() {
    let moved = TestService::start(Kind::Service, &["--wrong-path", "--polling-only"]);
    let address = format!("127.0.0.1:{}", moved.port());
    let query = "?EIO=4&transport=polling";
    let usual = http_get(&address, &format!("/socket.io/{query}"));
    assert!(usual.contains("Not found"), "{usual}");
    let doubled = http_get(&address, &format!("/socket.io/socket.io/{query}"));
    assert!(doubled.contains("\"upgrades\":[]"), "{doubled}");
    let both = TestService::start(Kind::Kilo, &["--relay-port", "0"]);
    assert_ne!(both.url(), both.relay_url());
}

/// The status that a request gets whose address ends so and whose program calls itself so.
fn knock(service: &TestService, query: &str, agent: &str) -> String {
    let address = format!("127.0.0.1:{}", service.port());
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let path = format!("/socket.io/?EIO=4&transport=polling{query}");
    let request = format!("GET {path} HTTP/1.0\r\nhost: x\r\nuser-agent: {agent}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Every test of a client is one behind this edge.
#[test]
fn the_edge_in_front_turns_suspects_away() {
    let service = TestService::start(Kind::Service, &[]);
    assert_eq!(knock(&service, "&user_id=u1", "Mozilla/5.0"), "200");
    // "sf" hides in many words.
    assert_eq!(knock(&service, "", "transfer/1.0"), "403");
    assert_eq!(knock(&service, "&x=../y", "Mozilla/5.0"), "403");
    assert_eq!(knock(&service, "&x=%2e%2e%2fy", "Mozilla/5.0"), "403");
    assert_eq!(
        knock(&service, "&name=Update+the+set", "Mozilla/5.0"),
        "403"
    );
}

/// A session of long polling, packet by packet.
struct Poll {
    address: String,
    path: String,
    packets: VecDeque<String>,
}

impl Poll {
    fn open(service: &TestService, query: &str) -> Self {
        let address = format!("127.0.0.1:{}", service.port());
        let path = format!("/socket.io/?EIO=4&transport=polling{query}");
        let opened = http_get(&address, &path);
        let opened: Value = serde_json::from_str(&opened[1..]).expect("an open packet");
        let sid = opened["sid"].as_str().expect("a session");
        Self {
            path: format!("{path}&sid={sid}"),
            address,
            packets: VecDeque::new(),
        }
    }

    fn send(&self, packet: &str) {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        let length = packet.len();
        write!(
            stream,
            "POST {} HTTP/1.0\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{packet}",
            self.path
        )
        .expect("the packet is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    fn next(&mut self) -> String {
        while self.packets.is_empty() {
            let body = http_get(&self.address, &self.path);
            self.packets.extend(body.split('\u{1e}').map(str::to_owned));
        }
        let packet = self.packets.pop_front().expect("not empty");
        if packet == "2" {
            self.send("3");
        }
        packet
    }

    /// The next packet that begins so.
    fn until(&mut self, start: &str) -> String {
        loop {
            let packet = self.next();
            if packet.starts_with(start) {
                return packet;
            }
        }
    }
}

#[test]
fn a_connect_meets_what_the_switches_say() {
    // With pings this quick, silence is a ping and nothing before it.
    let quick = ["--ping-interval", "0.5"];
    for (kind, switches, connect, expected) in [
        (Kind::Service, &[][..], "40", "2"),
        (
            Kind::Service,
            &["--auth-optional"],
            "40",
            r#"42["joined_room""#,
        ),
        (
            Kind::Service,
            &[],
            r#"40{"user_id":"u1"}"#,
            r#"42["joined_room",{"room":"role_guest"}]"#,
        ),
        (Kind::Panel, &[], "40", "2"),
        (Kind::Kilo, &[], r#"40{"user_id":"u1"}"#, "2"),
        (Kind::Kilo, &[], "40", r#"42["connected",{"status":"ok"}]"#),
        (
            Kind::Deployed,
            &["--refuse"],
            "40",
            r#"44{"message":"Connection rejected by server"}"#,
        ),
        (
            Kind::Kilo,
            &["--refuse", "closed"],
            "40",
            r#"44{"message":"closed"}"#,
        ),
        (Kind::Deployed, &["--silent"], "40", "2"),
        (Kind::Deployed, &[], "40", r#"40{"sid""#),
    ] {
        let service = TestService::start(kind, &[&quick, switches].concat());
        let mut client = Poll::open(&service, "");
        client.send(connect);
        let first = client.next();
        assert!(
            first.starts_with(expected),
            "{kind:?} {switches:?}: {first}"
        );
    }
}

#[test]
fn a_second_connect_after_silence_is_refused_without_an_object() {
    let service = TestService::start(Kind::Kilo, &["--ping-interval", "0.5"]);
    let mut client = Poll::open(&service, "");
    client.send(r#"40{"user_id":"u1"}"#);
    assert_eq!(client.next(), "2");
    client.send("40");
    assert_eq!(client.until("4"), r#"44"Unable to connect""#);
}

fn join(id: &str, name: &str) -> String {
    let user = json!({ "user_id": id, "name": name, "role": "nurse", "step": 3 });
    let join = json!(["join_screening", { "patient_id": "P1", "user": user }]);
    format!("421{join}")
}

#[test]
fn what_the_panel_says_can_be_varied() {
    for (switches, names, left, steps) in [
        (
            &[][..],
            "Unknown",
            r#"42["user_left","u1"]"#,
            r#"[{"step":3,"#,
        ),
        (
            &[
                "--real-names",
                "--user-left",
                "object",
                "--step-status",
                "typed",
            ],
            "Ann Lee",
            r#"42["user_left",{"user_id":"u1"}]"#,
            r#"[{"step_number":3,"#,
        ),
        (
            &["--user-left", "list", "--no-acks"],
            "Unknown",
            r#"42["user_left",["u1"]]"#,
            r#"[{"step":3,"#,
        ),
    ] {
        let service = TestService::start(Kind::Panel, switches);
        let mut ann = Poll::open(&service, "");
        ann.send(r#"40{"user_id":"u1"}"#);
        ann.until("40{");
        let mut bob = Poll::open(&service, "");
        bob.send(r#"40{"user_id":"u2"}"#);
        bob.until("40{");
        ann.send(&join("u1", "Ann Lee"));
        ann.until(r#"42["queue_updated""#);
        bob.send(&join("u2", "Bob Ray"));
        let list = bob.until(r#"42["active_users_updated""#);
        assert!(list.contains(names), "{list}");
        let step = json!(["step_change", { "user_id": "u2", "step": 4, "patient_id": "P1" }]);
        bob.send(&format!("422{step}"));
        let states = bob.until(r#"42["step_status_updated""#);
        assert!(states.contains(steps), "{states}");
        let leave = json!(["leave_screening", { "patient_id": "P1", "user_id": "u1" }]);
        ann.send(&format!("423{leave}"));
        assert_eq!(bob.until(r#"42["user_left""#), left);
        // What the server sends next is the ack, or else what it is ordered to.
        let mut service = service;
        service.emit_to("u1", "marker", &json!(null));
        let next = ann.until("4");
        let acked = !switches.contains(&"--no-acks");
        assert!(
            std::iter::once(next)
                .chain(std::iter::from_fn(|| Some(ann.next())))
                .find(|packet| packet.starts_with("433") || packet.contains("marker"))
                .is_some_and(|packet| packet.starts_with("433") == acked)
        );
    }
}

#[test]
fn the_deployed_server_shows_the_query_undecoded() {
    let service = TestService::start(Kind::Deployed, &["--names-of-query"]);
    let query = "&patient_id=P1&user_id=u1&user_name=Ann%20Lee";
    let mut ann = Poll::open(&service, query);
    ann.send("40");
    ann.until("40{");
    ann.send(r#"421["join_patient_room",{"patient_id":"P1"}]"#);
    let ack = ann.until("431");
    assert!(ack.contains("Ann%20Lee"), "{ack}");
    ann.send(r#"422["field_update",{"field":"x"}]"#);
    let ack = ann.until("432");
    assert_eq!(ack, r#"432[{"status":"error","message":"'patient_id'"}]"#);
}
