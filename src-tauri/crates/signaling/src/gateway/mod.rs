//! The client side of the protocol: typed requests over one socket, typed events from it.
//!
//! The gateway stops for everybody on a request without acknowledgement, or with a stray
//! argument where the acknowledgement belongs. So there is no way here to send an event by
//! name: each request is a function, and whether it has data and an acknowledgement comes
//! from the table in [`crate::wire`].

mod events;
mod options;

pub use events::{GatewayEvent, GatewayEvents};
pub use options::{ConnectOptions, Network};
pub use socketio::{ConnectError, DisconnectReason, Proxy, Retry, Session, Transports};

use std::future::Future;
use std::time::Duration;

use ortc::{DtlsParameters, MediaKind, RtpCapabilities, RtpParameters, TransportParameters};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use socketio::{Payload, Socket};
use url::Url;

use crate::error::{GatewayError, RequestError};
use crate::policy;
use crate::room::RoomId;
use crate::wire::{
    ConnectTransport, Consume, ConsumerId, ConsumerParameters, ConsumerRef, CreateTransport,
    Dialect, Direction, JoinRoom, Joined, Produce, Produced, ProducerId, ProducerRef, Reply,
    RequestData, RequestName, ScreenShareNotice, SendChat, TransportId, UpdateLanguage, read,
};

/// Opens a socket to a gateway, and keeps it open. Returns at once; the first connection, or
/// its failure, is the first event. Must be called inside a tokio runtime.
pub fn connect(gateway: &Url, options: &ConnectOptions) -> (Gateway, GatewayEvents) {
    let (socket, events) = socketio::connect(options.socket_options(gateway));
    let dialect = options.dialect;
    (
        Gateway { socket, dialect },
        GatewayEvents::new(events, dialect),
    )
}

/// A socket to a gateway. Clones share it; it is closed when the last one is dropped.
///
/// A request is on its way when its function returns, in the order of the calls; the future
/// only waits for the answer, and dropping it does not take the request back.
#[derive(Debug, Clone)]
pub struct Gateway {
    socket: Socket,
    dialect: Dialect,
}

/// What a request brings.
type Answer<T> = Result<T, RequestError>;

impl Gateway {
    /// Enters a room. One join per connection, and none before the answer to a leave: a
    /// second one leaves a ghost in the room until the gateway restarts.
    pub fn join_room(
        &self,
        join: &JoinRoom,
    ) -> impl Future<Output = Answer<Joined>> + Send + use<> {
        self.request(RequestName::JoinRoom, None, join)
    }

    /// Leaves the room. Await it before joining again.
    pub fn leave_room(&self) -> impl Future<Output = Answer<()>> + Send + use<> {
        let answer = self.acknowledged(RequestName::LeaveRoom, None, None::<&()>);
        async move { answer.await.map(|_| ()) }
    }

    /// Makes the transport of one direction. Once per direction and join: the old one of a
    /// repetition keeps its port until the room closes.
    pub fn create_transport(
        &self,
        direction: Direction,
    ) -> impl Future<Output = Answer<TransportParameters>> + Send + use<> {
        self.request(
            RequestName::CreateTransport,
            None,
            &CreateTransport::from(direction),
        )
    }

    /// Hands over this side's DTLS parameters (role `client`, one sha-256 fingerprint). Once
    /// per transport.
    pub fn connect_transport(
        &self,
        transport: &TransportId,
        dtls: &DtlsParameters,
    ) -> impl Future<Output = Answer<()>> + Send + use<> {
        self.confirmed(
            RequestName::ConnectTransport,
            &ConnectTransport {
                transport_id: transport.clone(),
                dtls_parameters: dtls.clone(),
            },
        )
    }

