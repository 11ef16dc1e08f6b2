//! How long it takes until the first audible sample.

use std::time::{Duration, SystemTime};

use tests::chromium::Chromium;
use tests::jbcall::{Jbcall, Join};
use tests::netlab::{Conditions, FAR, Lab};
use tests::process::{PATIENCE, wait_until};
use tests::servers::ReferenceGateway;

use crate::table::median;

/// Medians in milliseconds: ours, Chromium's.
pub struct Times {
    /// From the start of the process.
    pub ours: Option<f64>,
    /// From the start of the navigation.
    pub chromium: Option<f64>,
}

/// On loopback, runs of both in turn.
pub fn on_loopback(runs: usize) -> Times {
    let gateway = ReferenceGateway::start(&[]);
    let link = gateway.room("bench");
    let partner = Join::new(&link, "partner", "tone:1000").start();
    partner.wait_connected();
    let mut chromium = Chromium::start(440);
    alternate(runs, &mut chromium, &gateway, || {
        Join::new(&link, "caller", "tone:440").start()
    })
}

/// With 100 ms round-trip delay to the gateway.
pub fn with_delay(runs: usize) -> Times {
    let lab = Lab::new(Conditions::delayed(Duration::from_millis(50)), 1);
    let gateway = ReferenceGateway::start_on(&lab.far, FAR, &[]);
    let link = gateway.room("bench");
    let partner = Join::new(&link, "partner", "tone:1000").start_on(&lab.far);
    partner.wait_connected();
    let mut chromium = Chromium::start_on(&lab.near, 440);
    alternate(runs, &mut chromium, &gateway, || {
        Join::new(&link, "caller", "tone:440").start_on(&lab.near)
    })
}

fn alternate(
    runs: usize,
    chromium: &mut Chromium,
    gateway: &ReferenceGateway,
    join: impl Fn() -> Jbcall,
) -> Times {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first of each warms up: disk caches, the browser's own start.
    for run in 0..=runs {
        let start = SystemTime::now();
        let mut caller = join();
        let ms = first_audible_ms(&caller, start);
        caller.leave();
        let mark = chromium.open(gateway.url(), "bench", "caller");
        let chromium_ms = chromium.first_audible_ms(mark);
        chromium.leave();
        eprintln!("  run {run}: jbcall {ms:.0} ms, Chromium {chromium_ms:.0} ms");
        if run > 0 {
            ours.push(ms);
            theirs.push(chromium_ms);
        }
    }
    Times {
        ours: median(ours),
        chromium: median(theirs),
    }
}

fn first_audible_ms(caller: &Jbcall, start: SystemTime) -> f64 {
    let at = wait_until(PATIENCE, "something audible", || {
        caller.recording().first_audible()
    });
    at.duration_since(start).unwrap_or_default().as_secs_f64() * 1000.0
}
