//! No room, person, address of a person, token or secret survives in any export; the servers do.

mod made_up;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::time::{Duration, SystemTime};

use call::view::{
    CallView, ConnectionView, LevelsView, MicrophoneView, ParticipantView, RemoteAudioView,
    SelfView,
};
use call::{CallStats, ReceivedStats};
use fieldtest::diagnosis::{Diagnosis, Evidence, Finding, RungResult};
use fieldtest::facts::{Exchange, Facts, Frame, Request, Response};
use fieldtest::problem::{self, Problem};
use fieldtest::record::Recorder;
use fieldtest::report::redact::{Kind, Redactor};
use fieldtest::report::text::Layout;
use fieldtest::report::{End, Language, Observed, Report, Role, Server, html, json, text};
use fieldtest::{Rung, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};
use signaling::RoomId;
use url::Url;
use zip::ZipArchive;

/// Names and addresses that operators need.
const SERVERS: [&str; 4] = [
    "gateway.example",
    "site.example",
    "203.0.113.5",
    "2001:db8::5",
];

/// What the program knows that it must hide.
#[derive(Debug, Clone)]
struct Known {
    room: String,
    name: String,
    token: String,
    own: String,
}

impl Known {
    fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        for server in SERVERS {
            redactor.server(server);
        }
        redactor.room(&RoomId::new(self.room.clone()).expect("a room"));
        redactor.secret(Kind::Person, &self.name);
        redactor.secret(Kind::Secret, &self.token);
        redactor.secret(Kind::Address, &self.own);
        redactor
    }

    /// In every form in which a program would write them.
    fn forms(&self) -> Vec<String> {
        let mut forms = Vec::new();
        for secret in [&self.room, &self.name, &self.token, &self.own] {
            let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            forms.push(form.replace('+', "%20"));
            forms.push(form);
            forms.push(
                serde_json::to_string(secret)
                    .expect("JSON")
                    .trim_matches('"')
                    .to_owned(),
            );
            forms.push(secret.clone());
        }
        forms.extend(RoomId::new(self.room.clone()).and_then(|room| room.rewritten()));
        forms
    }
}

/// What it cannot know: only the place or the looks give it away.
const UNKNOWN: [(&str, &str); 9] = [
    (
        "198.51.100.77",
        "candidate:1 1 udp 2122 198.51.100.77 50000 typ host",
    ),
    ("2001:db8:77::1", "a=candidate: 2001:db8:77::1 50000"),
    (
        "nq8Xw2LkTz5pRc7VbYd3",
        "\"Invalid session nq8Xw2LkTz5pRc7VbYd3\"",
    ),
    ("cookieworth", "Set-Cookie: lb=cookieworth; Path=/"),
    ("bearerworth", "Authorization: Bearer bearerworth"),
    ("turnworth", "TURN_SECRET: \"turnworth\""),
    ("otherroom-5", "{\"rooms\":[{\"roomId\":\"otherroom-5\"}]}"),
    ("linh@mail.example", "ask linh@mail.example"),
    (
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.sig",
        "?x=eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.sig",
    ),
];

/// A text with everything in it, servers included.
fn planted(known: &Known) -> String {
    let unknown: Vec<&str> = UNKNOWN.iter().map(|(_, text)| *text).collect();
    format!(
        "https://gateway.example/x [2001:db8::5]:443 203.0.113.5 {} <b>\u{202e} {} site.example",
        known.forms().join(" | "),
        unknown.join(" \n ")
    )
}

/// Puts the text into every string of a value, and into a key of every object, whatever its shape:
/// fields that are added later are covered.
fn plant(value: &mut Value, text: &str) {
    match value {
        Value::String(string) => *string = text.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, text)),
        Value::Object(object) => {
            object.values_mut().for_each(|value| plant(value, text));
            object.insert(text.to_owned(), Value::Null);
        }
        _ => {}
    }
}

/// What a doctor's runs against a gateway and a collaboration service of its own saw: every group of
/// facts is in it.
fn observed() -> Value {
    let observed: Value = serde_json::from_str(include_str!("observed.json")).expect("JSON");
    serde_json::from_value::<Facts>(observed.clone()).expect("facts of today");
    let groups = serde_json::to_value(Facts::default()).expect("facts are JSON");
    for group in groups.as_object().expect("an object").keys() {
        assert!(
            observed.get(group).is_some_and(|seen| !seen.is_null()),
            "{group}"
        );
    }
    observed
}

