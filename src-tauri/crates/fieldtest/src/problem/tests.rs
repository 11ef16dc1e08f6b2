//! What is in the archive, and what is not.

use std::io::Read;

use serde_json::json;
use signaling::RoomId;
use url::Url;
use zip::ZipArchive;

use super::*;
use crate::report::redact::Kind;
use crate::report::{End, Observed, Role};

fn part(archive: &[u8], name: &str) -> Option<String> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).expect("a zip file");
    let mut text = String::new();
    let mut file = zip.by_name(name).ok()?;
    file.read_to_string(&mut text).expect("text");
    Some(text)
}

fn problem() -> Problem {
    let relay = Url::parse("turn:relay.example:3478").expect("an address");
    Problem {
        saved: SystemTime::UNIX_EPOCH,
        program: "JB Calling Desktop 0.1.0".into(),
        language: Language::En,
        description: " Linh in ward-12 heard nothing from relay.example ".into(),
        configuration: json!({ "relayOnly": true, "password": "s3cret" }),
        servers: Server::new(Role::Relay, &relay).into_iter().collect(),
        history: History::default(),
        report: None,
    }
}

fn redactor() -> Redactor {
    let mut redactor = Redactor::default();
    redactor.secret(Kind::Person, "Linh");
    redactor.room(&RoomId::new("ward-12").expect("a room"));
    redactor
}

#[test]
fn without_a_call_and_a_test_there_are_words_and_the_configuration() {
    let archive = problem().archive(&mut redactor()).expect("an archive");
    let words = part(&archive, WORDS).expect("words");
    assert!(words.starts_with("JB Calling Desktop 0.1.0\n"), "{words}");
    assert!(words.contains("1970-01-01T00:00:00Z"), "{words}");
    assert!(
        words.contains("person-1 in room-1 heard nothing from relay.example\n"),
        "{words}"
    );
    assert!(words.contains("There was no call."), "{words}");
    let configuration = part(&archive, CONFIGURATION).expect("the configuration");
    let configuration: Value = serde_json::from_str(&configuration).expect("JSON");
    assert_eq!(configuration["settings"]["relayOnly"], true);
    assert_eq!(configuration["settings"]["password"], "secret-1");
    assert_eq!(configuration["servers"][0], "turn:relay.example:3478");
    let statistics = part(&archive, STATISTICS).expect("statistics");
    let history: History = serde_json::from_str(&statistics).expect("its own form");
    assert_eq!(history, History::default());
    assert!(part(&archive, DOCTOR).is_none());
}

#[test]
fn the_doctors_run_is_in_it_when_there_was_one() {
    let observed = Observed {
        started: SystemTime::UNIX_EPOCH,
        took: std::time::Duration::from_secs(1),
        end: End::Cancelled,
        servers: Vec::new(),
        diagnosis: crate::diagnosis::Diagnosis::default(),
        timings: Vec::new(),
    };
    let report = Report::new(observed, &json!({}), &mut redactor());
    let problem = Problem {
        report: Some(report.clone()),
        language: Language::Vi,
        description: String::new(),
        ..problem()
    };
    let archive = problem.archive(&mut redactor()).expect("an archive");
    let page = part(&archive, DOCTOR_PAGE).expect("a page");
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"));
    let run = part(&archive, DOCTOR).expect("for programs");
    let run: Report = serde_json::from_str(&run).expect("its own schema");
    assert_eq!(run, report);
    let words = part(&archive, WORDS).expect("words");
    assert!(words.contains("Không viết gì."), "{words}");
}
