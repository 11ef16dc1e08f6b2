//! What a run came to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::breaking::{self, Breaking, Fault, Sample};
use super::own::OwnUse;
use super::percentiles::Percentiles;
use super::policy::{LOSS_WELL, SILENT_MS};
use crate::health::Health;
use crate::participant::{Histogram, ParticipantReport, Stage};

/// Version of [`LoadReport`] as JSON.
pub const SCHEMA: u32 = 1;

/// What is told while a run goes on, once a second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Progress {
    /// Since the beginning, seconds.
    pub elapsed_s: f64,
    /// How long the run is meant to last, seconds.
    pub planned_s: f64,
    /// Participants that are planned.
    pub planned: usize,
    /// Participants that were started.
    pub started: usize,
    /// Participants that are connected now.
    pub ready: usize,
    /// Participants that failed or were lost.
    pub failed: usize,
    /// Tracks that arrive now.
    pub tracks: usize,
    /// Tracks that should arrive now.
    pub tracks_wanted: usize,
    /// The last second.
    pub sample: Sample,
    /// What the gateway says of itself, if it does.
    pub health: Option<Health>,
}

/// Who received what they should have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Receiving {
    /// Tracks that should have arrived at the end, over all participants.
    pub tracks_wanted: usize,
    /// Tracks that did: audible, flowing to the end, and hardly anything missing.
    pub tracks: usize,
    /// Participants that received everybody.
    pub complete: usize,
}

/// A run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LoadReport {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Rooms that were planned.
    pub rooms: usize,
    /// Participants that were planned for each.
    pub per_room: usize,
    /// Participants that were started.
    pub started: usize,
    /// Participants that were connected in both directions.
    pub ready: usize,
    /// Stage and code of what went wrong, and how often.
    pub faults: BTreeMap<String, usize>,
    /// Who received what.
    pub receiving: Receiving,
    /// From the start of a participant to the answer to its join, ms.
    pub join_ms: Percentiles,
    /// From the start of a participant to media in both directions, ms.
    pub ready_ms: Percentiles,
    /// From asking for the first track to something audible, ms.
    pub first_audio_ms: Percentiles,
    /// Packets missing, percent, by track.
    pub loss_percent: Percentiles,
    /// Jitter (RFC 3550), ms, by track.
    pub jitter_ms: Percentiles,
    /// From sending to receiving through the server, ms, over all packets.
    pub delay_ms: Percentiles,
    /// Packets sent.
    pub sent: u64,
    /// Packets received.
    pub received: u64,
    /// Where it begins to fail; none if it did not.
    pub breaking: Option<Breaking>,
    /// Means while everybody was there: what this process used.
    pub own: OwnUse,
    /// Processor time, percent of a core, for each connected participant.
    pub cpu_percent_each: f64,
    /// What the gateway said of itself before.
    pub health_before: Option<Health>,
    /// What it said at last.
    pub health_after: Option<Health>,
    /// The run was stopped before its time.
    pub interrupted: bool,
}

/// One participant at the end.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) room: usize,
    /// Still in the room at the end.
    pub(super) present: bool,
    pub(super) report: ParticipantReport,
}

/// Everything that was noted.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) seen: Vec<Seen>,
    pub(super) samples: Vec<Sample>,
    pub(super) faults: Vec<Fault>,
    /// When everybody was to be there, ms after the beginning.
    pub(super) full_at_ms: f64,
}

impl Notes {
    pub(super) fn into_report(self) -> LoadReport {
        let receiving = receiving(&self.seen);
        let complete = receiving.tracks == receiving.tracks_wanted;
        let mut report = LoadReport {
            schema: SCHEMA,
            started: self.seen.len(),
            receiving,
            breaking: breaking::find(&self.samples, &self.faults, complete),
            ..LoadReport::default()
        };
        for fault in &self.faults {
            let name = format!("{} {}", fault.stage, fault.code);
            *report.faults.entry(name).or_default() += 1;
        }
        report.measure(&self.seen);
        report.own = mean(&self.samples, self.full_at_ms);
        report.cpu_percent_each = report.own.cpu_percent / report.ready.max(1) as f64;
        report
    }
}

impl LoadReport {
    fn measure(&mut self, seen: &[Seen]) {
        let timelines = || seen.iter().map(|seen| &seen.report.timeline);
        let millis = |duration: std::time::Duration| duration.as_secs_f64() * 1_000.0;
        let join = timelines().filter_map(|t| t.reached(Stage::Join));
        self.join_ms = Percentiles::of(join.map(millis));
        self.ready = timelines().filter(|t| t.is_ready()).count();
        let ready = timelines().filter(|t| t.is_ready()).filter_map(|t| {
            let all = [Stage::SendDtls, Stage::ReceiveDtls, Stage::Produce];
            all.into_iter().filter_map(|stage| t.reached(stage)).max()
        });
        self.ready_ms = Percentiles::of(ready.map(millis));
        let audio = timelines().filter_map(|t| t.took(Stage::FirstAudible));
        self.first_audio_ms = Percentiles::of(audio.map(millis));

        let tracks = || seen.iter().flat_map(|seen| &seen.report.received);
        let expected = |lost: i64, packets: u64| packets.saturating_add_signed(lost.max(0));
        let loss = tracks().filter(|track| track.packets > 0).map(|track| {
            let lost = track.lost.max(0) as f64;
            lost / expected(track.lost, track.packets).max(1) as f64 * 100.0
        });
        self.loss_percent = Percentiles::of(loss);
        let jitter = tracks().filter(|track| track.packets > 1);
        self.jitter_ms = Percentiles::of(jitter.map(|track| track.jitter_ms));
        let mut delays = Histogram::default();
        for track in tracks() {
            delays.merge(&track.delays);
        }
        self.delay_ms = Percentiles::of_histogram(&delays);
        self.sent = seen.iter().map(|seen| seen.report.sent).sum();
        self.received = tracks().map(|track| track.packets).sum();
    }
}

