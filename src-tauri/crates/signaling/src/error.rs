//! The gateway's five failure shapes as one type, and everything else that can go wrong with
//! a request.

use std::time::Duration;

use serde_json::Value;
use socketio::{DisconnectReason, EmitError};

use crate::wire::RequestName;

/// Code of a failure, as the gateway gives it. It says which request failed; the reason is
/// in [`Cause`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorCode {
    /// `ERR_INVALID_INPUT`
    InvalidInput,
    /// `ERR_JOIN_ROOM`
    JoinRoom,
    /// `ERR_CREATE_ROOM`
    CreateRoom,
    /// `ERR_CREATE_TRANSPORT`
    CreateTransport,
    /// `ERR_CREATE_PRODUCER`
    CreateProducer,
    /// `ERR_CREATE_CONSUMER`
    CreateConsumer,
    /// `ERR_GET_RTP_CAPABILITIES`
    RouterCapabilities,
    /// A code this version does not know.
    Other(String),
    /// The shape of the failure has no code.
    Missing,
}

impl From<&str> for ErrorCode {
    fn from(code: &str) -> Self {
        match code {
            "ERR_INVALID_INPUT" => Self::InvalidInput,
            "ERR_JOIN_ROOM" => Self::JoinRoom,
            "ERR_CREATE_ROOM" => Self::CreateRoom,
            "ERR_CREATE_TRANSPORT" => Self::CreateTransport,
            "ERR_CREATE_PRODUCER" => Self::CreateProducer,
            "ERR_CREATE_CONSUMER" => Self::CreateConsumer,
            "ERR_GET_RTP_CAPABILITIES" => Self::RouterCapabilities,
            "" => Self::Missing,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// Why the gateway refused, recognised from its English details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The socket has no session in a room: new, left, or the gateway was restarted.
    NotInRoom,
    /// Two first participants raced for the same room.
    RoomExists,
    /// The room or the participant vanished in between.
    RoomGone,
    /// A produce before the send transport, or a consume before the receive transport.
    TransportMissing,
    /// The transport id is none of the two current ones.
    TransportNotFound,
    /// `connect-webrtc-transport` came twice.
    AlreadyConnected,
    /// The hash of the fingerprint is not supported.
    FingerprintAlgorithm,
    /// The producer is gone, or the capabilities do not fit it.
    CannotConsume,
    /// The producer of an earlier, refused attempt lives on.
    ProducerExists,
    /// The router has no such codec.
    UnsupportedCodec,
    /// The RTP parameters are incomplete.
    BadRtpParameters,
    /// Unknown producer or consumer id.
    NotFound,
    /// No media port is left for a transport: the service is full.
    NoPorts,
    /// No media port is left for the gateway's audio tap: the service is full, and the
    /// producer exists all the same.
    NoPortsForTap,
    /// The room's media worker died: the room is unusable until everybody left.
    WorkerDead,
    /// All media workers are down.
    NoWorkers,
    /// Anything else.
    Other,
}

impl Cause {
    /// Recognises a cause from a code and the details (or the bare text).
    fn recognise(code: &ErrorCode, details: &str) -> Self {
        let has = |part: &str| details.contains(part);
        if has("Participant not in room") {
            Self::NotInRoom
        } else if has("no more available ports") {
            if has("createPlainTransport") || has("CREATE_PLAINTRANSPORT") {
                Self::NoPortsForTap
            } else {
                Self::NoPorts
            }
        } else if has("Channel closed") {
            Self::WorkerDead
        } else if has("No workers available") {
            Self::NoWorkers
        } else if has("Participant or send transport not found")
            || has("Participant or recv transport not found")
        {
            Self::TransportMissing
        } else if has("Transport not found") {
            Self::TransportNotFound
        } else if has("connect() already called") {
            Self::AlreadyConnected
        } else if has("FingerprintAlgorithm") {
            Self::FingerprintAlgorithm
        } else if has("Cannot consume") {
            Self::CannotConsume
        } else if has("already exists in RTP listener") {
            Self::ProducerExists
        } else if details.starts_with("Room ") && details.ends_with(" already exists") {
            Self::RoomExists
        } else if has("unsupported codec") {
            Self::UnsupportedCodec
        } else if has("missing params") {
            Self::BadRtpParameters
        } else if has("Producer not found") || has("Consumer not found") {
            Self::NotFound
        } else if (details.starts_with("Room ") || details.starts_with("Participant "))
            && details.ends_with(" not found")
            || *code == ErrorCode::Other("ERR_ROOM_NOT_FOUND".into())
        {
            Self::RoomGone
        } else {
            Self::Other
        }
    }
}

/// A refusal of the gateway, whatever shape it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayError {
    /// What was asked for.
    pub request: RequestName,
    /// The gateway's code.
    pub code: ErrorCode,
    /// Why, as far as it is known.
    pub cause: Cause,
    /// The gateway's fixed text (Vietnamese); empty in shapes without one.
    pub message: String,
    /// The gateway's English reason; may hold the room id, so it is not for reports.
    pub details: String,
}

impl GatewayError {
    /// Recognises a failure in the arguments of an acknowledgement. `None` is a success.
    ///
    /// Two kinds of failure cannot be told from success: those of `leave-room`,
    /// `close-producer` and the consumer requests, which are acknowledged empty either way.
    pub fn in_ack(request: RequestName, args: &[Value]) -> Option<Self> {
        let answer = args.first()?.as_object()?;
        let failed = answer.get("success") == Some(&Value::Bool(false));
        match answer.get("error") {
            None | Some(Value::Null) | Some(Value::Bool(false)) => {
                failed.then(|| Self::new(request, ErrorCode::Missing, String::new(), String::new()))
            }
            Some(Value::String(text)) => Some(Self::new(
                request,
                ErrorCode::Missing,
                String::new(),
                text.clone(),
            )),
            Some(Value::Object(error)) => {
                let field = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
                let code = ErrorCode::from(field("code"));
                let message = field("message").to_owned();
                let details = match error.get("details") {
                    Some(Value::String(details)) => details.clone(),
                    Some(Value::Null) | None => String::new(),
                    Some(other) => other.to_string(),
                };
                if code == ErrorCode::Missing && details.is_empty() {
                    // The shape of pause-producer: the message is the reason.
                    return Some(Self::new(request, code, String::new(), message));
                }
                Some(Self::new(request, code, message, details))
            }
            Some(other) => Some(Self::new(
                request,
                ErrorCode::Missing,
                String::new(),
                other.to_string(),
            )),
        }
    }