/// All facts, and one of each kind of observation.
fn facts() -> Value {
    let exchange = Exchange {
        request: Request {
            method: "GET".into(),
            target: "/".into(),
            headers: vec![("Cookie".into(), "x".into())],
            body: Some("x".into()),
        },
        response: Some(Response {
            status: 200,
            headers: vec![
                ("Server".into(), "x".into()),
                ("Set-Cookie".into(), "x".into()),
            ],
            body: "x".into(),
        }),
        took_ms: 1.0,
        error: Some("x".into()),
        frames: vec![Frame {
            from_server: true,
            text: "x".into(),
        }],
        close: Some(1_000),
        ..Exchange::default()
    };
    json!({
        "facts": observed(),
        "exchange": exchange,
        "any": { "deep": [["a", "b"], { "name": "x", "value": "x", "password": "x" }] },
    })
}

fn exports(known: &Known) -> (Report, Vec<String>) {
    let text = planted(known);
    let mut facts = facts();
    plant(&mut facts, &text);
    let mut finding = Finding::new("no-affinity", Verdict::Failed)
        .with("path", &text)
        .or("session-lost")
        .or(&text);
    // A cause that nobody knows is shown as it is.
    let stranger = Finding::new(&text, Verdict::Warning).with("x", &text);
    finding.values.insert("seconds".into(), text.clone());
    let evidence = vec![Evidence::new(&text, &text), Evidence::new("cookie", &text)];
    let rungs = Rung::ALL.map(|rung| {
        RungResult::new(
            rung,
            vec![finding.clone(), stranger.clone()],
            evidence.clone(),
        )
    });
    let site = Url::parse("https://site.example/room/x").expect("a URL");
    let gateway = Url::parse("https://gateway.example").expect("a URL");
    let servers = [(Role::Site, site), (Role::Gateway, gateway)];
    let observed = Observed {
        started: SystemTime::UNIX_EPOCH,
        took: Duration::from_secs(1),
        end: End::Complete,
        servers: servers
            .iter()
            .filter_map(|(role, url)| Server::new(*role, url))
            .collect(),
        diagnosis: Diagnosis {
            rungs: rungs.into(),
        },
        timings: Vec::new(),
    };
    let report = Report::new(observed, &facts, &mut known.redactor());
    let mut exports = vec![json::render(&report)];
    for language in [Language::En, Language::Vi] {
        exports.push(html::render(&report, language));
        for width in [40, 20_000] {
            exports.push(text::render(
                &report,
                &Layout {
                    language,
                    width,
                    colour: width == 40,
                },
            ));
        }
    }
    (report, exports)
}

/// As somebody looks for it: without the line breaks, colours and escapes of the format.
fn searched(export: &str) -> Vec<String> {
    let folded: String = export.split_whitespace().collect();
    let unescaped = export
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    vec![
        export.to_lowercase(),
        unescaped.to_lowercase(),
        export.replace("\\\"", "\"").to_lowercase(),
        folded.to_lowercase(),
    ]
}

/// Where it stands.
fn near(text: &str, secret: &str) -> String {
    let at = text.find(secret).unwrap_or_default();
    let before: Vec<char> = text[..at].chars().rev().take(60).collect();
    before
        .into_iter()
        .rev()
        .chain(text[at..].chars().take(80))
        .collect()
}

/// A call with everything in it that must not be handed on, as statistics and as a problem report.
fn exports_of_a_call(known: &Known, report: Report) -> Vec<String> {
    let person = |id: &str, name: String| ParticipantView {
        id: id.into(),
        name,
        audio: RemoteAudioView::Live,
        speaking: false,
        joined_at_ms: 0,
    };
    let mut view = CallView {
        room: known.room.clone(),
        share_link: format!("https://site.example/room/{}", known.room),
        gateway_host: "gateway.example".into(),
        connection: ConnectionView::Connected,
        me: SelfView {
            name: known.name.clone(),
            microphone: MicrophoneView::Live {
                device: format!("Headset of {}", known.name),
                delivered: true,
            },
            speaker: Some("A".into()),
            speaking: false,
        },
        participants: vec![person("participant-id-77", known.name.clone())],
        chat: Vec::new(),
        unread_chat: 0,
        notices: Vec::new(),
        path: None,
    };
    let mut recorder = Recorder::default();
    recorder.view(0, &view);
    view.me.speaker = Some(format!("Speaker of {}", known.name));
    // Somebody who carries a secret as a name.
    view.participants
        .push(person("participant-id-78", known.token.clone()));
    recorder.view(1, &view);
    let stats = CallStats {
        path: None,
        packets_sent: 1,
        packets_sent_lost: 0,
        round_trip_ms: None,
        received: view
            .participants
            .iter()
            .map(|one| (one.id.clone(), ReceivedStats::default()))
            .collect(),
        playout_underruns: 0,
    };
    let levels = LevelsView {
        me: -20.0,
        participants: BTreeMap::new(),
    };
    recorder.sample(2, &stats, &levels, &view);

    let mut redactor = recorder.redactor();
    let history = recorder.history().redacted(&mut redactor);
    let statistics = serde_json::to_string_pretty(&history).expect("JSON");
    redactor.secret(Kind::Address, &known.own);
    let text = planted(known);
    let relay = Url::parse("turn:gateway.example:3478").expect("an address");
    let problem = Problem {
        saved: SystemTime::UNIX_EPOCH,
        program: "program".into(),
        language: Language::En,
        description: text.clone(),
        configuration: json!({ "any": text, "list": [text] }),
        servers: Server::new(Role::Relay, &relay).into_iter().collect(),
        history: recorder.history().clone(),
        report: Some(report),
    };
    let archive = problem.archive(&mut redactor).expect("an archive");
    let mut archive = ZipArchive::new(Cursor::new(archive)).expect("a zip file");
    let mut part = |name: &str| {
        let mut text = String::new();
        let mut part = archive.by_name(name).expect("a part");
        part.read_to_string(&mut text).expect("text");
        assert!(!text.contains("participant-id-7"), "{text}");
        text
    };
    let configuration = part(problem::CONFIGURATION);
    assert!(configuration.contains("turn:gateway.example:3478"));
    assert_eq!(part(problem::STATISTICS), statistics);
    // Of servers the numbers say nothing.
    let statistics = format!("gateway.example site.example {statistics}");
    vec![configuration, statistics, part(problem::WORDS)]
}

