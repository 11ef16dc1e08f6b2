//! What a person sees of a call: one value, sent whole whenever it changes.
//!
//! The window renders it, the command line prints it, and neither keeps call state of its
//! own. Room ids, names and chat text in it are untrusted input of other people: text, never
//! markup.

use serde::Serialize;
use ts_rs::TS;

/// Everything there is to show about one call.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CallView {
    /// The room string that was typed or received: what is shown, shared and rejoined with.
    pub room: String,
    /// A link that brings somebody else into this room.
    pub share_link: String,
    /// Host of the gateway, for sentences such as "Connecting to webrtc.example".
    pub gateway_host: String,
    /// Where the call stands.
    pub connection: ConnectionView,
    /// This participant.
    pub me: SelfView,
    /// Everybody else, in order of arrival.
    pub participants: Vec<ParticipantView>,
    /// Chat of this session, oldest first; kept over reconnects.
    pub chat: Vec<ChatMessageView>,
    /// Chat messages that arrived since the chat was last marked as read.
    pub unread_chat: u32,
    /// Things worth telling once; the newest last, dismissed by id or by time.
    pub notices: Vec<NoticeView>,
    /// Which way the media takes, once known.
    pub path: Option<MediaPathView>,
}

/// Where the call stands. Every state has a sentence in the interface.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(
    tag = "state",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum ConnectionView {
    /// Looking for the gateway, opening the socket.
    Connecting,
    /// `join-room` is under way.
    Joining,
    /// In the room; ICE and DTLS are under way.
    ConnectingMedia,
    /// In the call, media flows.
    Connected,
    /// Something was lost; it comes back by itself.
    Reconnecting {
        /// What was lost.
        cause: LossCause,
        /// Which try this is, from 1.
        attempt: u32,
        /// Milliseconds until the next try, 0 while one is under way.
        retry_in_ms: u64,
        /// Milliseconds since the loss.
        lost_for_ms: u64,
    },
    /// Leaving, awaiting the gateway's answer.
    Leaving,
    /// Over.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// What was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum LossCause {
    /// The signaling socket.
    Signaling,
    /// The media path, the socket is fine.
    Media,
    /// The gateway no longer knows this participant (it was restarted, for instance).
    Session,
}

/// Why a call is over.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum EndReason {
    /// This person left.
    Left,
    /// It cannot go on, and trying again would not help.
    Failed {
        /// What happened.
        error: ErrorView,
    },
}

/// An error as the interface needs it: it translates the code and folds the details.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ErrorView {
    /// Stable code, such as `link.malformed` or `gateway.unreachable`.
    pub code: String,
    /// English sentence: what happened and what to do.
    pub message: String,
    /// Technical details, already redacted; may be empty.
    pub details: String,
}

/// This participant.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SelfView {
    /// The name given to others.
    pub name: String,
    /// State of the microphone.
    pub microphone: MicrophoneView,
    /// Name of the speaker in use; `None` when nothing is played.
    pub speaker: Option<String>,
    /// True while the live microphone picks up speech; never while it is muted.
    pub speaking: bool,
}

/// State of the microphone: never in doubt.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(
    tag = "state",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export)]
pub enum MicrophoneView {
    /// Captured and (once connected) sent.
    Live {
        /// Device name.
        device: String,
        /// False until the gateway has taken the producer: "connecting the microphone".
        delivered: bool,
    },
    /// Capture is stopped at the source and the producer paused.
    Muted {
        /// Device name.
        device: String,
    },
    /// There is none: by choice, missing, busy or refused.
    Unavailable {
        /// Why, `None` when it is a choice.
        error: Option<ErrorView>,
    },
}

/// Somebody else in the room.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ParticipantView {
    /// Gateway's id; a key for lists, not for display.
    pub id: String,
    /// A readable name; "Guest 1" where the gateway only knows an id.
    pub name: String,
    /// What arrives of this participant's sound.
    pub audio: RemoteAudioView,
    /// True while speech is heard.
    pub speaking: bool,
    /// Milliseconds since the Unix epoch, by this computer's clock.
    pub joined_at_ms: u64,
}

/// What arrives of a participant's sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum RemoteAudioView {
    /// No audio producer is known.
    None,
    /// Consuming, no packet has arrived yet.
    Connecting,
    /// Packets arrive.
    Live,
    /// Packets stopped while the participant is present: muted, as far as can be known.
    Muted,
}

/// One chat message.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChatMessageView {
    /// Increasing within the session; a key for lists.
    pub id: u64,
    /// Claimed name of the sender.
    pub sender: String,
    /// Plain text.
    pub text: String,
    /// Milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// True for one's own.
    pub mine: bool,
    /// Of one's own: whether the gateway echoed it.
    pub delivery: DeliveryView,
}

/// Whether a message of one's own came back from the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum DeliveryView {
    /// Not echoed yet.
    Pending,
    /// Echoed.
    Delivered,
    /// No echo within 5 s: offer to send it again.
    Failed,
}

/// Something worth telling once.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NoticeView {
    /// Increasing within the session.
    pub id: u64,
    /// How loud it is.
    pub level: NoticeLevel,
    /// Stable code which the interface translates, such as `participant.joined`, `back.after`.
    pub code: String,
    /// Parameters of the sentence, such as `name` or `seconds`.
    pub params: std::collections::BTreeMap<String, String>,
}

/// How loud a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum NoticeLevel {
    /// Worth knowing.
    Info,
    /// Good news, such as being back.
    Success,
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
}

/// The way the media takes.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MediaPathView {
    /// `udp` or `tcp` towards the gateway or the relay.
    pub protocol: String,
    /// `direct` or `relay`.
    pub route: String,
    /// 4 or 6.
    pub ip_version: u8,
}

/// Levels, sent separately at 10 Hz.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LevelsView {
    /// Own microphone, dBFS from -127 to 0; -127 while muted.
    pub me: f32,
    /// By participant id, dBFS from -127 to 0.
    pub participants: std::collections::BTreeMap<String, f32>,
}
