//! What became of all spoken sentences, in numbers.

use std::collections::BTreeMap;

use super::captions::Captions;
use super::exposition::{Page, escaped};

/// Counts since the probe was started, and the last sentence.
#[derive(Debug, Clone, Default)]
pub(super) struct Sentences {
    /// By outcome: `ok`, `failed`, `unknown`.
    outcomes: BTreeMap<&'static str, u64>,
    /// By cause.
    silent: BTreeMap<String, u64>,
    /// When the round of the last one began, milliseconds since the Unix epoch, and what came of it.
    last: Option<(u64, Captions)>,
}

impl Sentences {
    /// Counts one.
    pub(super) fn count(&mut self, at_unix_ms: u64, captions: &Captions) {
        let outcome = match captions.ok {
            Some(true) => "ok",
            Some(false) => "failed",
            None => "unknown",
        };
        *self.outcomes.entry(outcome).or_default() += 1;
        if captions.ok == Some(false) {
            let code = captions.code.clone().unwrap_or_default();
            *self.silent.entry(code).or_default() += 1;
        }
        self.last = Some((at_unix_ms, captions.clone()));
    }

    /// Whether the last one came to its end.
    pub(super) fn work(&self) -> Option<bool> {
        self.last.as_ref().and_then(|(_, captions)| captions.ok)
    }

    /// Adds them to a page; nothing if nothing was spoken.
    pub(super) fn render(&self, page: &mut Page) {
        let Some((at_unix_ms, last)) = &self.last else {
            return;
        };
        page.family("captions_total", "counter", "Spoken sentences by outcome.");
        for (outcome, count) in &self.outcomes {
            let labels = format!("outcome=\"{outcome}\"");
            page.value("captions_total", &labels, *count as f64);
        }
        page.family(
            "captions_failures_total",
            "counter",
            "Spoken sentences of which a stage was silent, by cause.",
        );
        for (code, count) in &self.silent {
            let labels = format!("code=\"{}\"", escaped(code));
            page.value("captions_failures_total", &labels, *count as f64);
        }
        page.single(
            "captions_timestamp_seconds",
            "gauge",
            "When the round of the last sentence began.",
            Some(*at_unix_ms as f64 / 1_000.0),
        );
        let seconds = |ms: Option<f64>| ms.map(|ms| ms / 1_000.0);
        for (name, help, value) in [
            (
                "caption_seconds",
                "From the end of the last sentence to its caption.",
                seconds(last.caption_ms),
            ),
            (
                "translation_seconds",
                "Translation of the last sentence.",
                seconds(last.translation_ms),
            ),
            (
                "synthesis_seconds",
                "Speech of the last translation.",
                seconds(last.synthesis_ms),
            ),
            (
                "caption_recognised_ratio",
                "Share of the sentence's words in its caption, 0 to 1.",
                last.recognised,
            ),
        ] {
            page.single(name, "gauge", help, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::metrics::Metrics;
    use super::super::round::Round;
    use super::*;

    fn ok() -> Round {
        Round {
            ok: true,
            at_unix_ms: 1_800_000_000_500,
            ..Round::default()
        }
    }

    #[test]
    fn sentences_are_counted_and_the_last_one_is_kept() {
        let mut metrics = Metrics::default();
        let mut spoke = ok();
        spoke.captions = Some(Captions {
            ok: Some(true),
            caption_ms: Some(520.0),
            ..Captions::default()
        });
        metrics.round(&spoke);
        metrics.round(&ok());
        let page = metrics.render();
        for line in [
            "jbcall_probe_caption_seconds 0.52",
            "jbcall_probe_captions_total{outcome=\"ok\"} 1",
            "jbcall_probe_captions_timestamp_seconds 1800000000.5",
            "jbcall_probe_layer_ok{layer=\"pipeline\"} 1",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}: {page}");
        }
        spoke.captions = Some(Captions {
            ok: Some(false),
            code: Some("asr-refused".to_owned()),
            ..Captions::default()
        });
        metrics.round(&spoke);
        let page = metrics.render();
        for line in [
            "jbcall_probe_captions_total{outcome=\"failed\"} 1",
            "jbcall_probe_captions_failures_total{code=\"asr-refused\"} 1",
            "jbcall_probe_layer_ok{layer=\"pipeline\"} 0",
            "jbcall_probe_up 1",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}: {page}");
        }
        assert!(!page.contains("caption_seconds"), "there was none");
        let silent = Metrics::default().render();
        assert!(!silent.contains("caption"), "nobody spoke");
    }
}