    /// The failure which the `error` event reports.
    pub fn in_event(code: Option<&str>, message: Option<&str>) -> Self {
        Self::new(
            RequestName::RouterCapabilities,
            ErrorCode::from(code.unwrap_or_default()),
            String::new(),
            message.unwrap_or_default().to_owned(),
        )
    }

    fn new(request: RequestName, code: ErrorCode, message: String, details: String) -> Self {
        let cause = Cause::recognise(&code, &details);
        Self {
            request,
            code,
            cause,
            message,
            details,
        }
    }

    /// Stable code for translation and for exit codes.
    pub fn code(&self) -> &'static str {
        match self.cause {
            Cause::NotInRoom => "gateway.not-in-room",
            Cause::RoomExists => "gateway.room-race",
            Cause::RoomGone => "gateway.room-gone",
            Cause::TransportMissing | Cause::TransportNotFound => "gateway.no-transport",
            Cause::AlreadyConnected => "gateway.already-connected",
            Cause::FingerprintAlgorithm => "gateway.fingerprint-refused",
            Cause::CannotConsume => "gateway.cannot-consume",
            Cause::ProducerExists => "gateway.producer-exists",
            Cause::UnsupportedCodec => "gateway.codec-refused",
            Cause::BadRtpParameters => "gateway.parameters-refused",
            Cause::NotFound => "gateway.not-found",
            Cause::NoPorts => "gateway.full",
            Cause::NoPortsForTap => "gateway.full-for-audio",
            Cause::WorkerDead => "gateway.worker-dead",
            Cause::NoWorkers => "gateway.no-workers",
            Cause::Other => match self.code {
                ErrorCode::InvalidInput => "gateway.invalid-input",
                _ => "gateway.refused",
            },
        }
    }

