//! The diagnosis in words.

mod words;

pub use words::{CauseWords, Language, cause_words};
