//! Many participants of one process: what each costs, and whether everybody received what they
//! should.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tests::jbcall::binary;
use tests::process::{PATIENCE, Process};
use tests::servers::ReferenceGateway;

/// Participants, over all rooms.
pub const PARTICIPANTS: usize = 200;
const ROOMS: usize = 50;

/// What a run came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Crowd {
    /// Share of a core on the client's side for each participant, percent.
    pub cpu_percent_each: Option<f64>,
    /// Participants that received everybody in their room.
    pub complete: Option<f64>,
}

/// On the embedded gateway in a process of its own.
pub fn on_embedded(time: Duration) -> Crowd {
    let gateway = Process::start("host", Command::new(binary()).args(["host", "--json"]));
    let (link, _) = gateway.wait(PATIENCE, "a link", |line| {
        line["link"].as_str().map(str::to_owned)
    });
    load(&link, time)
}

/// On mediasoup.
pub fn on_reference(time: Duration) -> Crowd {
    let gateway = ReferenceGateway::start(&[]);
    load(&gateway.room("unused"), time)
}

fn load(link: &str, time: Duration) -> Crowd {
    let per_room = (PARTICIPANTS / ROOMS).to_string();
    let duration = format!("{}s", time.as_secs());
    let mut command = Command::new(binary());
    command.args(["load", link, "--rooms", &ROOMS.to_string()]);
    command.args(["--per-room", &per_room, "--ramp", "10s"]);
    command.args(["--duration", &duration, "--json"]);
    let process = Process::start("load", &mut command);
    let limit = PATIENCE + time;
    let find = |line: &Value| line.get("report").cloned();
    let (report, _) = process.wait(limit, "the report of the load", find);
    eprintln!(
        "  tracks {}/{}, delay p90 {} ms, lost p90 {} %",
        report["receiving"]["tracks"],
        report["receiving"]["tracksWanted"],
        report["delayMs"]["p90"],
        report["lossPercent"]["p90"]
    );
    Crowd {
        cpu_percent_each: report["cpuPercentEach"].as_f64(),
        complete: report["receiving"]["complete"].as_f64(),
    }
}
