//! Captions, translation and speech, beside a round and more seldom than it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::RoundOptions;
use super::policy::{CAPTIONS_LEAVE_LIMIT, CAPTIONS_LIMIT};
use crate::diagnosis::{RungResult, judge};
use crate::facts::{Facts, PipelineFacts};
use crate::probes::call::Subject;
use crate::probes::pipeline::{SpeechServices, look_alone};
use crate::probes::{Departures, Network, services};
use crate::{Rung, Verdict};

/// What became of a spoken sentence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Captions {
    /// Whether captions, translation and speech work; none if nothing could be said.
    pub ok: Option<bool>,
    /// Stable code of the likeliest cause, also of a warning. `services` if the health page of a
    /// service tells it.
    pub code: Option<String>,
    /// From the end of the speech to its caption, milliseconds.
    pub caption_ms: Option<f64>,
    /// The translation, milliseconds.
    pub translation_ms: Option<f64>,
    /// The speech of the translation, milliseconds.
    pub synthesis_ms: Option<f64>,
    /// Share of the words that were recognised, 0 to 1; none without a caption.
    pub recognised: Option<f64>,
}

/// Speaks one sentence in a room of its own, and asks each service once. Bounded in time.
pub async fn measure(options: &RoundOptions) -> Captions {
    let found = signaling::discover(&options.link, &options.discovery).await;
    let endpoints = match found {
        Ok(endpoints) => endpoints,
        Err(error) => {
            return Captions {
                code: Some(error.code().to_owned()),
                ..Captions::default()
            };
        }
    };
    let way = &options.discovery.network;
    let network = Arc::new(Network::new(way.proxy.clone(), way.extra_ca.clone()));
    let said = services::ask(&network, &endpoints).await;
    let mut subject = Subject::new(endpoints.gateway.clone());
    subject.connect.network = options.connect.network.clone();
    subject.relays.clone_from(&options.media.ice_servers);
    subject.speech = SpeechServices::new(network, &endpoints, Some(&said));
    let departures = Departures::default();
    let looked = timeout(CAPTIONS_LIMIT, look_alone(&subject, &departures)).await;
    let _ = timeout(CAPTIONS_LEAVE_LIMIT, departures.finished()).await;
    let Ok(pipeline) = looked else {
        return Captions {
            code: Some("no-answer-in-time".to_owned()),
            ..Captions::default()
        };
    };
    let facts = Facts {
        services: Some(said),
        pipeline: Some(pipeline),
        ..Facts::default()
    };
    let result = judge(Rung::Pipeline, &facts);
    facts
        .pipeline
        .map_or_else(Captions::default, |pipeline| conclude(&pipeline, &result))
}

fn conclude(pipeline: &PipelineFacts, result: &RungResult) -> Captions {
    let ms = |seconds: Option<f64>| seconds.map(|seconds| seconds * 1_000.0);
    let told = result.blocked_by.is_some();
    let cause = result.findings.first().map(|finding| finding.cause.clone());
    Captions {
        ok: match result.verdict {
            Verdict::Ok | Verdict::Warning => Some(true),
            Verdict::Failed => Some(false),
            Verdict::Skipped if told => Some(false),
            Verdict::Skipped | Verdict::Unknown => None,
        },
        code: cause.or_else(|| told.then(|| "services".to_owned())),
        caption_ms: ms(pipeline.caption_s()),
        translation_ms: ms(pipeline.translation_s()),
        synthesis_ms: ms(pipeline.synthesis_s()),
        recognised: pipeline.caption().map(|_| pipeline.recognised()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Finding;
    use crate::facts::CaptionFacts;

    #[test]
    fn a_verdict_becomes_a_number_only_where_there_is_one() {
        let result = |verdict| RungResult {
            verdict,
            ..RungResult::new(
                Rung::Pipeline,
                vec![Finding::new("asr-refused", verdict)],
                Vec::new(),
            )
        };
        let pipeline = PipelineFacts::default();
        for (verdict, ok) in [
            (Verdict::Ok, Some(true)),
            (Verdict::Warning, Some(true)),
            (Verdict::Failed, Some(false)),
            (Verdict::Unknown, None),
            (Verdict::Skipped, None),
        ] {
            let captions = conclude(&pipeline, &result(verdict));
            assert_eq!(captions.ok, ok);
            assert_eq!(captions.code.as_deref(), Some("asr-refused"));
            assert_eq!((captions.caption_ms, captions.recognised), (None, None));
        }
        let told = RungResult::skipped(Rung::Pipeline, Some(Rung::Services));
        let captions = conclude(&pipeline, &told);
        assert_eq!(
            (captions.ok, captions.code.as_deref()),
            (Some(false), Some("services"))
        );
    }

    #[test]
    fn the_times_are_those_of_the_stages() {
        let pipeline = PipelineFacts {
            captions: vec![CaptionFacts {
                after_ms: 520.0,
                own: true,
                recognised: 0.5,
                ..CaptionFacts::default()
            }],
            ..PipelineFacts::default()
        };
        let result = RungResult::new(Rung::Pipeline, Vec::new(), Vec::new());
        let captions = conclude(&pipeline, &result);
        assert_eq!(captions.caption_ms, Some(520.0));
        assert_eq!(captions.recognised, Some(0.5));
        assert_eq!(captions.synthesis_ms, None);
    }
}
