//! The probe tells exactly what happened.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;
use tests::jbcall::binary;
use tests::process::{PATIENCE, Process, free_port};
use tests::servers::{ReferenceGateway, http_get};

const ROUNDS: usize = 20;
/// Rounds that are done when the gateway goes away, the first time and the second.
const OUTAGES: [usize; 2] = [5, 12];

/// A value of the page for Prometheus.
fn metric(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| {
        let (found, value) = line.rsplit_once(' ')?;
        (found == name).then_some(value)
    });
    line?.parse().ok()
}

/// The next round after `mark`, and the mark after it.
fn next_round(probe: &Process, mark: usize) -> (Value, usize) {
    let find = |line: &Value| line.get("round").cloned();
    let (round, _) = probe.wait_after(mark, PATIENCE, "a round", find);
    let lines = probe.lines();
    let after = lines
        .iter()
        .enumerate()
        .skip(mark)
        .find(|(_, line)| line.value.get("round").is_some());
    (round, after.map_or(mark, |(index, _)| index + 1))
}

fn is_ok(round: &Value) -> bool {
    round["ok"] == true
}

#[test]
fn twenty_rounds_with_two_restarts_are_told_as_they_were() {
    let port = free_port().to_string();
    let mut gateway = Some(ReferenceGateway::start(&["--port", &port]));
    let link = format!("http://127.0.0.1:{port}/room/unused");
    let mut command = Command::new(binary());
    let count = ROUNDS.to_string();
    command.args(["probe", &link, "--every", "5s", "--rounds", &count]);
    command.args(["--metrics", "127.0.0.1:0", "--json"]);
    let mut probe = Process::start("probe", &mut command);
    let (url, _) = probe.wait(PATIENCE, "the metrics' address", |line| {
        line["listening"]["metrics"].as_str().map(str::to_owned)
    });
    let address = url.trim_start_matches("http://");
    let address = address.trim_end_matches("/metrics").to_owned();
    let read = || http_get(&address, "/metrics");

    let (mut rounds, mut mark) = (Vec::new(), 0);
    let mut page = String::new();
    let mut outages = Vec::new();
    while rounds.len() < ROUNDS {
        let (round, after) = next_round(&probe, mark);
        mark = after;
        let ok = is_ok(&round);
        rounds.push(round);
        // Read before the last round: the probe ends with it.
        if rounds.len() < ROUNDS {
            page = read();
        }
        if OUTAGES.contains(&rounds.len()) {
            gateway.take().expect("it runs").kill();
        } else if gateway.is_none() && !ok {
            outages.push(rounds.len());
            gateway = Some(ReferenceGateway::start(&["--port", &port]));
        }
    }
    let status = probe.wait_exit(PATIENCE);
    assert_eq!(status.code(), Some(7), "some rounds failed");
    if let Some(gateway) = &gateway {
        gateway.assert_well_treated();
    }

    println!("round  outcome  layer      code");
    for (index, round) in rounds.iter().enumerate() {
        let text = |key: &str| round[key].as_str().unwrap_or("-").to_owned();
        let outcome = if is_ok(round) { "ok" } else { "FAILED" };
        let (layer, code) = (text("layer"), text("code"));
        println!("{:>5}  {outcome:<7}  {layer:<9}  {code}", index + 1);
    }

    // Before the first outage, and from the second round after each return, all is well.
    assert_eq!(outages.len(), 2);
    let expected_ok = |index: usize| {
        !OUTAGES.iter().zip(&outages).any(|(down, up)| {
            // The round during which it returned may have found it either way.
            (*down..=*up).contains(&index)
        })
    };
    for (index, round) in rounds.iter().enumerate() {
        assert!(is_ok(round) || !expected_ok(index), "{index}: {round}");
        if is_ok(round) {
            assert!(
                round["mos"].as_f64().is_some_and(|mos| mos > 3.0),
                "{round}"
            );
            continue;
        }
        // Cut off in the middle, or nobody there: never blamed on media or the room.
        let layer = round["layer"].as_str().unwrap_or_default();
        assert!(
            ["namespace", "tls", "websocket"].contains(&layer),
            "{round}"
        );
    }

    // The page, which was read after all rounds but the last, says the same.
    let told = &rounds[..ROUNDS - 1];
    let ok = told.iter().filter(|round| is_ok(round)).count();
    let value = |name: &str| metric(&page, &format!("jbcall_probe_{name}"));
    assert_eq!(value("rounds_total{outcome=\"ok\"}"), Some(ok as f64));
    let failed = told.len() - ok;
    assert_eq!(
        value("rounds_total{outcome=\"failed\"}"),
        Some(failed as f64)
    );
    let mut causes: BTreeMap<String, f64> = BTreeMap::new();
    for round in told.iter().filter(|round| !is_ok(round)) {
        let text = |key: &str| round[key].as_str().unwrap_or_default().to_owned();
        let name = format!(
            "failures_total{{layer=\"{}\",code=\"{}\"}}",
            text("layer"),
            text("code")
        );
        *causes.entry(name).or_default() += 1.0;
    }
    for (name, count) in &causes {
        assert_eq!(value(name), Some(*count), "{name} in\n{page}");
    }
    assert_eq!(value("gateway_restarts_total"), Some(2.0), "{page}");
    let last = told.iter().rev().find(|round| is_ok(round));
    let at = last.and_then(|round| round["atUnixMs"].as_f64());
    assert_eq!(
        value("last_success_timestamp_seconds"),
        at.map(|ms| ms / 1_000.0)
    );
    println!("{page}");
}
