//! Engine.IO by long polling: who answers at the path, and whether a session holds together.

use url::Url;

use super::answer::{Answer, blocked_below, evidence, is_unknown_session, seen, shortened};
use super::{Evidence, Finding, RungResult};
use crate::engineio::Namespace;
use crate::facts::{Exchange, Facts, PollingSession, Signaling};
use crate::{Rung, Verdict};

/// Judges [`Rung::Polling`].
pub(super) fn polling(facts: &Facts) -> RungResult {
    let asked = facts
        .signaling
        .as_ref()
        .and_then(|signaling| Some((signaling, signaling.polling.as_ref()?)));
    let Some((signaling, session)) = asked else {
        return RungResult::skipped(Rung::Polling, None);
    };
    let evidence = shown(signaling, session);
    if let Some(rung) = blocked_below(facts) {
        return RungResult {
            evidence,
            ..RungResult::skipped(Rung::Polling, Some(rung))
        };
    }
    let mut findings = Vec::new();
    match Answer::of(&session.handshake) {
        Answer::Open(_) => findings.extend(broken_session(signaling, session)),
        answer => findings.push(refused_handshake(signaling, session, &answer)),
    }
    findings.extend(followed_redirect(signaling));
    RungResult::new(Rung::Polling, findings, evidence)
}

fn shown(signaling: &Signaling, session: &PollingSession) -> Vec<Evidence> {
    let steps = [&session.connect, &session.poll];
    let others = signaling.other_paths.iter();
    let repeats = signaling.repeats.iter().filter_map(|repeat| {
        let connect = repeat.connect.as_ref()?;
        Some(Evidence::new("another session, POST", seen(connect)))
    });
    let bare = signaling.without_cookies.iter().filter_map(|session| {
        let connect = session.connect.as_ref()?;
        Some(Evidence::new(
            "a session without cookies, POST",
            seen(connect),
        ))
    });
    let exchanges = signaling
        .redirects
        .iter()
        .chain([&session.handshake])
        .chain(steps.into_iter().flatten())
        .chain(&signaling.random_path)
        .chain(others.flat_map(|other| [&other.polling, &other.websocket]));
    exchanges.map(evidence).chain(repeats).chain(bare).collect()
}

/// Whether a websocket from nothing works at the path.
fn websocket_works(signaling: &Signaling) -> bool {
    let websocket = signaling.websocket.as_ref();
    websocket.is_some_and(|websocket| Answer::of(websocket).is_open())
}

/// Without long polling this program still works by websocket.
fn gravity(signaling: &Signaling) -> Verdict {
    match websocket_works(signaling) {
        true => Verdict::Warning,
        false => Verdict::Failed,
    }
}

/// The first handshake is not one. The websocket's answer and the other paths tell why.
fn refused_handshake(signaling: &Signaling, session: &PollingSession, answer: &Answer) -> Finding {
    let handshake = &session.handshake;
    let status = handshake.status();
    match answer {
        Answer::Engine(words) => {
            Finding::new("bad-request", Verdict::Failed).with("body", shortened(words))
        }
        Answer::Redirect(target) => redirect(signaling, handshake, target),
        Answer::Nothing(_) => silent(signaling, handshake),
        // A route takes the request and passes on its own failure, or a proxy does.
        _ if matches!(status, 502..=504) => gateway_error(signaling, handshake, answer),
        Answer::Adapter | Answer::Framework | Answer::Page | Answer::Other
            if matches!(status, 200 | 404) =>
        {
            not_here(signaling, handshake, answer)
        }
        _ => unrecognised(signaling, handshake),
    }
}

fn unrecognised(signaling: &Signaling, exchange: &Exchange) -> Finding {
    Finding::new("unrecognised", gravity(signaling)).with("seen", seen(exchange))
}

fn silent(signaling: &Signaling, handshake: &Exchange) -> Finding {
    let Answer::Nothing(kind) = Answer::of(handshake) else {
        return unrecognised(signaling, handshake);
    };
    if kind != crate::facts::FaultKind::NoAnswer {
        return unrecognised(signaling, handshake);
    }
    Finding::new("no-answer", gravity(signaling))
        .with("seconds", seconds(handshake))
        .or("upstream-timeout")
}

/// Time of an answer, as a person would say it: round numbers are a proxy's time-out.
fn seconds(exchange: &Exchange) -> String {
    let seconds = exchange.took_ms / 1_000.0;
    match seconds < 1.0 {
        true => "1".to_owned(),
        false => format!("{seconds:.0}"),
    }
}

/// 502, 503 and 504: by a proxy in front of everything, or by a route that should not be asked.
fn gateway_error(signaling: &Signaling, handshake: &Exchange, answer: &Answer) -> Finding {
    if websocket_works(signaling) {
        return Finding::new("polling-shadowed", Verdict::Warning)
            .with("status", handshake.status())
            .or("upstream-down");
    }
    let cause = match handshake.status() {
        504 => "upstream-timeout",
        _ => "upstream-down",
    };
    let finding = Finding::new(cause, Verdict::Failed)
        .with("status", handshake.status())
        .with("seconds", seconds(handshake));
    match answer {
        // The web framework itself answered, so it runs; its target does not.
        Answer::Framework => finding.or("route-shadowed"),
        _ => finding,
    }
}

