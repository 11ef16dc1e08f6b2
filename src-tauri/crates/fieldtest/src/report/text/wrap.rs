//! Text in columns of a terminal, where a letter may be none, one or two wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The text with spaces up to a width.
pub(super) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The text, cut with `…` where it is wider.
pub(super) fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut cut = head(text, width.saturating_sub(1)).trim_end().to_owned();
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// The longest beginning that fits.
fn head(text: &str, width: usize) -> &str {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += c.width().unwrap_or(0);
        if taken > width {
            return &text[..at];
        }
    }
    text
}

/// Rows of whole words; a word that is wider than a row is broken.
pub(super) fn fill(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut rows = Vec::new();
    let mut row = String::new();
    for mut word in text.split_whitespace() {
        let space = usize::from(!row.is_empty());
        if columns(&row) + space + columns(word) > width && !row.is_empty() {
            rows.push(std::mem::take(&mut row));
        }
        while columns(word) > width {
            let part = head(word, width);
            rows.push(part.to_owned());
            word = &word[part.len()..];
        }
        if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(word);
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_count_twice_and_marks_nothing() {
        assert_eq!(columns("日本"), 4);
        assert_eq!(columns("Vie\u{323}\u{302}t"), 4);
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(pad("日", 4), "日  ");
    }

    #[test]
    fn rows_are_never_wider_than_asked() {
        let rows = fill("a word and averyveryverylongword日本語日本語 and more", 10);
        assert!(rows.iter().all(|row| columns(row) <= 10), "{rows:?}");
        assert_eq!(fill("one two three", 9), ["one two", "three"]);
        assert!(fill("", 10).is_empty());
    }
}
