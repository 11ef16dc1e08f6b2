//! What happened, in words. The window's page has the same ones; one of its tests compares them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::LogEntry;
use crate::report::Language;

type Catalogue = BTreeMap<String, String>;

static CATALOGUES: LazyLock<[Catalogue; 2]> = LazyLock::new(|| {
    [include_str!("words/en.json"), include_str!("words/vi.json")]
        .map(|file| serde_json::from_str(file).unwrap_or_default())
});

impl LogEntry {
    /// A sentence such as `Gateway restarted, back after 3.1 s`; names in it are untrusted text.
    pub fn in_words(&self, language: Language) -> String {
        let Some(words) = CATALOGUES[language as usize].get(&self.code) else {
            return self.code.clone();
        };
        // Names may look like placeholders: every one is filled in once, from the left.
        let mut filled = String::new();
        let mut rest = words.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            filled.push_str(self.values.get(name).map_or("…", String::as_str));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_words_for_the_same_events() {
        let [english, vietnamese] = &*CATALOGUES;
        assert!(english.len() > 15);
        assert!(english.keys().eq(vietnamese.keys()));
    }

    #[test]
    fn every_event_of_the_log_has_words() {
        let source = include_str!("log.rs");
        let mut codes = source.split('"').skip(1).step_by(2);
        let is_code = |text: &&str| {
            text.split_once('.').is_some_and(|(family, what)| {
                let plain =
                    |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
                plain(family) && plain(what)
            })
        };
        let mut seen = 0;
        for code in codes.by_ref().filter(is_code) {
            assert!(CATALOGUES[0].contains_key(code), "{code}");
            seen += 1;
        }
        assert!(seen > 15, "{seen}");
    }

    #[test]
    fn a_name_is_no_placeholder() {
        let entry = LogEntry {
            code: "loss.high".into(),
            values: [("name", "{percent}"), ("percent", "12")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            ..LogEntry::default()
        };
        let words = entry.in_words(Language::En);
        assert_eq!(words, "12 % of the sound of {percent} is lost");
    }
}
