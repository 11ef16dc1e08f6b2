//! What a pushed event tells the person.

use serde_json::Value;

use super::incoming::Binding;
use crate::operation::{NotificationLevel, NotificationRow};
use crate::policy::MAX_TEXT_CHARS;
use crate::text;

/// The notification; nothing where the payload has nothing to read.
pub(super) fn row(binding: &Binding, event: &str, payload: &Value) -> Option<NotificationRow> {
    let label = |key| {
        let text = binding.paths(key)?.text_or_number(payload)?;
        Some(text::label(&text)).filter(|text| !text.is_empty())
    };
    let body = match &binding.wording {
        Some(wording) => wording
            .of(payload)
            .map(|text| text::paragraph(&text, MAX_TEXT_CHARS)),
        None => None,
    };
    let body = body.filter(|text| !text.is_empty()).or_else(|| {
        let paths = binding.paths("body")?;
        paths.iter().find_map(|path| {
            let text = text::paragraph(path.of(payload)?.as_str()?, MAX_TEXT_CHARS);
            (!text.is_empty()).then_some(text)
        })
    });
    let (title, body) = match (label("title"), body) {
        (title, Some(body)) => (title, body),
        (Some(title), None) => (None, title),
        (None, None) => return None,
    };
    let server_time = label("server_time");
    let key = binding
        .paths("key")
        .and_then(|paths| paths.text_or_number(payload))
        .filter(|key| text::is_id(key))
        .unwrap_or_else(|| derived_key(event, server_time.as_deref(), &body));
    Some(NotificationRow {
        key,
        level: level(label("level").as_deref(), label("severity").as_deref()),
        title,
        body,
        kind: label("kind").unwrap_or_else(|| text::label(event)),
        server_time,
    })
}

/// An event that the vocabulary does not know: its text, or what it brings as JSON.
pub(super) fn unknown(event: &str, payload: &Value) -> NotificationRow {
    let kind = text::label(event);
    if let Some(row) = row(&Binding::notification(), event, payload) {
        return NotificationRow { kind, ..row };
    }
    let body = match payload {
        Value::Null => String::new(),
        Value::String(text) => text::paragraph(text, MAX_TEXT_CHARS),
        Value::Object(keys) if keys.is_empty() => String::new(),
        other => text::paragraph(&other.to_string(), MAX_TEXT_CHARS),
    };
    NotificationRow {
        key: derived_key(event, None, &body),
        level: NotificationLevel::Info,
        title: None,
        body,
        kind,
        server_time: None,
    }
}

/// What one notification has and no other.
fn derived_key(event: &str, server_time: Option<&str>, body: &str) -> String {
    let event = text::label(event);
    format!("{event}\n{}\n{body}", server_time.unwrap_or_default())
}

fn level(kind: Option<&str>, severity: Option<&str>) -> NotificationLevel {
    match kind {
        Some("info") => return NotificationLevel::Info,
        Some("success") => return NotificationLevel::Success,
        Some("warning") => return NotificationLevel::Warning,
        Some("error") => return NotificationLevel::Error,
        _ => {}
    }
    match severity {
        Some("critical" | "error") => NotificationLevel::Error,
        Some("warning") => NotificationLevel::Warning,
        _ => NotificationLevel::Info,
    }
}
