//! The actor: one task that owns the session and does what it asks for. Requests and devices
//! run beside it and come back as inputs, so that nothing slow holds up anything else.

mod links;
mod publish;
mod requests;
mod sound;
mod streams;

use std::sync::Arc;
use std::time::{Duration, Instant};

use signaling::gateway::{ConnectOptions, DisconnectReason};
use signaling::{DiscoveryError, Gateway, GatewayEvent, GatewayEvents, RoomId};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep_until, timeout};
use url::Url;

use crate::call::{Call, CallStats, Message};
use crate::command::Command;
use crate::error;
use crate::session::{
    Ask, Input, MediaAction, Output, Session, SignalingInput, SoundInput, policy,
};
use links::Links;
pub(crate) use links::MediaSettings;
use publish::Publisher;
use sound::Sound;
use streams::Streams;

/// How long the end of a call waits for sockets and devices that close.
const CLOSING_LIMIT: Duration = Duration::from_millis(1_500);

/// What comes back from whatever runs beside the actor.
#[derive(Debug)]
enum Internal {
    Input(Input),
    Sound(sound::Opened),
}

/// How things that run beside the actor report.
type Reports = mpsc::UnboundedSender<Internal>;

/// How the gateway is reached.
pub(crate) struct Signaling {
    pub(crate) room: RoomId,
    pub(crate) user_id: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) url: Url,
    pub(crate) connect: ConnectOptions,
    /// The socket that was opened by the search for the gateway.
    pub(crate) opened: Option<(Gateway, GatewayEvents)>,
}

/// The socket in use.
struct Line {
    number: u64,
    gateway: Gateway,
    events: GatewayEvents,
}

pub(crate) struct Actor {
    session: Session,
    start: Instant,
    signaling: Signaling,
    line: Option<Line>,
    media: Arc<MediaSettings>,
    links: Option<Links>,
    sound: Sound,
    streams: Arc<Streams>,
    publisher: Publisher,
    reports: Reports,
    /// Sockets and transports on their way out.
    closing: JoinSet<()>,
    ended: bool,
}

impl Actor {
    pub(crate) fn spawn(session: Session, signaling: Signaling, media: MediaSettings) -> Call {
        let (messages, inbox) = mpsc::unbounded_channel();
        let (reports, reported) = mpsc::unbounded_channel();
        let (first_audio_tx, first_audio) = watch::channel(None);
        let (ended_tx, ended) = watch::channel(None);
        let (publisher, view, levels) = Publisher::new(&session);
        let streams = Arc::new(Streams::new(first_audio_tx));
        let actor = Self {
            session,
            start: Instant::now(),
            signaling,
            line: None,
            media: Arc::new(media),
            links: None,
            sound: Sound::new(reports.clone(), Arc::clone(&streams)),
            streams,
            publisher,
            reports,
            closing: JoinSet::new(),
            ended: false,
        };
        tokio::spawn(async move {
            let reason = actor.run(inbox, reported).await;
            ended_tx.send_replace(Some(reason));
        });
        Call {
            messages,
            view,
            levels,
            first_audio,
            ended,
        }
    }

