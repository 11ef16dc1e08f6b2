//! What a lane of probes holds on to while it climbs.

use std::future::Future;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;
use url::Url;

use super::judged::{Judged, blocker, cut_off};
use super::{Judge, Options, Progress, policy};
use crate::Rung;
use crate::diagnosis::RungResult;
use crate::facts::Facts;
use crate::report::redact::{Kind, Redactor};
use crate::report::{Role, Server};

/// The judged rungs, by [`Rung::index`].
pub(super) type Ladder = [Option<Judged>; Rung::ALL.len()];

/// One run, as the probes see it: its options, its facts, and the ladder that they climb.
#[derive(Debug)]
pub struct Climb {
    /// What the run was told.
    pub options: Options,
    pub(super) began: Instant,
    pub(super) limit: Duration,
    pub(super) judge: Judge,
    pub(super) facts: Mutex<Facts>,
    pub(super) ladder: watch::Sender<Ladder>,
    pub(super) redactor: Mutex<Redactor>,
    pub(super) servers: Mutex<Vec<Server>>,
    pub(super) progress: mpsc::UnboundedSender<Progress>,
    pub(super) leaving: TaskTracker,
}

/// A lane that panicked is our bug; the others still tell what they know.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Climb {
    /// Looks at one rung: waits for those that it stands on, runs the probe, keeps what it saw,
    /// and judges. Skipped if what it stands on failed. True if the probe came to its end.
    pub async fn look<T>(
        &self,
        rung: Rung,
        probe: impl Future<Output = T>,
        keep: impl FnOnce(&mut Facts, T),
    ) -> bool {
        if let Some(lower) = self.blocked(rung).await {
            self.skip(rung, Some(lower));
            return false;
        }
        self.look_anyway(rung, probe, keep).await
    }

    /// As [`Climb::look`], for probes that can tell something even when a lower rung failed.
    pub async fn look_anyway<T>(
        &self,
        rung: Rung,
        probe: impl Future<Output = T>,
        keep: impl FnOnce(&mut Facts, T),
    ) -> bool {
        self.look_together(&[rung], probe, keep).await
    }

    /// As [`Climb::look_anyway`], for one probe that sees several rungs at once; the first of them
    /// sets the limit.
    pub async fn look_together<T>(
        &self,
        rungs: &[Rung],
        probe: impl Future<Output = T>,
        keep: impl FnOnce(&mut Facts, T),
    ) -> bool {
        for rung in rungs {
            self.tell(Progress::Started { rung: *rung });
        }
        let started = self.began.elapsed();
        let first = rungs.first().copied().unwrap_or(Rung::Link);
        let deadline = policy::deadline(first, started, self.limit);
        let seen = timeout_at(self.began + deadline, probe).await;
        let finished = seen.is_ok();
        if let Ok(seen) = seen {
            keep(&mut lock(&self.facts), seen);
        }
        let took = self.began.elapsed().saturating_sub(started);
        for rung in rungs {
            let mut result = (self.judge)(*rung, &lock(&self.facts));
            let meanwhile = self.judged_since(*rung, started);
            if !finished && meanwhile.is_none() {
                result = cut_off(result, took);
            }
            let (began, took) = meanwhile.unwrap_or((started, took));
            self.judged(Judged {
                result,
                looked: finished || meanwhile.is_some(),
                started: Some(began),
                took,
            });
        }
        finished
    }

    /// When a rung was looked at and for how long, if that was judged already and after `since`.
    fn judged_since(&self, rung: Rung, since: Duration) -> Option<(Duration, Duration)> {
        let ladder = self.ladder.borrow();
        let judged = ladder[rung.index()].as_ref().filter(|one| one.looked)?;
        let began = judged.started.filter(|began| *began >= since)?;
        Some((began, judged.took))
    }

    /// Gives a rung up: it was not asked for, or something below keeps it from being looked at.
    pub fn skip(&self, rung: Rung, blocked_by: Option<Rung>) {
        self.judged(Judged::skipped(rung, blocked_by));
    }

    /// The rung to be repaired before this one can be looked at. Waits until it is known.
    pub async fn blocked(&self, rung: Rung) -> Option<Rung> {
        for group in rung.stands_on() {
            for lower in *group {
                self.after(*lower).await;
            }
        }
        blocker(rung, &self.ladder.borrow())
    }

    /// Waits until a rung is judged, whatever the verdict; gives it.
    pub async fn after(&self, rung: Rung) -> RungResult {
        let mut ladder = self.ladder.subscribe();
        let at = rung.index();
        // The sender lives as long as this.
        match ladder.wait_for(|ladder| ladder[at].is_some()).await {
            Ok(ladder) => ladder[at]
                .as_ref()
                .map_or_else(|| RungResult::skipped(rung, None), |j| j.result.clone()),
            Err(_) => RungResult::skipped(rung, None),
        }
    }

    /// Keeps facts before a probe ends: they count even if it is cut off.
    pub fn record(&self, write: impl FnOnce(&mut Facts)) {
        write(&mut lock(&self.facts));
    }

    /// Facts that were kept so far.
    pub fn seen<T>(&self, read: impl FnOnce(&Facts) -> T) -> T {
        read(&lock(&self.facts))
    }

    /// Judges a rung again after more was recorded about it; the verdict is told once more.
    pub fn judge_again(&self, rung: Rung) {
        let before = self.ladder.borrow()[rung.index()].clone();
        if let Some(before) = before {
            let result = (self.judge)(rung, &lock(&self.facts));
            self.judged(Judged {
                result,
                looked: true,
                ..before
            });
        }
    }

    /// Judges a rung while its probe still looks at those above it: what was recorded is complete
    /// for it. `since`: when it was begun, as [`Climb::elapsed`] said then.
    pub fn judge_meanwhile(&self, rung: Rung, since: Duration) {
        let result = (self.judge)(rung, &lock(&self.facts));
        self.judged(Judged {
            result,
            looked: true,
            started: Some(since),
            took: self.began.elapsed().saturating_sub(since),
        });
    }

    /// Time since the start of the run.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// How long the run may still take.
    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.began.elapsed())
    }

    /// Names a server that is tested: its name stays readable in the report.
    pub fn server(&self, role: Role, url: &Url) {
        if let Some(server) = Server::new(role, url) {
            self.server_host(&server.host);
            let mut servers = lock(&self.servers);
            if !servers.contains(&server) {
                servers.push(server);
            }
        }
    }

    /// Another name of a server, such as a redirect's target: it stays readable in the report.
    pub fn server_host(&self, host: &str) {
        lock(&self.redactor).server(host);
    }

    /// An address of a server, resolved or announced: it stays readable in the report.
    pub fn server_address(&self, address: IpAddr) {
        lock(&self.redactor).server(&address.to_string());
    }

    /// Something that must never be in a report: an id that was given out, an address of this
    /// computer.
    pub fn secret(&self, kind: Kind, text: &str) {
        lock(&self.redactor).secret(kind, text);
    }

    /// Where guards leave what they joined: the run waits for these tasks before it ends, also
    /// after it was cancelled.
    pub fn leaving(&self) -> TaskTracker {
        self.leaving.clone()
    }

    /// The rungs of a lane that has ended and left them.
    pub(super) fn close(&self, rungs: &[Rung]) {
        for rung in rungs {
            let (judged, lower) = {
                let ladder = self.ladder.borrow();
                (ladder[rung.index()].is_some(), blocker(*rung, &ladder))
            };
            if !judged {
                self.skip(*rung, lower);
            }
        }
    }

    fn judged(&self, mut judged: Judged) {
        let rung = judged.result.rung;
        {
            let ladder = self.ladder.borrow();
            if judged.result.verdict == crate::Verdict::Skipped
                && judged.result.blocked_by.is_none()
            {
                judged.result.blocked_by = blocker(rung, &ladder);
            }
        }
        let result = lock(&self.redactor).result(&judged.result);
        let took_ms = judged.took.as_secs_f64() * 1_000.0;
        self.ladder
            .send_modify(|ladder| ladder[rung.index()] = Some(judged));
        if self.options.ladder().contains(&rung) {
            self.tell(Progress::Judged { result, took_ms });
        }
    }

    fn tell(&self, progress: Progress) {
        // Nobody listens any more once the run is over.
        let _ = self.progress.send(progress);
    }
}
