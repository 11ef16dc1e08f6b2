//! Names of rungs and verdicts, and the headings around them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Language;
use crate::{Rung, Verdict};

/// The words of one language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    rungs: BTreeMap<Rung, RungWords>,
    verdicts: BTreeMap<Verdict, String>,
    phrases: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RungWords {
    name: String,
    about: String,
}

static LADDERS: LazyLock<[Ladder; 2]> = LazyLock::new(|| {
    [
        include_str!("en/ladder.json"),
        include_str!("vi/ladder.json"),
    ]
    .map(|words| serde_json::from_str(words).unwrap_or_default())
});

/// The words of a language.
pub fn ladder_words(language: Language) -> &'static Ladder {
    &LADDERS[language as usize]
}

impl Ladder {
    /// A rung's name.
    pub fn rung(&self, rung: Rung) -> &str {
        self.rungs.get(&rung).map_or("", |words| &words.name)
    }

    /// What a rung is, in a sentence.
    pub fn about(&self, rung: Rung) -> &str {
        self.rungs.get(&rung).map_or("", |words| &words.about)
    }

    /// The word for a verdict.
    pub fn verdict(&self, verdict: Verdict) -> &str {
        self.verdicts.get(&verdict).map_or("", String::as_str)
    }

    /// A heading or sentence; its name if there is none.
    pub fn phrase<'w>(&'w self, name: &'w str) -> &'w str {
        self.phrases.get(name).map_or(name, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rung_and_verdict_has_its_word_in_both_languages() {
        let [english, vietnamese] = [Language::En, Language::Vi].map(ladder_words);
        for words in [english, vietnamese] {
            for rung in Rung::ALL {
                assert!(!words.rung(rung).is_empty(), "{rung:?}");
                assert!(!words.about(rung).is_empty(), "{rung:?}");
            }
            for verdict in [
                Verdict::Ok,
                Verdict::Skipped,
                Verdict::Unknown,
                Verdict::Warning,
                Verdict::Failed,
            ] {
                assert!(!words.verdict(verdict).is_empty(), "{verdict:?}");
            }
        }
        let names = |words: &Ladder| words.phrases.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(english), names(vietnamese));
    }
}