fn check(known: &Known) -> Result<(), TestCaseError> {
    let (report, mut exports) = exports(known);
    exports.extend(exports_of_a_call(known, report));
    let secrets = known.forms();
    let unknown = UNKNOWN.iter().map(|(secret, _)| (*secret).to_owned());
    let secrets: Vec<String> = secrets.into_iter().chain(unknown).collect();
    for export in exports {
        for text in searched(&export) {
            for secret in &secrets {
                prop_assert!(
                    !text.contains(&secret.to_lowercase()),
                    "{secret} survives: {}",
                    near(&text, &secret.to_lowercase())
                );
            }
        }
        prop_assert!(export.contains("gateway.example"));
        prop_assert!(export.contains("site.example"));
        prop_assert!(
            !export.contains('\u{202e}') || export.starts_with('{'),
            "{export}"
        );
    }
    Ok(())
}

#[test]
fn nothing_planted_anywhere_survives_and_the_servers_do() {
    let known = Known {
        room: "d2FyZF8xMi1iZWQ".into(),
        name: "Nguyễn Văn \"An\" & Co".into(),
        token: "s3cr/t+k3y=".into(),
        own: "192.168.7.21".into(),
    };
    check(&known).expect("nothing survives");
    let (_, exports) = exports(&known);
    for server in SERVERS {
        assert!(
            exports.iter().any(|export| export.contains(server)),
            "{server}"
        );
    }
    assert!(exports[0].contains("203.0.113.5"));
    assert!(exports[0].contains("2001:db8::5"));
}

#[test]
fn made_up_reports_hold_no_secret() {
    for name in made_up::NAMES {
        let report = made_up::report(name);
        let exports = [
            json::render(&report),
            html::render(&report, Language::Vi),
            text::render(&report, &Layout::default()),
        ];
        for export in exports {
            for secret in made_up::SECRETS {
                assert!(!export.contains(secret), "{secret} in {export}");
            }
            assert!(export.contains("webrtc.jbcalling.site"), "{export}");
        }
    }
}

#[test]
fn the_json_can_be_read_back() {
    let report = made_up::report("server-broken");
    let json = json::render(&report);
    let read: Report = serde_json::from_str(&json).expect("its own schema");
    assert_eq!(read, report);
    let value: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["schema"], 1);
    assert_eq!(value["culprit"], "polling");
    assert_eq!(value["started"], "2026-11-20T20:38:32Z");
    assert_eq!(value["diagnosis"]["rungs"][7]["blockedBy"], "polling");
}

proptest! {
    // Each case renders five exports of a few hundred kilobytes.
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_are_called(
        room in "[a-z0-9][a-zA-Z0-9 _.à-ỹ/-]{6,20}[a-z0-9]",
        name in "[A-Zà-ỹ][a-zà-ỹ]{2,8} [A-Zà-ỹ][a-z'à-ỹ-]{3,9}",
        token in "[A-Za-z0-9+/=!?-]{10,40}",
        own in "10\\.[1-9][0-9]\\.[1-9][0-9]\\.[1-9][0-9]",
    ) {
        check(&Known { room, name, token, own })?;
    }
}
