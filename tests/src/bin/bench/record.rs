//! A busy record: what following it costs, and whether its page keeps up.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::desk::{ANN, BAO, Desk};
use tests::jbcall::binary;
use tests::process::{PATIENCE, Process, repository};

use crate::usage::watch;

/// People at the record.
pub const STAFF: usize = 200;
/// Edits a second, of all of them together.
pub const EDITS: usize = 20;

/// What a run came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Busy {
    /// Share of a core of a client that follows, percent.
    pub cpu_percent: f64,
    /// Memory of it in the end, MiB.
    pub pss_mib: f64,
    /// What it grew by within the time, MiB.
    pub grown_mib: f64,
}

/// `jbcall collab watch` beside the embedded service with [`STAFF`] simulated people.
pub fn follow(time: Duration) -> Busy {
    let (staff, edits) = (STAFF.to_string(), EDITS.to_string());
    let mut command = Command::new(binary());
    command.args([
        "collab",
        "serve",
        "--json",
        "--colleagues",
        &staff,
        "--edits",
        &edits,
    ]);
    let service = Process::start("serve", &mut command);
    let (link, _) = service.wait(PATIENCE, "a link", |line| {
        line["link"].as_str().map(str::to_owned)
    });
    let mut command = Command::new(binary());
    command.args(["collab", "watch", &link, "--json", "--user-id", "bench"]);
    let client = Process::start("watch", &mut command);
    client.wait(PATIENCE, "everybody", |line| {
        let staff = line["update"]["staff"].as_array()?;
        (staff.len() >= STAFF).then_some(())
    });
    let group = [vec![client.id()]];
    let settled = watch(&group, Duration::from_secs(5))[0];
    let usage = watch(&group, time)[0];
    Busy {
        cpu_percent: usage.cpu_percent,
        pss_mib: usage.pss_mib,
        grown_mib: usage.pss_mib - settled.pss_mib,
    }
}

/// Time between two texts that are typed: longer than a client holds typing back (250 ms).
const TYPING_PAUSE: Duration = Duration::from_millis(300);

/// Median time from typing at one desk until another shows it, ms, over the embedded service on
/// loopback.
pub fn typing(times: usize) -> f64 {
    const FIELD: &str = "vision_testing:left_eye";
    let mut command = Command::new(binary());
    command.args(["collab", "serve", "--json"]);
    let service = Process::start("serve", &mut command);
    let url = |line: &Value| line["url"].as_str().map(str::to_owned);
    let (url, _) = service.wait(PATIENCE, "its address", url);
    let sit_down = |person| Desk::start(&url, "P1", person, &["--deployment", "screening"]);
    let (mut ann, bao) = (sit_down(ANN), sit_down(BAO));
    bao.wait("both", |shown| shown.staff().len() == 2);
    ann.wait_joined();
    ann.command(&json!({ "type": "addField", "name": "left_eye", "step": "vision_testing" }));
    let mut taken: Vec<f64> = (0..times)
        .map(|n| {
            std::thread::sleep(TYPING_PAUSE);
            let text = format!("20/{n}");
            let typed = Instant::now();
            ann.command(&json!({ "type": "type", "field": FIELD, "text": text }));
            let seen = bao.first("what is typed", |shown| {
                shown.field(FIELD)["drafts"][0]["text"] == text.as_str()
            });
            seen.duration_since(typed).as_secs_f64() * 1_000.0
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    taken[taken.len() / 2]
}

/// Longest time between two frames of the page, ms, in headless Chromium with the same load.
pub fn longest_frame(time: Duration) -> Option<f64> {
    let output = Command::new("node")
        .arg("scripts/frames.mjs")
        .arg(time.as_secs().to_string())
        .current_dir(repository().join("ui"))
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line: Value = serde_json::from_str(text.lines().last()?).ok()?;
    line["longestMs"].as_f64()
}
