//! Lines on standard input while a record is open.

use collab::command::CollabCommand;
use tokio::sync::mpsc;

use crate::input;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Something of the record.
    Command(CollabCommand),
    /// To leave.
    Quit,
    /// A line that nobody understands.
    Unknown(String),
}

/// What is typed, line by line.
pub fn listen() -> Option<mpsc::UnboundedReceiver<Wish>> {
    input::listen(understand)
}

/// What a line means; `None` for an empty one.
fn understand(line: &str) -> Option<Wish> {
    let line = line.trim();
    if line.is_empty() {
        return None;
    }
    if line.starts_with('{') {
        let command = serde_json::from_str(line).map(Wish::Command);
        return Some(command.unwrap_or_else(|_| Wish::Unknown(line.to_owned())));
    }
    let understood = match line.strip_prefix('/') {
        Some(command) => word(command),
        None => value(line),
    };
    Some(understood.unwrap_or_else(|| Wish::Unknown(line.to_owned())))
}

fn word(line: &str) -> Option<Wish> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = Some(rest.trim()).filter(|rest| !rest.is_empty());
    Some(Wish::Command(match word {
        "step" => CollabCommand::Step {
            step: rest?.to_owned(),
        },
        "keep" => CollabCommand::KeepMine { field: key(rest?) },
        "take" => CollabCommand::TakeTheirs { field: key(rest?) },
        "retry" => CollabCommand::Retry,
        "quit" | "leave" | "q" => return Some(Wish::Quit),
        _ => return None,
    }))
}

fn value(line: &str) -> Option<Wish> {
    let (field, text) = line.split_once('=')?;
    let field = field.trim();
    if field.is_empty() {
        return None;
    }
    Some(Wish::Command(CollabCommand::Commit {
        field: key(field),
        text: text.trim().to_owned(),
    }))
}

/// The key of a field, which is written with its step in front, or without.
fn key(field: &str) -> String {
    if field.contains(':') {
        field.to_owned()
    } else {
        format!(":{field}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(field: &str, text: &str) -> Option<Wish> {
        Some(Wish::Command(CollabCommand::Commit {
            field: field.to_owned(),
            text: text.to_owned(),
        }))
    }

    #[test]
    fn a_field_and_its_value_are_a_line() {
        assert_eq!(understand("weight=21.5"), commit(":weight", "21.5"));
        assert_eq!(understand(" 3:left = a=b "), commit("3:left", "a=b"));
        assert_eq!(understand("note="), commit(":note", ""));
        assert_eq!(understand("=x"), Some(Wish::Unknown("=x".into())));
        assert_eq!(understand("hello"), Some(Wish::Unknown("hello".into())));
        assert_eq!(understand("  "), None);
    }

    #[test]
    fn commands_are_words_or_json() {
        assert_eq!(understand("/quit"), Some(Wish::Quit));
        assert_eq!(
            understand("/step 4"),
            Some(Wish::Command(CollabCommand::Step { step: "4".into() }))
        );
        assert_eq!(understand("/step"), Some(Wish::Unknown("/step".into())));
        assert_eq!(
            understand(r#"{"type":"keepMine","field":":a"}"#),
            Some(Wish::Command(CollabCommand::KeepMine {
                field: ":a".into()
            }))
        );
        assert_eq!(
            understand(r#"{"type":"fly"}"#),
            Some(Wish::Unknown(r#"{"type":"fly"}"#.into()))
        );
    }
}
