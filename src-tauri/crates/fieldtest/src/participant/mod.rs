//! A participant without devices and threads of its own: joins a room, sends a loop of
//! pre-encoded sound, receives everybody, and measures every stage. Load and probe are made of such
//! participants; the doctor goes step by step and looks at each request by itself (`probes::visit`).
//!
//! ```no_run
//! # use std::time::Duration;
//! # use fieldtest::participant::{Listen, Pacer, Participant, ParticipantOptions, Voice};
//! # async fn call(link: signaling::RoomLink) -> Result<(), opus::Error> {
//! let pacer = Pacer::start();
//! let voice = Voice::chirps()?;
//! let mut options = ParticipantOptions::new(link, "probe");
//! options.voice = Some(voice);
//! options.listen = Listen { others: true, own: true };
//! let mut participant = Participant::start(options, &pacer);
//! let timeline = participant.settled(Duration::from_secs(20)).await;
//! println!("{timeline:?} {:?}", participant.error());
//! tokio::time::sleep(Duration::from_secs(3)).await;
//! let report = participant.leave().await;
//! println!("{:?}", report.received);
//! # Ok(())
//! # }
//! ```
//!
//! Requests keep the gateway's order: join, both transports at once, each connected once, its
//! DTLS held back until the gateway's consent, produce and consume as soon as the transport
//! exists, leave awaited. A participant that is dropped leaves all the same, in the background;
//! [`Participant::leave`] waits for it.

mod error;
mod histogram;
mod links;
mod pacer;
pub mod policy;
mod reception;
mod stay;
mod timeline;
mod voice;

pub use error::{FailureCause, ParticipantError};
pub use histogram::Histogram;
pub use pacer::{Lateness, Pacer};
pub use reception::{Heard, Received};
pub use timeline::{Stage, StageRecord, Timeline};
pub use voice::{Voice, chirps};

use std::time::{Duration, Instant};

use media::{ProducerStats, TransportOptions, TransportStats};
use serde::{Deserialize, Serialize};
use signaling::{ConnectOptions, DiscoveryOptions, RoomLink};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use stay::Shared;
use std::sync::Arc;

/// Whose tracks a participant receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// Everybody else's.
    pub others: bool,
    /// Its own, sent back by the SFU.
    pub own: bool,
}

/// How a participant joins, what it says and what it listens to.
#[derive(Debug, Clone)]
pub struct ParticipantOptions {
    /// The room, and the site or gateway. A gateway that is known already goes into
    /// [`DiscoveryOptions::gateway_override`], which saves the search.
    pub link: RoomLink,
    /// Name for the others.
    pub name: String,
    /// How the gateway is found.
    pub discovery: DiscoveryOptions,
    /// How its socket is opened. It is never opened again.
    pub connect: ConnectOptions,
    /// How media reaches the gateway.
    pub media: TransportOptions,
    /// What is said; none: nothing is sent, and there is no transport to send on.
    pub voice: Option<Voice>,
    /// Participants of the same beat send at the same instants. Those of a room on one beat cost
    /// least: what the server sends to each of them comes at once, too. None: spread evenly.
    pub beat: Option<u64>,
    /// Whom to listen to; nobody: there is no transport to receive on.
    pub listen: Listen,
    /// Where received packets go, if somebody wants to decode them.
    pub tap: Option<mpsc::Sender<Heard>>,
}

impl ParticipantOptions {
    /// Says nothing, and listens to the others.
    pub fn new(link: RoomLink, name: impl Into<String>) -> Self {
        Self {
            link,
            name: name.into(),
            discovery: DiscoveryOptions::default(),
            connect: ConnectOptions::default(),
            media: TransportOptions {
                ice_timeout: policy::ICE_LIMIT,
                ..TransportOptions::default()
            },
            voice: None,
            beat: None,
            listen: Listen {
                others: true,
                own: false,
            },
            tap: None,
        }
    }

    fn receives(&self) -> bool {
        self.listen.others || self.listen.own
    }

    /// The stages after which there is nothing more to be done.
    fn goals(&self) -> Vec<Stage> {
        let mut goals = vec![Stage::Join];
        if self.voice.is_some() {
            goals.extend([Stage::SendDtls, Stage::Produce]);
        }
        if self.receives() {
            goals.push(Stage::ReceiveDtls);
        }
        goals
    }
}

