//! The endpoint of a collaboration service: does Socket.IO answer at its path, or at another one?

use super::answer::{Answer, evidence, failed_below};
use super::{Finding, RungResult};
use crate::facts::{Facts, PathVariant};
use crate::{Rung, Verdict};

/// Judges [`Rung::Endpoint`].
pub(super) fn judge(facts: &Facts) -> RungResult {
    let asked = facts
        .endpoint
        .as_ref()
        .and_then(|endpoint| endpoint.variants.split_first());
    let Some((own, others)) = asked else {
        return RungResult::skipped(Rung::Endpoint, None);
    };
    let exchanges = std::iter::once(own)
        .chain(others)
        .flat_map(|variant| std::iter::once(&variant.polling).chain(&variant.websocket));
    let shown = exchanges.map(evidence).collect();
    if let Some(rung) = failed_below(&own.polling) {
        return RungResult {
            evidence: shown,
            ..RungResult::skipped(Rung::Endpoint, Some(rung))
        };
    }
    let findings = elsewhere(own, others).into_iter().collect();
    RungResult::new(Rung::Endpoint, findings, shown)
}

/// Whether Engine.IO answers there, be it with a refusal.
fn speaks(variant: &PathVariant) -> bool {
    let engine = |answer: Answer| matches!(answer, Answer::Open(_) | Answer::Engine(_));
    let websocket = variant.websocket.as_ref().map(Answer::of);
    engine(Answer::of(&variant.polling)) || websocket.is_some_and(engine)
}

fn elsewhere(own: &PathVariant, others: &[PathVariant]) -> Option<Finding> {
    // Any other status is told by the rungs above, which look closer.
    if speaks(own) || !matches!(own.polling.status(), 200 | 404) {
        return None;
    }
    let path = &own.path;
    let Some(found) = others.iter().find(|other| speaks(other)) else {
        let page = Answer::of(&own.polling) == Answer::Page && own.polling.status() == 200;
        let cause = if page {
            "web-page"
        } else {
            "socketio-not-served"
        };
        return Some(Finding::new(cause, Verdict::Failed).with("path", path));
    };
    let doubled = found.path == format!("{path}{}", path.trim_start_matches('/'));
    let cause = if doubled {
        "path-doubled"
    } else if !found.path.ends_with('/') {
        "path-without-slash"
    } else {
        "wrong-path"
    };
    let finding = Finding::new(cause, Verdict::Failed);
    Some(finding.with("path", path).with("found", &found.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{EndpointFacts, Exchange, Response};

    const OPEN: &str =
        r#"0{"sid":"a","upgrades":[],"pingTimeout":20000,"pingInterval":25000,"maxPayload":1000}"#;

    fn answered(status: u16, kind: &str, body: &str) -> Exchange {
        Exchange {
            response: Some(Response {
                status,
                headers: vec![("content-type".to_owned(), kind.to_owned())],
                body: body.to_owned(),
            }),
            ..Exchange::default()
        }
    }

    fn open() -> Exchange {
        answered(200, "text/plain; charset=UTF-8", OPEN)
    }

    fn missing() -> Exchange {
        answered(404, "application/json", r#"{"detail":"Not Found"}"#)
    }

    fn judged(variants: Vec<(&str, Exchange)>) -> (Verdict, Vec<Finding>) {
        let variants = variants.into_iter().map(|(path, polling)| PathVariant {
            path: path.to_owned(),
            polling,
            websocket: None,
        });
        let facts = Facts {
            endpoint: Some(EndpointFacts {
                variants: variants.collect(),
            }),
            ..Facts::default()
        };
        let result = judge(&facts);
        assert!(
            !result.evidence.is_empty(),
            "what each path answers is shown"
        );
        (result.verdict, result.findings)
    }

    #[test]
    fn a_service_at_its_path_is_well_whatever_answers_beside_it() {
        let variants = vec![("/socket.io/", open()), ("/api/socket.io/", missing())];
        assert_eq!(judged(variants), (Verdict::Ok, vec![]));
        let refused = answered(400, "text/plain", "\"Transport unknown\"");
        assert_eq!(
            judged(vec![("/socket.io/", refused)]),
            (Verdict::Ok, vec![])
        );
        assert_eq!(judge(&Facts::default()).verdict, Verdict::Skipped);
    }

    #[test]
    fn the_path_that_answers_is_named() {
        for (found, cause) in [
            ("/socket.io/socket.io/", "path-doubled"),
            ("/api/socket.io/", "wrong-path"),
            ("/socket.io", "path-without-slash"),
        ] {
            let (verdict, findings) = judged(vec![("/socket.io/", missing()), (found, open())]);
            assert_eq!(verdict, Verdict::Failed);
            assert_eq!(findings[0].cause, cause);
            assert_eq!(findings[0].values["found"], found);
        }
    }

    #[test]
    fn a_service_that_is_nowhere_is_told_from_a_page_for_everything() {
        let (_, findings) = judged(vec![("/socket.io/", missing()), ("/socket.io", missing())]);
        assert_eq!(findings[0].cause, "socketio-not-served");
        let page = || answered(200, "text/html", "<!doctype html><title>x</title>");
        let (_, findings) = judged(vec![("/socket.io/", page()), ("/socket.io", page())]);
        assert_eq!(findings[0].cause, "web-page");
    }

    #[test]
    fn what_a_proxy_says_is_left_to_the_rungs_above() {
        let down = answered(502, "text/html", "<html>Bad Gateway</html>");
        assert_eq!(judged(vec![("/socket.io/", down)]), (Verdict::Ok, vec![]));
    }
}