    async fn run(
        mut self,
        mut inbox: mpsc::UnboundedReceiver<Message>,
        mut reported: mpsc::UnboundedReceiver<Internal>,
    ) -> crate::view::EndReason {
        let outputs = self.session.start(self.now());
        self.carry_out(outputs);
        let mut levels = interval(policy::LEVEL_INTERVAL);
        levels.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut abandoned = false;
        while !self.ended {
            let wake = self.next_wake();
            // Events before answers: what the gateway said first is taken in first.
            let input = tokio::select! {
                biased;
                message = inbox.recv(), if !abandoned => {
                    let Some(message) = message else {
                        abandoned = true;
                        self.feed(Input::Command(Command::Leave));
                        continue;
                    };
                    match message {
                        Message::Join(join) => Input::Join(join),
                        Message::Command(command) => Input::Command(command),
                        Message::Stats(reply) => {
                            self.stats(reply);
                            continue;
                        }
                    }
                }
                (socket, event) = next_event(&mut self.line) => {
                    match self.event_input(socket, event) {
                        Some(input) => input,
                        None => continue,
                    }
                }
                Some(report) = reported.recv() => match report {
                    Internal::Input(input) => input,
                    Internal::Sound(opened) => match self.sound.opened(opened) {
                        Some(input) => Input::Sound(input),
                        None => continue,
                    },
                },
                () = sleep_until(wake.into()) => {
                    self.publisher.publish_if_due(&self.session, self.start);
                    if self.session.deadline().is_none_or(|at| self.start + at > Instant::now()) {
                        continue;
                    }
                    Input::Timer
                }
                () = tick(&mut levels), if self.sound.measurable() => {
                    Input::Sound(self.levels())
                }
            };
            self.feed(input);
        }
        self.sound.close(&mut self.closing);
        if let Some(links) = self.links.take() {
            links.close();
        }
        // The goodbyes on the wire, the end of a file; whoever waits is not kept for long.
        let goodbyes = async { while self.closing.join_next().await.is_some() {} };
        let _ = timeout(CLOSING_LIMIT, goodbyes).await;
        self.publisher.publish_now(&self.session, self.start);
        self.session
            .end_reason()
            .cloned()
            .unwrap_or(crate::view::EndReason::Left)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn next_wake(&self) -> Instant {
        let session = self.session.deadline().map(|at| self.start + at);
        let view = self.publisher.due(&self.session);
        let far = Instant::now() + Duration::from_secs(3_600);
        session.into_iter().chain(view).min().unwrap_or(far)
    }

    fn feed(&mut self, input: Input) {
        let outputs = self.session.handle(self.now(), input);
        self.carry_out(outputs);
        self.publisher.publish_if_due(&self.session, self.start);
    }

    fn carry_out(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::OpenSocket { socket, limit } => self.open_socket(socket, limit),
                Output::CloseSocket { socket } => self.close_socket(socket),
                Output::Request { request, ask } => self.request(request, ask),
                Output::SendChat(message) => {
                    if let Some(line) = &self.line {
                        // What is not sent is not echoed, and shown as not delivered.
                        let _ = line.gateway.chat(&message);
                    }
                }
                Output::Media { membership, action } => self.media(membership, action),
                Output::Capture(action) => {
                    if action == crate::session::CaptureAction::Start {
                        // Nobody may read "muted" while the microphone is live.
                        self.publisher.publish_now(&self.session, self.start);
                    }
                    self.sound.capture(action, &mut self.closing);
                }
                Output::Playout(action) => self.sound.playout(action, &mut self.closing),
                Output::ViewChanged => self.publisher.changed(),
                Output::Levels(levels) => self.publisher.levels(levels),
                Output::Ended => self.ended = true,
            }
        }
    }

    fn open_socket(&mut self, number: u64, limit: Duration) {
        let (gateway, events) = self.signaling.opened.take().unwrap_or_else(|| {
            let options = ConnectOptions {
                connect_timeout: Some(limit),
                ..self.signaling.connect.clone()
            };
            signaling::connect(&self.signaling.url, &options)
        });
        self.line = Some(Line {
            number,
            gateway,
            events,
        });
    }

    fn close_socket(&mut self, number: u64) {
        if let Some(line) = self.line.take_if(|line| line.number == number) {
            self.closing.spawn(line.gateway.disconnect());
        }
    }

    /// What the socket said, as the session knows it.
    fn event_input(&mut self, socket: u64, event: Option<GatewayEvent>) -> Option<Input> {
        let input = match event {
            Some(GatewayEvent::Connected(_)) => SignalingInput::Connected { socket },
            Some(GatewayEvent::Event(event)) => SignalingInput::Event { socket, event },
            Some(GatewayEvent::Unrecognised(_)) => return None,
            Some(GatewayEvent::ConnectFailed { error, .. }) => {
                self.line = None;
                let host = self.publisher.gateway_host();
                let error = DiscoveryError::of_connect(&host, &error);
                SignalingInput::ConnectFailed {
                    socket,
                    retryable: !matches!(
                        error,
                        DiscoveryError::NoGateway { .. } | DiscoveryError::Settings { .. }
                    ),
                    error: error::view(error.code(), error.to_string(), ""),
                }
            }
            Some(GatewayEvent::Disconnected { reason, .. }) => {
                self.line = None;
                log_loss(&reason);
                SignalingInput::Disconnected { socket }
            }
            Some(GatewayEvent::Stopped) | None => {
                self.line = None;
                SignalingInput::Disconnected { socket }
            }
        };
        Some(Input::Signaling(input))
    }

    fn request(&mut self, request: u64, ask: Ask) {
        let Some(line) = &self.line else {
            return;
        };
        match ask {
            Ask::ConnectTransport { .. } | Ask::ProduceAudio { .. } | Ask::Consume { .. } => {
                if let Some(links) = &self.links {
                    links.request(request, ask, &line.gateway);
                }
            }
            ask => requests::send(&line.gateway, &self.signaling, request, ask, &self.reports),
        }
    }

    fn media(&mut self, membership: u64, action: MediaAction) {
        match action {
            MediaAction::Load(capabilities) => {
                self.links = Links::load(
                    membership,
                    &capabilities,
                    Arc::clone(&self.media),
                    Arc::clone(&self.streams),
                    self.sound.outlet(),
                    self.reports.clone(),
                );
            }
            MediaAction::Close => {
                if let Some(links) = self.links.take_if(|links| links.membership() == membership) {
                    links.close();
                }
            }
            action => {
                if let Some(links) = &mut self.links {
                    links.act(action);
                }
            }
        }
    }

    fn levels(&self) -> SoundInput {
        SoundInput::Levels {
            me: self.sound.level(),
            consumers: self.streams.levels(),
        }
    }

    /// Collects numbers; those that have to be waited for are waited for elsewhere.
    fn stats(&self, reply: oneshot::Sender<CallStats>) {
        let mut stats = CallStats {
            path: self.session.view(self.now()).path,
            playout_underruns: self.sound.underruns(),
            ..CallStats::default()
        };
        for (consumer, received) in self.streams.stats() {
            if let Some(sender) = self.session.sender_of(&consumer) {
                stats.received.insert(sender.to_string(), received);
            }
        }
        let sent = self.links.as_ref().and_then(Links::sent);
        tokio::spawn(async move {
            if let Some(sent) = sent
                && let Ok(sent) = sent.await
            {
                stats.packets_sent = sent.packets;
                stats.packets_sent_lost = sent.lost;
                stats.round_trip_ms = sent.round_trip_ms;
            }
            let _ = reply.send(stats);
        });
    }
}

async fn next_event(line: &mut Option<Line>) -> (u64, Option<GatewayEvent>) {
    match line {
        Some(line) => (line.number, line.events.next().await),
        None => std::future::pending().await,
    }
}

async fn tick(interval: &mut Interval) {
    interval.tick().await;
}

fn log_loss(reason: &DisconnectReason) {
    tracing::info!(%reason, "the socket to the gateway was lost");
}