    /// The socket has no session in a room: leave (await it), then join again.
    pub fn is_not_in_room(&self) -> bool {
        self.cause == Cause::NotInRoom
    }

    /// Two first participants raced: join once more after [`crate::policy::JOIN_RACE_PAUSE`].
    pub fn is_room_exists_race(&self) -> bool {
        self.request == RequestName::JoinRoom && self.cause == Cause::RoomExists
    }

    /// The room vanished in between: join again.
    pub fn is_room_gone(&self) -> bool {
        self.cause == Cause::RoomGone
    }

    /// The service has no media port left.
    pub fn is_full(&self) -> bool {
        matches!(self.cause, Cause::NoPorts | Cause::NoPortsForTap)
    }

    /// The room's media worker died: use another room.
    pub fn is_worker_dead(&self) -> bool {
        self.cause == Cause::WorkerDead
    }

    /// All media workers are down: try later.
    pub fn is_no_workers(&self) -> bool {
        self.cause == Cause::NoWorkers
    }

    /// The producer is gone or unsuitable: drop it quietly.
    pub fn is_cannot_consume(&self) -> bool {
        self.cause == Cause::CannotConsume
    }

    /// A transport must be made (again) first.
    pub fn is_transport_missing(&self) -> bool {
        matches!(
            self.cause,
            Cause::TransportMissing | Cause::TransportNotFound
        )
    }

    /// The refused produce may have left a live producer behind that nobody can close: leave
    /// (await it) and join again, once.
    pub fn may_leave_producer(&self) -> bool {
        self.request == RequestName::Produce
            && matches!(
                self.cause,
                Cause::NoPortsForTap | Cause::ProducerExists | Cause::Other
            )
    }
}

impl std::fmt::Display for GatewayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sentence = match self.cause {
            Cause::NotInRoom => "The gateway no longer knows this participant. Join again.",
            Cause::RoomExists => "Two people opened the room at the same instant. Join again.",
            Cause::RoomGone => "The room was closed in the meantime. Join again.",
            Cause::NoPorts => "The service is full. Try again later.",
            Cause::NoPortsForTap => {
                "The service is full: your microphone could not be connected. Try again later."
            }
            Cause::WorkerDead => {
                "This room is broken on the server until everybody has left it. Use another room."
            }
            Cause::NoWorkers => "The service is restarting its media servers. Try again later.",
            Cause::CannotConsume => "A participant's sound or picture is no longer available.",
            Cause::UnsupportedCodec => {
                "The gateway does not accept this kind of sound or picture. Update this program."
            }
            Cause::Other if self.code == ErrorCode::InvalidInput => {
                "The gateway needs a name and a room. Enter both and join again."
            }
            _ => return write!(f, "The gateway refused \"{}\". Try again.", self.request),
        };
        f.write_str(sentence)
    }
}

impl std::error::Error for GatewayError {}

/// Why a request brought no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// The gateway refused.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// No answer in time. The request may still take effect: before repeating a join or a
    /// leave, close the connection.
    #[error("The gateway did not answer \"{request}\" within {} seconds. Try again.", after.as_secs())]
    Timeout {
        /// What was asked for.
        request: RequestName,
        /// How long was waited.
        after: Duration,
    },
    /// The connection was lost before the answer came. The request may have taken effect.
    #[error("The connection to the gateway was lost. It is being restored.")]
    Disconnected {
        /// What was asked for.
        request: RequestName,
        /// How it was lost.
        reason: DisconnectReason,
    },
    /// The request was not sent: there is no connection, or it is too large.
    #[error("{}", not_sent_sentence(cause))]
    NotSent {
        /// What was asked for.
        request: RequestName,
        /// Why it was not sent.
        cause: EmitError,
    },
    /// The answer is not what the protocol says.
    #[error(
        "The server's answer to \"{request}\" could not be understood ({path}: {reason}). \
         It may not be a call gateway, or a newer one: check the address or update this program."
    )]
    Malformed {
        /// What was asked for.
        request: RequestName,
        /// Field, such as `participants[1].id`; `.` is the whole answer.
        path: String,
        /// What does not fit.
        reason: String,
    },
    /// The dialect in use has no such request.
    #[error("This gateway does not know \"{request}\". It may be an older version.")]
    Unsupported {
        /// What was asked for.
        request: RequestName,
    },
}

