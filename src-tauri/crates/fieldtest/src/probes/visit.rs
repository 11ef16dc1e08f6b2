//! One participant of this run in a room of its own, step by step, and its leaving.
//!
//! Whatever happens to the run, nobody is left behind: a visit that is dropped is brought to its
//! end in the background, and [`Departures::finished`] waits for that.

use std::future::Future;
use std::time::Duration;

use media::{
    Certificate, Device, MediaPath, PathProtocol, RecvTransport, SendTransport, TransportEvent,
    TransportEvents, TransportOptions, TransportState,
};
use ortc::TransportParameters;
use signaling::wire::{Direction, JoinRoom, Joined, RequestName, TransportId};
use signaling::{
    Cause, ConnectOptions, DiscoveryError, DiscoveryOptions, Gateway, RequestError, RoomId,
    RoomLink,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;
use url::Url;

use super::call_policy::{ANSWER_LIMIT, CLOSE_LIMIT, DIAL_LIMIT, DTLS_LIMIT};
use crate::facts::{GatewayRequest, Refusal, RequestOutcome, TransportFacts};

/// Name of the participants, for people who look at the server.
const NAME: &str = "Field test";

/// Visits that are being brought to their end. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Departures(TaskTracker);

impl From<TaskTracker> for Departures {
    /// Visits whose ends somebody else waits for.
    fn from(tracker: TaskTracker) -> Self {
        Self(tracker)
    }
}

impl Departures {
    /// Waits until everybody has left. Bound it: a hanging gateway answers late.
    pub async fn finished(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

/// A room id of diagnostics that no gateway rewrites.
pub(super) fn fresh_room() -> RoomId {
    loop {
        let id = format!("diag-{}", RoomId::generate(&mut rand::rng()));
        if let Some(room) = RoomId::new(id)
            && room.rewritten().is_none()
        {
            return room;
        }
    }
}

/// Where to go and how.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) gateway: Url,
    pub(super) connect: ConnectOptions,
    pub(super) room: RoomId,
    pub(super) departures: Departures,
}

/// A participant who has asked to join, or has joined.
pub(super) struct Visit {
    stay: Option<Stay>,
    place: Place,
}

/// What must be undone.
struct Stay {
    gateway: Gateway,
    /// Running while the join has not been answered: leaving must not overtake it.
    joining: Option<JoinHandle<Result<Joined, RequestError>>>,
    send: Option<SendTransport>,
    receive: Option<RecvTransport>,
}

impl Visit {
    /// Opens a socket of its own.
    pub(super) async fn open(place: Place) -> Result<Self, DiscoveryError> {
        let link = RoomLink::to_room(place.room.clone(), None);
        let discovery = DiscoveryOptions {
            gateway_override: Some(place.gateway.clone()),
            network: place.connect.network.clone(),
            ..DiscoveryOptions::default()
        };
        let dial = signaling::dial(&link, &discovery, &place.connect);
        let dialed = timeout(DIAL_LIMIT, dial).await.unwrap_or_else(|_| {
            let host = place.gateway.host_str().unwrap_or_default().to_owned();
            Err(DiscoveryError::Timeout { host })
        })?;
        let mut events = dialed.events;
        // Nothing of it is needed, and it must not pile up.
        tokio::spawn(async move { while events.next().await.is_some() {} });
        Ok(Self {
            stay: Some(Stay {
                gateway: dialed.gateway,
                joining: None,
                send: None,
                receive: None,
            }),
            place,
        })
    }

    /// Joins.
    pub(super) async fn join(&mut self) -> (GatewayRequest, Option<Joined>) {
        let join = JoinRoom::new(self.place.room.clone(), NAME);
        let Some(stay) = &mut self.stay else {
            return (GatewayRequest::default(), None);
        };
        let answer = stay.gateway.join_room(&join);
        let joining = stay.joining.insert(tokio::spawn(answer));
        let answer = async {
            match joining.await {
                Ok(answer) => answer,
                Err(_) => Err(unanswered(RequestName::JoinRoom)),
            }
        };
        let (request, joined) = ask(
            RequestName::JoinRoom,
            ANSWER_LIMIT,
            &self.place.room,
            answer,
        )
        .await;
        if request.outcome != RequestOutcome::Silent {
            stay.joining = None;
        }
        (request, joined)
    }

    /// A request, its limit and what came of it.
    pub(super) async fn ask<T, F>(
        &self,
        name: RequestName,
        limit: Duration,
        request: impl FnOnce(&Gateway) -> F,
    ) -> (GatewayRequest, Option<T>)
    where
        F: Future<Output = Result<T, RequestError>>,
    {
        match &self.stay {
            Some(stay) => ask(name, limit, &self.place.room, request(&stay.gateway)).await,
            None => (GatewayRequest::default(), None),
        }
    }

    /// Asks for a transport.
    pub(super) async fn transport(
        &self,
        direction: Direction,
    ) -> (GatewayRequest, Option<TransportParameters>) {
        self.ask(RequestName::CreateTransport, ANSWER_LIMIT, |gateway| {
            gateway.create_transport(direction)
        })
        .await
    }

    /// Brings a transport to keys.
    pub(super) async fn connect(
        &mut self,
        name: &str,
        device: &Device,
        direction: Direction,
        parameters: TransportParameters,
        options: TransportOptions,
    ) -> TransportFacts {
        let mut facts = TransportFacts {
            name: name.to_owned(),
            ..TransportFacts::default()
        };
        let opened = Opened::new(device, direction, parameters, options).await;
        let mut opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                facts.refused = Some(error.code().to_owned());
                return facts;
            }
        };
        if let Some(stay) = &mut self.stay {
            stay.send = opened.send.clone().or(stay.send.take());
            stay.receive = opened.receive.clone().or(stay.receive.take());
        }
        let id = opened.id();
        let (connect, _) = self
            .ask(RequestName::ConnectTransport, ANSWER_LIMIT, |gateway| {
                gateway.connect_transport(&id, &opened.dtls())
            })
            .await;
        facts.connect = connect;
        if facts.connect.answered() {
            opened.finish(&mut facts).await;
        }
        facts
    }

    /// The transport to send on.
    pub(super) fn sending(&self) -> Option<SendTransport> {
        self.stay.as_ref()?.send.clone()
    }

    /// The transport to receive on.
    pub(super) fn receiving(&self) -> Option<RecvTransport> {
        self.stay.as_ref()?.receive.clone()
    }

    /// Leaves, and waits for the gateway's word on it.
    pub(super) async fn leave(mut self) -> GatewayRequest {
        let Some(stay) = self.stay.take() else {
            return GatewayRequest::default();
        };
        let room = self.place.room.clone();
        // In a task of its own: leaving goes on when nobody waits for it any more.
        let leaving = self.place.departures.0.spawn(stay.end(room));
        leaving.await.unwrap_or_default()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if let Some(stay) = self.stay.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let end = stay.end(self.place.room.clone());
            self.place.departures.0.spawn_on(end, &runtime);
        }
    }
}

