//! From what was seen to where the deployment begins to fail, and what it ran out of: a pure
//! function. The client's own limits are looked at first, because an overloaded client sees
//! faults everywhere.

use serde::{Deserialize, Serialize};

use super::own::OwnUse;
use super::policy;

/// What was seen within one interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sample {
    /// End of the interval, milliseconds after the beginning.
    pub at_ms: f64,
    /// Participants that were connected.
    pub ready: usize,
    /// Share of packets lost within the interval, 0 to 1; none if too few were expected.
    pub loss: Option<f64>,
    /// Delay of nine of ten packets, milliseconds.
    pub delay_p90_ms: Option<f64>,
    /// What this process used.
    pub own: OwnUse,
    /// Living media workers, if the gateway tells.
    pub workers: Option<u64>,
    /// Whether the gateway was restarted within the interval.
    pub restarted: bool,
}

/// A participant that did not come into the room or was lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fault {
    /// When, milliseconds after the beginning.
    pub at_ms: u64,
    /// Participants that were connected then.
    pub ready: usize,
    /// Name of the stage.
    pub stage: String,
    /// Stable code of the error.
    pub code: String,
}

/// What ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// The server's media ports.
    MediaPorts,
    /// The server's media workers: one died, or none is left.
    Workers,
    /// The gateway was restarted.
    Restart,
    /// The gateway answers too late or not at all.
    Gateway,
    /// The service behind the gateway's microphones answers too late.
    SpeechService,
    /// The gateway refused for a reason of its own.
    Refused,
    /// Sockets are refused or dropped.
    Connections,
    /// No path, or no keys, to the media server.
    MediaPath,
    /// The media server or the network loses or delays packets.
    MediaCapacity,
    /// This computer's processor.
    OwnCpu,
    /// This process's limit of open files.
    OwnFiles,
}

impl Limit {
    /// Whether this computer, and not the deployment, is the limit.
    pub fn is_own(self) -> bool {
        matches!(self, Self::OwnCpu | Self::OwnFiles)
    }

    /// One sentence for the operator.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::MediaPorts => {
                "the server has no media port left: widen its port range, or turn the second \
                 listening address off"
            }
            Self::Workers => "a media worker of the server died: look at its log and its memory",
            Self::Restart => "the gateway was restarted: look at its log and its memory limit",
            Self::Gateway => "the gateway answers too late or not at all: look at its processor",
            Self::SpeechService => {
                "microphones are accepted too late: the gateway waits for the speech service"
            }
            Self::Refused => "the gateway refused: its log says why",
            Self::Connections => {
                "sockets are refused or dropped: look at the proxy's limits and the gateway's log"
            }
            Self::MediaPath => {
                "new participants find no path to the media server: its address, firewall or load"
            }
            Self::MediaCapacity => {
                "packets are lost or late: the media server's processor or the network between"
            }
            Self::OwnCpu => {
                "this computer's processor is the limit, not the deployment: use a faster \
                 computer or several"
            }
            Self::OwnFiles => {
                "this process may not open more files: raise the limit with `ulimit -n`"
            }
        }
    }
}

/// Where it begins to fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Breaking {
    /// Participants that were connected when it began.
    pub participants: usize,
    /// When, milliseconds after the beginning.
    pub at_ms: f64,
    /// What ran out.
    pub limit: Limit,
    /// What the judgement stands on, in few words.
    pub evidence: String,
}

/// The first sign that something ran out; none if all went well. `complete`: in the end
/// everybody received what they should.
pub fn find(samples: &[Sample], faults: &[Fault], complete: bool) -> Option<Breaking> {
    let worst = worn_out(samples);
    let refused = faults.iter().min_by_key(|fault| fault.at_ms).map(|fault| {
        let near = nearest(samples, fault.at_ms as f64);
        let own = near.and_then(own_limit);
        let (limit, evidence) = match own {
            Some((limit, evidence)) => (limit, evidence),
            None => (
                limit_of(fault, samples),
                format!("{}: {}", fault.stage, fault.code),
            ),
        };
        Breaking {
            participants: fault.ready,
            at_ms: fault.at_ms as f64,
            limit,
            evidence,
        }
    });
    let restarted = samples
        .iter()
        .find(|sample| sample.restarted)
        .map(|sample| Breaking {
            participants: sample.ready,
            at_ms: sample.at_ms,
            limit: Limit::Restart,
            evidence: "the gateway's uptime went down".to_owned(),
        });
    let found = [worst, refused, restarted].into_iter().flatten();
    let first = found.min_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
    first.or_else(|| if complete { None } else { lossiest(samples) })
}