fn not_sent_sentence(cause: &EmitError) -> &'static str {
    match cause {
        EmitError::TooLarge { .. } => "The message is too long. Shorten it.",
        EmitError::QueueFull => "The connection is too slow at the moment. Try again.",
        _ => "There is no connection to the gateway at the moment. It is being restored.",
    }
}

impl RequestError {
    /// Stable code for translation and for exit codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gateway(error) => error.code(),
            Self::Timeout { .. } => "gateway.timeout",
            Self::Disconnected { .. } => "gateway.disconnected",
            Self::NotSent { cause, .. } => match cause {
                EmitError::TooLarge { .. } => "gateway.message-too-long",
                EmitError::QueueFull => "gateway.congested",
                _ => "gateway.not-connected",
            },
            Self::Malformed { .. } => "gateway.malformed-answer",
            Self::Unsupported { .. } => "gateway.unsupported",
        }
    }

    /// What was asked for.
    pub fn request(&self) -> RequestName {
        match self {
            Self::Gateway(error) => error.request,
            Self::Timeout { request, .. }
            | Self::Disconnected { request, .. }
            | Self::NotSent { request, .. }
            | Self::Malformed { request, .. }
            | Self::Unsupported { request } => *request,
        }
    }

    /// The gateway's refusal, if it is one.
    pub fn gateway(&self) -> Option<&GatewayError> {
        match self {
            Self::Gateway(error) => Some(error),
            _ => None,
        }
    }

    /// See [`GatewayError::is_not_in_room`].
    pub fn is_not_in_room(&self) -> bool {
        self.gateway().is_some_and(GatewayError::is_not_in_room)
    }

    /// See [`GatewayError::is_room_exists_race`].
    pub fn is_room_exists_race(&self) -> bool {
        self.gateway()
            .is_some_and(GatewayError::is_room_exists_race)
    }

    /// See [`GatewayError::is_room_gone`].
    pub fn is_room_gone(&self) -> bool {
        self.gateway().is_some_and(GatewayError::is_room_gone)
    }

    /// See [`GatewayError::is_full`].
    pub fn is_full(&self) -> bool {
        self.gateway().is_some_and(GatewayError::is_full)
    }

    /// See [`GatewayError::is_worker_dead`].
    pub fn is_worker_dead(&self) -> bool {
        self.gateway().is_some_and(GatewayError::is_worker_dead)
    }

    /// See [`GatewayError::is_no_workers`].
    pub fn is_no_workers(&self) -> bool {
        self.gateway().is_some_and(GatewayError::is_no_workers)
    }

    /// See [`GatewayError::is_cannot_consume`].
    pub fn is_cannot_consume(&self) -> bool {
        self.gateway().is_some_and(GatewayError::is_cannot_consume)
    }

    /// See [`GatewayError::is_transport_missing`].
    pub fn is_transport_missing(&self) -> bool {
        self.gateway()
            .is_some_and(GatewayError::is_transport_missing)
    }

    /// See [`GatewayError::may_leave_producer`].
    pub fn may_leave_producer(&self) -> bool {
        self.gateway().is_some_and(GatewayError::may_leave_producer)
    }

    /// The connection ended, or there was none.
    pub fn is_disconnected(&self) -> bool {
        matches!(
            self,
            Self::Disconnected { .. }
                | Self::NotSent {
                    cause: EmitError::NotConnected,
                    ..
                }
        )
    }

    /// No answer in time: assume nothing.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }
}
