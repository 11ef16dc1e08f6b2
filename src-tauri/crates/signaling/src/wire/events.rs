//! Events of the server.

use ortc::MediaKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::loose::{language, millis, optional_text, read, text, truth, yes};
use super::{Dialect, EventName, Language, Name, Participant, ParticipantId, ProducerId};

/// Something the server tells without being asked.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerEvent {
    /// Greeting, once after connecting.
    Welcome(Welcome),
    /// Somebody came; may also be in the answer to the join, so de-duplicate by id.
    ParticipantJoined(Participant),
    /// Somebody went, and with them all their producers: no [`ServerEvent::ProducerClosed`]
    /// follows.
    ParticipantLeft(ParticipantLeft),
    /// Somebody sends a track; may also be in the answer to the join, may come before the
    /// receive transport exists and after its owner left.
    NewProducer(NewProducer),
    /// A track was closed by its owner, who stays.
    ProducerClosed(ProducerClosed),
    /// A recognised utterance, one's own included.
    Caption(GatewayCaption),
    /// The same utterance once more, in an older form: show one of the two.
    Transcription(Transcription),
    /// An utterance in another language, often without the text.
    Translation(Translation),
    /// The speech recognition failed for an utterance; never says "ok" again.
    CaptionStatus(CaptionStatus),
    /// A chat message, one's own included.
    Chat(ChatMessage),
    /// Somebody's video track is a screen.
    ScreenShareStarted(ScreenShare),
    /// Somebody's video track is no screen any more.
    ScreenShareStopped(ScreenShare),
    /// A request failed that has no error acknowledgement.
    Error(ErrorEvent),
}

/// Data of an event that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event {name} of the gateway could not be read at {path}: {reason}")]
pub struct Unreadable {
    /// Name on the wire.
    pub name: String,
    /// Field, such as `producerId`; `.` is the whole data.
    pub path: String,
    /// What does not fit.
    pub reason: String,
}

impl ServerEvent {
    /// Reads an event. `None` is an unknown name, which is to be ignored.
    ///
    /// # Errors
    /// A required field is missing or wrong: to be reported, never a reason to stop.
    pub fn read(
        dialect: &Dialect,
        name: &str,
        args: Vec<Value>,
    ) -> Option<Result<Self, Unreadable>> {
        let event = dialect.event_named(name)?;
        let data = args.into_iter().next().unwrap_or(Value::Null);
        let result = match event {
            EventName::Welcome => read(data).map(Self::Welcome),
            EventName::ParticipantJoined => read(data).map(Self::ParticipantJoined),
            EventName::ParticipantLeft => read(data).map(Self::ParticipantLeft),
            EventName::NewProducer => read(data).map(Self::NewProducer),
            EventName::ProducerClosed => read(data).map(Self::ProducerClosed),
            EventName::Caption => read(data).map(Self::Caption),
            EventName::Transcription => read(data).map(Self::Transcription),
            EventName::Translation => read(data).map(Self::Translation),
            EventName::CaptionStatus => read(data).map(Self::CaptionStatus),
            EventName::Chat => read(data).map(Self::Chat),
            EventName::ScreenShareStarted => read(data).map(Self::ScreenShareStarted),
            EventName::ScreenShareStopped => read(data).map(Self::ScreenShareStopped),
            EventName::Error => read(data).map(Self::Error),
        };
        Some(result.map_err(|(path, reason)| Unreadable {
            name: name.to_owned(),
            path,
            reason,
        }))
    }

    /// Which event this is.
    pub fn name(&self) -> EventName {
        match self {
            Self::Welcome(_) => EventName::Welcome,
            Self::ParticipantJoined(_) => EventName::ParticipantJoined,
            Self::ParticipantLeft(_) => EventName::ParticipantLeft,
            Self::NewProducer(_) => EventName::NewProducer,
            Self::ProducerClosed(_) => EventName::ProducerClosed,
            Self::Caption(_) => EventName::Caption,
            Self::Transcription(_) => EventName::Transcription,
            Self::Translation(_) => EventName::Translation,
            Self::CaptionStatus(_) => EventName::CaptionStatus,
            Self::Chat(_) => EventName::Chat,
            Self::ScreenShareStarted(_) => EventName::ScreenShareStarted,
            Self::ScreenShareStopped(_) => EventName::ScreenShareStopped,
            Self::Error(_) => EventName::Error,
        }
    }

    /// The single argument of the event, as a server sends it.
    pub fn data(&self) -> Value {
        let data = match self {
            Self::Welcome(data) => serde_json::to_value(data),
            Self::ParticipantJoined(data) => serde_json::to_value(data),
            Self::ParticipantLeft(data) => serde_json::to_value(data),
            Self::NewProducer(data) => serde_json::to_value(data),
            Self::ProducerClosed(data) => serde_json::to_value(data),
            Self::Caption(data) => serde_json::to_value(data),
            Self::Transcription(data) => serde_json::to_value(data),
            Self::Translation(data) => serde_json::to_value(data),
            Self::CaptionStatus(data) => serde_json::to_value(data),
            Self::Chat(data) => serde_json::to_value(data),
            Self::ScreenShareStarted(data) | Self::ScreenShareStopped(data) => {
                serde_json::to_value(data)
            }
            Self::Error(data) => serde_json::to_value(data),
        };
        // Structs of strings and numbers always serialise.
        data.unwrap_or(Value::Null)
    }
}