/// Something is missing although no interval was bad enough for long: the worst one counts.
fn lossiest(samples: &[Sample]) -> Option<Breaking> {
    let loss = |sample: &Sample| sample.loss.unwrap_or_default();
    let worst = samples
        .iter()
        .max_by(|one, other| loss(one).total_cmp(&loss(other)))?;
    Some(judged(worst, own_limit(worst)))
}

/// A bad interval and what it is blamed on.
fn judged(sample: &Sample, own: Option<(Limit, String)>) -> Breaking {
    let (limit, evidence) = own.unwrap_or_else(|| {
        let loss = sample.loss.unwrap_or_default() * 100.0;
        let delay = sample.delay_p90_ms.unwrap_or_default();
        let evidence = format!("{loss:.1} % lost, {delay:.0} ms late");
        (Limit::MediaCapacity, evidence)
    });
    Breaking {
        participants: sample.ready,
        at_ms: sample.at_ms,
        limit,
        evidence,
    }
}

/// The first of several bad intervals in a row.
fn worn_out(samples: &[Sample]) -> Option<Breaking> {
    let bad = |sample: &Sample| {
        let lossy = sample.loss.is_some_and(|loss| loss > policy::LOSS_FAILING);
        let slow = sample
            .delay_p90_ms
            .is_some_and(|delay| delay > policy::DELAY_FAILING_MS);
        lossy || slow
    };
    let run = samples
        .windows(policy::BAD_INTERVALS)
        .find(|window| window.iter().all(bad))?;
    Some(judged(run.first()?, run.iter().find_map(own_limit)))
}

/// The interval in which something happened, or the one before.
fn nearest(samples: &[Sample], at_ms: f64) -> Option<&Sample> {
    let after = samples.iter().find(|sample| sample.at_ms >= at_ms);
    after.or(samples.last())
}

/// Whether this computer was at its own limit.
pub fn own_limit(sample: &Sample) -> Option<(Limit, String)> {
    let own = &sample.own;
    if let Some(limit) = own.files_limit
        && own.files as f64 > limit as f64 * policy::OWN_FILES_FULL
    {
        let evidence = format!("{} of {limit} files are open", own.files);
        return Some((Limit::OwnFiles, evidence));
    }
    let cores = own.cores.max(1) as f64;
    let busy = own.cpu_percent / 100.0 > cores * policy::OWN_CPU_FULL;
    let waiting = own.run_queue_percent / 100.0 > policy::OWN_RUN_QUEUE_FULL;
    let late = own.timer_late_ms > policy::OWN_TIMER_LATE_MS;
    (busy || waiting || late).then(|| {
        let evidence = format!(
            "{:.0} % of {} cores in use, threads waited {:.0} % of the time, the timer was \
             {:.1} ms late",
            own.cpu_percent, own.cores, own.run_queue_percent, own.timer_late_ms
        );
        (Limit::OwnCpu, evidence)
    })
}

