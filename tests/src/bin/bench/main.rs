//! `make bench`: what was promised of speed and size, each beside Chromium with
//! mediasoup-client on the same gateway in the same run.
//!
//! Arguments: `--quick` for fewer and shorter runs (to try the benchmark itself).
#![forbid(unsafe_code)]

mod acks;
// The window is driven as its tests drive it.
#[allow(dead_code)]
#[path = "../../../tests/window/app.rs"]
mod app;
mod call;
mod crowd;
#[allow(dead_code)]
#[path = "../../../tests/window/desktop.rs"]
mod desktop;
mod joining;
mod pressing;
mod record;
mod table;
mod usage;
mod window;

use std::time::Duration;

use table::{Promise, Row};

/// Round-trip delay of the slow link.
const ROUND_TRIP_MS: f64 = 100.0;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (runs, call_time, travel_time) = if quick { (2, 10, 10) } else { (7, 30, 60) };

    println!("Joining on loopback…");
    let loopback = joining::on_loopback(runs);
    println!("Pressing Join with the socket open…");
    let pressed = pressing::join(runs);
    println!("Joining at {ROUND_TRIP_MS} ms round trip…");
    let delayed = joining::with_delay(runs);
    println!("A call of two for {call_time} s…");
    let (ours, chromium) = call::cost(Duration::from_secs(call_time));
    println!("The window in a call for {call_time} s…");
    let window = window::measure(Duration::from_secs(call_time));
    println!("Acked round trips…");
    let (node, oxide) = acks::per_second();
    println!("200 participants in 50 rooms for {call_time} s, on each gateway…");
    let embedded = crowd::on_embedded(Duration::from_secs(call_time));
    let reference = crowd::on_reference(Duration::from_secs(call_time));
    println!(
        "A record with {} people and {} edits a second for {travel_time} s…",
        record::STAFF,
        record::EDITS
    );
    let busy = record::follow(Duration::from_secs(travel_time));
    let frame = record::longest_frame(Duration::from_secs(travel_time));
    println!("Typing at one desk, seen at another…");
    let typing = record::typing(5 * runs);
    println!("File to file for {travel_time} s…");
    let travel = call::travel(Duration::from_secs(travel_time));

    let trips = |ms: Option<f64>| ms.map(|ms| ms / ROUND_TRIP_MS);
    let rows = [
        Row {
            what: "start to first audible sample, loopback",
            ours: loopback.ours,
            chromium: loopback.chromium,
            unit: ("ms", 0),
            promise: Promise::Share(0.4),
        },
        Row {
            what: "pressing Join, socket open, loopback",
            ours: pressed,
            chromium: None,
            unit: ("ms", 0),
            promise: Promise::AtMost(150.0),
        },
        Row {
            what: "start to first audible, 100 ms round trips",
            ours: trips(delayed.ours),
            chromium: trips(delayed.chromium),
            unit: ("", 1),
            promise: Promise::AtMost(10.0),
        },
        Row {
            what: "two-person call, share of a core",
            ours: Some(ours.cpu_percent),
            chromium: Some(chromium.cpu_percent),
            unit: ("%", 1),
            promise: Promise::AtMostAndShare(4.0, 0.25),
        },
        Row {
            what: "two-person call, memory (PSS)",
            ours: Some(ours.pss_mib),
            chromium: Some(chromium.pss_mib),
            unit: ("MiB", 1),
            promise: Promise::AtMost(45.0),
        },
        Row {
            what: "the app with its window, memory (PSS)",
            ours: window.usage.map(|usage| usage.pss_mib),
            chromium: Some(chromium.pss_mib),
            unit: ("MiB", 1),
            promise: Promise::Share(0.6),
        },
        Row {
            what: "the app's window, page to first picture",
            ours: window.first_paint_ms,
            chromium: None,
            unit: ("ms", 0),
            promise: Promise::AtMost(300.0),
        },
        Row {
            what: "file to file over the SFU",
            ours: travel.latency_ms,
            chromium: None,
            unit: ("ms", 0),
            promise: Promise::AtMost(150.0),
        },
        Row {
            what: "longest dropout in that time",
            ours: Some(travel.longest_gap_ms),
            chromium: None,
            unit: ("ms", 0),
            promise: Promise::AtMost(0.0),
        },
        Row {
            what: "socketio, acks a second with Node",
            ours: node,
            chromium: None,
            unit: ("", 0),
            promise: Promise::AtLeast(20_000.0),
        },
        Row {
            what: "socketio, acks a second with socketioxide",
            ours: oxide,
            chromium: None,
            unit: ("", 0),
            promise: Promise::AtLeast(20_000.0),
        },
        Row {
            what: "200 in 50 rooms, embedded: a core's share each",
            ours: embedded.cpu_percent_each,
            chromium: None,
            unit: ("%", 2),
            promise: Promise::AtMost(0.5),
        },
        Row {
            what: "  of them received everybody in their room",
            ours: embedded.complete,
            chromium: None,
            unit: ("", 0),
            promise: Promise::AtLeast(crowd::PARTICIPANTS as f64),
        },
        Row {
            what: "200 in 50 rooms, mediasoup: a core's share each",
            ours: reference.cpu_percent_each,
            chromium: None,
            unit: ("%", 2),
            promise: Promise::AtMost(0.5),
        },
        Row {
            what: "  of them received everybody in their room",
            ours: reference.complete,
            chromium: None,
            unit: ("", 0),
            promise: Promise::AtLeast(crowd::PARTICIPANTS as f64),
        },
        Row {
            what: "a busy record, share of a core",
            ours: Some(busy.cpu_percent),
            chromium: None,
            unit: ("%", 1),
            promise: Promise::AtMost(10.0),
        },
        Row {
            what: "  memory (PSS)",
            ours: Some(busy.pss_mib),
            chromium: None,
            unit: ("MiB", 1),
            promise: Promise::AtMost(45.0),
        },
        Row {
            what: "  grown by in that time",
            ours: Some(busy.grown_mib),
            chromium: None,
            unit: ("MiB", 1),
            promise: Promise::AtMost(5.0),
        },
        Row {
            what: "  longest frame of its page",
            ours: frame,
            chromium: None,
            unit: ("ms", 0),
            promise: Promise::AtMost(50.0),
        },
        Row {
            what: "typing at one desk, until another shows it",
            ours: Some(typing),
            chromium: None,
            unit: ("ms", 0),
            promise: Promise::AtMost(100.0),
        },
    ];
    println!();
    table::print(&rows);
    println!("\npurity of the received tone: {:.4}", travel.purity);
    println!(
        "medians of {runs} runs in turn; {} cores",
        std::thread::available_parallelism().map_or(0, usize::from)
    );
}
