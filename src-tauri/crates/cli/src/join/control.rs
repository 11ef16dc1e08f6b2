//! Lines on standard input while a call runs.

use std::io::IsTerminal;

use call::Command;
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::input;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Something of the call.
    Call(Command),
    /// Numbers, now.
    Stats,
    /// A line that nobody understands.
    Unknown(String),
}

/// How lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A person: text is chat, `/word` is a command.
    Person,
    /// A script: every line is a command, plain or JSON.
    Script,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "cmd", rename_all = "kebab-case")]
enum Line {
    Mute,
    Unmute,
    Chat {
        text: String,
    },
    Resend {
        id: u64,
    },
    Read,
    Dismiss {
        id: u64,
    },
    Mic {
        device: String,
    },
    Speaker {
        device: String,
    },
    NetworkChanged,
    Stats,
    #[serde(alias = "quit")]
    Leave,
}

/// What is typed, line by line. `None` when there is nothing to read: a person types into a
/// terminal, or not at all.
pub fn listen(style: Style) -> Option<mpsc::UnboundedReceiver<Wish>> {
    if style == Style::Person && !std::io::stdin().is_terminal() {
        return None;
    }
    input::listen(move |line| understand(style, line))
}

/// What a line means; `None` for an empty one.
fn understand(style: Style, line: &str) -> Option<Wish> {
    let line = line.trim();
    if line.is_empty() {
        return None;
    }
    Some(match style {
        Style::Person => match line.strip_prefix('/') {
            Some(command) => word(command),
            None => Wish::Call(Command::Chat(line.to_owned())),
        },
        Style::Script if line.starts_with('{') => match serde_json::from_str(line) {
            Ok(line) => structured(line),
            Err(_) => Wish::Unknown(line.to_owned()),
        },
        Style::Script => word(line),
    })
}

fn word(line: &str) -> Wish {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    Wish::Call(match word {
        "mute" => Command::Mute,
        "unmute" => Command::Unmute,
        "chat" if !rest.is_empty() => Command::Chat(rest.to_owned()),
        "leave" | "quit" | "q" => Command::Leave,
        "mic" if !rest.is_empty() => set_microphone(rest),
        "speaker" if !rest.is_empty() => set_speaker(rest),
        "read" => Command::MarkChatRead,
        "stats" => return Wish::Stats,
        _ => return Wish::Unknown(line.to_owned()),
    })
}

fn structured(line: Line) -> Wish {
    Wish::Call(match line {
        Line::Mute => Command::Mute,
        Line::Unmute => Command::Unmute,
        Line::Chat { text } => Command::Chat(text),
        Line::Resend { id } => Command::ResendChat(id),
        Line::Read => Command::MarkChatRead,
        Line::Dismiss { id } => Command::DismissNotice(id),
        Line::Mic { device } => set_microphone(&device),
        Line::Speaker { device } => set_speaker(&device),
        Line::NetworkChanged => Command::NetworkChanged,
        Line::Stats => return Wish::Stats,
        Line::Leave => Command::Leave,
    })
}

fn set_microphone(device: &str) -> Command {
    let Ok(source) = device.parse();
    Command::SetMicrophone(source)
}

fn set_speaker(device: &str) -> Command {
    let Ok(sink) = device.parse();
    Command::SetSpeaker(sink)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_type_chat_and_slash_commands() {
        let person = |line| understand(Style::Person, line);
        assert_eq!(
            person("mute"),
            Some(Wish::Call(Command::Chat("mute".into())))
        );
        assert_eq!(person("/mute"), Some(Wish::Call(Command::Mute)));
        assert_eq!(person("/quit"), Some(Wish::Call(Command::Leave)));
        assert_eq!(person("/dance"), Some(Wish::Unknown("dance".into())));
        assert_eq!(person("  "), None);
    }

    #[test]
    fn scripts_write_words_or_json() {
        let script = |line| understand(Style::Script, line);
        assert_eq!(script("mute"), Some(Wish::Call(Command::Mute)));
        assert_eq!(
            script("chat hello there"),
            Some(Wish::Call(Command::Chat("hello there".into())))
        );
        assert_eq!(
            script(r#"{"cmd":"chat","text":"hello\nthere"}"#),
            Some(Wish::Call(Command::Chat("hello\nthere".into())))
        );
        assert_eq!(
            script(r#"{"cmd":"leave"}"#),
            Some(Wish::Call(Command::Leave))
        );
        assert_eq!(
            script(r#"{"cmd":"fly"}"#),
            Some(Wish::Unknown(r#"{"cmd":"fly"}"#.into()))
        );
    }
}