fn limit_of(fault: &Fault, samples: &[Sample]) -> Limit {
    let most = samples.iter().filter_map(|sample| sample.workers).max();
    let fewer = nearest(samples, fault.at_ms as f64)
        .and_then(|sample| sample.workers)
        .is_some_and(|now| most.is_some_and(|most| now < most));
    match (fault.stage.as_str(), fault.code.as_str()) {
        (_, "gateway.full" | "gateway.full-for-audio") => Limit::MediaPorts,
        (_, "gateway.no-workers" | "gateway.worker-dead") => Limit::Workers,
        ("produce", "gateway.timeout") => Limit::SpeechService,
        (_, "gateway.timeout" | "gateway.no-answer") => Limit::Gateway,
        _ if fewer => Limit::Workers,
        (_, "media.no-path" | "media.no-keys" | "media.silence") => Limit::MediaPath,
        ("connect", _) | (_, "gateway.disconnected" | "gateway.not-connected") => {
            Limit::Connections
        }
        _ => Limit::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: u32) -> Sample {
        Sample {
            at_ms: f64::from(second) * 1_000.0,
            ready: second as usize * 2,
            loss: Some(0.001),
            delay_p90_ms: Some(4.0),
            own: OwnUse {
                cpu_percent: 30.0,
                files: 40,
                files_limit: Some(1_024),
                cores: 2,
                ..OwnUse::default()
            },
            workers: Some(2),
            restarted: false,
        }
    }

    fn samples() -> Vec<Sample> {
        (1..=20).map(sample).collect()
    }

    fn fault(second: u64, stage: &str, code: &str) -> Fault {
        Fault {
            at_ms: second * 1_000,
            ready: 11,
            stage: stage.to_owned(),
            code: code.to_owned(),
        }
    }

    fn limit(samples: &[Sample], faults: &[Fault]) -> Option<Limit> {
        find(samples, faults, true).map(|breaking| breaking.limit)
    }

    #[test]
    fn nothing_ran_out() {
        assert_eq!(find(&samples(), &[], true), None);
        assert_eq!(find(&[], &[], true), None);
    }

    #[test]
    fn each_refusal_has_its_limit() {
        let cases = [
            ("send-transport", "gateway.full", Limit::MediaPorts),
            ("produce", "gateway.full-for-audio", Limit::MediaPorts),
            ("receive-transport", "gateway.worker-dead", Limit::Workers),
            ("produce", "gateway.timeout", Limit::SpeechService),
            ("join", "gateway.timeout", Limit::Gateway),
            ("connect", "gateway.unreachable", Limit::Connections),
            ("send-ice", "media.no-path", Limit::MediaPath),
            ("join", "gateway.refused", Limit::Refused),
        ];
        for (stage, code, expected) in cases {
            let found = find(&samples(), &[fault(5, stage, code)], true).expect("a limit");
            assert_eq!(found.limit, expected, "{stage} {code}");
            assert_eq!(found.participants, 11);
        }
    }

    #[test]
    fn an_overloaded_client_is_blamed_before_the_server() {
        let faults = [fault(5, "send-ice", "media.no-path")];
        let mut busy = samples();
        busy[4].own.cpu_percent = 195.0;
        assert_eq!(limit(&busy, &faults), Some(Limit::OwnCpu));
        let mut late = samples();
        late[4].own.timer_late_ms = 30.0;
        assert_eq!(limit(&late, &faults), Some(Limit::OwnCpu));
        let mut files = samples();
        files[4].own.files = 1_020;
        assert_eq!(limit(&files, &faults), Some(Limit::OwnFiles));
        assert!(Limit::OwnCpu.is_own() && !Limit::Gateway.is_own());
    }

    #[test]
    fn three_bad_intervals_in_a_row_are_needed() {
        let mut two = samples();
        two[7].loss = Some(0.2);
        two[8].delay_p90_ms = Some(900.0);
        assert_eq!(find(&two, &[], true), None);
        let mut three = two.clone();
        three[9].loss = Some(0.07);
        let found = find(&three, &[], true).expect("a limit");
        assert_eq!(
            (found.limit, found.participants),
            (Limit::MediaCapacity, 16)
        );
        three[8].own.cpu_percent = 200.0;
        assert_eq!(limit(&three, &[]), Some(Limit::OwnCpu));
    }

    #[test]
    fn what_is_missing_in_the_end_is_blamed_on_the_worst_interval() {
        let mut lossy = samples();
        lossy[7].loss = Some(0.04);
        assert_eq!(find(&lossy, &[], true), None);
        let found = find(&lossy, &[], false).expect("a limit");
        assert_eq!(
            (found.limit, found.participants),
            (Limit::MediaCapacity, 16)
        );
        lossy[7].own.run_queue_percent = 80.0;
        let found = find(&lossy, &[], false).expect("a limit");
        assert_eq!(found.limit, Limit::OwnCpu);
    }

    #[test]
    fn the_first_sign_counts() {
        let mut restarted = samples();
        restarted[9].restarted = true;
        let later = [fault(11, "join", "gateway.disconnected")];
        assert_eq!(limit(&restarted, &later), Some(Limit::Restart));
        let earlier = [fault(3, "send-transport", "gateway.full")];
        assert_eq!(limit(&restarted, &earlier), Some(Limit::MediaPorts));
    }

    #[test]
    fn a_missing_worker_explains_lost_paths() {
        let mut fewer = samples();
        for sample in &mut fewer[4..] {
            sample.workers = Some(1);
        }
        let faults = [fault(6, "receive-ice", "media.no-path")];
        assert_eq!(limit(&fewer, &faults), Some(Limit::Workers));
    }
}