impl Stay {
    async fn end(mut self, room: RoomId) -> GatewayRequest {
        if let Some(joining) = self.joining.take() {
            let _ = timeout(signaling::policy::DEFAULT_LIMIT, joining).await;
        }
        let limit = signaling::policy::LEAVE_LIMIT;
        let left = ask(
            RequestName::LeaveRoom,
            limit,
            &room,
            self.gateway.leave_room(),
        );
        let close = async {
            if let Some(transport) = &self.send {
                transport.close().await;
            }
            if let Some(transport) = &self.receive {
                transport.close().await;
            }
        };
        let ((left, _), _) = tokio::join!(left, timeout(CLOSE_LIMIT, close));
        let _ = timeout(CLOSE_LIMIT, self.gateway.disconnect()).await;
        left
    }
}

/// An open transport of either direction.
struct Opened {
    send: Option<SendTransport>,
    receive: Option<RecvTransport>,
    states: watch::Receiver<TransportState>,
    path: watch::Receiver<Option<MediaPath>>,
}

impl Opened {
    async fn new(
        device: &Device,
        direction: Direction,
        parameters: TransportParameters,
        mut options: TransportOptions,
    ) -> Result<Self, media::MediaError> {
        if options.certificate.is_none() {
            options.certificate = Some(Certificate::generate()?);
        }
        let (send, receive, states, events) = match direction {
            Direction::Send => {
                let (transport, events) = device.create_send_transport(parameters, options).await?;
                let states = transport.states();
                (Some(transport), None, states, events)
            }
            Direction::Receive => {
                let (transport, events) = device.create_recv_transport(parameters, options).await?;
                let states = transport.states();
                (None, Some(transport), states, events)
            }
        };
        Ok(Self {
            send,
            receive,
            states,
            path: paths(events),
        })
    }

