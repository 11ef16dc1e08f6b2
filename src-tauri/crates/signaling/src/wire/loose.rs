//! Tolerant reading of what other people's clients fill in, and errors that name a path.

use ortc::MediaKind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{ParticipantId, ProducerId};

/// Longest name shown, in characters.
const NAME_MAX_CHARS: usize = 64;

/// Longest reason given for a field that does not fit, in characters.
const REASON_MAX_CHARS: usize = 120;

/// Reads a value, or gives the path of the field that does not fit, such as
/// `participants[1].id`, with the reason.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, (String, String)> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        // The reason quotes what came, which may be a whole web page.
        let reason = error.into_inner().to_string();
        (path, reason.chars().take(REASON_MAX_CHARS).collect())
    })
}

/// A language as a short lower-case code, such as `vi` or `en`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// Vietnamese.
    pub fn vietnamese() -> Self {
        Self("vi".into())
    }

    /// English.
    pub fn english() -> Self {
        Self("en".into())
    }

    /// Reads a language tag such as `vi`, `EN` or `en-US` down to its language; `None` for
    /// what is no tag.
    pub fn parse(tag: &str) -> Option<Self> {
        let code = tag.trim().split(['-', '_']).next().unwrap_or_default();
        let valid = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphabetic());
        valid.then(|| Self(code.to_ascii_lowercase()))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name as somebody else's client claims it: untrusted, perhaps not a name at all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Name(Option<String>);

impl Name {
    /// Wraps a name that is known to be text.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Some(name.into()))
    }

    /// The text as it came, unlimited and unfiltered; `None` when it was no text.
    pub fn raw(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The name for people: control and direction characters removed, spaces collapsed, at
    /// most 64 characters. `None` when there is nothing readable or only an id, as sent by
    /// web clients that put their socket id here; call such a person "Guest 1".
    pub fn readable(&self) -> Option<String> {
        let raw = self.0.as_deref()?;
        let mut name = String::new();
        let mut chars = 0;
        for word in raw.split_whitespace() {
            let word: Vec<char> = word
                .chars()
                .filter(|c| !is_invisible(*c))
                .take(NAME_MAX_CHARS)
                .collect();
            if word.is_empty() {
                continue;
            }
            if chars > 0 {
                name.push(' ');
                chars += 1;
            }
            for c in word {
                if chars >= NAME_MAX_CHARS {
                    return Some(name.trim_end().to_owned());
                }
                name.push(c);
                chars += 1;
            }
        }
        (!name.is_empty() && !is_id(&name)).then_some(name)
    }

    /// The readable name, or `Guest <number>`.
    pub fn or_guest(&self, number: u32) -> String {
        self.readable().unwrap_or_else(|| format!("Guest {number}"))
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(name) => Some(name),
            _ => None,
        }))
    }
}

/// Control characters, and those that turn the direction of the text around them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Whether a name is a machine's id: a socket id (20 characters of URL-safe base64, the
/// 17th is `A` because a counter stands there), a participant id or a UUID.
fn is_id(name: &str) -> bool {
    let bytes = name.as_bytes();
    let url_safe = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let socket_id = bytes.len() == 20 && bytes.iter().all(url_safe) && bytes.get(16) == Some(&b'A');
    let participant_id = name
        .strip_prefix("participant_")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let uuid = bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
    socket_id || participant_id || uuid
}

/// Somebody in the room, in the answer to the join and in the event of their coming.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    /// Id of this join.
    pub id: ParticipantId,
    /// Claimed name.
    #[serde(default, skip_serializing_if = "Name::is_none")]
    pub name: Name,
    /// Milliseconds since the Unix epoch, by the gateway's clock.
    #[serde(
        default,
        deserialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub joined_at: Option<u64>,
    /// Claimed spoken language, as of the join.
    #[serde(
        default,
        deserialize_with = "language",
        skip_serializing_if = "Option::is_none"
    )]
    pub source_language: Option<Language>,
    /// Claimed wanted language, as of the join.
    #[serde(
        default,
        deserialize_with = "language",
        skip_serializing_if = "Option::is_none"
    )]
    pub target_language: Option<Language>,
    /// What the participant sends; those of an unknown kind are left out.
    #[serde(default, deserialize_with = "producers")]
    pub producers: Vec<ProducerInfo>,
}

