//! Who joins and how: the parameters of a link, in every spelling in use.

use serde_json::{Map, Value};

use super::encoding::{decode_base64_text, decode_component};
use super::{ParameterKind, ParameterName, RoomLink};
use crate::wire::Language;

const NAME: &[&str] = &[
    "username",
    "user_name",
    "name",
    "display_name",
    "displayname",
];
const USER_ID: &[&str] = &["userid", "user_id"];
const TOKEN: &[&str] = &["token"];
const PARTNER: &[&str] = &["partner_name", "partnername", "partner"];
const SOURCE: &[&str] = &[
    "source_lang",
    "sourcelang",
    "lang_source",
    "langsource",
    "source_language",
    "sourcelanguage",
];
const TARGET: &[&str] = &[
    "target_lang",
    "targetlang",
    "lang_target",
    "langtarget",
    "target_language",
    "targetlanguage",
];
const AUTO_JOIN: &[&str] = &["auto_join", "autojoin"];
const ROOM: &[&str] = &["room", "roomid", "room_id"];

/// The spellings of what a parameter can mean, in lower case.
const SPELLINGS: [(ParameterKind, &[&str]); 7] = [
    (ParameterKind::Name, NAME),
    (ParameterKind::UserId, USER_ID),
    (ParameterKind::Token, TOKEN),
    (ParameterKind::PartnerName, PARTNER),
    (ParameterKind::SourceLanguage, SOURCE),
    (ParameterKind::TargetLanguage, TARGET),
    (ParameterKind::AutoJoin, AUTO_JOIN),
];

/// Longest value taken over, in characters; longer ones are not meant for people.
const MAX_CHARS: usize = 4_096;

/// The parameters of a link: fields of `data` first, then the plain ones.
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
    names: Vec<ParameterName>,
    pub(super) data_unreadable: bool,
}

impl Parameters {
    /// Reads decoded pairs of a query.
    pub(super) fn new(query: impl Iterator<Item = (String, String)>) -> Self {
        let mut fields = Vec::new();
        let mut plain = Vec::new();
        let mut names = Vec::new();
        let mut data_unreadable = false;
        for (key, value) in query {
            let lower = key.trim().to_ascii_lowercase();
            if lower == "data" {
                match decode_data(&value) {
                    Some(object) => {
                        let given = object.iter().filter_map(field);
                        names.extend(given.filter_map(|(key, value)| name(&key, &value, true)));
                        fields.extend(object.iter().filter_map(field).map(lower_case));
                    }
                    None => data_unreadable |= !value.trim().is_empty(),
                }
            } else {
                names.extend(name(&key, &value, false));
                plain.push((lower, value));
            }
        }
        fields.extend(plain);
        Self {
            pairs: fields,
            names,
            data_unreadable,
        }
    }

    /// The first value that is not empty, under any of the names.
    pub(super) fn get(&self, names: &[&str]) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, value)| names.contains(&key.as_str()) && !value.trim().is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The room, for links which name it in a parameter.
    pub(super) fn room(&self) -> Option<&str> {
        self.get(ROOM)
    }

    /// Fills what the link does not say yet.
    pub(super) fn fill(&self, link: &mut RoomLink) {
        let text = |names| {
            self.get(names)
                .map(str::trim)
                .filter(|value| value.chars().count() <= MAX_CHARS)
                .map(str::to_owned)
        };
        let language = |names| self.get(names).and_then(Language::parse);
        link.name = link.name.take().or_else(|| text(NAME));
        link.user_id = link.user_id.take().or_else(|| text(USER_ID));
        link.token = link.token.take().or_else(|| text(TOKEN));
        link.partner_name = link.partner_name.take().or_else(|| text(PARTNER));
        link.source_language = link.source_language.take().or_else(|| language(SOURCE));
        link.target_language = link.target_language.take().or_else(|| language(TARGET));
        link.auto_join |= self.get(AUTO_JOIN).is_some_and(is_yes);
        link.data_unreadable |= self.data_unreadable;
        link.parameters.extend(self.names.iter().cloned());
    }
}

/// A parameter that says something, by its name.
fn name(spelled: &str, value: &str, in_data: bool) -> Option<ParameterName> {
    let spelled = spelled.trim();
    let lower = spelled.to_ascii_lowercase();
    let (kind, _) = SPELLINGS
        .iter()
        .find(|(_, names)| names.contains(&lower.as_str()))?;
    (!value.trim().is_empty()).then(|| ParameterName {
        kind: *kind,
        spelled: spelled.to_owned(),
        in_data,
    })
}

fn lower_case((key, value): (String, String)) -> (String, String) {
    (key.to_ascii_lowercase(), value)
}

fn is_yes(value: &str) -> bool {
    ["true", "1", "yes", "on"]
        .iter()
        .any(|yes| value.trim().eq_ignore_ascii_case(yes))
}

/// A field of `data` as a parameter; lists and objects are none.
fn field((key, value): (&String, &Value)) -> Option<(String, String)> {
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    Some((key.trim().to_owned(), value))
}

/// The object in a `data` parameter: JSON in base64, or in clear, escaped once more than
/// needed or not.
fn decode_data(value: &str) -> Option<Map<String, Value>> {
    let value = value.trim();
    let unescaped;
    let value = if value.contains('%') {
        unescaped = decode_component(value);
        unescaped.as_str()
    } else {
        value
    };
    let json = if value.starts_with('{') {
        value.to_owned()
    } else {
        decode_base64_text(value)?
    };
    match serde_json::from_str(json.trim_start_matches('\u{FEFF}').trim()).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}
