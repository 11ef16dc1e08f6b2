//! One round: two participants meet in a room of their own, one chirps, the other listens.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use media::TransportOptions;
use serde::{Deserialize, Serialize};
use signaling::{ConnectOptions, DiscoveryOptions, RoomId, RoomLink};

use super::policy::{AUDIBLE_LIMIT, LISTEN, LOSS_FAILED, ROUND_LIMIT, SETTLE_LIMIT};
use super::quality::mos;
use crate::Rung;
use crate::participant::{
    Listen, Pacer, Participant, ParticipantOptions, ParticipantReport, Stage, Voice,
};

/// What a round needs.
#[derive(Debug, Clone)]
pub struct RoundOptions {
    /// The site or gateway. Its room is left alone.
    pub link: RoomLink,
    /// How the gateway is found: each round looks for it again.
    pub discovery: DiscoveryOptions,
    /// How sockets are opened.
    pub connect: ConnectOptions,
    /// How media reaches the gateway.
    pub media: TransportOptions,
}

/// What a round found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Round {
    /// When it began, milliseconds since the Unix epoch.
    pub at_unix_ms: u64,
    /// How long it took, milliseconds.
    pub took_ms: f64,
    /// Whether the chirp came through.
    pub ok: bool,
    /// The layer that failed.
    pub layer: Option<Rung>,
    /// Name of the stage that failed.
    pub stage: Option<String>,
    /// Stable code of what went wrong.
    pub code: Option<String>,
    /// How long each stage took that was passed, milliseconds; the slower of both participants.
    pub stages_ms: BTreeMap<String, f64>,
    /// Round trip between the sender and the media server, milliseconds.
    pub round_trip_ms: Option<f64>,
    /// From one participant through the server to the other, milliseconds: the median.
    pub delay_ms: Option<f64>,
    /// Interarrival jitter (RFC 3550), milliseconds.
    pub jitter_ms: Option<f64>,
    /// Share of packets that did not come, 0 to 1.
    pub loss: Option<f64>,
    /// Estimated mean opinion score; see [`super::mos`].
    pub mos: Option<f64>,
}

/// Measures one round. Bounded in time; whatever happens, both participants leave.
pub async fn measure(options: &RoundOptions, pacer: &Pacer, voice: &Voice) -> Round {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let at_unix_ms = since_epoch.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX));
    let began = Instant::now();
    let mut pair = Pair::start(options, pacer, voice);
    let in_time = tokio::time::timeout(ROUND_LIMIT, pair.listen()).await;
    let round_trip = pair.round_trip().await;
    let (speaker, listener) = pair.leave().await;
    let mut round = judge(&speaker, &listener, in_time.is_ok());
    round.at_unix_ms = at_unix_ms;
    round.round_trip_ms = round_trip.map(millis);
    round.took_ms = millis(began.elapsed());
    round
}

struct Pair {
    speaker: Participant,
    listener: Participant,
}

impl Pair {
    fn start(options: &RoundOptions, pacer: &Pacer, voice: &Voice) -> Self {
        let room = RoomId::generate(&mut rand::rng());
        let mut link = RoomLink::to_room(room, options.link.site.clone());
        link.gateway = options.link.gateway.clone();
        let participant = |name: &str, voice: Option<Voice>, others: bool| {
            let mut wanted = ParticipantOptions::new(link.clone(), name);
            wanted.discovery = options.discovery.clone();
            wanted.connect = options.connect.clone();
            wanted.media = options.media.clone();
            wanted.voice = voice;
            // One transport each: half the media ports of a call of two.
            wanted.listen = Listen { others, own: false };
            Participant::start(wanted, pacer)
        };
        Self {
            speaker: participant("probe 1", Some(voice.clone()), false),
            listener: participant("probe 2", None, true),
        }
    }

