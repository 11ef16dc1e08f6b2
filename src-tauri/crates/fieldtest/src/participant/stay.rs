//! One stay in a room, from the socket to the acknowledged leave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use media::{Device, RecvTransport, SendTransport};
use ortc::MediaKind;
use signaling::policy::JOIN_RACE_PAUSE;
use signaling::wire::{JoinRoom, Joined, ParticipantId, ProducerId, ServerEvent};
use signaling::{Dialed, Gateway, GatewayEvent, GatewayEvents};
use tokio::sync::{mpsc, watch};

use super::links;
use super::pacer::Sending;
use super::policy::{CLOSING_LIMIT, JOIN_RACE_TRIES};
use super::reception::Ear;
use super::{
    EngineStats, FailureCause, Pacer, ParticipantError, ParticipantOptions, ParticipantReport,
    Stage, Tally, Timeline,
};

/// What the stay and its owner both see.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) timeline: watch::Sender<Timeline>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    error: Option<ParticipantError>,
    send: Option<SendTransport>,
    receive: Option<RecvTransport>,
    producer: Option<media::Producer>,
    sending: Option<Sending>,
    ears: Vec<Arc<Ear>>,
    others: usize,
}

impl Shared {
    pub(super) fn new(timeline: watch::Sender<Timeline>) -> Self {
        Self {
            timeline,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not become one here: the data is plain.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self, stage: Stage) {
        let now = Instant::now();
        self.timeline
            .send_modify(|timeline| timeline.begin(stage, now));
    }

    pub(super) fn pass(&self, stage: Stage) {
        let now = Instant::now();
        self.timeline
            .send_modify(|timeline| timeline.end(stage, now, None));
    }

    pub(super) fn fail(&self, stage: Stage, cause: impl Into<FailureCause>) {
        let cause = cause.into();
        let (now, code) = (Instant::now(), cause.code());
        self.lock()
            .error
            .get_or_insert(ParticipantError { stage, cause });
        self.timeline
            .send_modify(|timeline| timeline.end(stage, now, Some(code)));
    }

    /// Something that worked is gone.
    pub(super) fn lose(&self, stage: Stage, cause: FailureCause) {
        let code = cause.code();
        self.lock()
            .error
            .get_or_insert(ParticipantError { stage, cause });
        self.timeline.send_modify(|timeline| {
            timeline.lost.get_or_insert_with(|| code.to_owned());
        });
    }

    pub(super) fn opened_send(&self, transport: SendTransport) {
        self.lock().send = Some(transport);
    }

    pub(super) fn opened_receive(&self, transport: RecvTransport) {
        self.lock().receive = Some(transport);
    }

    pub(super) fn produces(&self, producer: media::Producer, sending: Sending) {
        let mut state = self.lock();
        state.producer = Some(producer);
        state.sending = Some(sending);
    }

    pub(super) fn listens(&self, ear: Arc<Ear>) {
        self.lock().ears.push(ear);
    }

    /// Stops listening to a track that is gone.
    pub(super) fn ended(&self, producer: &ProducerId) -> Option<media::Consumer> {
        let ears = self.lock().ears.clone();
        let mut of_it = ears.iter().filter(|ear| ear.producer == *producer);
        of_it.find_map(|ear| ear.detach())
    }

    pub(super) fn error(&self) -> Option<ParticipantError> {
        self.lock().error.clone()
    }

    pub(super) fn report(&self, now: Instant) -> ParticipantReport {
        let (ears, sent, others) = {
            let state = self.lock();
            let sent = state.sending.as_ref().map_or(0, Sending::sent);
            (state.ears.clone(), sent, state.others)
        };
        ParticipantReport {
            timeline: self.timeline.borrow().clone(),
            sent,
            received: ears.iter().map(|ear| ear.report(now)).collect(),
            others,
        }
    }

    pub(super) fn tally(&self, now: Instant) -> Tally {
        let ears = self.lock().ears.clone();
        ears.iter().fold(Tally::default(), |mut sum, ear| {
            let (stats, flowing) = ear.tally(now);
            sum.packets += stats.packets_received;
            sum.lost += stats.packets_lost;
            sum.flowing += usize::from(flowing);
            sum
        })
    }

    pub(super) async fn engine_stats(&self) -> EngineStats {
        let (send, receive, producer) = {
            let state = self.lock();
            (
                state.send.clone(),
                state.receive.clone(),
                state.producer.clone(),
            )
        };
        let mut stats = EngineStats::default();
        if let Some(send) = send {
            stats.send = Some(send.stats().await);
        }
        if let Some(receive) = receive {
            stats.receive = Some(receive.stats().await);
        }
        if let Some(producer) = producer {
            stats.producer = Some(producer.stats().await);
        }
        stats
    }

    async fn close(&self) {
        let (send, receive) = {
            let mut state = self.lock();
            state.sending = None;
            (state.send.take(), state.receive.take())
        };
        for ear in self.lock().ears.clone() {
            ear.detach();
        }
        let closing = async {
            if let Some(send) = send {
                send.close().await;
            }
            if let Some(receive) = receive {
                receive.close().await;
            }
        };
        let _ = tokio::time::timeout(CLOSING_LIMIT, closing).await;
    }
}

/// The whole stay.
pub(super) async fn run(
    options: ParticipantOptions,
    pacer: Pacer,
    shared: Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) {
    if let Some((gateway, events)) = connect(&options, &shared, &mut stopped).await {
        stay(&options, &pacer, &shared, &mut stopped, &gateway, events).await;
        gateway.disconnect().await;
    }
    shared.timeline.send_modify(|timeline| timeline.over = true);
}

/// Resolves when the owner leaves, or is gone.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn connect(
    options: &ParticipantOptions,
    shared: &Shared,
    stopped: &mut watch::Receiver<bool>,
) -> Option<(Gateway, GatewayEvents)> {
    shared.begin(Stage::Connect);
    let mut connect = options.connect.clone();
    connect.reconnect.max_attempts = Some(0);
    let dialed = tokio::select! {
        dialed = signaling::dial(&options.link, &options.discovery, &connect) => dialed,
        () = stop(stopped) => return None,
    };
    match dialed {
        Ok(Dialed {
            gateway, events, ..
        }) => {
            shared.pass(Stage::Connect);
            Some((gateway, events))
        }
        Err(error) => {
            shared.fail(Stage::Connect, error);
            None
        }
    }
}

