//! How far a participant came, and how long each stage took.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// One stage on the way into a room. The order is that in which they are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// From link or address to the open socket, discovery included.
    Connect,
    /// `join-room`, the race of first joiners included.
    Join,
    /// `create-webrtc-transport` to send.
    SendTransport,
    /// `create-webrtc-transport` to receive.
    ReceiveTransport,
    /// From the open sockets to a path for what is sent.
    SendIce,
    /// From the open sockets to a path for what is received.
    ReceiveIce,
    /// From path and gateway's consent to keys for what is sent.
    SendDtls,
    /// From path and gateway's consent to keys for what is received.
    ReceiveDtls,
    /// `produce`.
    Produce,
    /// `consume` and `resume-consumer` of the first producer there is.
    Consume,
    /// From the first `resume-consumer` to the first packet.
    FirstPacket,
    /// From the same to the first packet that is not silence.
    FirstAudible,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 12] = [
        Self::Connect,
        Self::Join,
        Self::SendTransport,
        Self::ReceiveTransport,
        Self::SendIce,
        Self::ReceiveIce,
        Self::SendDtls,
        Self::ReceiveDtls,
        Self::Produce,
        Self::Consume,
        Self::FirstPacket,
        Self::FirstAudible,
    ];

    /// Its name in reports and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Join => "join",
            Self::SendTransport => "send-transport",
            Self::ReceiveTransport => "receive-transport",
            Self::SendIce => "send-ice",
            Self::ReceiveIce => "receive-ice",
            Self::SendDtls => "send-dtls",
            Self::ReceiveDtls => "receive-dtls",
            Self::Produce => "produce",
            Self::Consume => "consume",
            Self::FirstPacket => "first-packet",
            Self::FirstAudible => "first-audible",
        }
    }
}

/// One stage that was begun.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StageRecord {
    /// When it began, milliseconds after the participant was started.
    pub began_ms: f64,
    /// How long it took until it was done or failed, milliseconds; none while it goes on.
    pub took_ms: Option<f64>,
    /// Stable code of the error that ended it.
    pub failed: Option<String>,
}

/// All stages of one participant that were begun.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Timeline {
    /// By stage.
    pub stages: BTreeMap<Stage, StageRecord>,
    /// Stable code of what ended the stay in the room before its owner did.
    pub lost: Option<String>,
    /// The stay is over and everything is closed.
    pub over: bool,
    #[serde(skip)]
    started: Option<Instant>,
    /// The stages that make a participant ready.
    #[serde(skip)]
    goals: Vec<Stage>,
}

impl Timeline {
    pub(super) fn starting(now: Instant, goals: Vec<Stage>) -> Self {
        Self {
            started: Some(now),
            goals,
            ..Self::default()
        }
    }

    /// Whether a stage was passed.
    pub fn passed(&self, stage: Stage) -> bool {
        let record = self.stages.get(&stage);
        record.is_some_and(|record| record.took_ms.is_some() && record.failed.is_none())
    }

    /// How long a stage took; none if it was not passed.
    pub fn took(&self, stage: Stage) -> Option<Duration> {
        let record = self.stages.get(&stage)?;
        let took = record.took_ms.filter(|_| record.failed.is_none())?;
        Some(Duration::from_secs_f64(took.max(0.0) / 1_000.0))
    }

    /// When a stage was passed, counted from the start of the participant.
    pub fn reached(&self, stage: Stage) -> Option<Duration> {
        let began = self.stages.get(&stage)?.began_ms;
        Some(self.took(stage)? + Duration::from_secs_f64(began.max(0.0) / 1_000.0))
    }

    /// The first stage that failed, and the code of its error.
    pub fn failure(&self) -> Option<(Stage, &str)> {
        self.stages.iter().find_map(|(stage, record)| {
            let code = record.failed.as_deref()?;
            Some((*stage, code))
        })
    }

    /// Connected in all directions that are wanted, with the own track announced.
    pub fn is_ready(&self) -> bool {
        !self.goals.is_empty() && self.goals.iter().all(|stage| self.passed(*stage))
    }

    /// Nothing more is to be expected of the way into the room: it is ready, or failed.
    pub fn is_settled(&self) -> bool {
        self.over || self.lost.is_some() || self.failure().is_some() || self.is_ready()
    }

    /// The stage that was begun last and has not ended.
    pub fn pending(&self) -> Option<Stage> {
        let pending = self.stages.iter().filter(|(_, r)| r.took_ms.is_none());
        let latest = pending.max_by(|(_, one), (_, other)| one.began_ms.total_cmp(&other.began_ms));
        latest.map(|(stage, _)| *stage)
    }

    #[cfg(test)]
    pub(crate) fn set_goals(&mut self, goals: Vec<Stage>) {
        self.goals = goals;
    }

    fn since_start(&self, now: Instant) -> f64 {
        let started = self.started.unwrap_or(now);
        now.saturating_duration_since(started).as_secs_f64() * 1_000.0
    }

    /// Begins a stage; a second beginning changes nothing.
    pub(super) fn begin(&mut self, stage: Stage, now: Instant) {
        let began_ms = self.since_start(now);
        self.stages.entry(stage).or_insert_with(|| StageRecord {
            began_ms,
            ..StageRecord::default()
        });
    }

    /// Ends a stage once; `error` is the code of a failure.
    pub(super) fn end(&mut self, stage: Stage, now: Instant, error: Option<&str>) {
        self.begin(stage, now);
        let at = self.since_start(now);
        if let Some(record) = self.stages.get_mut(&stage)
            && record.took_ms.is_none()
        {
            record.took_ms = Some((at - record.began_ms).max(0.0));
            record.failed = error.map(str::to_owned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_begin_and_end_once() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut timeline = Timeline::starting(start, vec![Stage::SendDtls]);
        timeline.begin(Stage::Join, at(10));
        timeline.begin(Stage::Join, at(20));
        assert!(!timeline.passed(Stage::Join));
        timeline.end(Stage::Join, at(40), None);
        timeline.end(Stage::Join, at(90), Some("late"));
        assert_eq!(timeline.took(Stage::Join), Some(Duration::from_millis(30)));
        assert_eq!(
            timeline.reached(Stage::Join),
            Some(Duration::from_millis(40))
        );
        assert_eq!(timeline.failure(), None);
    }

    #[test]
    fn a_failed_stage_settles_and_was_not_passed() {
        let start = Instant::now();
        let mut timeline = Timeline::starting(start, vec![Stage::SendDtls]);
        timeline.begin(Stage::SendIce, start);
        assert!(!timeline.is_settled());
        timeline.end(Stage::SendIce, start, Some("media.no-path"));
        assert!(timeline.is_settled() && !timeline.is_ready());
        assert_eq!(timeline.failure(), Some((Stage::SendIce, "media.no-path")));
        assert_eq!(timeline.took(Stage::SendIce), None);
    }

    #[test]
    fn the_names_are_those_of_the_serialised_stages() {
        for stage in Stage::ALL {
            let text = serde_json::to_value(stage).expect("a name");
            assert_eq!(text, stage.name());
        }
    }
}
