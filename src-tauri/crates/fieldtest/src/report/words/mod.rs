//! What is said about each cause, in both languages: what is wrong, what the person in the call can
//! do, what the operator should look at.
//!
//! The words are data, one file per group of rungs and language:
//! `{"no-affinity": {"what": "…", "person": "…", "operator": "…"}}`. `{name}` stands for a value of
//! the finding. `person` or `operator` may be absent where there is nothing for them to do.

mod ladder;

pub use ladder::{Ladder, ladder_words};

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::diagnosis::Finding;

/// A language of the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Vietnamese.
    Vi,
}

/// The words for one cause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CauseWords {
    /// What is wrong and why, in one or two sentences.
    pub what: String,
    /// What the person in the call can do.
    #[serde(default)]
    pub person: Option<String>,
    /// What the operator should look at or set.
    #[serde(default)]
    pub operator: Option<String>,
}

type Catalogue = BTreeMap<String, CauseWords>;

const ENGLISH: [&str; 7] = [
    include_str!("en/network.json"),
    include_str!("en/signaling.json"),
    include_str!("en/media.json"),
    include_str!("en/pipeline.json"),
    include_str!("en/machine.json"),
    include_str!("en/collab.json"),
    include_str!("en/doctor.json"),
];
const VIETNAMESE: [&str; 7] = [
    include_str!("vi/network.json"),
    include_str!("vi/signaling.json"),
    include_str!("vi/media.json"),
    include_str!("vi/pipeline.json"),
    include_str!("vi/machine.json"),
    include_str!("vi/collab.json"),
    include_str!("vi/doctor.json"),
];

static CATALOGUES: LazyLock<[Catalogue; 2]> =
    LazyLock::new(|| [ENGLISH, VIETNAMESE].map(|files| merged(&files)));

fn merged(files: &[&str]) -> Catalogue {
    let parsed = files
        .iter()
        .filter_map(|file| serde_json::from_str::<Catalogue>(file).ok());
    parsed.flatten().collect()
}

/// Whether there are words for a cause.
pub(crate) fn is_cause(code: &str) -> bool {
    CATALOGUES[0].contains_key(code)
}

/// The words for a finding, its values filled in. A cause without words is shown by its code.
pub fn cause_words(finding: &Finding, language: Language) -> CauseWords {
    let catalogue = &CATALOGUES[language as usize];
    let fill = |text: &String| {
        let mut filled = text.clone();
        for (name, value) in &finding.values {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        filled
    };
    match catalogue.get(&finding.cause) {
        Some(words) => CauseWords {
            what: fill(&words.what),
            person: words.person.as_ref().map(fill),
            operator: words.operator.as_ref().map(fill),
        },
        None => CauseWords {
            what: finding.cause.clone(),
            ..CauseWords::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<_> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_say_the_same_of_every_cause() {
        for (english, vietnamese) in ENGLISH.iter().zip(VIETNAMESE) {
            let english: Catalogue = serde_json::from_str(english).expect("english words");
            let vietnamese: Catalogue = serde_json::from_str(vietnamese).expect("vietnamese words");
            let codes = |catalogue: &Catalogue| catalogue.keys().cloned().collect::<Vec<_>>();
            assert_eq!(codes(&english), codes(&vietnamese));
            for (code, words) in english {
                let other = &vietnamese[&code];
                assert_eq!(
                    placeholders(&words.what),
                    placeholders(&other.what),
                    "{code}"
                );
                assert_eq!(words.person.is_some(), other.person.is_some(), "{code}");
                assert_eq!(words.operator.is_some(), other.operator.is_some(), "{code}");
            }
        }
    }
}
