//! The vocabulary of a collaboration service: is what it says understood, and if not, which
//! deployment would fit?

use super::{Evidence, Finding, RungResult, unless_blocked};
use crate::facts::{Facts, ServiceAnswer, VocabularyFacts};
use crate::{Rung, Verdict};

/// Judges [`Rung::Vocabulary`].
pub(super) fn judge(facts: &Facts) -> RungResult {
    let below = &Rung::RECORD[..Rung::RECORD.len() - 1];
    let Some(seen) = &facts.vocabulary else {
        return unless_blocked(Rung::Vocabulary, facts, below);
    };
    if seen.answer != ServiceAnswer::Accepted {
        return RungResult {
            evidence: evidence(seen),
            ..unless_blocked(Rung::Vocabulary, facts, below)
        };
    }
    let findings = finding(seen).into_iter().collect();
    RungResult::new(Rung::Vocabulary, findings, evidence(seen))
}

fn finding(seen: &VocabularyFacts) -> Option<Finding> {
    let deployment = &seen.deployment;
    if let Some(found) = seen.other_link() {
        let finding = Finding::new("wrong-half", Verdict::Failed);
        let finding = finding.with("deployment", deployment);
        return Some(finding.with("link", &seen.link).with("found", found));
    }
    if seen.hears() {
        return None;
    }
    if let Some(fit) = seen.other_fit() {
        let finding = Finding::new("vocabulary-mismatch", Verdict::Failed);
        let finding = finding.with("deployment", deployment);
        return Some(finding.with("fits", &fit.deployment));
    }
    if seen.heard.is_empty() {
        let finding = Finding::new("vocabulary-unheard", Verdict::Warning);
        return Some(finding.with("deployment", deployment));
    }
    let finding = Finding::new("vocabulary-foreign", Verdict::Failed);
    let finding = finding.with("deployment", deployment);
    Some(finding.with("count", seen.heard.len()))
}

/// Why a service that says nothing to the CONNECT may be silent: it is of another kind.
pub(super) fn silence(facts: &Facts) -> Option<Finding> {
    let seen = facts.vocabulary.as_ref()?;
    if seen.answer != ServiceAnswer::Silent {
        return None;
    }
    let cause = match seen.other_fit() {
        Some(_) => "connect-silent-to-vocabulary",
        None => "connect-silent",
    };
    let finding = Finding::new(cause, Verdict::Failed).with("deployment", &seen.deployment);
    Some(match seen.other_fit() {
        Some(fit) => finding.with("fits", &fit.deployment),
        None => finding,
    })
}

