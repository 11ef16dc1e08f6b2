//! The Socket.IO namespace: yes, no, or nothing.

use serde_json::Value;

use super::answer::{blocked_below, evidence, shortened};
use super::{Evidence, Finding, RungResult, polling, vocabulary, websocket};
use crate::engineio::{Namespace, NamespaceAnswer};
use crate::facts::{Facts, Signaling};
use crate::{Rung, Verdict};

/// python-socketio's words when a connect handler returned false, or raised without arguments.
const WITHOUT_REASON: &str = "Connection rejected by server";

/// Longest `data.code` of a refusal that is shown.
const LONGEST_CODE: usize = 40;

/// Judges [`Rung::Namespace`].
pub(super) fn namespace(facts: &Facts) -> RungResult {
    let Some(signaling) = &facts.signaling else {
        return RungResult::skipped(Rung::Namespace, None);
    };
    let answers = answers(signaling);
    if answers.is_empty() {
        return RungResult::skipped(Rung::Namespace, blocking(facts));
    }
    let mut shown: Vec<Evidence> = answers
        .iter()
        .flat_map(|(how, answer)| tell(how, answer))
        .collect();
    let polls = signaling
        .polling
        .iter()
        .filter_map(|session| session.poll.as_ref());
    shown.extend(polls.chain(&signaling.websocket).map(evidence));
    let mut findings = findings(&answers);
    // A collaboration service tells more than a namespace: what kind it is.
    let silent = findings
        .iter_mut()
        .find(|finding| finding.cause == "namespace-silent");
    if let (Some(silent), Some(finding)) = (silent, vocabulary::silence(facts)) {
        *silent = finding;
    }
    RungResult::new(Rung::Namespace, findings, shown)
}

/// What each transport brought; without an engine nothing was asked.
fn answers(signaling: &Signaling) -> Vec<(&'static str, Namespace)> {
    let websocket = signaling
        .websocket
        .as_ref()
        .and_then(Namespace::of_websocket);
    let polling = signaling.polling.as_ref().and_then(Namespace::of_polling);
    let both = [("websocket", websocket), ("long polling", polling)];
    both.into_iter()
        .filter_map(|(how, answer)| Some((how, answer?)))
        .collect()
}

fn blocking(facts: &Facts) -> Option<Rung> {
    let below = blocked_below(facts);
    let failed = |result: RungResult| (result.verdict == Verdict::Failed).then_some(result.rung);
    below
        .or_else(|| failed(polling::polling(facts)))
        .or_else(|| failed(websocket::websocket(facts)))
}

fn findings(answers: &[(&str, Namespace)]) -> Vec<Finding> {
    let connected = answers
        .iter()
        .find(|(_, answer)| answer.answer == Some(NamespaceAnswer::Connected));
    if let Some((_, namespace)) = connected {
        let thrown_out = namespace.disconnected;
        let finding = thrown_out.then(|| Finding::new("disconnected", Verdict::Failed));
        return finding.into_iter().collect();
    }
    let refusal = answers.iter().find_map(|(_, answer)| match &answer.answer {
        Some(NamespaceAnswer::Refused { message, data }) => Some(refused(message, data.as_ref())),
        _ => None,
    });
    let thrown_out = answers.iter().any(|(_, answer)| answer.disconnected);
    vec![refusal.unwrap_or_else(|| match thrown_out {
        true => Finding::new("disconnected", Verdict::Failed),
        false => Finding::new("namespace-silent", Verdict::Failed),
    })]
}

fn refused(message: &str, data: Option<&Value>) -> Finding {
    if message == WITHOUT_REASON && data.is_none() {
        return Finding::new("refused", Verdict::Failed);
    }
    let code = data
        .and_then(|data| data.get("code"))
        .and_then(Value::as_str)
        .filter(|code| code.len() <= LONGEST_CODE);
    let said = match code {
        Some(code) => format!("{} ({code})", shortened(message)),
        None => shortened(message),
    };
    Finding::new("refused-with-reason", Verdict::Failed).with("message", said)
}

fn tell(how: &str, namespace: &Namespace) -> Vec<Evidence> {
    let answer = match &namespace.answer {
        Some(NamespaceAnswer::Connected) => "connected".to_owned(),
        Some(NamespaceAnswer::Refused { message, .. }) => {
            format!("refused: {}", shortened(message))
        }
        None => "silent".to_owned(),
    };
    let mut told = vec![Evidence::new(format!("namespace by {how}"), answer)];
    if !namespace.early_events.is_empty() {
        let events = namespace.early_events.join(", ");
        told.push(Evidence::new(
            "events before the answer",
            shortened(&events),
        ));
    }
    if namespace.disconnected {
        told.push(Evidence::new(
            "after the answer",
            "41 (disconnected by the server)",
        ));
    }
    told
}
