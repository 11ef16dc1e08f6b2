//! The probe: a round every so often, numbers about each, and metrics about all. It survives
//! whatever the deployment does: a round is bounded in time, rounds never overlap, and those that
//! could not begin in time are left out and counted.

mod metrics;
mod page;
pub mod policy;
mod quality;
mod round;

pub use metrics::{Metrics, layer_name};
pub use page::MetricsPage;
pub use quality::mos;
pub use round::{Round, RoundOptions, measure};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use crate::health::Health;
use crate::participant::{Pacer, Voice};

/// How a deployment is probed.
#[derive(Debug, Clone)]
pub struct ProbeOptions {
    /// Each round.
    pub round: RoundOptions,
    /// Time between the beginnings of two rounds.
    pub every: Duration,
    /// How many rounds; without end if none.
    pub rounds: Option<u64>,
}

/// Probes until all rounds are done or `stop` resolves; `tell` gets each round.
///
/// # Errors
/// The sound cannot be encoded.
pub async fn run(
    options: ProbeOptions,
    metrics: Arc<Mutex<Metrics>>,
    mut tell: impl FnMut(&Round),
    stop: impl Future<Output = ()>,
) -> Result<(), opus::Error> {
    let voice = Voice::chirps()?;
    let every = options.every.max(policy::SHORTEST_EVERY);
    let mut gateway = options.round.discovery.gateway_override.clone();
    let mut due = Instant::now();
    let mut done = 0;
    tokio::pin!(stop);
    while options.rounds.is_none_or(|rounds| done < rounds) {
        tokio::select! {
            () = tokio::time::sleep_until(due.into()) => {}
            () = &mut stop => return Ok(()),
        }
        // A new one each time: an idle probe has no timer running.
        let pacer = Pacer::start();
        let round = measure(&options.round, &pacer, &voice);
        // A round that has begun is finished: its participants must leave.
        let mut stopped = false;
        tokio::pin!(round);
        let round = loop {
            tokio::select! {
                round = &mut round => break round,
                () = &mut stop, if !stopped => stopped = true,
            }
        };
        look_at_health(&options.round, &mut gateway, &metrics).await;
        done += 1;
        lock(&metrics).round(&round);
        tell(&round);
        if stopped {
            return Ok(());
        }
        let (next, skipped) = next(due, Instant::now(), every);
        due = next;
        lock(&metrics).skip(skipped);
    }
    Ok(())
}

/// The next beginning, and how many were missed.
fn next(due: Instant, now: Instant, every: Duration) -> (Instant, u64) {
    let passed = now.saturating_duration_since(due);
    let missed = passed.as_nanos() / every.as_nanos().max(1);
    let missed = u32::try_from(missed).unwrap_or(u32::MAX - 1);
    (due + every * (missed + 1), missed.into())
}

/// Asks the gateway when it began; finds it first, if nobody has named it.
async fn look_at_health(
    options: &RoundOptions,
    gateway: &mut Option<Url>,
    metrics: &Mutex<Metrics>,
) {
    if gateway.is_none() {
        let found = signaling::discover(&options.link, &options.discovery).await;
        *gateway = found.ok().map(|endpoints| endpoints.gateway);
    }
    let asked = Instant::now();
    let health = match gateway {
        Some(gateway) => Health::ask(gateway, &options.discovery.network).await,
        None => None,
    };
    if health.is_none() && options.discovery.gateway_override.is_none() {
        // The site may name another one by now.
        *gateway = None;
    }
    lock(metrics).health(asked, Instant::now(), health);
}

/// A panic elsewhere must not become one here: the data is plain.
fn lock(metrics: &Mutex<Metrics>) -> MutexGuard<'_, Metrics> {
    metrics.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_rounds_are_left_out_and_the_beat_is_kept() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let every = Duration::from_secs(60);
        assert_eq!(next(start, at(5), every), (at(60), 0));
        assert_eq!(next(start, at(59), every), (at(60), 0));
        assert_eq!(next(start, at(61), every), (at(120), 1));
        assert_eq!(next(start, at(200), every), (at(240), 3));
    }
}