fn evidence(seen: &VocabularyFacts) -> Vec<Evidence> {
    let how = if seen.found_out {
        "found out"
    } else {
        "chosen"
    };
    let mut shown = vec![Evidence::new(
        "deployment",
        format!("{}, {how}; link {}", seen.deployment, seen.link),
    )];
    let auth = if seen.auth_sent {
        "with auth"
    } else {
        "without auth"
    };
    let answer = match seen.answer {
        ServiceAnswer::Accepted => "accepted",
        ServiceAnswer::Silent => "not answered",
        ServiceAnswer::Refused => "refused",
        ServiceAnswer::Unknown => "no connection",
    };
    shown.push(Evidence::new(format!("CONNECT {auth}"), answer));
    let mut add = |what: &str, names: Vec<&str>| {
        if !names.is_empty() {
            shown.push(Evidence::new(what, names.join(", ")));
        }
    };
    for (known, what) in [
        (true, "events understood"),
        (false, "events not understood"),
    ] {
        let heard = seen.heard.iter().filter(|heard| heard.known == known);
        add(what, heard.map(|heard| heard.event.as_str()).collect());
    }
    add(
        "acknowledged",
        seen.acknowledged.iter().map(String::as_str).collect(),
    );
    for fit in &seen.fits {
        let link = fit.link.as_ref().map(|link| format!(", link {link}"));
        let name = format!("fits: {}{}", fit.deployment, link.unwrap_or_default());
        shown.push(Evidence::new(name, fit.reasons.join("; ")));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fit, HeardEvent};

    fn fit(deployment: &str, link: Option<&str>) -> Fit {
        Fit {
            deployment: deployment.to_owned(),
            link: link.map(str::to_owned),
            reasons: vec!["it answers x".to_owned()],
        }
    }

    fn heard(events: &[(&str, bool)]) -> Vec<HeardEvent> {
        let heard = events.iter().map(|(event, known)| HeardEvent {
            event: (*event).to_owned(),
            known: *known,
        });
        heard.collect()
    }

    fn accepted(deployment: &str) -> VocabularyFacts {
        VocabularyFacts {
            deployment: deployment.to_owned(),
            link: "main".to_owned(),
            answer: ServiceAnswer::Accepted,
            ..VocabularyFacts::default()
        }
    }

    fn judged(seen: VocabularyFacts) -> RungResult {
        judge(&Facts {
            vocabulary: Some(seen),
            ..Facts::default()
        })
    }

    fn cause(seen: VocabularyFacts) -> (Verdict, Option<String>) {
        let result = judged(seen);
        let first = result.findings.into_iter().next();
        (result.verdict, first.map(|finding| finding.cause))
    }

    #[test]
    fn a_service_that_is_understood_is_well_whatever_else_would_fit() {
        let mut seen = accepted("screening");
        seen.heard = heard(&[("joined_room", true), ("new", false)]);
        seen.fits = vec![fit("live-editing", None)];
        assert_eq!(cause(seen), (Verdict::Ok, None));
        let mut seen = accepted("deployed");
        seen.acknowledged = vec!["join_patient_room".to_owned()];
        assert_eq!(cause(seen), (Verdict::Ok, None));
    }

    #[test]
    fn joined_but_nothing_known_arrives_names_the_deployment_that_fits() {
        let mut seen = accepted("live-editing");
        seen.fits = vec![fit("deployed", None), fit("screening", None)];
        let result = judged(seen);
        assert_eq!(result.verdict, Verdict::Failed);
        assert_eq!(result.findings[0].cause, "vocabulary-mismatch");
        assert_eq!(result.findings[0].values["deployment"], "live-editing");
        assert_eq!(result.findings[0].values["fits"], "deployed");
    }

    #[test]
    fn foreign_events_are_told_from_silence() {
        let mut seen = accepted("deployed");
        seen.heard = heard(&[("a", false), ("b", false)]);
        let foreign = Some("vocabulary-foreign".to_owned());
        assert_eq!(cause(seen), (Verdict::Failed, foreign));
        let unheard = Some("vocabulary-unheard".to_owned());
        assert_eq!(cause(accepted("deployed")), (Verdict::Warning, unheard));
    }

    #[test]
    fn the_other_half_of_a_pair_is_named_although_it_is_partly_understood() {
        let mut seen = accepted("insights");
        seen.link = "gateway".to_owned();
        seen.heard = heard(&[("connected", true)]);
        seen.fits = vec![fit("insights", Some("relay"))];
        let result = judged(seen.clone());
        assert_eq!(result.verdict, Verdict::Failed);
        assert_eq!(result.findings[0].cause, "wrong-half");
        assert_eq!(result.findings[0].values["found"], "relay");
        seen.link = "relay".to_owned();
        assert_eq!(cause(seen), (Verdict::Ok, None));
    }

    #[test]
    fn silence_to_a_connect_is_explained_by_the_kind_of_service() {
        let facts = |seen| Facts {
            vocabulary: Some(seen),
            ..Facts::default()
        };
        let mut seen = accepted("screening");
        assert_eq!(silence(&facts(seen.clone())), None);
        seen.answer = ServiceAnswer::Silent;
        let alone = silence(&facts(seen.clone())).map(|finding| finding.cause);
        assert_eq!(alone.as_deref(), Some("connect-silent"));
        assert_eq!(cause(seen.clone()).0, Verdict::Skipped);
        seen.fits = vec![fit("insights", None)];
        let finding = silence(&facts(seen)).expect("a cause");
        assert_eq!(finding.cause, "connect-silent-to-vocabulary");
        assert_eq!(finding.values["fits"], "insights");
    }
}
