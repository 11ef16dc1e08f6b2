//! Text of other people and of services, made fit to be shown: never too long, and never able to
//! rearrange what stands around it. Markup stays what it is: text.

use crate::policy::{MAX_ID_CHARS, MAX_LABEL_CHARS, MAX_NAME_CHARS};

/// Whether a service's text can be an id, or a name on the wire. Cutting one would make two out of
/// one, so that a longer one is none.
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().nth(MAX_ID_CHARS).is_none()
}

/// Name or role of a person: one [`line`].
pub fn name(raw: &str) -> String {
    line(raw, MAX_NAME_CHARS)
}

/// A label or heading: one [`line`].
pub fn label(raw: &str) -> String {
    line(raw, MAX_LABEL_CHARS)
}

/// One line: every run of white space is one space; control characters and those that change the
/// direction of the text around them are removed; of more than `limit` characters, the last one
/// shown is "…".
pub fn line(raw: &str, limit: usize) -> String {
    let visible: String = raw
        .chars()
        .filter(|c| c.is_whitespace() || !is_hidden(*c))
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    cut(&words.join(" "), limit)
}

/// Several lines: as [`line`], but line breaks, tabs and spaces within stay as they are.
pub fn paragraph(raw: &str, limit: usize) -> String {
    let visible: String = raw
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !is_hidden(*c))
        .collect();
    cut(visible.trim(), limit)
}

fn cut(text: &str, limit: usize) -> String {
    if text.chars().nth(limit).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Control characters, those that turn the direction of reading, and those that cannot be seen at
/// all: with them one name passes for another. (The joiners of scripts and emoji, U+200C and
/// U+200D, stay.)
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_turn_the_line_or_break_it() {
        assert_eq!(line(" Ann \n\u{202e} Lee\u{7} ", 64), "Ann Lee");
        assert_eq!(line("\u{2066}evil\u{2069}", 64), "evil");
        assert_eq!(line("Nguyễn Thị Ánh", 64), "Nguyễn Thị Ánh");
        assert_eq!(line("<b>Ann</b>\tLee", 64), "<b>Ann</b> Lee");
        assert_eq!(line("\u{200b}\u{feff}", 64), "");
    }

    #[test]
    fn text_has_an_end_counted_in_characters() {
        assert_eq!(line("äöü ß", 5), "äöü ß");
        assert_eq!(line("äöü ßß", 5), "äöü…");
        assert_eq!(line(&"x ".repeat(1_000_000), 9), "x x x x…");
        assert_eq!(paragraph(&"é".repeat(100), 7).chars().count(), 7);
    }

    #[test]
    fn paragraphs_keep_their_lines() {
        assert_eq!(paragraph("a\n\tb\u{1b}[31m\u{202e}\n\n", 100), "a\n\tb[31m");
    }

    #[test]
    fn an_id_is_whole_or_none() {
        assert!(is_id("u1"));
        assert!(!is_id(""));
        assert!(is_id(&"ệ".repeat(MAX_ID_CHARS)));
        assert!(!is_id(&"x".repeat(MAX_ID_CHARS + 1)));
    }
}
