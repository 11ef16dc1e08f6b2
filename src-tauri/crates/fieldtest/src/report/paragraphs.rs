//! What a report says, in the order in which it is said; the renderers only lay it out.

use std::sync::LazyLock;

use regex::Regex;

use super::words::{CauseWords, Ladder, cause_words, ladder_words};
use super::{End, Language, Report, Role};
use crate::diagnosis::{Evidence, Finding, RungResult};
use crate::{Rung, Verdict};

/// The first sentence.
pub(super) struct Headline {
    pub text: String,
    /// How grave it is.
    pub verdict: Verdict,
    /// Why it may not be the whole truth.
    pub remark: Option<String>,
}

/// A rung with something to be said about it.
pub(super) struct Problem<'r> {
    pub result: &'r RungResult,
    pub words: CauseWords,
    /// What else it may be, the likeliest first.
    pub alternatives: Vec<String>,
    pub evidence: &'r [Evidence],
}

impl Report {
    pub(super) fn headline(&self, language: Language) -> Headline {
        let words = ladder_words(language);
        let (text, verdict) = self.sentence(words);
        let remark = match self.end {
            End::Complete => None,
            End::Cancelled => Some(words.phrase("cancelled").to_owned()),
            End::TimeOver => Some(words.phrase("timeOver").to_owned()),
        };
        Headline {
            text,
            verdict,
            remark,
        }
    }

    fn sentence(&self, words: &Ladder) -> (String, Verdict) {
        let names = |verdict| {
            let rungs = self.diagnosis.rungs.iter();
            let names: Vec<&str> = rungs
                .filter(|result| result.verdict == verdict)
                .map(|result| words.rung(result.rung))
                .collect();
            names.join(", ")
        };
        let say = |phrase, verdict| {
            let text = words
                .phrase(phrase)
                .replace("{rungs}", &names(verdict))
                .replace("{rung}", self.culprit.map_or("", |rung| words.rung(rung)));
            (text, verdict)
        };
        // The uppermost of the rungs that are needed.
        let (top, works_with_warnings, works_except, is_broken) = match self.result(Rung::Media) {
            None => (
                self.result(Rung::Vocabulary),
                "recordWorksWithWarnings",
                "recordWorksExcept",
                "recordBroken",
            ),
            media => (media, "worksWithWarnings", "worksExcept", "broken"),
        };
        let works = top.is_some_and(|r| matches!(r.verdict, Verdict::Ok | Verdict::Warning));
        let broken = top.is_some_and(|r| r.verdict == Verdict::Failed || r.blocked_by.is_some());
        match self.culprit {
            Some(Rung::Machine) => say("machine", Verdict::Failed),
            Some(_) if works => say(works_except, Verdict::Failed),
            Some(_) if broken => say(is_broken, Verdict::Failed),
            Some(_) => say("partBroken", Verdict::Failed),
            None if self.is_empty() => say("nothing", Verdict::Unknown),
            None if self.verdict == Verdict::Warning => say(works_with_warnings, Verdict::Warning),
            None if works => say("allWell", Verdict::Ok),
            None => say("nothing", Verdict::Unknown),
        }
    }

    /// Whether no rung could be judged.
    pub fn is_empty(&self) -> bool {
        let judged = |result: &RungResult| {
            matches!(
                result.verdict,
                Verdict::Ok | Verdict::Warning | Verdict::Failed
            )
        };
        !self.diagnosis.rungs.iter().any(judged)
    }

    /// The result of a rung.
    pub fn result(&self, rung: Rung) -> Option<&RungResult> {
        self.diagnosis
            .rungs
            .iter()
            .find(|result| result.rung == rung)
    }

    /// What is wrong, the culprit first, then by concern, from the bottom of the ladder up.
    pub(super) fn problems(&self, language: Language) -> Vec<Problem<'_>> {
        let mut results: Vec<&RungResult> = self
            .diagnosis
            .rungs
            .iter()
            .filter(|result| {
                matches!(result.verdict, Verdict::Warning | Verdict::Failed)
                    || (result.verdict == Verdict::Unknown && !result.findings.is_empty())
            })
            .collect();
        results.sort_by_key(|result| {
            let culprit = Some(result.rung) == self.culprit;
            (!culprit, std::cmp::Reverse(result.verdict), result.rung)
        });
        let problems = results.into_iter().flat_map(|result| {
            result
                .findings
                .iter()
                .enumerate()
                .map(move |(at, finding)| Problem {
                    result,
                    words: cause_words(finding, language),
                    alternatives: alternatives(finding, language),
                    // Once for the rung, not once for each of its findings.
                    evidence: if at == 0 { &result.evidence } else { &[] },
                })
        });
        problems.collect()
    }
}

/// What each alternative would be. The finding may have no values for its words: what stands in
/// brackets around them is left out, elsewhere they are dots.
fn alternatives(finding: &Finding, language: Language) -> Vec<String> {
    let what = |cause: &String| {
        let other = Finding {
            cause: cause.clone(),
            ..finding.clone()
        };
        without_gaps(&cause_words(&other, language).what)
    };
    finding.alternatives.iter().map(what).collect()
}

fn without_gaps(text: &str) -> String {
    static GAPS: LazyLock<Option<(Regex, Regex)>> = LazyLock::new(|| {
        let bracket = Regex::new(r"\s*\([^()]*\{\w+\}[^()]*\)").ok()?;
        Some((bracket, Regex::new(r"\{\w+\}").ok()?))
    });
    match GAPS.as_ref() {
        Some((brackets, gaps)) => {
            let text = brackets.replace_all(text, "");
            gaps.replace_all(&text, "…").into_owned()
        }
        None => text.to_owned(),
    }
}

/// What is shown of a rung in one line: why it was not looked at, or its first evidence.
pub(super) fn key_evidence(result: &RungResult, words: &Ladder) -> String {
    match (result.blocked_by, result.evidence.first()) {
        (Some(lower), _) => words
            .phrase("waitsFor")
            .replace("{rung}", words.rung(lower)),
        (None, Some(evidence)) => {
            super::visible::visible(&format!("{}: {}", evidence.what, evidence.seen))
        }
        (None, None) => String::new(),
    }
}

/// The sign of a verdict: one column wide in every terminal.
pub(super) fn sign(verdict: Verdict) -> char {
    match verdict {
        Verdict::Ok => '✓',
        Verdict::Warning => '!',
        Verdict::Failed => '✗',
        Verdict::Skipped => '·',
        Verdict::Unknown => '?',
    }
}

/// The word for what a server is there for.
pub(super) fn role(role: Role, words: &Ladder) -> &str {
    words.phrase(match role {
        Role::Site => "sites",
        Role::Gateway => "gateways",
        Role::Translation => "translations",
        Role::Speech => "speeches",
        Role::Recognition => "recognitions",
        Role::Relay => "relays",
        Role::Collaboration => "collaborations",
    })
}

#[cfg(test)]
mod tests {
    use super::without_gaps;

    #[test]
    fn an_alternative_has_no_gaps() {
        assert_eq!(
            without_gaps("It is down (status {status} after {seconds} s) at {path}."),
            "It is down at …."
        );
    }
}
