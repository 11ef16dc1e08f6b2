//! The translation service, asked for the sentence.

use super::{Causes, Stage, refused, slow, told};
use crate::Verdict;
use crate::diagnosis::Finding;
use crate::facts::{Facts, HostRole, PipelineFacts};

/// What a sentence may take, seconds.
const SLOW_S: f64 = 2.0;

const CAUSES: Causes = Causes {
    unreachable: "translation-unreachable",
    silent: "translation-silent",
    failing: "translation-failing",
    rejected: "translation-rejected",
};

pub(super) fn judge(pipeline: &PipelineFacts, facts: &Facts) -> Stage {
    let Some(translation) = &pipeline.translation else {
        return Stage::well();
    };
    let told = told(facts, HostRole::Translation, &[]);
    let host = &translation.host;
    let found = refused(&translation.exchange, host, &CAUSES).or_else(|| match &translation.text {
        None => {
            let said = translation.exchange.body().trim();
            let finding = Finding::new("translation-unreadable", Verdict::Failed);
            Some(finding.with("host", host).with("said", said))
        }
        Some(_) if translation.unchanged => {
            let finding = Finding::new("translation-unchanged", Verdict::Warning);
            Some(finding.with("host", host))
        }
        Some(_) => {
            let took_s = pipeline.translation_s().unwrap_or(0.0);
            slow("translation-slow", took_s, SLOW_S).map(|finding| finding.with("host", host))
        }
    });
    match (found, told) {
        (None, _) => Stage::well(),
        (Some(_), Some(rung)) => Stage::Told(rung),
        (Some(finding), None) => Stage::with(finding),
    }
}