    fn id(&self) -> TransportId {
        let send = self.send.as_ref().map(SendTransport::id);
        let receive = self.receive.as_ref().map(RecvTransport::id);
        TransportId::new(send.or(receive).unwrap_or_default())
    }

    fn dtls(&self) -> ortc::DtlsParameters {
        let send = self.send.as_ref().map(SendTransport::dtls_parameters);
        let receive = || self.receive.as_ref().map(RecvTransport::dtls_parameters);
        send.or_else(receive).unwrap_or(ortc::DtlsParameters {
            role: ortc::DtlsRole::Client,
            fingerprints: Vec::new(),
        })
    }

    /// Lets DTLS start, and waits for its end.
    async fn finish(&mut self, facts: &mut TransportFacts) {
        let started = Instant::now();
        if let Some(transport) = &self.send {
            transport.connect();
        }
        if let Some(transport) = &self.receive {
            transport.connect();
        }
        let over = |state: &TransportState| {
            matches!(
                state,
                TransportState::Connected | TransportState::Failed | TransportState::Closed
            )
        };
        let ended = timeout(DTLS_LIMIT, self.states.wait_for(over)).await;
        match ended {
            Ok(Ok(state)) if *state == TransportState::Connected => {
                facts.connected_ms = Some(started.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok(_) => facts.failed = true,
            Err(_) => {}
        }
        facts.path = self.path.borrow().map(in_short);
    }
}

/// The last path that was selected.
fn paths(mut events: TransportEvents) -> watch::Receiver<Option<MediaPath>> {
    let (sender, receiver) = watch::channel(None);
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            if let TransportEvent::Path(path) = event {
                sender.send_replace(Some(path));
            }
        }
    });
    receiver
}

fn in_short(path: MediaPath) -> String {
    let protocol = match path.protocol {
        PathProtocol::Udp => "UDP",
        PathProtocol::Tcp => "TCP",
    };
    let family = match path.ip_version {
        media::IpVersion::V4 => '4',
        media::IpVersion::V6 => '6',
    };
    let relay = if path.relay { " relay" } else { "" };
    format!("{protocol}{family}{relay}")
}

fn unanswered(request: RequestName) -> RequestError {
    let after = Duration::ZERO;
    RequestError::Timeout { request, after }
}

async fn ask<T>(
    name: RequestName,
    limit: Duration,
    room: &RoomId,
    answer: impl Future<Output = Result<T, RequestError>>,
) -> (GatewayRequest, Option<T>) {
    let started = Instant::now();
    let answer = timeout(limit, answer).await;
    let answer = answer.unwrap_or_else(|_| Err(unanswered(name)));
    let took_ms = started.elapsed().as_secs_f64() * 1_000.0;
    let (outcome, answer) = match answer {
        Ok(answer) => (RequestOutcome::Answered, Some(answer)),
        Err(error) => (outcome(error, room), None),
    };
    let request = GatewayRequest {
        name: name.to_string(),
        took_ms,
        outcome,
    };
    (request, answer)
}

fn outcome(error: RequestError, room: &RoomId) -> RequestOutcome {
    match error {
        RequestError::Gateway(error) => RequestOutcome::Refused {
            why: why(error.cause),
            said: [error.message, error.details]
                .join(" ")
                .trim()
                .replace(room.as_str(), "…"),
        },
        RequestError::Timeout { .. } => RequestOutcome::Silent,
        RequestError::Disconnected { .. } => RequestOutcome::Disconnected,
        RequestError::NotSent { .. } | RequestError::Unsupported { .. } => RequestOutcome::NotSent,
        RequestError::Malformed { path, reason, .. } => RequestOutcome::Unreadable { path, reason },
    }
}

fn why(cause: Cause) -> Refusal {
    match cause {
        Cause::NoPorts => Refusal::NoPorts,
        Cause::NoPortsForTap => Refusal::NoPortsForTap,
        Cause::WorkerDead => Refusal::WorkerDead,
        Cause::NoWorkers => Refusal::NoWorkers,
        Cause::NotInRoom | Cause::RoomGone => Refusal::NotInRoom,
        Cause::CannotConsume => Refusal::CannotConsume,
        Cause::UnsupportedCodec | Cause::BadRtpParameters => Refusal::Codec,
        _ => Refusal::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_of_diagnostics_are_marked_and_never_rewritten() {
        for _ in 0..2_000 {
            let room = fresh_room();
            assert!(room.as_str().starts_with("diag-"));
            assert_eq!(room.rewritten(), None);
        }
    }
}
