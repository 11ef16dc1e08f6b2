//! What was seen of the stages, and the time that each took.

use crate::diagnosis::Evidence;
use crate::diagnosis::site::answer;
use crate::facts::PipelineFacts;

pub(super) fn evidence(pipeline: &PipelineFacts) -> Vec<Evidence> {
    let mut evidence = vec![Evidence::new("stages", stages(pipeline))];
    let mut add = |what: &str, seen: String| evidence.push(Evidence::new(what, seen));
    for caption in &pipeline.captions {
        let whose = if caption.own {
            ""
        } else {
            ", of somebody else"
        };
        let seen = format!(
            "{}: {:.0} % of the words ({}), {} after the end of the speech{whose}",
            or_unknown(&caption.language),
            caption.recognised * 100.0,
            caption.words,
            time(caption.after_ms),
        );
        add("caption", seen);
    }
    for status in &pipeline.statuses {
        let seen = format!(
            "{} ({}), {} after the end of the speech",
            status.status,
            status.error,
            time(status.after_ms)
        );
        add("caption-status", seen);
    }
    if let Some(tap) = &pipeline.tap {
        let seen = match (tap.listed, tap.idle_ms) {
            (Some(true), Some(idle)) => format!("decoded {} ago", time(idle)),
            (Some(true), None) => "listed".to_owned(),
            (Some(false), _) => "this participant is not among the streams".to_owned(),
            (None, _) => "no page of a gateway".to_owned(),
        };
        add("gateway /health, audio streams", seen);
    }
    for translation in &pipeline.translations {
        let text = if translation.with_text {
            "with text"
        } else {
            "without text, as with the service in production"
        };
        let language = or_unknown(&translation.language);
        let seen = format!("into {language}, {text}, {}", time(translation.after_ms));
        add("translation by the gateway", seen);
    }
    if let Some(translation) = &pipeline.translation {
        let text = translation.text.as_deref().unwrap_or("no text");
        let seen = format!("{}: {text}", answer(&translation.exchange));
        add("POST /translate", seen);
    }
    if let Some(synthesis) = &pipeline.synthesis {
        let mut seen = answer(&synthesis.exchange);
        if let Some(sound) = &synthesis.sound {
            seen.push_str(&format!(": {}, {} bytes", sound.kind, sound.bytes));
            if let Some(length) = sound.length_ms {
                seen.push_str(&format!(", {} long", time(length)));
            }
            if let Some(level) = sound.level_dbfs {
                seen.push_str(&format!(", {level:.0} dBFS"));
            }
        }
        add("POST /synthesize", seen);
    }
    evidence
}

/// A line with the time of every stage, or that it is silent.
fn stages(pipeline: &PipelineFacts) -> String {
    let mut stages = Vec::new();
    let mut sum = Some(0.0);
    let mut stage = |name: &str, took_s: Option<f64>, note: &str| {
        sum = sum.and_then(|sum| Some(sum + took_s?));
        let took = took_s.map_or("silent".to_owned(), |took| time(took * 1_000.0));
        stages.push(format!("{name} {took}{note}"));
    };
    stage("caption", pipeline.caption_s(), "");
    if let Some(translation) = &pipeline.translation {
        let cached = if translation.cached { " (known)" } else { "" };
        stage("translation", pipeline.translation_s(), cached);
    }
    if pipeline.synthesis.is_some() {
        stage("speech", pipeline.synthesis_s(), "");
    }
    if let (Some(sum), true) = (sum, stages.len() > 1) {
        stages.push(format!("together {}", time(sum * 1_000.0)));
    }
    stages.join(", ")
}

fn time(ms: f64) -> String {
    if ms.abs() < 1_000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1_000.0)
    }
}

fn or_unknown(language: &str) -> &str {
    if language.is_empty() {
        "no language"
    } else {
        language
    }
}