async fn stay(
    options: &ParticipantOptions,
    pacer: &Pacer,
    shared: &Arc<Shared>,
    stopped: &mut watch::Receiver<bool>,
    gateway: &Gateway,
    events: GatewayEvents,
) {
    let Some(joined) = join(options, shared, stopped, gateway).await else {
        return;
    };
    let device = match Device::load(&joined.rtp_capabilities) {
        Ok(device) => device,
        Err(error) => {
            shared.fail(Stage::SendTransport, error);
            leave(shared, gateway).await;
            return;
        }
    };
    let (tracks, wanted) = mpsc::unbounded_channel();
    let room = Room::new(options, joined, tracks);
    let route = links::Route {
        gateway,
        device: &device,
        media: &options.media,
        shared,
        pacer,
    };
    let own = room.tracks.clone();
    let media = async {
        let send = async {
            if let Some(voice) = &options.voice {
                route.send(voice, options.beat, own).await;
            }
        };
        let receive = async {
            if options.receives() {
                route.receive(wanted, options).await;
            }
        };
        tokio::join!(send, receive);
        // Whatever came to an end was reported; the stay goes on until its owner has seen it.
        std::future::pending::<()>().await;
    };
    let connected = tokio::select! {
        () = media => true,
        () = room.follow(events, shared) => false,
        () = stop(stopped) => true,
    };
    if connected {
        leave(shared, gateway).await;
    }
    shared.close().await;
}

