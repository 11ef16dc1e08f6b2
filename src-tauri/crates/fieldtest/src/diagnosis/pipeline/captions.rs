//! From the end of the speech to its caption.

use super::{Stage, names_recogniser, slow, told};
use crate::Verdict;
use crate::diagnosis::Finding;
use crate::facts::{Facts, HostRole, PipelineFacts};

/// Later captions are those of another sentence to whoever reads them, seconds.
const LATE_S: f64 = 3.0;
/// A gateway decodes what it receives within a tenth of this, milliseconds.
const STALLED_MS: f64 = 2_000.0;

pub(super) fn judge(pipeline: &PipelineFacts, facts: &Facts) -> Stage {
    if pipeline.caption().is_some() {
        return Stage::Seen(came(pipeline));
    }
    if !pipeline.captions.is_empty() {
        return Stage::with(Finding::new("captions-wrong-speaker", Verdict::Warning));
    }
    if let Some(rung) = told(facts, HostRole::Recognition, &[&pipeline.language]) {
        return Stage::Told(rung);
    }
    if let Some(status) = pipeline.statuses.last() {
        return Stage::with(unavailable(&status.error));
    }
    Stage::with(silent(pipeline, facts))
}

fn came(pipeline: &PipelineFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let language = pipeline.caption().map_or("", |caption| &caption.language);
    if !language.is_empty() && language != pipeline.language {
        let finding = Finding::new("captions-wrong-language", Verdict::Failed);
        let finding = finding.with("spoken", &pipeline.language);
        findings.push(finding.with("language", language));
    } else if pipeline.recognised() <= 0.0 {
        findings.push(Finding::new("captions-nonsense", Verdict::Warning));
    }
    let late = slow("captions-late", pipeline.caption_s().unwrap_or(0.0), LATE_S);
    findings.extend(late.map(|finding| finding.or("recogniser-queue")));
    findings
}

/// By the error of the gateway's HTTP client, which it passes on as it is.
fn unavailable(error: &str) -> Finding {
    let has = |word: &str| error.contains(word);
    let cause = if has("ECONNREFUSED") {
        "asr-refused"
    } else if has("ENOTFOUND") || has("EAI_AGAIN") {
        "asr-unresolved"
    } else if has("timeout") || has("ETIMEDOUT") || has("ECONNABORTED") {
        "asr-timeout"
    } else if has("status code") {
        "asr-error"
    } else {
        "asr-unavailable"
    };
    let said = if error.is_empty() { "no reason" } else { error };
    let finding = Finding::new(cause, Verdict::Failed).with("said", said);
    match cause {
        "asr-timeout" => finding.or("recogniser-queue"),
        _ => finding,
    }
}

/// Neither a caption nor a word about why.
fn silent(pipeline: &PipelineFacts, facts: &Facts) -> Finding {
    let seconds = format!("{:.0}", pipeline.listened_ms / 1_000.0);
    let because = |cause, verdict| Finding::new(cause, verdict).with("seconds", &seconds);
    let tap = pipeline.tap.as_ref();
    if !names_recogniser(pipeline, facts) {
        return because("captions-none", Verdict::Unknown);
    }
    if tap.and_then(|tap| tap.listed) == Some(false) {
        return because("captions-no-tap", Verdict::Failed);
    }
    if let Some(idle) = tap
        .and_then(|tap| tap.idle_ms)
        .filter(|idle| *idle > STALLED_MS)
    {
        let idle = format!("{:.0}", idle / 1_000.0);
        return because("captions-tap-stalled", Verdict::Failed).with("idle", idle);
    }
    because("captions-silent", Verdict::Failed)
        .or("voice-not-detected")
        .or("recognised-nothing")
}
