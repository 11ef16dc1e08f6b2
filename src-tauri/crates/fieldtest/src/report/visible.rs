//! Text of strangers made harmless to look at: nothing in it moves a cursor, changes colours, or
//! turns the direction of reading.

/// One line: line breaks are shown as `⏎`, control characters, marks without width and those of
/// direction as `‹U+202E›`.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' => shown.push('⏎'),
            '\t' => shown.push(' '),
            c if is_hidden(c) => shown.push_str(&format!("‹U+{:04X}›", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// Control characters, and those that are not seen themselves but change what is.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_the_cursor_or_turns_the_line() {
        assert_eq!(visible("a\x1b[31mb"), "a‹U+001B›[31mb");
        assert_eq!(visible("\u{202e}gnp.exe"), "‹U+202E›gnp.exe");
        assert_eq!(visible("one\r\ntwo\tthree"), "one⏎two three");
        assert_eq!(visible("Tiếng Việt"), "Tiếng Việt");
    }
}
