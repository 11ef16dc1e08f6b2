//! The speech service, asked for the translation.

use super::{Causes, Stage, refused, slow, told};
use crate::Verdict;
use crate::diagnosis::Finding;
use crate::facts::{Facts, HostRole, PipelineFacts, SpokenFacts, SynthesisFacts};

/// What a sentence may take, seconds.
const SLOW_S: f64 = 3.0;
/// Nobody says a sentence in less, milliseconds.
const SHORTEST_MS: f64 = 400.0;
/// Quieter is no speech, dBFS.
const SILENT_DBFS: f64 = -55.0;
/// Bytes of an empty file: a head and nothing else.
const EMPTY_BYTES: usize = 64;

const CAUSES: Causes = Causes {
    unreachable: "speech-unreachable",
    silent: "speech-unanswered",
    failing: "speech-failing",
    rejected: "speech-rejected",
};

pub(super) fn judge(pipeline: &PipelineFacts, facts: &Facts) -> Stage {
    let Some(synthesis) = &pipeline.synthesis else {
        return Stage::well();
    };
    let language = synthesis.language.as_str();
    let told = told(facts, HostRole::Synthesis, &[language]);
    let found = no_answer(synthesis).or_else(|| {
        let sound = synthesis.sound.as_ref()?;
        unusable(sound).map(|finding| finding.with("host", &synthesis.host))
    });
    let found = found.or_else(|| {
        let took_s = pipeline.synthesis_s().unwrap_or(0.0);
        let finding = slow("speech-slow", took_s, SLOW_S);
        finding.map(|finding| finding.with("host", &synthesis.host))
    });
    match (found, told) {
        (None, _) => Stage::well(),
        (Some(_), Some(rung)) => Stage::Told(rung),
        (Some(finding), None) => Stage::with(finding),
    }
}

fn no_answer(synthesis: &SynthesisFacts) -> Option<Finding> {
    let host = &synthesis.host;
    let finding = refused(&synthesis.exchange, host, &CAUSES);
    if finding.is_some() && synthesis.exchange.status() == 503 {
        let finding = Finding::new("speech-no-voice", Verdict::Failed).with("host", host);
        return Some(finding.with("language", &synthesis.language));
    }
    if finding.is_none() && synthesis.sound.is_none() {
        let said = synthesis.exchange.body().trim();
        let finding = Finding::new("speech-unreadable", Verdict::Failed).with("host", host);
        return Some(finding.with("said", said));
    }
    finding
}

fn unusable(sound: &SpokenFacts) -> Option<Finding> {
    let failed = |cause| Some(Finding::new(cause, Verdict::Failed));
    let short = sound.length_ms.is_some_and(|length| length < SHORTEST_MS);
    if sound.bytes <= EMPTY_BYTES || short {
        return failed("speech-empty");
    }
    if sound.kind == "unknown" {
        return failed("speech-unreadable").map(|finding| finding.with("said", "…"));
    }
    if sound.level_dbfs.is_some_and(|level| level < SILENT_DBFS) {
        return failed("speech-silent");
    }
    None
}
