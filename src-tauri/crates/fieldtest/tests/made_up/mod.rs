//! Made-up runs: all well, a server broken, this computer broken.

use std::time::{Duration, SystemTime};

use fieldtest::diagnosis::{Diagnosis, Evidence, Finding, RungResult};
use fieldtest::report::redact::{Kind, Redactor};
use fieldtest::report::{End, Observed, Report, Role, Server, Timing};
use fieldtest::{Rung, Verdict};
use serde_json::{Value, json};
use url::Url;

/// The names of the runs.
pub const NAMES: [&str; 3] = ["all-well", "server-broken", "machine-broken"];

/// What must not be in any export of them.
#[allow(dead_code)]
pub const SECRETS: [&str; 6] = [
    "phong-kham-12",
    "Nguyễn Văn An",
    "198.51.100.23",
    "192.168.7.21",
    "g3aARehqLGyGbWVpAAAA",
    "hunter2",
];

/// The report of such a run.
pub fn report(name: &str) -> Report {
    let (rungs, facts) = match name {
        "server-broken" => server_broken(),
        "machine-broken" => machine_broken(),
        _ => all_well(),
    };
    let servers = [
        (Role::Site, "https://jbcalling.site/"),
        (Role::Gateway, "https://webrtc.jbcalling.site/"),
        (Role::Translation, "https://translation.jbcalling.site/"),
    ];
    let servers = servers.iter().filter_map(|(role, url)| {
        let url = Url::parse(url).ok()?;
        Server::new(*role, &url)
    });
    let mut redactor = Redactor::default();
    for server in ["203.0.113.5", "2001:db8::5", "jbcalling.site"] {
        redactor.server(server);
    }
    for (kind, secret) in [
        (Kind::Room, SECRETS[0]),
        (Kind::Person, SECRETS[1]),
        (Kind::Secret, SECRETS[5]),
    ] {
        redactor.secret(kind, secret);
    }
    let observed = Observed {
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_207_112),
        took: Duration::from_millis(match name {
            "server-broken" => 8_460,
            _ => 7_930,
        }),
        end: End::Complete,
        servers: servers.collect(),
        timings: timings(&rungs),
        diagnosis: Diagnosis { rungs },
    };
    Report::new(observed, &facts, &mut redactor)
}

fn ok(rung: Rung, what: &str, seen: &str) -> RungResult {
    RungResult::new(rung, Vec::new(), vec![Evidence::new(what, seen)])
}

fn all_well() -> (Vec<RungResult>, Value) {
    let rungs = vec![
        ok(
            Rung::Link,
            "link",
            "https://jbcalling.site/room/phong-kham-12, the gateway keeps the id",
        ),
        ok(
            Rung::Address,
            "webrtc.jbcalling.site",
            "A 203.0.113.5 in 8 ms, AAAA 2001:db8::5 in 9 ms",
        ),
        ok(
            Rung::Tls,
            "203.0.113.5:443",
            "TLS 1.3, http/1.1, R11 until 2027-01-29, clock +0.4 s",
        ),
        ok(Rung::Site, "GET /env-config.js", "200, names 4 servers"),
        ok(
            Rung::Services,
            "GET /health",
            "200 healthy, up 9 days; translation healthy",
        ),
        ok(
            Rung::Polling,
            "handshake",
            "200 0{…}, ping 10000/20000, 3 of 3 sessions held",
        ),
        ok(
            Rung::Websocket,
            "direct",
            "101 in 41 ms; upgrade: 3probe in 22 ms",
        ),
        ok(Rung::Namespace, "40", "answered in 19 ms, ack 18 ms ± 2"),
        ok(
            Rung::Cors,
            "access-control-allow-origin",
            "https://jbcalling.site",
        ),
        ok(
            Rung::Room,
            "join-room",
            "ack in 24 ms, 0 others, Opus 48000/2",
        ),
        ok(Rung::Capacity, "people on the server", "1 room, 2 people"),
        ok(
            Rung::Ice,
            "udp 203.0.113.5:40012",
            "12 of 12 checks answered, 17 ms, from 192.168.7.21",
        ),
        RungResult::skipped(Rung::Turn, None),
        ok(
            Rung::Dtls,
            "handshake",
            "38 ms, fingerprint as announced, 1200 bytes pass",
        ),
        ok(
            Rung::Media,
            "chirp",
            "back after 96 ms, 0 of 250 packets lost, jitter 2 ms",
        ),
        ok(
            Rung::Pipeline,
            "caption",
            "0.9 s; translation 0.2 s; speech 0.3 s",
        ),
        ok(
            Rung::Machine,
            "loop on this computer",
            "back after 41 ms; 62 % of the processor idle",
        ),
    ];
    (rungs, facts())
}