/// What one participant did and received.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ParticipantReport {
    /// Its stages.
    pub timeline: Timeline,
    /// Packets sent.
    pub sent: u64,
    /// What was received, one entry for each track ever consumed.
    pub received: Vec<Received>,
    /// Audio tracks of others that are there, consumed or not.
    pub others: usize,
}

/// Sums over the tracks that one participant receives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets of all tracks ever received.
    pub packets: u64,
    /// Packets missing of the same.
    pub lost: i64,
    /// Tracks of which a packet came within the last second.
    pub flowing: usize,
}

/// Numbers of the media engine.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EngineStats {
    /// Of the transport to send on.
    pub send: Option<TransportStats>,
    /// Of the transport to receive on.
    pub receive: Option<TransportStats>,
    /// Of the own track, with what the media server reports of it.
    pub producer: Option<ProducerStats>,
}

/// A participant on its way into a room, in it, or out of it.
#[derive(Debug)]
pub struct Participant {
    shared: Arc<Shared>,
    timeline: watch::Receiver<Timeline>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Participant {
    /// Starts to join. Returns at once; must be called within a tokio runtime. The pacer sends
    /// for it as long as the participant is in the room.
    pub fn start(options: ParticipantOptions, pacer: &Pacer) -> Self {
        let timeline = Timeline::starting(Instant::now(), options.goals());
        let (timeline, seen) = watch::channel(timeline);
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared::new(timeline));
        let task = tokio::spawn(stay::run(
            options,
            pacer.clone(),
            Arc::clone(&shared),
            stopped,
        ));
        Self {
            shared,
            timeline: seen,
            stop,
            task,
        }
    }

    /// How far it is, and its changes.
    pub fn timeline(&self) -> watch::Receiver<Timeline> {
        self.timeline.clone()
    }

    /// Waits until it is connected in all directions it wants, or has failed, or the time is
    /// over.
    pub async fn settled(&mut self, limit: Duration) -> Timeline {
        self.reached(limit, Timeline::is_settled).await
    }

    /// Waits until the timeline is as wanted, or the time is over.
    pub async fn reached(
        &mut self,
        limit: Duration,
        wanted: impl FnMut(&Timeline) -> bool,
    ) -> Timeline {
        let _ = tokio::time::timeout(limit, self.timeline.wait_for(wanted)).await;
        self.timeline.borrow().clone()
    }

    /// What went wrong first, if something did.
    pub fn error(&self) -> Option<ParticipantError> {
        self.shared.error()
    }

    /// Whether it is connected in all directions it wants and has not been lost.
    pub fn is_ready(&self) -> bool {
        let timeline = self.timeline.borrow();
        timeline.is_ready() && timeline.lost.is_none()
    }

    /// Stage and code of what went wrong; with `late`, a stage that does not end counts as well.
    pub fn fault(&self, late: bool) -> Option<(&'static str, String)> {
        let timeline = self.timeline.borrow();
        if let Some((stage, code)) = timeline.failure() {
            return Some((stage.name(), code.to_owned()));
        }
        if let Some(code) = &timeline.lost {
            return Some(("stay", code.clone()));
        }
        let late = late && !timeline.is_ready();
        late.then(|| {
            let pending = timeline.pending().map_or("connect", Stage::name);
            (pending, "gateway.timeout".to_owned())
        })
    }

    /// Sums over all tracks that are received: cheaper than [`Self::report`].
    pub fn tally(&self) -> Tally {
        self.shared.tally(Instant::now())
    }

    /// What was sent and received so far.
    pub fn report(&self) -> ParticipantReport {
        self.shared.report(Instant::now())
    }

    /// Numbers of the media engine.
    pub async fn engine_stats(&self) -> EngineStats {
        self.shared.engine_stats().await
    }

    /// Leaves the room, waits until the gateway has acknowledged it (at most
    /// [`signaling::policy::LEAVE_LIMIT`]) and everything is closed. The report is of the moment
    /// before.
    pub async fn leave(self) -> ParticipantReport {
        let mut report = self.report();
        self.stop.send_replace(true);
        let _ = self.task.await;
        report.timeline = self.timeline.borrow().clone();
        report
    }
}
