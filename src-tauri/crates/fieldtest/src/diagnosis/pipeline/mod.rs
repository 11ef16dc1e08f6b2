//! Speech, caption, translation, speech: each stage is judged by itself, so that one that is silent
//! hides no other.
//!
//! What `/health` of a service tells already is told once, by the rung of the services.

mod captions;
mod seen;
mod synthesis;
#[cfg(test)]
mod tests;
mod translation;

use super::{Finding, RungResult, services, unless_blocked};
use crate::facts::{
    Exchange, Facts, FaultKind, HostRole, LeftOut, PipelineFacts, ServiceFacts, ServiceState,
};
use crate::{Rung, Verdict};

/// Longest part of an answer that is quoted, characters.
const QUOTED: usize = 120;

pub(super) fn judge(facts: &Facts) -> RungResult {
    let below = [
        Rung::Room,
        Rung::Capacity,
        Rung::Ice,
        Rung::Dtls,
        Rung::Media,
    ];
    let Some(pipeline) = &facts.pipeline else {
        return unless_blocked(Rung::Pipeline, facts, &below);
    };
    let evidence = seen::evidence(pipeline);
    if let Some(why) = pipeline.left_out {
        return left_out(why, facts);
    }
    let stages = [
        captions::judge(pipeline, facts),
        translation::judge(pipeline, facts),
        synthesis::judge(pipeline, facts),
    ];
    let mut findings = Vec::new();
    let mut told = None;
    for stage in stages {
        match stage {
            Stage::Seen(found) => findings.extend(found),
            Stage::Told(rung) => told = told.or(Some(rung)),
        }
    }
    // The gravest first; in the order of the stages.
    findings.sort_by_key(|finding: &Finding| std::cmp::Reverse(finding.verdict));
    match told {
        Some(below) if findings.is_empty() => {
            let mut result = RungResult::skipped(Rung::Pipeline, Some(below));
            result.evidence = evidence;
            result
        }
        _ => RungResult::new(Rung::Pipeline, findings, evidence),
    }
}

/// What one stage came to.
enum Stage {
    /// What was found; nothing if it works, or is not there.
    Seen(Vec<Finding>),
    /// It does not work, and a lower rung has said why.
    Told(Rung),
}

impl Stage {
    fn well() -> Self {
        Self::Seen(Vec::new())
    }

    fn with(finding: Finding) -> Self {
        Self::Seen(vec![finding])
    }
}

fn left_out(why: LeftOut, facts: &Facts) -> RungResult {
    let cause = match why {
        LeftOut::NoServices => "pipeline-no-services",
        LeftOut::NoTime => "pipeline-no-time",
        LeftOut::NoSound => {
            let below = [Rung::Media];
            let blocked = unless_blocked(Rung::Pipeline, facts, &below);
            if blocked.blocked_by.is_some() {
                return blocked;
            }
            "pipeline-no-sound"
        }
    };
    RungResult::new(
        Rung::Pipeline,
        vec![Finding::new(cause, Verdict::Skipped)],
        Vec::new(),
    )
}

fn service(facts: &Facts, role: HostRole) -> Option<&ServiceFacts> {
    let services = &facts.services.as_ref()?.services;
    services.iter().find(|service| service.role == role)
}

/// The rung that has told already why this service does not work, if one has. `needed`: the parts
/// without which it does not.
fn told(facts: &Facts, role: HostRole, needed: &[&str]) -> Option<Rung> {
    let service = service(facts, role)?;
    let fault = service.health.fault.as_ref().map(|fault| fault.kind);
    if service.health.response.is_none() && fault == Some(FaultKind::Resolve) {
        return Some(Rung::Address);
    }
    let trouble = services::trouble(service)?;
    let missing = service
        .missing
        .iter()
        .any(|part| part == "models" || needed.contains(&part.as_str()));
    let explains = trouble.verdict == Verdict::Failed
        || service.state == Some(ServiceState::Starting)
        || trouble.cause == "service-not-there"
        || missing;
    explains.then_some(Rung::Services)
}

/// Causes of a request that brought no usable answer, by what came of it.
struct Causes {
    unreachable: &'static str,
    silent: &'static str,
    failing: &'static str,
    rejected: &'static str,
}

/// Why a request to a service brought no answer of status 200.
fn refused(exchange: &Exchange, host: &str, causes: &Causes) -> Option<Finding> {
    let failed = |cause| Finding::new(cause, Verdict::Failed).with("host", host);
    let Some(response) = &exchange.response else {
        let fault = exchange.fault.as_ref();
        if fault.is_some_and(|fault| fault.kind == FaultKind::NoAnswer) {
            let seconds = format!("{:.1}", exchange.took_ms / 1_000.0);
            return Some(failed(causes.silent).with("seconds", seconds));
        }
        let said = exchange.error.as_deref().unwrap_or("no answer");
        return Some(failed(causes.unreachable).with("said", said));
    };
    let said = || {
        let body: String = response.body.trim().chars().take(QUOTED).collect();
        format!("HTTP {} {body}", response.status).trim().to_owned()
    };
    match response.status {
        200..=299 => None,
        502 | 504 => Some(failed(causes.unreachable).with("said", said())),
        400..=499 => Some(failed(causes.rejected).with("said", said())),
        _ => Some(failed(causes.failing).with("said", said())),
    }
}

/// The finding for a stage that works, but slowly.
fn slow(cause: &str, took_s: f64, limit_s: f64) -> Option<Finding> {
    let seconds = format!("{took_s:.1}");
    (took_s > limit_s).then(|| Finding::new(cause, Verdict::Warning).with("seconds", seconds))
}

/// Whether anything tells that the gateway has a recogniser.
fn names_recogniser(pipeline: &PipelineFacts, facts: &Facts) -> bool {
    service(facts, HostRole::Recognition).is_some()
        || !pipeline.captions.is_empty()
        || !pipeline.statuses.is_empty()
}
