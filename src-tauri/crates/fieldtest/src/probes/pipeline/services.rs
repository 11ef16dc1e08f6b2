//! One request for a translation, and one for its speech.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::spoken::describe;
use super::{SpeechServices, page};
use crate::facts::{Exchange, Request, SynthesisFacts, TranslationFacts};
use crate::probes::call_policy::{SYNTHESIS_BYTES, SYNTHESIS_LIMIT, TRANSLATION_LIMIT};
use crate::probes::http::{exchange, exchange_up_to};
use crate::probes::privacy::shorten;
use crate::sentence::{LANGUAGE, TARGET_LANGUAGE, TARGET_TEXT, TEXT};

/// Fields in which services put a translation.
const TEXT_FIELDS: [&str; 2] = ["translated_text", "text"];
/// Fields in which services put the sound.
const SOUND_FIELDS: [&str; 2] = ["audio_base64", "audio"];

/// Asks both, one after the other: the translation is what is spoken, as in a call.
pub(super) async fn ask(
    services: &SpeechServices,
    limit: Duration,
) -> (Option<TranslationFacts>, Option<SynthesisFacts>) {
    let end = Instant::now() + limit;
    let left = |most: Duration| most.min(end.saturating_duration_since(Instant::now()));
    let mut translation = None;
    if let Some(url) = &services.translation {
        translation = Some(translate(services, url, left(TRANSLATION_LIMIT)).await);
    }
    let mut synthesis = None;
    if let Some(url) = &services.synthesis {
        let known = translation.as_ref().and_then(|one| one.text.as_deref());
        let text = known.unwrap_or(TARGET_TEXT);
        synthesis = Some(synthesise(services, url, text, left(SYNTHESIS_LIMIT)).await);
    }
    (translation, synthesis)
}

async fn translate(services: &SpeechServices, url: &Url, limit: Duration) -> TranslationFacts {
    let body = if services.older_translation {
        json!({ "text": TEXT, "src_lang": LANGUAGE, "tgt_lang": TARGET_LANGUAGE, "use_cache": true })
    } else {
        json!({ "text": TEXT, "direction": format!("{LANGUAGE}2{TARGET_LANGUAGE}") })
    };
    let (endpoint, target) = page(url, "translate");
    let asked = post(&target, &body);
    let mut exchange = exchange(&services.network, &endpoint, asked, limit).await;
    let answer = answer(&exchange);
    let text = text_of(answer.as_ref());
    shorten(&mut exchange);
    TranslationFacts {
        exchange,
        host: endpoint.authority(),
        unchanged: text.as_deref().is_some_and(|text| same(text, TEXT)),
        text: text.map(|text| text.chars().take(200).collect()),
        cached: answer.is_some_and(|answer| answer.get("cached") == Some(&Value::Bool(true))),
    }
}

async fn synthesise(
    services: &SpeechServices,
    url: &Url,
    text: &str,
    limit: Duration,
) -> SynthesisFacts {
    // An older service reads `language`, and the present one would take it for Vietnamese alone.
    let body = json!({
        "text": text, "lang": TARGET_LANGUAGE, "language": TARGET_LANGUAGE, "mode": "generic",
    });
    let (endpoint, target) = page(url, "synthesize");
    let asked = post(&target, &body);
    let network = &services.network;
    let mut exchange = exchange_up_to(network, &endpoint, asked, limit, SYNTHESIS_BYTES).await;
    let answer = answer(&exchange);
    let sound = answer.as_ref().and_then(sound_of);
    if let (Some(response), Some(answer)) = (&mut exchange.response, answer) {
        response.body = without_sound(answer).to_string();
    }
    shorten(&mut exchange);
    SynthesisFacts {
        exchange,
        host: endpoint.authority(),
        language: TARGET_LANGUAGE.to_owned(),
        sound: sound.map(|bytes| describe(&bytes)),
    }
}

fn post(target: &str, body: &Value) -> Request {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Request {
        method: "POST".to_owned(),
        target: target.to_owned(),
        headers: vec![
            header("Content-Type", "application/json"),
            header("Accept", "application/json"),
        ],
        body: Some(body.to_string()),
    }
}

/// What a service answered, if it is an object and no error.
fn answer(exchange: &Exchange) -> Option<Value> {
    let body: Value = serde_json::from_str(exchange.body()).ok()?;
    (exchange.status() == 200 && body.is_object()).then_some(body)
}

fn text_of(answer: Option<&Value>) -> Option<String> {
    let text = TEXT_FIELDS
        .iter()
        .find_map(|field| answer?.get(*field)?.as_str())?;
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

fn sound_of(answer: &Value) -> Option<Vec<u8>> {
    let text = SOUND_FIELDS
        .iter()
        .find_map(|field| answer.get(*field)?.as_str())?;
    STANDARD.decode(text.trim()).ok()
}

fn without_sound(mut answer: Value) -> Value {
    if let Some(fields) = answer.as_object_mut() {
        for field in SOUND_FIELDS {
            if let Some(sound) = fields.get_mut(field) {
                *sound = Value::from("…");
            }
        }
    }
    answer
}

/// Whether two texts are the same but for case and punctuation.
fn same(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    letters(one) == letters(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_answers_are_read() {
        let text = |answer: Value| text_of(Some(&answer));
        assert_eq!(text(json!({ "text": " a " })).as_deref(), Some("a"));
        assert_eq!(
            text(json!({ "translated_text": "b" })).as_deref(),
            Some("b")
        );
        for none in [json!({}), json!({ "text": 7 }), json!({ "text": " " })] {
            assert_eq!(text(none), None);
        }
        let sound = |answer: Value| sound_of(&answer);
        assert_eq!(
            sound(json!({ "audio_base64": "YWI=" })),
            Some(b"ab".to_vec())
        );
        assert_eq!(sound(json!({ "audio": "" })), Some(Vec::new()));
        assert_eq!(sound(json!({ "audio": "!" })), None);
        let shown = without_sound(json!({ "audio": "YWI=", "duration": 0.1 }));
        assert_eq!(shown, json!({ "audio": "…", "duration": 0.1 }));
    }

    #[test]
    fn a_text_that_comes_back_is_recognised() {
        assert!(same(
            "hello Everyone, this is a test of the captions.",
            TEXT
        ));
        assert!(!same(TARGET_TEXT, TEXT));
    }
}
