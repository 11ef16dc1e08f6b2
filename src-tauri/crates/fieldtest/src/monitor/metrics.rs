//! What all rounds came to, as Prometheus reads it (text exposition format 0.0.4).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::exposition::{Page, escaped};
use super::policy::RESTART_SLACK;
use super::round::Round;
use super::sentences::Sentences;
use crate::Rung;
use crate::health::Health;
use crate::participant::Stage;

/// Counts and last values since the probe was started.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    ok: u64,
    failed: u64,
    skipped: u64,
    failures: BTreeMap<(&'static str, String), u64>,
    last: Option<Round>,
    sentences: Sentences,
    last_success_unix_ms: Option<u64>,
    restarts: u64,
    uptime_s: Option<f64>,
    /// When the gateway began at the latest, as far as it told.
    gateway_began: Option<Instant>,
    health_failed: u64,
}

/// Name of a layer in metrics.
pub fn layer_name(rung: Rung) -> &'static str {
    match rung {
        Rung::Link => "link",
        Rung::Address => "address",
        Rung::Tls => "tls",
        Rung::Site => "site",
        Rung::Services => "services",
        Rung::Endpoint => "endpoint",
        Rung::Polling => "polling",
        Rung::Websocket => "websocket",
        Rung::Namespace => "namespace",
        Rung::Cors => "cors",
        Rung::Vocabulary => "vocabulary",
        Rung::Room => "room",
        Rung::Capacity => "capacity",
        Rung::Ice => "ice",
        Rung::Turn => "turn",
        Rung::Dtls => "dtls",
        Rung::Media => "media",
        Rung::Pipeline => "pipeline",
        Rung::Machine => "machine",
    }
}

/// The layers that a round says something about, in order.
const LAYERS: [Rung; 11] = [
    Rung::Address,
    Rung::Tls,
    Rung::Site,
    Rung::Services,
    Rung::Websocket,
    Rung::Namespace,
    Rung::Room,
    Rung::Capacity,
    Rung::Ice,
    Rung::Dtls,
    Rung::Media,
];

impl Metrics {
    /// Counts a round.
    pub fn round(&mut self, round: &Round) {
        if round.ok {
            self.ok += 1;
            self.last_success_unix_ms = Some(round.at_unix_ms);
        } else {
            self.failed += 1;
            let layer = round.layer.map_or("unknown", layer_name);
            let code = round.code.clone().unwrap_or_default();
            *self.failures.entry((layer, code)).or_default() += 1;
        }
        if let Some(captions) = &round.captions {
            self.sentences.count(round.at_unix_ms, captions);
        }
        self.last = Some(round.clone());
    }

    /// Counts rounds that could not begin in time.
    pub fn skip(&mut self, rounds: u64) {
        self.skipped += rounds;
    }

    /// Notes what the gateway says of itself when asked at `asked` and heard at `heard`; true if
    /// it was restarted since the last time.
    pub fn health(&mut self, asked: Instant, heard: Instant, health: Option<Health>) -> bool {
        let Some(health) = health else {
            self.health_failed += 1;
            return false;
        };
        let uptime = Duration::try_from_secs_f64(health.uptime_s).unwrap_or_default();
        let (Some(earliest), Some(latest)) = (asked.checked_sub(uptime), heard.checked_sub(uptime))
        else {
            return false;
        };
        let restarted = self
            .gateway_began
            .is_some_and(|before| earliest > before + RESTART_SLACK);
        self.restarts += u64::from(restarted);
        self.uptime_s = Some(health.uptime_s);
        self.gateway_began = Some(latest);
        restarted
    }

    /// Rounds of which the chirp came through, those that failed, those that were left out.
    pub fn totals(&self) -> (u64, u64, u64) {
        (self.ok, self.failed, self.skipped)
    }

    /// Restarts of the gateway that were noticed.
    pub fn restarts(&self) -> u64 {
        self.restarts
    }

