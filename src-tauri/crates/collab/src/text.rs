//! Text of other people and of services, made harmless to look at: unchecked input of any content.

/// One line: every run of white space is one space; control characters and those that change the
/// direction of the text around them are removed; cut to `limit` characters.
pub fn line(raw: &str, limit: usize) -> String {
    let mut line = String::new();
    let mut chars = 0;
    for word in raw.split_whitespace() {
        let mut begins = true;
        for c in word.chars().filter(|c| !is_hidden(*c)) {
            if chars >= limit {
                return line;
            }
            if begins && chars > 0 {
                if chars + 1 >= limit {
                    return line;
                }
                line.push(' ');
                chars += 1;
            }
            begins = false;
            line.push(c);
            chars += 1;
        }
    }
    line
}

/// Several lines: as [`line`], but line breaks, tabs and spaces stay as they are.
pub fn paragraph(raw: &str, limit: usize) -> String {
    let mut text: String = raw
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !is_hidden(*c))
        .take(limit)
        .collect();
    text.truncate(text.trim_end().len());
    text
}

/// Control characters, those that turn the direction of reading, and those that cannot be seen at
/// all. (The joiners of scripts and emoji, U+200C and U+200D, stay.)
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
        assert_eq!(line("\u{200b}\u{feff}", 64), "");
    }

    #[test]
    fn text_has_an_end_counted_in_characters() {
        assert_eq!(line("äöü äöü", 5), "äöü ä");
        assert_eq!(line("äöü äöü", 4), "äöü");
        assert_eq!(line(&"x ".repeat(1_000_000), 9), "x x x x x");
        assert_eq!(paragraph(&"é".repeat(100), 7).chars().count(), 7);
    }

    #[test]
    fn paragraphs_keep_their_lines() {
        assert_eq!(paragraph("a\n\tb\u{1b}[31m\u{202e}\n\n", 100), "a\n\tb[31m");
    }
}