/// Another web server answers at this path, or nobody does.
fn not_here(signaling: &Signaling, handshake: &Exchange, answer: &Answer) -> Finding {
    let path = &signaling.path;
    if websocket_works(signaling) {
        return Finding::new("polling-shadowed", Verdict::Warning)
            .with("status", handshake.status());
    }
    let websocket = signaling.websocket.as_ref();
    // Something at this path took the websocket and broke on it: an adapter with another path.
    let broken_mount = websocket.is_some_and(|websocket| websocket.status() == 500);
    let found = signaling.other_paths.iter().find_map(|other| {
        let polling = Answer::of(&other.polling).is_open();
        let websocket = Answer::of(&other.websocket).is_open();
        (polling || websocket).then_some((other, polling))
    });
    if let Some((other, by_polling)) = found {
        let doubled = other.path == format!("{}{}", path, path.trim_start_matches('/'));
        let cause = match (answer, by_polling) {
            (Answer::Adapter, _) if doubled => "path-doubled",
            (_, false) => "route-shadowed",
            _ => "wrong-path",
        };
        return Finding::new(cause, Verdict::Failed)
            .with("path", path)
            .with("found", &other.path);
    }
    match answer {
        Answer::Page if handshake.status() == 200 => web_page(signaling, handshake),
        _ if handshake.status() == 200 => unrecognised(signaling, handshake),
        Answer::Adapter => unrecognised(signaling, handshake).or("path-doubled"),
        _ if broken_mount => unrecognised(signaling, handshake).or("route-shadowed"),
        _ => {
            let finding = Finding::new("socketio-not-served", Verdict::Failed).with("path", path);
            match signaling.other_paths.is_empty() {
                true => finding.or("wrong-path"),
                false => finding,
            }
        }
    }
}

fn web_page(signaling: &Signaling, handshake: &Exchange) -> Finding {
    let random = signaling.random_path.as_ref();
    let everywhere = random.map(|page| page.status() == 200 && page.body() == handshake.body());
    let finding = Finding::new("web-page", Verdict::Failed).with("path", &signaling.path);
    match everywhere {
        // Two pages may differ in a time stamp, and both be start pages.
        Some(true) => finding,
        _ => finding.or("captive-portal"),
    }
}

fn redirect(signaling: &Signaling, handshake: &Exchange, target: &str) -> Finding {
    let address = Url::parse(&signaling.server)
        .and_then(|server| server.join(&handshake.request.target))
        .and_then(|asked| asked.join(target));
    let target = match &address {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => shortened(target),
    };
    Finding::new("redirect", Verdict::Failed).with("target", target)
}

/// The server was found behind redirects, and everything else was seen there.
fn followed_redirect(signaling: &Signaling) -> Option<Finding> {
    signaling.redirects.first()?;
    let finding = Finding::new("redirect", Verdict::Warning);
    Some(finding.with("target", &signaling.server))
}

/// The handshake is fine: does the server still know the session at the next request?
fn broken_session(signaling: &Signaling, session: &PollingSession) -> Option<Finding> {
    let sessions: Vec<_> = std::iter::once(session).chain(&signaling.repeats).collect();
    let lost = |session: &PollingSession| {
        let steps = [&session.connect, &session.poll];
        let mut answers = steps.into_iter().flatten().map(Answer::of);
        answers.any(|answer| is_unknown_session(&answer))
    };
    let times_lost = sessions.iter().filter(|session| lost(session)).count();
    if times_lost > 0 || upgraded_elsewhere(signaling, session) {
        let once_at_first = times_lost == 1 && sessions.len() > 2 && lost(session);
        // A restart loses the sessions of that moment and no later ones.
        let finding = match once_at_first && !upgraded_elsewhere(signaling, session) {
            true => Finding::new("session-lost", Verdict::Warning).or("no-affinity"),
            false => Finding::new("no-affinity", gravity(signaling)),
        };
        return Some(
            finding
                .with("lost", times_lost)
                .with("sessions", sessions.len()),
        );
    }
    // Silence after the question is the namespace's, unless it answers by websocket.
    let websocket = signaling.websocket.as_ref();
    let answers = websocket
        .and_then(Namespace::of_websocket)
        .is_some_and(|namespace| namespace.answer.is_some());
    let steps = [&session.connect, &session.poll];
    let broken = steps
        .into_iter()
        .flatten()
        .find(|step| match &step.response {
            Some(response) => response.status != 200,
            None => answers,
        });
    broken.map(|step| unrecognised(signaling, step))
}

/// The session works, a websocket works, and a websocket with the session's id meets somebody who
/// does not know it.
fn upgraded_elsewhere(signaling: &Signaling, session: &PollingSession) -> bool {
    let Some(upgrade) = &session.upgrade else {
        return false;
    };
    let answer = Answer::of(upgrade);
    let stranger = answer == Answer::EmptyForbidden || is_unknown_session(&answer);
    stranger && websocket_works(signaling)
}