    /// The page for Prometheus.
    pub fn render(&self) -> String {
        let mut page = Page::default();
        page.family("rounds_total", "counter", "Rounds by outcome.");
        page.value("rounds_total", "outcome=\"ok\"", self.ok as f64);
        page.value("rounds_total", "outcome=\"failed\"", self.failed as f64);
        page.single(
            "rounds_skipped_total",
            "counter",
            "Rounds left out because the one before took too long.",
            Some(self.skipped as f64),
        );
        page.family(
            "failures_total",
            "counter",
            "Failed rounds by layer and cause.",
        );
        for ((layer, code), count) in &self.failures {
            let labels = format!("layer=\"{layer}\",code=\"{}\"", escaped(code));
            page.value("failures_total", &labels, *count as f64);
        }
        page.single(
            "last_success_timestamp_seconds",
            "gauge",
            "When the last round began whose chirp came through.",
            self.last_success_unix_ms.map(|ms| ms as f64 / 1_000.0),
        );
        page.single(
            "gateway_restarts_total",
            "counter",
            "Restarts of the gateway, noticed by its uptime.",
            Some(self.restarts as f64),
        );
        page.single(
            "gateway_uptime_seconds",
            "gauge",
            "Uptime that the gateway told last.",
            self.uptime_s,
        );
        page.single(
            "gateway_health_failures_total",
            "counter",
            "Times that the gateway's health page could not be read.",
            Some(self.health_failed as f64),
        );
        if let Some(last) = &self.last {
            page.last_round(last, self.sentences.work());
        }
        self.sentences.render(&mut page);
        page.0
    }
}

impl Page {
    /// `captions`: whether captions worked when they were last looked at.
    fn last_round(&mut self, round: &Round, captions: Option<bool>) {
        let up = f64::from(u8::from(round.ok));
        self.single("up", "gauge", "Whether the last round was ok.", Some(up));
        self.single(
            "last_round_timestamp_seconds",
            "gauge",
            "When the last round began.",
            Some(round.at_unix_ms as f64 / 1_000.0),
        );
        let seconds = |ms: f64| ms / 1_000.0;
        self.single(
            "round_seconds",
            "gauge",
            "How long the last round took.",
            Some(seconds(round.took_ms)),
        );
        self.family(
            "layer_ok",
            "gauge",
            "Layers of the last round: 1 ok, 0 failed; none where nothing was seen.",
        );
        let pipeline = captions.map(|ok| (Rung::Pipeline, ok));
        for (layer, ok) in layers(round).chain(pipeline) {
            let labels = format!("layer=\"{}\"", layer_name(layer));
            self.value("layer_ok", &labels, f64::from(u8::from(ok)));
        }
        self.family(
            "stage_seconds",
            "gauge",
            "How long the stages of the last round took.",
        );
        for (stage, ms) in &round.stages_ms {
            self.value("stage_seconds", &format!("stage=\"{stage}\""), seconds(*ms));
        }
        let numbers = [
            (
                "round_trip_seconds",
                "Round trip to the media server.",
                round.round_trip_ms.map(seconds),
            ),
            (
                "delay_seconds",
                "Delay from participant to participant, median.",
                round.delay_ms.map(seconds),
            ),
            (
                "jitter_seconds",
                "Interarrival jitter (RFC 3550).",
                round.jitter_ms.map(seconds),
            ),
            ("loss_ratio", "Share of lost packets, 0 to 1.", round.loss),
            (
                "mos",
                "Estimated mean opinion score (G.107, simplified).",
                round.mos,
            ),
        ];
        for (name, help, value) in numbers {
            self.single(name, "gauge", help, value);
        }
    }
}

/// What the last round says of each layer: those below a failure were passed, those above it were
/// not looked at.
fn layers(round: &Round) -> impl Iterator<Item = (Rung, bool)> + '_ {
    let passed = |stage: Stage| round.stages_ms.contains_key(stage.name());
    LAYERS.into_iter().filter_map(move |layer| {
        if round.layer == Some(layer) {
            return Some((layer, false));
        }
        let seen = match layer {
            Rung::Address | Rung::Tls | Rung::Site | Rung::Websocket | Rung::Namespace => {
                passed(Stage::Connect)
            }
            Rung::Room => passed(Stage::Join),
            Rung::Capacity => passed(Stage::SendTransport) && passed(Stage::ReceiveTransport),
            Rung::Services => passed(Stage::Produce),
            Rung::Ice => passed(Stage::SendIce) && passed(Stage::ReceiveIce),
            Rung::Dtls => passed(Stage::SendDtls) && passed(Stage::ReceiveDtls),
            _ => round.ok,
        };
        seen.then_some((layer, true))
    })
}

#[cfg(test)]
mod tests {
    use super::super::captions::Captions;
    use super::*;

    fn ok() -> Round {
        Round {
            ok: true,
            at_unix_ms: 1_800_000_000_500,
            mos: Some(4.25),
            stages_ms: Stage::ALL
                .map(|stage| (stage.name().to_owned(), 20.0))
                .into(),
            ..Round::default()
        }
    }

