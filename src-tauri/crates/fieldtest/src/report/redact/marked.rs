//! A text in which what is already decided is a mark of its own, so that the rest can be read in its
//! context.

use super::Piece;

/// Letters for private use: no text of a server has a meaning for them.
const BEGIN: char = '\u{f0000}';
const END: char = '\u{f0001}';

/// A text with marks, and what they stand for.
pub(super) struct Marked {
    /// The text; marks are a number between two letters that nothing else uses.
    pub text: String,
    done: Vec<String>,
}

impl Marked {
    pub fn new(pieces: Vec<Piece>) -> Self {
        let mut marked = Self {
            text: String::new(),
            done: Vec::new(),
        };
        for piece in pieces {
            match piece {
                Piece::Open(text) => marked.text.push_str(&text.replace([BEGIN, END], "?")),
                Piece::Done(text) => {
                    let mark = format!("{BEGIN}{}{END}", marked.done.len());
                    marked.text.push_str(&mark);
                    marked.done.push(text);
                }
            }
        }
        marked
    }

    /// A part of the text in pieces, the marks done.
    pub fn pieces(&self, part: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = part;
        while let Some((open, marked)) = rest.split_once(BEGIN) {
            pieces.push(Piece::Open(open.to_owned()));
            let (number, after) = marked.split_once(END).unwrap_or((marked, ""));
            let done = number.parse().ok().and_then(|at: usize| self.done.get(at));
            // Half a mark, where a pattern cut one: nothing of it is shown.
            pieces.push(Piece::Done(done.cloned().unwrap_or_default()));
            rest = after;
        }
        pieces.push(Piece::Open(rest.replace(END, "")));
        pieces
    }

    /// A part of the text with its marks filled in.
    pub fn filled(&self, part: &str) -> String {
        let texts = self.pieces(part).into_iter().map(|piece| match piece {
            Piece::Open(text) | Piece::Done(text) => text,
        });
        texts.collect()
    }

    /// What a part stands for, if it is one mark and nothing else.
    pub fn single(&self, part: &str) -> Option<&str> {
        let number = part.strip_prefix(BEGIN)?.strip_suffix(END)?;
        self.done
            .get(number.parse::<usize>().ok()?)
            .map(String::as_str)
    }
}
