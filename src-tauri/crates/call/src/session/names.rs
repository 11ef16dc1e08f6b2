//! Names and text of other people: unchecked input of any content (Q20, Q21).

use std::collections::BTreeMap;

use signaling::wire::ParticipantId;

/// Text of several lines for the chat: control and direction-changing characters removed, cut
/// to `limit` characters.
pub(crate) fn plain_text(raw: &str, limit: usize) -> String {
    let mut text: String = raw
        .chars()
        .filter(|c| *c == '\n' || *c == '\t' || !(c.is_control() || is_invisible(*c)))
        .take(limit)
        .collect();
    text.truncate(text.trim_end().len());
    text
}

/// Characters that change the direction of the text around them or cannot be seen at all.
/// (The joiners of scripts and emoji, U+200C and U+200D, stay.)
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// Numbers of the nameless: stable while somebody is present, the lowest free one for the next.
#[derive(Debug, Default)]
pub(crate) struct Guests {
    numbers: BTreeMap<ParticipantId, u32>,
}

impl Guests {
    /// Number of this guest, from 1.
    pub(crate) fn number(&mut self, id: &ParticipantId) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let mut number = 1;
        while self.numbers.values().any(|taken| *taken == number) {
            number += 1;
        }
        self.numbers.insert(id.clone(), number);
        number
    }

    /// Frees the numbers of everybody who is not present any more.
    pub(crate) fn keep(&mut self, present: impl Fn(&ParticipantId) -> bool) {
        self.numbers.retain(|id, _| present(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q21_chat_text_keeps_its_lines_and_nothing_that_cannot_be_seen() {
        assert_eq!(plain_text("a\nb\u{1b}[31m\u{202e}\n\n", 100), "a\nb[31m");
        assert_eq!(plain_text(&"x".repeat(1_000_000), 8_000).len(), 8_000);
    }

    #[test]
    fn q20_guests_keep_their_number_and_free_ones_are_reused() {
        let (a, b, c) = ("a".into(), "b".into(), "c".into());
        let mut guests = Guests::default();
        assert_eq!(
            (guests.number(&a), guests.number(&b), guests.number(&a)),
            (1, 2, 1)
        );
        guests.keep(|id| *id != a);
        assert_eq!((guests.number(&c), guests.number(&b)), (1, 2));
    }
}