    fn failed(layer: Rung, code: &str) -> Round {
        Round {
            layer: Some(layer),
            code: Some(code.to_owned()),
            stages_ms: [("connect".to_owned(), 3.0)].into(),
            ..Round::default()
        }
    }

    fn health(uptime_s: f64) -> Option<Health> {
        Some(Health {
            uptime_s,
            ..Health::default()
        })
    }

    #[test]
    fn rounds_are_counted_by_outcome_layer_and_cause() {
        let mut metrics = Metrics::default();
        metrics.round(&ok());
        metrics.round(&failed(Rung::Tls, "gateway.unreachable"));
        metrics.round(&failed(Rung::Tls, "gateway.unreachable"));
        metrics.skip(3);
        let page = metrics.render();
        for line in [
            "jbcall_probe_rounds_total{outcome=\"ok\"} 1",
            "jbcall_probe_rounds_total{outcome=\"failed\"} 2",
            "jbcall_probe_rounds_skipped_total 3",
            "jbcall_probe_failures_total{layer=\"tls\",code=\"gateway.unreachable\"} 2",
            "jbcall_probe_last_success_timestamp_seconds 1800000000.5",
            "jbcall_probe_up 0",
            "jbcall_probe_layer_ok{layer=\"tls\"} 0",
        ] {
            assert!(
                page.lines().any(|found| found == line),
                "{line} is not in\n{page}"
            );
        }
        assert!(!page.contains("layer_ok{layer=\"media\"}"), "not looked at");
    }

    #[test]
    fn a_good_round_shows_every_layer_and_every_stage() {
        let mut metrics = Metrics::default();
        metrics.round(&ok());
        let page = metrics.render();
        for layer in LAYERS {
            let line = format!("jbcall_probe_layer_ok{{layer=\"{}\"}} 1", layer_name(layer));
            assert!(page.contains(&line), "{line}");
        }
        assert!(page.contains("jbcall_probe_stage_seconds{stage=\"first-audible\"} 0.02"));
        assert!(page.contains("jbcall_probe_mos 4.25"));
    }

    #[test]
    fn every_family_has_help_and_type_once_and_every_line_is_well_formed() {
        let mut metrics = Metrics::default();
        metrics.round(&failed(Rung::Room, "odd\"code\\"));
        metrics.health(Instant::now(), Instant::now(), health(5.0));
        let page = metrics.render();
        let mut names = std::collections::BTreeSet::new();
        for line in page.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                assert!(names.insert(rest.to_owned()), "{line} twice");
            } else if !line.starts_with('#') {
                let (_, value) = line.rsplit_once(' ').expect("a value");
                assert!(value.parse::<f64>().is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn the_dashboard_shows_only_what_there_is() {
        let dashboard = include_str!("../../../../../docs/grafana/jbcall-probe.json");
        let mut metrics = Metrics::default();
        metrics.health(Instant::now(), Instant::now(), health(5.0));
        metrics.round(&Round {
            delay_ms: Some(5.0),
            jitter_ms: Some(1.0),
            round_trip_ms: Some(1.0),
            loss: Some(0.0),
            captions: Some(Captions {
                ok: Some(true),
                caption_ms: Some(500.0),
                translation_ms: Some(100.0),
                synthesis_ms: Some(300.0),
                recognised: Some(1.0),
                ..Captions::default()
            }),
            ..ok()
        });
        let page = metrics.render();
        let names = dashboard.split("jbcall_probe_").skip(1).map(|rest| {
            let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
            &rest[..end.unwrap_or(rest.len())]
        });
        let names: std::collections::BTreeSet<_> = names.collect();
        assert!(names.len() > 10);
        for name in names {
            assert!(
                page.contains(&format!("# TYPE jbcall_probe_{name} ")),
                "{name}"
            );
        }
    }

    #[test]
    fn a_restart_is_noticed_by_the_uptime_and_only_once() {
        let start = Instant::now() + Duration::from_secs(1_000);
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut metrics = Metrics::default();
        assert!(!metrics.health(at(0), at(0), health(3.0)));
        assert!(!metrics.health(at(10), at(10), health(13.2)));
        assert!(!metrics.health(at(11), at(16), health(14.1)), "slow");
        assert!(!metrics.health(at(17), at(17), health(20.1)));
        assert!(!metrics.health(at(18), at(18), None));
        assert!(
            metrics.health(at(40), at(40), health(20.0)),
            "longer up than before, and restarted all the same"
        );
        assert!(!metrics.health(at(50), at(50), health(30.0)));
        assert_eq!(metrics.restarts(), 1);
    }
}
