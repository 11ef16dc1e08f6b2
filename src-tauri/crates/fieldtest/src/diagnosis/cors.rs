//! What browsers are told. This program needs no origin and sends none.

use super::answer::{Answer, blocked_below, evidence};
use super::{Evidence, Finding, RungResult};
use crate::facts::{Cors, Exchange, Facts, Signaling};
use crate::{Rung, Verdict};

/// Judges [`Rung::Cors`].
pub(super) fn cors(facts: &Facts) -> RungResult {
    let asked = facts
        .signaling
        .as_ref()
        .and_then(|signaling| Some((signaling, signaling.cors.as_ref()?)));
    let Some((signaling, cors)) = asked else {
        return RungResult::skipped(Rung::Cors, None);
    };
    let shown = shown(cors);
    if let Some(rung) = blocked_below(facts) {
        return RungResult {
            evidence: shown,
            ..RungResult::skipped(Rung::Cors, Some(rung))
        };
    }
    let findings = finding(signaling, cors).into_iter().collect();
    RungResult::new(Rung::Cors, findings, shown)
}

fn shown(cors: &Cors) -> Vec<Evidence> {
    let asked = [
        (&cors.polling, &cors.origin),
        (&cors.preflight, &cors.origin),
        (&cors.websocket, &cors.origin),
        (&cors.app, &"tauri://localhost".to_owned()),
    ]
    .map(|(exchange, origin)| {
        let exchange = exchange.as_ref()?;
        let mut line = evidence(exchange);
        line.what = format!("{} from {origin}", line.what);
        let allowed = exchange.header("access-control-allow-origin");
        line.seen = format!(
            "{} · allowed origin: {}",
            line.seen,
            allowed.unwrap_or("none")
        );
        Some(line)
    });
    asked.into_iter().flatten().collect()
}

fn finding(signaling: &Signaling, cors: &Cors) -> Option<Finding> {
    let same_site = cors.origin == signaling.server;
    let without = signaling.polling.as_ref().map(|polling| &polling.handshake);
    let polling_works = without.is_some_and(|handshake| Answer::of(handshake).is_open());
    let refused = || Finding::new("origin-refused", Verdict::Warning).with("origin", &cors.origin);
    if let (true, Some(polling)) = (polling_works, &cors.polling) {
        match Answer::of(polling) {
            Answer::Open(_) if same_site || is_allowed(polling, &cors.origin) => {}
            Answer::Open(_) if names_origins(polling) => return Some(refused()),
            Answer::Open(_) => {
                let finding = Finding::new("cors-off", Verdict::Warning);
                return Some(finding.with("origin", &cors.origin));
            }
            // The only difference to the probe that worked is the origin.
            _ if polling.response.is_some() => return Some(refused()),
            _ => {}
        }
    }
    let works = |exchange: Option<&Exchange>| {
        exchange.is_some_and(|exchange| Answer::of(exchange).is_open())
    };
    let websocket = cors.websocket.as_ref();
    let answered = websocket.is_some_and(|websocket| websocket.response.is_some());
    (works(signaling.websocket.as_ref()) && answered && !works(websocket)).then(refused)
}

fn is_allowed(exchange: &Exchange, origin: &str) -> bool {
    let allowed = exchange.header("access-control-allow-origin");
    allowed.is_some_and(|allowed| allowed == "*" || allowed == origin)
}

/// Whether the server decides by origin at all.
fn names_origins(exchange: &Exchange) -> bool {
    let Some(response) = &exchange.response else {
        return false;
    };
    response.headers.iter().any(|(name, value)| {
        name.to_ascii_lowercase().starts_with("access-control-")
            || name.eq_ignore_ascii_case("vary") && value.to_ascii_lowercase().contains("origin")
    })
}