/// Data of `connected`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// Id of this connection.
    #[serde(default, deserialize_with = "optional_text")]
    pub socket_id: Option<String>,
}

/// Data of `participant-left`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantLeft {
    /// Who.
    pub participant_id: ParticipantId,
}

/// Data of `new-producer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewProducer {
    /// Id to consume.
    pub producer_id: ProducerId,
    /// Whose.
    pub participant_id: ParticipantId,
    /// Audio or video.
    pub kind: MediaKind,
}

/// Data of `producer-closed`. It does not say whose it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProducerClosed {
    /// What was closed.
    pub producer_id: ProducerId,
}

/// Data of `gateway-caption`: one finished utterance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayCaption {
    /// Id of the room after rewriting; not for filtering.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub room_id: Option<String>,
    /// Who spoke.
    pub speaker_id: ParticipantId,
    /// Counts per speaker, in the order in which texts arrived.
    #[serde(
        default,
        deserialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub seq: Option<u64>,
    /// What was understood.
    #[serde(deserialize_with = "text")]
    pub text: String,
    /// In which language.
    #[serde(
        default,
        deserialize_with = "language",
        skip_serializing_if = "Option::is_none"
    )]
    pub language: Option<Language>,
    /// True in every dialect known so far.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub is_final: bool,
    /// When it was recognised (not spoken): milliseconds since the Unix epoch, by the
    /// gateway's clock.
    #[serde(
        default,
        deserialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub timestamp: Option<u64>,
}

/// Data of `transcription`, the older form of every caption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transcription {
    /// Who spoke.
    pub participant_id: ParticipantId,
    /// What was understood.
    #[serde(deserialize_with = "text")]
    pub text: String,
    /// In which language.
    #[serde(
        default,
        deserialize_with = "language",
        skip_serializing_if = "Option::is_none"
    )]
    pub language: Option<Language>,
    /// True in every dialect known so far.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub is_final: bool,
    /// As in [`GatewayCaption::timestamp`].
    #[serde(
        default,
        deserialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub timestamp: Option<u64>,
    /// 1 for any text: says nothing.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub confidence: Value,
    /// Id of the room after rewriting; not for filtering.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub room_id: Option<String>,
}

/// Data of `translation`. There is no sequence number: it belongs to the caption of the same
/// speaker with the same original text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Translation {
    /// Who spoke.
    pub participant_id: ParticipantId,
    /// What was understood.
    #[serde(deserialize_with = "text")]
    pub original_text: String,
    /// The translation; missing with the production translation service.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub translated_text: Option<String>,
    /// Language of the original.
    #[serde(
        default,
        deserialize_with = "language",
        skip_serializing_if = "Option::is_none"
    )]
    pub source_language: Option<Language>,
    /// Language of the translation.
    #[serde(
        default,
        deserialize_with = "language",
        skip_serializing_if = "Option::is_none"
    )]
    pub target_language: Option<Language>,
    /// True in every dialect known so far.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub is_final: bool,
    /// As in [`GatewayCaption::timestamp`].
    #[serde(
        default,
        deserialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub timestamp: Option<u64>,
}

/// Data of `caption-status`. It names no participant; clear it at the next caption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptionStatus {
    /// `asr_unavailable`, the only value known.
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// The recogniser's error, in English, with internal addresses: not for people.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub error: Option<String>,
    /// As in [`GatewayCaption::timestamp`].
    #[serde(
        default,
        deserialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub timestamp: Option<u64>,
    /// Id of the room after rewriting; not for filtering.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub room_id: Option<String>,
}

/// Data of `chat-message` from the server. All of it is unchecked input of the sender, and
/// the sender is not tied to a participant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    /// Claimed name.
    #[serde(default, skip_serializing_if = "Name::is_none")]
    pub sender: Name,
    /// Plain text.
    #[serde(deserialize_with = "text")]
    pub text: String,
    /// Claimed milliseconds since the Unix epoch; the server's clock where the sender gave
    /// none.
    #[serde(
        default,
        deserialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub timestamp: Option<u64>,
    /// Id of the room after rewriting; not for filtering.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub room_id: Option<String>,
}

/// Data of `screen-share-started` and `screen-share-stopped` from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScreenShare {
    /// Who.
    pub participant_id: ParticipantId,
    /// Whatever the sender put there.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub room_id: Option<String>,
}

/// Data of `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorEvent {
    /// Code such as `ERR_GET_RTP_CAPABILITIES`.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub code: Option<String>,
    /// Reason.
    #[serde(
        default,
        deserialize_with = "optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub message: Option<String>,
}
