//! `jbcall load` and `jbcall probe` against `jbcall host`.

use std::time::Duration;

use serde_json::Value;

use crate::running::{Running, jbcall};

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

#[test]
fn a_small_load_is_held_and_leaves_nobody_behind() {
    let (_host, link) = Running::host(&[]);
    let output = jbcall(&[
        "load",
        &link,
        "--rooms",
        "2",
        "--per-room",
        "2",
        "--ramp",
        "1s",
        "--duration",
        "3s",
        "--json",
    ]);
    let text = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(lines.iter().any(|line| line.get("progress").is_some()));
    let report = lines
        .iter()
        .find_map(|line| line.get("report"))
        .expect("a report");
    assert_eq!(number(&report["ready"]), 4, "{report}");
    assert_eq!(number(&report["receiving"]["tracks"]), 4, "{report}");
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(report["delayMs"]["p50"].as_f64().is_some_and(|ms| ms > 0.0));
    // Whoever comes next finds the server empty: a second run is not refused.
    let again = jbcall(&["load", &link, "--ramp", "0", "--duration", "1s"]);
    assert_ne!(again.status.code(), Some(2), "{again:?}");
}

#[test]
fn a_load_that_is_not_polite_is_refused_before_anybody_joins() {
    let (_host, link) = Running::host(&["--talker"]);
    let output = jbcall(&["load", &link, "--rooms", "1", "--per-room", "3", "--json"]);
    let text = String::from_utf8(output.stdout).expect("text");
    let error: Value = serde_json::from_str(text.trim()).expect("JSON");
    assert_eq!(error["error"]["code"], "load.refused");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_room_that_is_too_small_is_found_and_named() {
    // The embedded gateway has ports for eight people in a room.
    let (_host, link) = Running::host(&[]);
    let output = jbcall(&[
        "load",
        &link,
        "--rooms",
        "1",
        "--per-room",
        "10",
        "--ramp",
        "2s",
        "--duration",
        "3s",
        "--json",
    ]);
    let text = String::from_utf8(output.stdout).expect("text");
    let report = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|line| line.get("report").cloned())
        .expect("a report");
    assert_eq!(report["breaking"]["limit"], "media-ports", "{report}");
    assert_eq!(number(&report["breaking"]["participants"]), 8, "{report}");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn the_probe_tells_good_rounds_from_bad_ones() {
    let (_host, link) = Running::host(&[]);
    let arguments = ["--every", "1s", "--rounds", "2"];
    let good = jbcall(&[&["probe", &link], &arguments[..]].concat());
    let text = String::from_utf8_lossy(&good.stdout).into_owned();
    assert_eq!(
        text.lines().filter(|line| line.starts_with("ok")).count(),
        2
    );
    assert_eq!(good.status.code(), Some(0), "{text}");
    let nobody = "http://127.0.0.1:9/room/x";
    let bad = jbcall(&[&["probe", nobody, "--json"], &arguments[..]].concat());
    let text = String::from_utf8_lossy(&bad.stdout).into_owned();
    let round: Value = serde_json::from_str(text.lines().next().unwrap_or("")).expect("JSON");
    assert_eq!(round["round"]["layer"], "tls", "{round}");
    assert_eq!(bad.status.code(), Some(7));
}

#[test]
fn an_interrupted_load_leaves_in_order() {
    let (_host, link) = Running::host(&[]);
    let mut load = Running::start(&[
        "load",
        &link,
        "--per-room",
        "2",
        "--ramp",
        "0",
        "--duration",
        "10m",
        "--json",
    ]);
    load.wait("two in the room", |line| {
        (number(&line["progress"]["ready"]) == 2).then_some(())
    });
    load.terminate();
    let interrupted = load.wait("the report", |line| line["report"]["interrupted"].as_bool());
    assert!(interrupted);
    std::thread::sleep(Duration::from_millis(100));
    // Ghosts would make this more than polite.
    let again = jbcall(&["load", &link, "--ramp", "0", "--duration", "1s"]);
    assert_ne!(again.status.code(), Some(2), "{again:?}");
}