    /// Announces a track. For audio this may take 25 seconds; see
    /// [`GatewayError::may_leave_producer`] for what a refusal can leave behind.
    pub fn produce(
        &self,
        transport: &TransportId,
        kind: MediaKind,
        rtp_parameters: &RtpParameters,
    ) -> impl Future<Output = Answer<ProducerId>> + Send + use<> {
        let answer = self.request::<_, Produced>(
            RequestName::Produce,
            Some(kind),
            &Produce {
                transport_id: transport.clone(),
                kind,
                rtp_parameters: rtp_parameters.clone(),
            },
        );
        async move { answer.await.map(|produced| produced.producer_id) }
    }

    /// Asks for somebody's track. The consumer starts paused.
    pub fn consume(
        &self,
        producer: &ProducerId,
        rtp_capabilities: &RtpCapabilities,
    ) -> impl Future<Output = Answer<ConsumerParameters>> + Send + use<> {
        self.request(
            RequestName::Consume,
            None,
            &Consume {
                producer_id: producer.clone(),
                rtp_capabilities: rtp_capabilities.clone(),
            },
        )
    }

    /// Lets packets flow. A failure looks like a success: watch for packets.
    pub fn resume_consumer(
        &self,
        consumer: &ConsumerId,
    ) -> impl Future<Output = Answer<()>> + Send + use<> {
        self.confirmed(RequestName::ResumeConsumer, &consumer_ref(consumer))
    }

    /// Stops the packets. A failure looks like a success.
    pub fn pause_consumer(
        &self,
        consumer: &ConsumerId,
    ) -> impl Future<Output = Answer<()>> + Send + use<> {
        self.confirmed(RequestName::PauseConsumer, &consumer_ref(consumer))
    }

    /// Stops forwarding one's own track. The others are not told.
    pub fn pause_producer(
        &self,
        producer: &ProducerId,
    ) -> impl Future<Output = Answer<()>> + Send + use<> {
        self.confirmed(RequestName::PauseProducer, &producer_ref(producer))
    }

    /// Forwards one's own track again.
    pub fn resume_producer(
        &self,
        producer: &ProducerId,
    ) -> impl Future<Output = Answer<()>> + Send + use<> {
        self.confirmed(RequestName::ResumeProducer, &producer_ref(producer))
    }

    /// Ends one's own track, so that the others drop it. Await it before producing a
    /// replacement. A failure looks like a success.
    pub fn close_producer(
        &self,
        producer: &ProducerId,
    ) -> impl Future<Output = Answer<()>> + Send + use<> {
        self.confirmed(RequestName::CloseProducer, &producer_ref(producer))
    }

    /// Says something. The only confirmation is the echo, as an event.
    ///
    /// # Errors
    /// [`RequestError::NotSent`] without a connection or when the text is too long.
    pub fn chat(&self, message: &SendChat) -> Answer<()> {
        self.tell(RequestName::Chat, message)
    }

    /// Changes one's languages; the others are not told.
    ///
    /// # Errors
    /// [`RequestError::NotSent`] without a connection.
    pub fn update_language(&self, languages: &UpdateLanguage) -> Answer<()> {
        self.tell(RequestName::UpdateLanguage, languages)
    }

    /// Tells the others that the video track is a screen now.
    ///
    /// # Errors
    /// [`RequestError::NotSent`] without a connection.
    pub fn screen_share_started(&self, room: &RoomId) -> Answer<()> {
        let room_id = room.clone();
        self.tell(
            RequestName::ScreenShareStarted,
            &ScreenShareNotice { room_id },
        )
    }

    /// Tells the others that the video track is no screen any more.
    ///
    /// # Errors
    /// [`RequestError::NotSent`] without a connection.
    pub fn screen_share_stopped(&self, room: &RoomId) -> Answer<()> {
        let room_id = room.clone();
        self.tell(
            RequestName::ScreenShareStopped,
            &ScreenShareNotice { room_id },
        )
    }

    /// Tells the socket that the network changed: it checks the connection at once.
    pub fn network_changed(&self) {
        self.socket.network_changed();
    }

    /// Gives up the present connection, or the present wait, and connects anew at once.
    pub fn reconnect_now(&self) {
        self.socket.reconnect_now();
    }

