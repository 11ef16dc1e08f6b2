//! Exchanges recorded from deployments with one mistake each, and from healthy ones, diagnosed.

mod recorded;

use fieldtest::diagnosis::{Diagnosis, Finding, diagnose};
use fieldtest::report::{Language, cause_words};
use fieldtest::{Rung, Verdict};

/// Case, rung that is blamed, cause, and how grave it is for this program.
const CASES: [(&str, Rung, &str, Verdict); 18] = [
    ("01", Rung::Polling, "socketio-not-served", Verdict::Failed),
    ("02a", Rung::Cors, "origin-refused", Verdict::Warning),
    ("02c", Rung::Cors, "cors-off", Verdict::Warning),
    ("03a", Rung::Polling, "path-doubled", Verdict::Failed),
    ("04a", Rung::Polling, "route-shadowed", Verdict::Failed),
    ("04b", Rung::Polling, "polling-shadowed", Verdict::Warning),
    ("05a", Rung::Polling, "wrong-path", Verdict::Failed),
    ("06a", Rung::Websocket, "upgrade-stripped", Verdict::Warning),
    ("06c", Rung::Tls, "alpn", Verdict::Ok),
    ("07a", Rung::Polling, "no-affinity", Verdict::Warning),
    ("08a", Rung::Polling, "upstream-timeout", Verdict::Failed),
    ("08b", Rung::Polling, "upstream-down", Verdict::Failed),
    ("09", Rung::Polling, "web-page", Verdict::Failed),
    ("11", Rung::Polling, "bad-request", Verdict::Failed),
    ("12", Rung::Namespace, "refused", Verdict::Failed),
    (
        "14",
        Rung::Namespace,
        "refused-with-reason",
        Verdict::Failed,
    ),
    ("16", Rung::Polling, "redirect", Verdict::Failed),
    ("17a", Rung::Websocket, "polling-only", Verdict::Warning),
];

const CONTROLS: [&str; 4] = ["03b", "05b", "06c", "07b"];

fn found(diagnosis: &Diagnosis) -> Vec<(Rung, &str, Verdict)> {
    let results = diagnosis.rungs.iter();
    let findings = results.flat_map(|result| {
        let rung = result.rung;
        let told = result.findings.iter();
        told.map(move |finding| (rung, finding.cause.as_str(), finding.verdict))
    });
    findings.collect()
}

#[test]
fn every_recorded_case_has_its_layer_and_cause() {
    println!("{:<6}{:<12}{:<22}{:?}", "case", "rung", "cause", "verdict");
    for (case, rung, cause, verdict) in CASES {
        let diagnosis = diagnose(&recorded::facts(case));
        let found = found(&diagnosis);
        for (rung, cause, verdict) in &found {
            println!("{case:<6}{:<12}{cause:<22}{verdict:?}", format!("{rung:?}"));
        }
        let mut expected = vec![(rung, cause, verdict)];
        if case == "02a" {
            // The recorded server refuses everybody once the origin is accepted.
            expected.insert(0, (Rung::Namespace, "refused", Verdict::Failed));
        }
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn every_cause_has_words_and_every_value_of_them_is_filled_in() {
    for (case, ..) in CASES {
        let diagnosis = diagnose(&recorded::facts(case));
        let findings = diagnosis.rungs.iter().flat_map(|result| &result.findings);
        for finding in findings {
            let codes = finding.alternatives.iter().chain([&finding.cause]);
            for language in [Language::En, Language::Vi] {
                for code in codes.clone() {
                    let words = cause_words(&Finding::new(code, finding.verdict), language);
                    assert_ne!(words.what, *code, "no words");
                }
                let words = cause_words(finding, language);
                let told = [Some(words.what), words.person, words.operator];
                for text in told.into_iter().flatten() {
                    assert!(!text.contains('{'), "{case} {language:?}: {text}");
                }
            }
        }
    }
}

#[test]
fn healthy_controls_have_no_fault() {
    for case in CONTROLS {
        let diagnosis = diagnose(&recorded::facts(case));
        assert!(diagnosis.culprit().is_none(), "{case}: {diagnosis:#?}");
        let verdicts = diagnosis.rungs.iter().map(|result| result.verdict);
        let working = verdicts.filter(|verdict| *verdict == Verdict::Ok).count();
        assert!(working >= 3, "{case}: {diagnosis:#?}");
        assert!(
            diagnosis
                .rungs
                .iter()
                .all(|result| result.verdict <= Verdict::Skipped)
        );
    }
}

/// Only one rung is blamed; those that cannot be judged for it say so.
#[test]
fn rungs_above_a_failure_name_it() {
    for (case, rung, _, verdict) in CASES {
        if verdict != Verdict::Failed || rung != Rung::Polling {
            continue;
        }
        let diagnosis = diagnose(&recorded::facts(case));
        let result = |rung| {
            let mut rungs = diagnosis.rungs.iter();
            rungs.find(|result| result.rung == rung).expect("all rungs")
        };
        for above in [Rung::Websocket, Rung::Namespace] {
            let result = result(above);
            assert_eq!(result.verdict, Verdict::Skipped, "{case}: {result:#?}");
            assert_eq!(result.blocked_by, Some(Rung::Polling), "{case} {above:?}");
        }
    }
}

/// Every client that asks wrongly in one of the recorded ways is told so, not the operator.
#[test]
fn refusals_in_the_engines_words_are_ours() {
    for handshake in recorded::wrong_requests() {
        let mut facts = recorded::facts("11");
        let signaling = facts.signaling.as_mut().expect("asked");
        let session = signaling.polling.as_mut().expect("asked");
        session.handshake = handshake;
        let diagnosis = diagnose(&facts);
        let culprit = diagnosis.culprit().expect("a failure");
        assert_eq!(culprit.findings[0].cause, "bad-request");
    }
}

/// What fits no row is shown as it came.
#[test]
fn an_answer_of_another_kind_is_not_forced_into_a_row() {
    let mut facts = recorded::facts("01");
    let signaling = facts.signaling.as_mut().expect("asked");
    let session = signaling.polling.as_mut().expect("asked");
    let response = session.handshake.response.as_mut().expect("answered");
    response.status = 418;
    response.body = "short and stout".to_owned();
    let diagnosis = diagnose(&facts);
    let finding = &diagnosis.culprit().expect("a failure").findings[0];
    assert_eq!(finding.cause, "unrecognised");
    assert!(finding.values["seen"].contains("418"), "{finding:?}");
    assert!(finding.values["seen"].contains("short and stout"));
}