fn server_broken() -> (Vec<RungResult>, Value) {
    let (mut rungs, facts) = all_well();
    let finding = Finding::new("no-affinity", Verdict::Failed)
        .with("lost", 3)
        .with("sessions", 3)
        .or("session-lost")
        .or("upstream-down");
    let evidence = vec![
        Evidence::new(
            "GET /socket.io/?EIO=4&transport=polling",
            "200 0{\"sid\":\"g3aARehqLGyGbWVpAAAA\",\"upgrades\":[\"websocket\"],\"pingTimeout\":20000,\"pingInterval\":25000}",
        ),
        Evidence::new(
            "POST 40 on that session, 3 ms later",
            "400 \"Invalid session g3aARehqLGyGbWVpAAAA\"",
        ),
        Evidence::new("the same in 3 of 3 fresh sessions", "400, 400, 400"),
        Evidence::new("server", "nginx/1.22.1 <b>not markup</b> \u{202e}desrever"),
    ];
    let stripped = Finding::new("upgrade-stripped", Verdict::Failed);
    for result in &mut rungs {
        match result.rung {
            Rung::Polling => {
                *result = RungResult::new(Rung::Polling, vec![finding.clone()], evidence.clone())
            }
            Rung::Websocket => {
                let seen = vec![Evidence::new("direct", "400 \"Invalid websocket upgrade\"")];
                *result = RungResult::new(Rung::Websocket, vec![stripped.clone()], seen);
            }
            Rung::Link
            | Rung::Address
            | Rung::Tls
            | Rung::Site
            | Rung::Services
            | Rung::Machine
            | Rung::Turn => {}
            above => *result = RungResult::skipped(above, Some(Rung::Polling)),
        }
    }
    (rungs, facts)
}

fn machine_broken() -> (Vec<RungResult>, Value) {
    let (mut rungs, facts) = all_well();
    for result in &mut rungs {
        if result.rung == Rung::Cors {
            *result = RungResult::new(
                Rung::Cors,
                vec![
                    Finding::new("cors-off", Verdict::Warning)
                        .with("origin", "https://panel.example")
                        .or("origin-refused"),
                ],
                vec![Evidence::new(
                    "access-control-allow-origin",
                    "none, although asked from https://panel.example",
                )],
            );
        }
        if result.rung == Rung::Machine {
            let finding = Finding::new("microphone-silent", Verdict::Failed)
                .with("device", "Built-in Audio Analog Stereo")
                .or("microphone-denied");
            *result = RungResult::new(
                Rung::Machine,
                vec![finding],
                vec![
                    Evidence::new(
                        "capture, Built-in Audio Analog Stereo",
                        "48000 Hz, 96 callbacks in 1 s, all samples 0",
                    ),
                    Evidence::new(
                        "loop on this computer",
                        "back after 43 ms: programs and processor are well",
                    ),
                ],
            );
        }
    }
    (rungs, facts)
}

/// Odd enough to hold a bit of everything.
fn facts() -> Value {
    json!({
        "link": { "site": "https://jbcalling.site/", "room": SECRETS[0], "username": SECRETS[1] },
        "polling": {
            "request": { "target": "/socket.io/?EIO=4&transport=polling&sid=g3aARehqLGyGbWVpAAAA" },
            "response": {
                "status": 200,
                "headers": [["Server", "nginx/1.22.1"], ["Set-Cookie", "lb=hunter2; Path=/"]],
                "body": "0{\"sid\":\"g3aARehqLGyGbWVpAAAA\"}",
            },
        },
        "own": ["192.168.7.21", "198.51.100.23"],
    })
}

fn timings(rungs: &[RungResult]) -> Vec<Timing> {
    let mut at = 0.0;
    let spans = [
        0.2, 9.0, 38.0, 61.0, 88.0, 142.0, 97.0, 55.0, 31.0, 48.0, 26.0, 420.0, 0.0, 61.0, 2_900.0,
        3_400.0, 5_200.0,
    ];
    let looked = rungs.iter().zip(spans);
    let looked = looked.filter(|(result, _)| result.verdict != Verdict::Skipped);
    looked
        .map(|(result, took)| {
            let started = if result.rung == Rung::Machine {
                0.0
            } else {
                at
            };
            at += took;
            Timing {
                rung: result.rung,
                started_ms: started,
                took_ms: took,
            }
        })
        .collect()
}
