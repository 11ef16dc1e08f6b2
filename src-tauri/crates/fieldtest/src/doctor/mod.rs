//! The doctor: runs the probes of all rungs, judges them as they come in, and reports.
//!
//! The probes stand in lanes, which run beside each other ([`lanes`]); within a lane one rung
//! comes after the other. Dropping the future of [`run`] drops every probe.

mod climb;
mod judged;
mod lane;
mod lanes;
mod options;
pub mod policy;
mod record;

pub use climb::Climb;
pub use lane::Lane;
pub use lanes::lanes;
pub use options::{Options, Record};
pub use record::record_lanes;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::time::SystemTime;

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;

use crate::diagnosis::{Diagnosis, Finding, RungResult, judge};
use crate::facts::Facts;
use crate::report::redact::{Kind, Redactor};
use crate::report::{End, Observed, Report, Timing};
use crate::{Rung, Verdict};
use climb::{Ladder, lock};
use judged::blocker;

/// How a rung is judged: [`crate::diagnosis::judge`], except in tests of the frame.
pub type Judge = fn(Rung, &Facts) -> RungResult;

/// What happens during a run. Redacted like the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Progress {
    /// A rung is being looked at.
    Started {
        /// Which rung.
        rung: Rung,
    },
    /// A rung is judged; again when more is known.
    Judged {
        /// The verdict.
        result: RungResult,
        /// How long it was looked at, milliseconds.
        took_ms: f64,
    },
}

/// Runs all probes. Takes [`policy::RUN_LIMIT`] at most, and whatever [`Options::idle`] adds.
///
/// When `cancel` resolves, the probes are dropped, what they joined is left, and the report holds
/// what was seen until then.
pub async fn run(
    options: Options,
    progress: impl FnMut(Progress),
    cancel: impl Future<Output = ()>,
) -> Report {
    let lanes = match options.record {
        Some(_) => record_lanes(),
        None => lanes(),
    };
    run_lanes(options, lanes, judge, progress, cancel).await
}

/// As [`run`], with other lanes.
pub async fn run_lanes(
    options: Options,
    lanes: Vec<Lane>,
    judge: Judge,
    mut progress: impl FnMut(Progress),
    cancel: impl Future<Output = ()>,
) -> Report {
    let started = SystemTime::now();
    let (events, mut happened) = mpsc::unbounded_channel();
    let redactor = Mutex::new(redactor(&options));
    let limit = policy::RUN_LIMIT - policy::LEAVE_LIMIT;
    let whole = limit + options.idle.unwrap_or_default();
    let climb = Climb {
        began: Instant::now(),
        limit,
        judge,
        facts: Mutex::default(),
        ladder: watch::Sender::new(Ladder::default()),
        redactor,
        servers: Mutex::default(),
        progress: events,
        leaving: TaskTracker::new(),
        options,
    };
    let orphans = Rung::ALL.map(|rung| {
        let taken = lanes.iter().any(|lane| lane.rungs.contains(&rung));
        (!taken).then_some(rung)
    });
    climb.close(&orphans.into_iter().flatten().collect::<Vec<_>>());

    let end = {
        let walks = join_all(lanes.into_iter().map(|lane| async {
            // A probe that panics is our bug; the others still tell what they see.
            let _ = AssertUnwindSafe((lane.walk)(&climb)).catch_unwind().await;
            climb.close(lane.rungs);
        }));
        let time_over = tokio::time::sleep_until(climb.began + whole);
        tokio::pin!(walks, time_over, cancel);
        loop {
            tokio::select! {
                biased;
                Some(event) = happened.recv() => progress(event),
                () = &mut cancel => break End::Cancelled,
                _ = &mut walks => break End::Complete,
                () = &mut time_over => break End::TimeOver,
            }
        }
    };
    climb.leaving.close();
    let _ = timeout(policy::LEAVE_LIMIT, climb.leaving.wait()).await;
    while let Ok(event) = happened.try_recv() {
        progress(event);
    }
    report(climb, started, end)
}

fn redactor(options: &Options) -> Redactor {
    let mut redactor = Redactor::default();
    if let Some(gateway) = options.gateway.as_ref().and_then(|url| url.host_str()) {
        redactor.server(gateway);
    }
    for relay in &options.relays {
        redactor.server(relay_host(&relay.url));
        redactor.secret(Kind::Secret, &relay.username);
        redactor.secret(Kind::Secret, &relay.credential);
    }
    if let Some(record) = &options.record {
        record::hide(record, &mut redactor);
        return redactor;
    }
    let Some(link) = options.room_link() else {
        if let Ok(url) = url::Url::parse(&options.link) {
            redactor.server(url.host_str().unwrap_or_default());
        }
        return redactor;
    };
    for url in [link.site.as_ref(), link.gateway.as_ref()]
        .into_iter()
        .flatten()
    {
        redactor.server(url.host_str().unwrap_or_default());
    }
    redactor.server(link.site_or_default().host_str().unwrap_or_default());
    redactor.room(&link.room);
    let people = [&link.name, &link.partner_name];
    for name in people.into_iter().flatten() {
        redactor.secret(Kind::Person, name);
    }
    if let Some(id) = &link.user_id {
        redactor.secret(Kind::Id, id);
    }
    if let Some(token) = &link.token {
        redactor.secret(Kind::Secret, token);
    }
    redactor
}

/// `turn:host:port?transport=udp` without what is not the host.
fn relay_host(url: &str) -> &str {
    let rest = url.split_once(':').map_or(url, |(_, rest)| rest);
    let rest = rest.split('?').next().unwrap_or_default();
    match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => rest,
    }
}

fn report(climb: Climb, started: SystemTime, end: End) -> Report {
    let facts = climb.facts.into_inner().unwrap_or_default();
    let ladder = climb.ladder.borrow();
    let mut timings = Vec::new();
    let climbed = climb.options.ladder().iter().copied();
    let rungs = climbed.map(|rung| match &ladder[rung.index()] {
        Some(judged) => {
            timings.extend(judged.started.map(|at| Timing::new(rung, at, judged.took)));
            // With all facts in, one rung may tell more about another.
            if judged.looked {
                let mut result = (climb.judge)(rung, &facts);
                if result.verdict == Verdict::Skipped {
                    result.blocked_by = result.blocked_by.or(blocker(rung, &ladder));
                }
                result
            } else {
                judged.result.clone()
            }
        }
        None => unfinished(rung, end),
    });
    let rungs = rungs.collect();
    let observed = Observed {
        started,
        took: climb.began.elapsed(),
        end,
        servers: lock(&climb.servers).clone(),
        diagnosis: Diagnosis { rungs },
        timings,
    };
    Report::new(observed, &facts, &mut lock(&climb.redactor))
}

/// A rung that the run did not come to.
fn unfinished(rung: Rung, end: End) -> RungResult {
    let cause = match end {
        End::Cancelled => "cancelled",
        End::Complete | End::TimeOver => "time-over",
    };
    RungResult {
        verdict: Verdict::Skipped,
        ..RungResult::new(
            rung,
            vec![Finding::new(cause, Verdict::Skipped)],
            Vec::new(),
        )
    }
}

#[cfg(test)]
mod tests;