/// Joins. Once asked for, the answer is awaited whatever happens: leaving before it would leave
/// a ghost in the room.
async fn join(
    options: &ParticipantOptions,
    shared: &Shared,
    stopped: &mut watch::Receiver<bool>,
    gateway: &Gateway,
) -> Option<Joined> {
    shared.begin(Stage::Join);
    let request = JoinRoom {
        user_id: options.link.user_id.clone(),
        token: options.link.token.clone(),
        ..JoinRoom::new(options.link.room.clone(), options.name.clone())
    };
    let mut races = 0;
    loop {
        match gateway.join_room(&request).await {
            Ok(joined) => {
                shared.pass(Stage::Join);
                return Some(joined);
            }
            Err(error)
                if error.gateway().is_some_and(|e| e.is_room_exists_race())
                    && races < JOIN_RACE_TRIES =>
            {
                races += 1;
                tokio::select! {
                    () = tokio::time::sleep(JOIN_RACE_PAUSE) => {}
                    () = stop(stopped) => return None,
                }
            }
            // A join without an answer may have happened: the socket is closed, never reused.
            Err(error) => {
                shared.fail(Stage::Join, error);
                return None;
            }
        }
    }
}

async fn leave(shared: &Shared, gateway: &Gateway) {
    // Silent first: nothing is to be heard of somebody who is leaving.
    shared.lock().sending = None;
    if let Err(error) = gateway.leave_room().await {
        tracing::debug!(%error, "the leave was not acknowledged");
    }
}

/// A track to be received, or one that is gone.
#[derive(Debug)]
pub(super) enum Track {
    Came { producer: ProducerId, own: bool },
    Went(ProducerId),
}

/// Who is in the room and what they send.
struct Room {
    tracks: mpsc::UnboundedSender<Track>,
    others: bool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    seen: BTreeSet<ProducerId>,
    by_participant: BTreeMap<ParticipantId, Vec<ProducerId>>,
}

impl Room {
    fn new(
        options: &ParticipantOptions,
        joined: Joined,
        tracks: mpsc::UnboundedSender<Track>,
    ) -> Self {
        let room = Self {
            tracks,
            others: options.listen.others,
            known: Mutex::default(),
        };
        for participant in joined.participants {
            for producer in participant.producers {
                room.came(&participant.id, producer.id, producer.kind);
            }
        }
        room
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same track may be in the answer to the join and in an event.
    fn came(&self, participant: &ParticipantId, producer: ProducerId, kind: MediaKind) {
        let mut known = self.known();
        if kind != MediaKind::Audio || !known.seen.insert(producer.clone()) {
            return;
        }
        let tracks = known.by_participant.entry(participant.clone()).or_default();
        tracks.push(producer.clone());
        if self.others {
            let came = Track::Came {
                producer,
                own: false,
            };
            let _ = self.tracks.send(came);
        }
    }

    fn went(&self, producer: ProducerId) {
        for tracks in self.known().by_participant.values_mut() {
            tracks.retain(|track| *track != producer);
        }
        let _ = self.tracks.send(Track::Went(producer));
    }

    fn left(&self, participant: &ParticipantId) {
        let gone = self.known().by_participant.remove(participant);
        for producer in gone.into_iter().flatten() {
            let _ = self.tracks.send(Track::Went(producer));
        }
    }

    fn count(&self) -> usize {
        self.known().by_participant.values().map(Vec::len).sum()
    }

    /// Follows the events until the socket is lost.
    async fn follow(&self, mut events: GatewayEvents, shared: &Shared) {
        shared.lock().others = self.count();
        while let Some(event) = events.next().await {
            match event {
                GatewayEvent::Event(ServerEvent::NewProducer(new)) => {
                    self.came(&new.participant_id, new.producer_id, new.kind);
                }
                GatewayEvent::Event(ServerEvent::ProducerClosed(closed)) => {
                    self.went(closed.producer_id);
                }
                GatewayEvent::Event(ServerEvent::ParticipantLeft(left)) => {
                    self.left(&left.participant_id);
                }
                GatewayEvent::Disconnected { .. } | GatewayEvent::Stopped => break,
                _ => continue,
            }
            shared.lock().others = self.count();
        }
        shared.lose(Stage::Connect, FailureCause::Disconnected);
    }
}
