//! What a person can want of a call.

use audio::{SinkSpec, SourceSpec};

/// One wish.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Stop capturing at the source.
    Mute,
    /// Capture and send again.
    Unmute,
    /// Say something in the chat; at most
    /// [`CHAT_MAX_CHARS`](signaling::policy::CHAT_MAX_CHARS) characters.
    Chat(String),
    /// Say again what was not delivered, by the message's id.
    ResendChat(u64),
    /// Everything in the chat was seen.
    MarkChatRead,
    /// Take a notice away, by its id.
    DismissNotice(u64),
    /// Use another microphone, or none.
    SetMicrophone(SourceSpec),
    /// Use another speaker, or none.
    SetSpeaker(SinkSpec),
    /// The computer woke up or changed its network: look after the connection at once.
    NetworkChanged,
    /// Leave the call.
    Leave,
}