    /// Until enough was heard, or one of them failed.
    async fn listen(&mut self) {
        let speaker = self.speaker.settled(SETTLE_LIMIT).await;
        let listener = self.listener.settled(SETTLE_LIMIT).await;
        if !speaker.is_ready() || !listener.is_ready() {
            return;
        }
        let audible = |timeline: &crate::participant::Timeline| {
            timeline.passed(Stage::FirstAudible) || timeline.lost.is_some()
        };
        self.listener.reached(AUDIBLE_LIMIT, audible).await;
        let lost = |timeline: &crate::participant::Timeline| timeline.lost.is_some();
        tokio::select! {
            _ = self.listener.reached(LISTEN, lost) => {}
            _ = self.speaker.reached(LISTEN, lost) => {}
        }
    }

    async fn round_trip(&self) -> Option<Duration> {
        let stats = self.speaker.engine_stats().await;
        let by_reports = stats.producer.and_then(|producer| producer.round_trip);
        by_reports.or_else(|| stats.send?.round_trip)
    }

    async fn leave(self) -> (ParticipantReport, ParticipantReport) {
        tokio::join!(self.speaker.leave(), self.listener.leave())
    }
}

/// From the two reports to the round: pure.
fn judge(speaker: &ParticipantReport, listener: &ParticipantReport, in_time: bool) -> Round {
    let mut round = Round::default();
    for report in [speaker, listener] {
        for stage in Stage::ALL {
            if let Some(took) = report.timeline.took(stage) {
                let slower = round.stages_ms.entry(stage.name().to_owned()).or_default();
                *slower = slower.max(millis(took));
            }
        }
    }
    let track = listener.received.iter().max_by_key(|track| track.packets);
    if let Some(track) = track.filter(|track| track.packets > 0) {
        let lost = track.lost.max(0) as f64;
        let loss = lost / (track.packets as f64 + lost);
        round.loss = Some(loss);
        round.jitter_ms = Some(track.jitter_ms);
        round.delay_ms = track.delays.quantile(0.5).map(millis);
        round.mos = round
            .delay_ms
            .map(|delay| mos(delay, track.jitter_ms, loss));
    }
    let failure = failure(speaker, listener, in_time, round.loss);
    round.ok = failure.is_none();
    if let Some((stage, code)) = failure {
        round.layer = Some(layer(stage, &code));
        round.stage = stage.map(|stage| stage.name().to_owned());
        round.code = Some(code);
    }
    round
}

/// The lowest stage that failed, and why.
fn failure(
    speaker: &ParticipantReport,
    listener: &ParticipantReport,
    in_time: bool,
    loss: Option<f64>,
) -> Option<(Option<Stage>, String)> {
    let both = [&speaker.timeline, &listener.timeline];
    let failed = both.iter().filter_map(|timeline| timeline.failure());
    if let Some((stage, code)) = failed.min_by_key(|(stage, _)| *stage) {
        return Some((Some(stage), code.to_owned()));
    }
    if let Some(code) = both.iter().find_map(|timeline| timeline.lost.clone()) {
        return Some((None, code));
    }
    let pending = |timeline: &&&crate::participant::Timeline| !timeline.is_ready();
    if let Some(late) = both.iter().find(pending) {
        return Some((late.pending(), "gateway.timeout".to_owned()));
    }
    if !in_time || !listener.timeline.passed(Stage::FirstAudible) {
        let heard = listener.timeline.passed(Stage::FirstPacket);
        let stage = if heard {
            Stage::FirstAudible
        } else {
            Stage::FirstPacket
        };
        return Some((Some(stage), "media.silence".to_owned()));
    }
    let lossy = loss.is_some_and(|loss| loss > LOSS_FAILED);
    lossy.then(|| (Some(Stage::FirstAudible), "media.loss".to_owned()))
}

