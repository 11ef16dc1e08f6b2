//! From facts to verdicts: pure functions, one per rung, each the whole reasoning about it.

mod address;
mod answer;
#[cfg(test)]
mod call_tests;
mod capacity;
mod cors;
mod dtls;
mod endpoint;
mod ice;
mod idle;
mod link;
mod machine;
mod media;
mod namespace;
mod pipeline;
mod polling;
mod room;
mod services;
mod site;
mod tls;
mod turn;
mod vocabulary;
mod websocket;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::facts::Facts;
use crate::{Rung, Verdict};

/// What is to be said about one rung.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RungResult {
    /// Which rung.
    pub rung: Rung,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, the likeliest cause of the verdict first.
    pub findings: Vec<Finding>,
    /// What the judgement stands on.
    pub evidence: Vec<Evidence>,
    /// The lower rung that kept this one from being looked at.
    pub blocked_by: Option<Rung>,
}

/// One cause, with the values that its sentence names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Stable code, such as `no-affinity`; [`crate::report`] has the words for it.
    pub cause: String,
    /// How grave it is.
    pub verdict: Verdict,
    /// Values for the placeholders of the words.
    pub values: BTreeMap<String, String>,
    /// Codes of other causes that fit the facts as well, the likeliest first.
    pub alternatives: Vec<String>,
}

/// A fact as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Evidence {
    /// What it is, in few English words: it is for operators.
    pub what: String,
    /// As it was seen: a status line, a header, the beginning of a body, a time.
    pub seen: String,
}

/// All rungs, in the order of the ladder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// One result for each rung that was to be climbed: [`Rung::CALL`] or [`Rung::RECORD`].
    pub rungs: Vec<RungResult>,
}

impl Diagnosis {
    /// The failed rung to be repaired first: the lowest of those that a call cannot do without;
    /// only then this computer, and what a call can do without.
    pub fn culprit(&self) -> Option<&RungResult> {
        let failed = self
            .rungs
            .iter()
            .filter(|result| result.verdict == Verdict::Failed);
        failed.min_by_key(|result| (!result.rung.is_needed(), result.rung))
    }

    /// The gravest verdict of all rungs.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.rungs.iter().map(|result| result.verdict);
        verdicts.max().unwrap_or(Verdict::Unknown)
    }
}

impl RungResult {
    /// A rung with these findings; the gravest makes the verdict. Without any it is ok.
    pub fn new(rung: Rung, findings: Vec<Finding>, evidence: Vec<Evidence>) -> Self {
        let gravest = findings.iter().map(|finding| finding.verdict).max();
        Self {
            rung,
            verdict: gravest.unwrap_or(Verdict::Ok),
            findings,
            evidence,
            blocked_by: None,
        }
    }

    /// A rung that was not looked at.
    pub fn skipped(rung: Rung, blocked_by: Option<Rung>) -> Self {
        Self {
            verdict: Verdict::Skipped,
            blocked_by,
            ..Self::new(rung, Vec::new(), Vec::new())
        }
    }
}

impl Finding {
    /// A finding without values.
    pub fn new(cause: &str, verdict: Verdict) -> Self {
        Self {
            cause: cause.to_owned(),
            verdict,
            values: BTreeMap::new(),
            alternatives: Vec::new(),
        }
    }

    /// Adds a value for a placeholder.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds another cause that fits as well, less likely than those before.
    #[must_use]
    pub fn or(mut self, cause: &str) -> Self {
        self.alternatives.push(cause.to_owned());
        self
    }
}

impl Evidence {
    /// A fact as it is shown.
    pub fn new(what: impl Into<String>, seen: impl ToString) -> Self {
        Self {
            what: what.into(),
            seen: seen.to_string(),
        }
    }
}

/// Judges every rung.
pub fn diagnose(facts: &Facts) -> Diagnosis {
    Diagnosis {
        rungs: facts
            .ladder()
            .iter()
            .map(|rung| judge(*rung, facts))
            .collect(),
    }
}

/// Judges one rung; while a run goes on, as soon as its facts are in.
pub fn judge(rung: Rung, facts: &Facts) -> RungResult {
    match rung {
        Rung::Link => link::judge(facts.link.as_ref()),
        Rung::Address => address::judge(facts.address.as_ref()),
        Rung::Site => site::judge(facts.site.as_ref()),
        Rung::Services => services::judge(facts.services.as_ref()),
        Rung::Machine => machine::judge(facts.machine.as_ref()),
        Rung::Tls => tls::tls(facts),
        Rung::Endpoint => endpoint::judge(facts),
        Rung::Vocabulary => vocabulary::judge(facts),
        Rung::Polling => polling::polling(facts),
        Rung::Websocket => websocket::websocket(facts),
        Rung::Namespace => namespace::namespace(facts),
        Rung::Cors => cors::cors(facts),
        Rung::Room => room::judge(facts),
        Rung::Capacity => capacity::judge(facts),
        Rung::Ice => ice::judge(facts),
        Rung::Turn => turn::judge(facts),
        Rung::Dtls => dtls::judge(facts),
        Rung::Media => media::judge(facts),
        Rung::Pipeline => pipeline::judge(facts),
    }
}

/// A rung without facts: skipped, because of the lowest of these rungs below it that failed or
/// that was left out on purpose.
fn unless_blocked(rung: Rung, facts: &Facts, below: &[Rung]) -> RungResult {
    let refrained = facts.capacity.as_ref().is_some_and(|one| one.refrained);
    let blocked_by = below.iter().copied().find_map(|below| {
        let result = judge(below, facts);
        let stops = result.verdict == Verdict::Failed || (below == Rung::Capacity && refrained);
        if stops {
            Some(below)
        } else {
            result.blocked_by
        }
    });
    RungResult::skipped(rung, blocked_by)
}
