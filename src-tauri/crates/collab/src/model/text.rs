//! Other people's text, made fit to be shown: never too long, and never able to rearrange what
//! stands around it. Markup stays what it is: text.

use crate::policy::{ID_BYTES, LABEL_CHARS, SENTENCE_CHARS};

/// A name, label or heading: one line.
pub(crate) fn label(text: &str) -> String {
    cut(text.trim(), LABEL_CHARS, |c| c.is_control())
}

/// A sentence or several.
pub(crate) fn sentence(text: &str) -> String {
    excerpt(text, SENTENCE_CHARS)
}

/// The beginning of a longer text, lines kept.
pub(crate) fn excerpt(text: &str, chars: usize) -> String {
    cut(text.trim(), chars, |c| c.is_control() && c != '\n')
}

/// Whether a service's text can be an id, or a name on the wire.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= ID_BYTES
}

fn cut(text: &str, chars: usize, unwanted: impl Fn(char) -> bool) -> String {
    let mut kept = String::with_capacity(text.len().min(chars));
    let mut fit = text.chars().filter(|c| !turns_text(*c));
    kept.extend(
        fit.by_ref()
            .take(chars)
            .map(|c| if unwanted(c) { ' ' } else { c }),
    );
    if fit.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept.trim_end().to_owned()
}

/// Marks that turn the direction of text, and invisible ones: with them one name passes for
/// another.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_without_tricks() {
        assert_eq!(label("  Ann\u{202e}eeL\u{7}\n "), "AnneeL");
        assert_eq!(label("<b>Ann</b>"), "<b>Ann</b>");
        assert_eq!(label("Nguyễn Thị Minh"), "Nguyễn Thị Minh");
        assert_eq!(label("a\tb"), "a b");
        assert_eq!(label("\u{200b}"), "");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(excerpt("äöü", 3), "äöü");
        assert_eq!(excerpt("äöüß", 3), "äö…");
        assert_eq!(label(&"x".repeat(9_999)).chars().count(), LABEL_CHARS);
        assert_eq!(sentence("one\ntwo"), "one\ntwo");
    }

    #[test]
    fn an_id_is_whole_or_none() {
        assert!(is_id("u1"));
        assert!(!is_id(""));
        assert!(!is_id(&"x".repeat(ID_BYTES + 1)));
    }
}