fn receiving(seen: &[Seen]) -> Receiving {
    let mut present: BTreeMap<usize, usize> = BTreeMap::new();
    let here = || {
        seen.iter()
            .filter(|s| s.present && s.report.timeline.is_ready())
    };
    for one in here() {
        *present.entry(one.room).or_default() += 1;
    }
    let mut sum = Receiving::default();
    for one in here() {
        let wanted = present
            .get(&one.room)
            .map_or(0, |count| count.saturating_sub(1));
        let well = one.report.received.iter().filter(|track| {
            let flowing = track.silent_for_ms.is_some_and(|silent| silent < SILENT_MS);
            let lost = track.lost.max(0) as f64;
            let few_lost = lost <= (track.packets as f64 + lost) * LOSS_WELL;
            track.live && flowing && track.audible && few_lost
        });
        let well = well.count().min(wanted);
        sum.tracks_wanted += wanted;
        sum.tracks += well;
        sum.complete += usize::from(well == wanted);
    }
    sum
}

/// Means of what was used from a moment on; of everything, if nothing was seen after it.
fn mean(samples: &[Sample], from_ms: f64) -> OwnUse {
    let after = samples.iter().filter(|sample| sample.at_ms > from_ms);
    let mut chosen: Vec<&Sample> = after.collect();
    if chosen.is_empty() {
        chosen = samples.iter().collect();
    }
    let count = chosen.len().max(1) as f64;
    let mean = |value: fn(&OwnUse) -> f64| {
        chosen.iter().map(|sample| value(&sample.own)).sum::<f64>() / count
    };
    let last = chosen.last().map(|sample| sample.own).unwrap_or_default();
    OwnUse {
        cpu_percent: mean(|own| own.cpu_percent),
        run_queue_percent: mean(|own| own.run_queue_percent),
        timer_late_ms: mean(|own| own.timer_late_ms),
        skipped: mean(|own| own.skipped),
        ..last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::participant::Received;

    fn track(lost: i64) -> Received {
        Received {
            live: true,
            audible: true,
            packets: 1_000,
            lost,
            jitter_ms: 2.0,
            silent_for_ms: Some(15.0),
            ..Received::default()
        }
    }

    fn seen(room: usize, received: Vec<Received>) -> Seen {
        let goals = "{\"stages\":{\"join\":{\"beganMs\":10,\"tookMs\":5}}}";
        let mut timeline: crate::participant::Timeline =
            serde_json::from_str(goals).expect("a timeline");
        timeline.set_goals(vec![Stage::Join]);
        Seen {
            room,
            present: true,
            report: ParticipantReport {
                timeline,
                sent: 100,
                received,
                others: 1,
            },
        }
    }

    #[test]
    fn everybody_is_expected_to_receive_the_others_of_their_room() {
        let people = [
            seen(0, vec![track(0)]),
            seen(0, vec![track(300)]),
            seen(1, vec![]),
            seen(2, vec![track(1), track(2)]),
            seen(2, vec![track(1)]),
            seen(2, vec![track(0), track(0)]),
        ];
        let receiving = receiving(&people);
        assert_eq!(receiving.tracks_wanted, 2 + 6);
        assert_eq!(receiving.tracks, 1 + 5);
        assert_eq!(receiving.complete, 4, "alone is complete, too");
    }

    #[test]
    fn a_silent_or_ended_track_is_not_received() {
        let mut silent = track(0);
        silent.silent_for_ms = Some(5_000.0);
        let mut gone = track(0);
        gone.live = false;
        let people = [seen(0, vec![silent]), seen(0, vec![gone])];
        assert_eq!(receiving(&people).tracks, 0);
    }

    #[test]
    fn a_report_sums_up() {
        let notes = Notes {
            seen: vec![seen(0, vec![track(10)]), seen(0, vec![track(0)])],
            faults: vec![Fault {
                stage: "join".into(),
                code: "gateway.timeout".into(),
                ..Fault::default()
            }],
            ..Notes::default()
        };
        let report = notes.into_report();
        assert_eq!(
            (report.ready, report.sent, report.received),
            (2, 200, 2_000)
        );
        assert_eq!(report.join_ms.p50, 15.0);
        assert!((report.loss_percent.max - 0.99).abs() < 0.01);
        assert_eq!(report.faults.get("join gateway.timeout"), Some(&1));
        assert!(report.breaking.is_some());
    }
}
