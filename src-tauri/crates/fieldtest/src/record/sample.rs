//! From totals since the join to what the last second was like.

use std::collections::BTreeMap;

use call::view::{CallView, LevelsView, MediaPathView};
use call::{CallStats, ReceivedStats};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Frames of 20 ms in a second.
const FRAMES_A_SECOND: f64 = 50.0;
/// The codec of all sound.
const CODEC: &str = "Opus";
/// Stands for oneself where others have an id.
pub const ME: &str = "me";

/// Which way sound goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Direction {
    /// Of somebody else, received.
    In,
    /// One's own, sent.
    Out,
}

/// One stream of sound in one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, rename = "StatsRow")]
pub struct Row {
    /// Whose it is; `me` for one's own.
    pub participant_id: String,
    /// Their name, untrusted text.
    pub name: String,
    /// Which way it goes.
    pub direction: Direction,
    /// Packets lost, in percent.
    pub loss_percent: f64,
    /// Interarrival jitter (RFC 3550), milliseconds; of what is received.
    pub jitter_ms: Option<f64>,
    /// Round trip to the gateway, milliseconds.
    pub delay_ms: Option<f64>,
    /// Loudness, dBFS from -127 to 0.
    pub level_db: f32,
    /// What the jitter buffer holds, milliseconds; of what is received.
    pub buffer_ms: Option<f64>,
    /// Sound that was made up, in percent of the second; of what is received.
    pub concealed_percent: Option<f64>,
    /// Codec.
    pub codec: String,
    /// The way it takes, without addresses, such as `udp4, direct`.
    pub path: String,
}

/// All streams in one second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export, rename = "StatsSample")]
pub struct Sample {
    /// Milliseconds since 1970.
    pub at: u64,
    /// One's own stream first.
    pub rows: Vec<Row>,
}

/// Totals at the sample before.
#[derive(Debug, Default)]
pub(super) struct Totals {
    at: Option<u64>,
    sent: (u64, i64),
    received: BTreeMap<String, ReceivedStats>,
}

impl Totals {
    pub(super) fn rows(
        &mut self,
        at: u64,
        stats: &CallStats,
        levels: &LevelsView,
        view: &CallView,
    ) -> Vec<Row> {
        let frames = frames_between(self.at.replace(at), at);
        let path = stats.path.as_ref().map_or_else(String::new, in_short);
        let sent = (stats.packets_sent, stats.packets_sent_lost);
        let mut rows = vec![Row {
            participant_id: ME.to_owned(),
            name: view.me.name.clone(),
            direction: Direction::Out,
            loss_percent: loss(
                since(sent.0, self.sent.0) as f64,
                sent.1.saturating_sub(self.sent.1),
            ),
            jitter_ms: None,
            delay_ms: stats.round_trip_ms,
            level_db: levels.me,
            buffer_ms: None,
            concealed_percent: None,
            codec: CODEC.to_owned(),
            path: path.clone(),
        }];
        self.sent = sent;
        for participant in &view.participants {
            let Some(now) = stats.received.get(&participant.id) else {
                continue;
            };
            let before = self.received.insert(participant.id.clone(), *now);
            let before = before.unwrap_or(*now);
            let arrived = since(now.packets, before.packets) as f64;
            let lost = now.lost.saturating_sub(before.lost);
            let concealed = since(now.concealed_frames, before.concealed_frames) as f64;
            rows.push(Row {
                participant_id: participant.id.clone(),
                name: participant.name.clone(),
                direction: Direction::In,
                loss_percent: loss(arrived + lost.max(0) as f64, lost),
                jitter_ms: Some(now.jitter_ms),
                delay_ms: stats.round_trip_ms,
                level_db: levels
                    .participants
                    .get(&participant.id)
                    .copied()
                    .unwrap_or(-127.0),
                buffer_ms: Some(now.buffer_ms),
                concealed_percent: Some((concealed / frames * 100.0).min(100.0)),
                codec: CODEC.to_owned(),
                path: path.clone(),
            });
        }
        self.received
            .retain(|id, _| view.participants.iter().any(|one| one.id == *id));
        rows
    }
}

/// How many frames are played from one sample to the next.
fn frames_between(before: Option<u64>, now: u64) -> f64 {
    let ms = before.map_or(1_000, |before| now.saturating_sub(before));
    // The system's clock may be set back.
    ms.max(100) as f64 / 1_000.0 * FRAMES_A_SECOND
}

/// Totals begin anew after a rejoin.
fn since(now: u64, before: u64) -> u64 {
    now.checked_sub(before).unwrap_or(now)
}

/// Late packets can make the total of losses shrink.
fn loss(expected: f64, lost: i64) -> f64 {
    if expected <= 0.0 {
        return 0.0;
    }
    (lost.max(0) as f64 / expected * 100.0).min(100.0)
}

/// A path without addresses.
pub(super) fn in_short(path: &MediaPathView) -> String {
    format!("{}{}, {}", path.protocol, path.ip_version, path.route)
}