/// Which layer a failure is blamed on. No stage: the stay was lost after it had worked.
fn layer(stage: Option<Stage>, code: &str) -> Rung {
    match (stage, code) {
        (_, "gateway.full" | "gateway.full-for-audio") => Rung::Capacity,
        (_, "gateway.unknown-host" | "gateway.proxy") => Rung::Address,
        (_, "gateway.unreachable" | "gateway.certificate") => Rung::Tls,
        (_, "gateway.insecure") => Rung::Site,
        (_, "gateway.disconnected" | "gateway.not-connected" | "gateway.connection-refused") => {
            Rung::Namespace
        }
        (Some(Stage::Connect), _) => Rung::Websocket,
        (Some(Stage::Produce), "gateway.timeout") => Rung::Services,
        (Some(Stage::SendIce | Stage::ReceiveIce), _) => Rung::Ice,
        (Some(Stage::SendDtls | Stage::ReceiveDtls), _) => Rung::Dtls,
        (None, "media.no-path") => Rung::Ice,
        (None | Some(Stage::FirstPacket | Stage::FirstAudible | Stage::Consume), _) => Rung::Media,
        (Some(_), _) => Rung::Room,
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::participant::Received;

    fn report(stages: &str, goals: &[Stage]) -> ParticipantReport {
        let json = format!("{{\"stages\":{{{stages}}}}}");
        let mut timeline: crate::participant::Timeline =
            serde_json::from_str(&json).expect("a timeline");
        timeline.set_goals(goals.to_vec());
        ParticipantReport {
            timeline,
            ..ParticipantReport::default()
        }
    }

    fn heard(packets: u64, lost: i64) -> ParticipantReport {
        let mut listener = report(
            r#""join":{"beganMs":1,"tookMs":4},"first-packet":{"beganMs":9,"tookMs":30},
               "first-audible":{"beganMs":9,"tookMs":40}"#,
            &[Stage::Join],
        );
        let mut track = Received {
            packets,
            lost,
            jitter_ms: 2.0,
            ..Received::default()
        };
        track.delays.record(Duration::from_millis(5));
        listener.received.push(track);
        listener
    }

    fn speaker() -> ParticipantReport {
        report(r#""join":{"beganMs":1,"tookMs":7}"#, &[Stage::Join])
    }

    #[test]
    fn a_chirp_that_came_through_is_ok_and_scored() {
        let round = judge(&speaker(), &heard(150, 0), true);
        assert!(round.ok, "{round:?}");
        assert_eq!(round.stages_ms.get("join"), Some(&7.0), "the slower one");
        assert!(round.mos.is_some_and(|mos| mos > 4.2));
        assert_eq!(round.loss, Some(0.0));
    }

    #[test]
    fn each_failure_has_its_layer() {
        let cases = [
            ("connect", "gateway.unknown-host", Rung::Address),
            ("connect", "gateway.unreachable", Rung::Tls),
            ("connect", "gateway.no-answer", Rung::Websocket),
            ("connect", "gateway.connection-refused", Rung::Namespace),
            ("join", "gateway.timeout", Rung::Room),
            ("send-transport", "gateway.full", Rung::Capacity),
            ("send-ice", "media.no-path", Rung::Ice),
            ("receive-dtls", "media.no-keys", Rung::Dtls),
            ("produce", "gateway.timeout", Rung::Services),
            ("consume", "gateway.refused", Rung::Media),
        ];
        for (stage, code, expected) in cases {
            let failed = format!(r#""{stage}":{{"tookMs":4,"failed":"{code}"}}"#);
            let round = judge(&report(&failed, &[Stage::Join]), &speaker(), true);
            assert!(!round.ok);
            assert_eq!(round.layer, Some(expected), "{stage} {code}");
            assert_eq!(round.code.as_deref(), Some(code));
        }
    }

    #[test]
    fn silence_loss_and_a_lost_socket_are_told_apart() {
        let silent = judge(&speaker(), &speaker(), true);
        assert_eq!(silent.code.as_deref(), Some("media.silence"));
        assert_eq!(silent.layer, Some(Rung::Media));
        let lossy = judge(&speaker(), &heard(60, 40), true);
        assert_eq!(lossy.code.as_deref(), Some("media.loss"));
        let mut gone = heard(60, 0);
        gone.timeline.lost = Some("gateway.disconnected".to_owned());
        let round = judge(&speaker(), &gone, true);
        assert_eq!(round.layer, Some(Rung::Namespace));
        let stuck = report(r#""join":{"beganMs":3}"#, &[Stage::Join]);
        let round = judge(&stuck, &heard(60, 0), true);
        assert_eq!(round.code.as_deref(), Some("gateway.timeout"));
    }
}
