//! The table of names: what may be sent, in which shape, and what may arrive.

use super::FailureShape;

/// A request of a client, independent of how a dialect spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestName {
    /// Enter a room, creating it if need be.
    JoinRoom,
    /// Leave the room.
    LeaveRoom,
    /// Make a WebRTC transport for one direction.
    CreateTransport,
    /// Hand over the client's DTLS parameters.
    ConnectTransport,
    /// Announce a track to be sent.
    Produce,
    /// Ask for somebody's track.
    Consume,
    /// Let packets of a consumer flow.
    ResumeConsumer,
    /// Stop the packets of a consumer.
    PauseConsumer,
    /// Stop forwarding a producer's packets.
    PauseProducer,
    /// Forward a producer's packets again.
    ResumeProducer,
    /// End a producer.
    CloseProducer,
    /// Say something in the chat.
    Chat,
    /// Tell the others that the video track is a screen now.
    ScreenShareStarted,
    /// Tell the others that the video track is no screen any more.
    ScreenShareStopped,
    /// Change the spoken and the wanted language.
    UpdateLanguage,
    /// Make a room with an id of the gateway's choice. Servers must know it for older
    /// clients; this client never sends it (it leaks rooms).
    CreateRoom,
    /// Ask for the router's capabilities. Servers must know it for older clients; this
    /// client takes them from the answer to the join.
    RouterCapabilities,
}

impl RequestName {
    /// Requests that this client never sends, though a server must know them.
    pub const SERVER_ONLY: [RequestName; 2] =
        [RequestName::CreateRoom, RequestName::RouterCapabilities];
}

impl std::fmt::Display for RequestName {
    /// The gateway's own spelling, for messages and logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(GATEWAY.request(*self).map_or("request", |row| row.name))
    }
}

/// An event of the server, independent of how a dialect spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventName {
    /// Greeting with the socket id, once after connecting.
    Welcome,
    /// Somebody came.
    ParticipantJoined,
    /// Somebody went.
    ParticipantLeft,
    /// Somebody sends a track.
    NewProducer,
    /// A track was closed by its owner.
    ProducerClosed,
    /// A recognised utterance.
    Caption,
    /// The same utterance in an older form.
    Transcription,
    /// An utterance in another language.
    Translation,
    /// The speech recognition failed.
    CaptionStatus,
    /// A chat message, one's own included.
    Chat,
    /// Somebody's video track is a screen.
    ScreenShareStarted,
    /// Somebody's video track is no screen any more.
    ScreenShareStopped,
    /// A request failed that has no error acknowledgement.
    Error,
}

/// What goes between the event name and the acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestData {
    /// Nothing at all, not even `{}`: the acknowledgement must be the first argument.
    None,
    /// Exactly one JSON object.
    Object,
}

/// Whether the event carries an acknowledgement id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Must be asked for: the gateway stops for everybody without it.
    Required,
    /// May be asked for.
    Optional,
    /// Is never given, so must not be asked for.
    Never,
}

/// How one request looks in one dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRow {
    /// The request.
    pub request: RequestName,
    /// Its event name.
    pub name: &'static str,
    /// Its data.
    pub data: RequestData,
    /// Its acknowledgement.
    pub reply: Reply,
    /// How a failure is answered.
    pub failure: FailureShape,
}

/// All names of one gateway dialect. Another dialect is another value of this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Name of the dialect, for messages.
    pub name: &'static str,
    /// What a client may send.
    pub requests: &'static [RequestRow],
    /// What a server sends.
    pub events: &'static [(EventName, &'static str)],
}

impl Dialect {
    /// The row of a request; `None` where the dialect has no such request.
    pub fn request(&self, request: RequestName) -> Option<&'static RequestRow> {
        self.requests.iter().find(|row| row.request == request)
    }

    /// The row of an event name that a client sent.
    pub fn request_named(&self, name: &str) -> Option<&'static RequestRow> {
        self.requests.iter().find(|row| row.name == name)
    }

    /// The name of a server event; `None` where the dialect has no such event.
    pub fn event(&self, event: EventName) -> Option<&'static str> {
        self.events
            .iter()
            .find(|(known, _)| *known == event)
            .map(|(_, name)| *name)
    }

    /// The server event of that name; `None` for an unknown one, which is to be ignored.
    pub fn event_named(&self, name: &str) -> Option<EventName> {
        self.events
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(event, _)| *event)
    }
}

const fn row(
    request: RequestName,
    name: &'static str,
    data: RequestData,
    reply: Reply,
    failure: FailureShape,
) -> RequestRow {
    RequestRow {
        request,
        name,
        data,
        reply,
        failure,
    }
}

/// The current gateway (Socket.IO 4 with mediasoup).
pub const GATEWAY: Dialect = {
    use EventName as E;
    use FailureShape as F;
    use Reply::{Never, Optional, Required};
    use RequestData::{None, Object};
    use RequestName as R;

    Dialect {
        name: "gateway",
        requests: &[
            row(R::JoinRoom, "join-room", Object, Required, F::Unsuccessful),
            row(R::LeaveRoom, "leave-room", None, Optional, F::Silent),
            row(
                R::CreateTransport,
                "create-webrtc-transport",
                Object,
                Required,
                F::Coded,
            ),
            row(
                R::ConnectTransport,
                "connect-webrtc-transport",
                Object,
                Required,
                F::BareText,
            ),
            row(R::Produce, "produce", Object, Required, F::Coded),
            row(R::Consume, "consume", Object, Required, F::Coded),
            row(
                R::ResumeConsumer,
                "resume-consumer",
                Object,
                Required,
                F::Silent,
            ),
            row(
                R::PauseConsumer,
                "pause-consumer",
                Object,
                Required,
                F::Silent,
            ),
            row(
                R::PauseProducer,
                "pause-producer",
                Object,
                Required,
                F::MessageOnly,
            ),
            row(
                R::ResumeProducer,
                "resume-producer",
                Object,
                Required,
                F::MessageOnly,
            ),
            row(
                R::CloseProducer,
                "close-producer",
                Object,
                Required,
                F::Silent,
            ),
            row(R::Chat, "chat-message", Object, Never, F::Silent),
            row(
                R::ScreenShareStarted,
                "screen-share-started",
                Object,
                Never,
                F::Silent,
            ),
            row(
                R::ScreenShareStopped,
                "screen-share-stopped",
                Object,
                Never,
                F::Silent,
            ),
            row(
                R::UpdateLanguage,
                "update-language",
                Object,
                Never,
                F::Silent,
            ),
            row(R::CreateRoom, "create-room", None, Required, F::Coded),
            row(
                R::RouterCapabilities,
                "get-router-rtp-capabilities",
                None,
                Optional,
                F::ErrorEvent,
            ),
        ],
        events: &[
            (E::Welcome, "connected"),
            (E::ParticipantJoined, "participant-joined"),
            (E::ParticipantLeft, "participant-left"),
            (E::NewProducer, "new-producer"),
            (E::ProducerClosed, "producer-closed"),
            (E::Caption, "gateway-caption"),
            (E::Transcription, "transcription"),
            (E::Translation, "translation"),
            (E::CaptionStatus, "caption-status"),
            (E::Chat, "chat-message"),
            (E::ScreenShareStarted, "screen-share-started"),
            (E::ScreenShareStopped, "screen-share-stopped"),
            (E::Error, "error"),
        ],
    }
};