    /// Closes the socket in order, for good. Await [`Gateway::leave_room`] before.
    pub async fn disconnect(self) {
        self.socket.disconnect().await;
    }

    /// A request whose answer has fields.
    fn request<D: Serialize, T: DeserializeOwned>(
        &self,
        request: RequestName,
        kind: Option<MediaKind>,
        data: &D,
    ) -> impl Future<Output = Answer<T>> + Send + use<D, T> {
        let answer = self.acknowledged(request, kind, Some(data));
        async move {
            let args = answer.await?;
            read_answer(request, args)
        }
    }

    /// A request whose answer has no fields: whatever comes, unless it is a failure, is yes.
    fn confirmed<D: Serialize>(
        &self,
        request: RequestName,
        data: &D,
    ) -> impl Future<Output = Answer<()>> + Send + use<D> {
        let answer = self.acknowledged(request, None, Some(data));
        async move { answer.await.map(|_| ()) }
    }

    /// Sends a request with an acknowledgement, and nothing else than the table allows.
    fn acknowledged<D: Serialize>(
        &self,
        request: RequestName,
        kind: Option<MediaKind>,
        data: Option<&D>,
    ) -> impl Future<Output = Answer<Vec<Value>>> + Send + use<D> {
        let limit = policy::limit(request, kind);
        let sent = self
            .frame(request, data, true)
            .map(|(name, args)| self.socket.request(name, args, limit));
        async move {
            match sent?.await {
                Ok(args) => match GatewayError::in_ack(request, &args) {
                    Some(error) => Err(error.into()),
                    None => Ok(args),
                },
                Err(error) => Err(failed(request, error)),
            }
        }
    }

    /// Sends an event that is never acknowledged.
    fn tell<D: Serialize>(&self, request: RequestName, data: &D) -> Answer<()> {
        let (name, args) = self.frame(request, Some(data), false)?;
        self.socket
            .emit(name, args)
            .map_err(|cause| RequestError::NotSent { request, cause })
    }

    /// Name and arguments of a request as the table has them.
    fn frame<D: Serialize>(
        &self,
        request: RequestName,
        data: Option<&D>,
        acknowledged: bool,
    ) -> Answer<(&'static str, Vec<Payload>)> {
        let row = self
            .dialect
            .request(request)
            .ok_or(RequestError::Unsupported { request })?;
        if acknowledged == (row.reply == Reply::Never) {
            return Err(RequestError::Unsupported { request });
        }
        let args = match (row.data, data) {
            (RequestData::None, _) => Vec::new(),
            (RequestData::Object, Some(data)) => match serde_json::to_value(data) {
                Ok(object @ Value::Object(_)) => vec![Payload::from(object)],
                _ => return Err(RequestError::Unsupported { request }),
            },
            (RequestData::Object, None) => return Err(RequestError::Unsupported { request }),
        };
        Ok((row.name, args))
    }
}

fn consumer_ref(consumer: &ConsumerId) -> ConsumerRef {
    ConsumerRef {
        consumer_id: consumer.clone(),
    }
}

fn producer_ref(producer: &ProducerId) -> ProducerRef {
    ProducerRef {
        producer_id: producer.clone(),
    }
}

/// Reads the fields of a successful answer.
fn read_answer<T: DeserializeOwned>(request: RequestName, args: Vec<Value>) -> Answer<T> {
    let answer = args.into_iter().next().unwrap_or(Value::Null);
    read(answer).map_err(|(path, reason)| RequestError::Malformed {
        request,
        path,
        reason,
    })
}

fn failed(request: RequestName, error: socketio::RequestError) -> RequestError {
    use socketio::RequestError as E;
    match error {
        E::NotSent(cause) => RequestError::NotSent { request, cause },
        E::Timeout { after } => RequestError::Timeout { request, after },
        E::Disconnected(reason) => RequestError::Disconnected { request, reason },
        // The enum may grow; a failure without a name is treated as silence, after which
        // nothing is assumed.
        _ => RequestError::Timeout {
            request,
            after: Duration::ZERO,
        },
    }
}