/// A track in the list of a participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducerInfo {
    /// Id to consume.
    pub id: ProducerId,
    /// Audio or video.
    pub kind: MediaKind,
}

fn producers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ProducerInfo>, D::Error> {
    let listed = Vec::<Value>::deserialize(deserializer)?;
    Ok(listed
        .into_iter()
        .filter_map(|entry| serde_json::from_value(entry).ok())
        .collect())
}

/// A number of milliseconds, also as text; `None` for anything else.
pub(super) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(number(&Value::deserialize(deserializer)?))
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let float = number.as_f64()?;
            // Casting saturates, so that a huge number stays a number.
            (float >= 0.0).then_some(float as u64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A language code of any spelling; `None` for what is none.
pub(super) fn language<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Language>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(tag) => Language::parse(&tag),
        _ => None,
    })
}

/// Text, or a number or a truth value as text. Lists, objects and `null` are errors.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        _ => Err(serde::de::Error::custom("expected text")),
    }
}

/// Text, or nothing where it is something else.
pub(super) fn text_or_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    Ok(optional_text(deserializer)?.unwrap_or_default())
}

/// Text, or `None` where it is something else.
pub(super) fn optional_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

/// A truth value; true where it is missing or something else.
pub(super) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(deserializer)? != Value::Bool(false))
}

/// What [`truth`] is when missing.
pub(super) fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn name(value: Value) -> Option<String> {
        let name: Name = serde_json::from_value(value).expect("any value is read");
        name.readable()
    }

    #[test]
    fn names_are_made_readable_or_nobody() {
        assert_eq!(
            name(json!(" Nguyễn \t Văn\n Ân ")).as_deref(),
            Some("Nguyễn Văn Ân")
        );
        assert_eq!(name(json!("a\u{202E}b\u{7}c")).as_deref(), Some("abc"));
        assert_eq!(name(json!("👩‍👩‍👧")).as_deref(), Some("👩‍👩‍👧"));
        assert_eq!(
            name(json!("x".repeat(500))).map(|name| name.len()),
            Some(NAME_MAX_CHARS)
        );
        for nobody in [
            json!(null),
            json!(7),
            json!(["An"]),
            json!({"name": "An"}),
            json!(""),
            json!(" \u{200B}"),
            json!("dH_p2MH9mc2OZH2lAAAO"),
            json!("participant_1795211006805_62k5h7iet"),
            json!("1de7dcc7-ef0b-4db2-8498-2d768f73f816"),
        ] {
            assert_eq!(name(nobody.clone()), None, "{nobody}");
        }
        assert_eq!(
            name(json!("Nguyen Thi Minh Khai")).as_deref(),
            Some("Nguyen Thi Minh Khai")
        );
        assert_eq!(Name::default().or_guest(3), "Guest 3");
    }

    #[test]
    fn a_reason_does_not_quote_a_whole_page() {
        let (path, reason) = read::<Participant>(json!({"id": ["x".repeat(9_000)]})).unwrap_err();
        assert_eq!(path, "id");
        assert!(reason.chars().count() <= REASON_MAX_CHARS);
        let (_, reason) = read::<Participant>(json!("x".repeat(9_000))).unwrap_err();
        assert!(reason.chars().count() <= REASON_MAX_CHARS);
    }

    #[test]
    fn odd_numbers_and_languages_are_read_as_far_as_they_go() {
        assert_eq!(number(&json!(1.5e12)), Some(1_500_000_000_000));
        assert_eq!(number(&json!("17")), Some(17));
        assert_eq!(number(&json!(-1)), None);
        assert_eq!(number(&json!(1e300)), Some(u64::MAX));
        assert_eq!(Language::parse(" EN-us "), Some(Language::english()));
        assert_eq!(Language::parse("vietnamese"), None);
    }
}
