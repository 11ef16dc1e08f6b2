//! The run itself: starts participants by the schedule, looks at them once a second, and lets
//! all of them leave at the end, whatever the end is.

use std::time::Instant;

use signaling::{Network, RoomId, RoomLink};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use url::Url;

use super::breaking::{Fault, Sample};
use super::own::OwnMeter;
use super::policy::{HEALTH_INTERVAL, PROGRESS_INTERVAL, SETTLE_LIMIT};
use super::ramp::{Seat, schedule};
use super::report::{LoadReport, Notes, Progress, Seen};
use super::{LoadError, LoadOptions, Prepared};
use crate::health::Health;
use crate::participant::{Pacer, Participant, ParticipantOptions, ParticipantReport, Tally, Voice};

/// One seat of the schedule.
struct Person {
    room: usize,
    started: Instant,
    /// None once it was let go.
    participant: Option<Participant>,
    last: ParticipantReport,
    before: Tally,
}

struct Run<'a> {
    prepared: &'a Prepared,
    options: &'a LoadOptions,
    pacer: Pacer,
    voice: Voice,
    meter: OwnMeter,
    begin: Instant,
    rooms: Vec<RoomLink>,
    people: Vec<Person>,
    leaving: JoinSet<()>,
    notes: Notes,
    health: Option<Health>,
    restarted: bool,
}

/// Loads a deployment until the time is over or `stop` resolves; nobody stays behind.
///
/// # Errors
/// Before anybody joined: a refusal, or a gateway that is not there.
pub async fn run(
    options: LoadOptions,
    mut progress: impl FnMut(&Progress),
    stop: impl Future<Output = ()>,
) -> Result<LoadReport, LoadError> {
    let prepared = super::prepare(&options).await?;
    let mut run = Run::new(&options, &prepared)?;
    tokio::pin!(stop);
    let interrupted = run.hold(&mut progress, stop).await;
    let health_after = Health::ask(&prepared.gateway, &options.discovery.network).await;
    let mut report = run.end().await;
    report.rooms = options.rooms;
    report.per_room = options.per_room;
    report.health_before = prepared.health;
    report.health_after = health_after;
    report.interrupted = interrupted;
    Ok(report)
}

impl<'a> Run<'a> {
    fn new(options: &'a LoadOptions, prepared: &'a Prepared) -> Result<Self, LoadError> {
        let pacer = Pacer::start();
        let mut rng = rand::rng();
        Ok(Self {
            voice: Voice::speech()?,
            meter: OwnMeter::new(&pacer),
            pacer,
            begin: Instant::now(),
            rooms: (0..options.rooms)
                .map(|_| {
                    let room = RoomId::generate(&mut rng);
                    RoomLink::to_room(room, options.link.site.clone())
                })
                .collect(),
            people: Vec::new(),
            leaving: JoinSet::new(),
            notes: Notes {
                full_at_ms: options.ramp.as_secs_f64() * 1_000.0,
                ..Notes::default()
            },
            health: prepared.health,
            restarted: false,
            prepared,
            options,
        })
    }

    /// True if it was stopped before its time.
    async fn hold(
        &mut self,
        progress: &mut impl FnMut(&Progress),
        mut stop: std::pin::Pin<&mut impl Future<Output = ()>>,
    ) -> bool {
        let seats = schedule(self.options.rooms, self.options.per_room, self.options.ramp);
        let mut seats = seats.into_iter().peekable();
        let end = self.begin + self.options.ramp + self.options.duration;
        let mut tick = tokio::time::interval_at(
            tokio::time::Instant::now() + PROGRESS_INTERVAL,
            PROGRESS_INTERVAL,
        );
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut healths = watch_health(
            self.prepared.gateway.clone(),
            self.options.discovery.network.clone(),
        );
        loop {
            let next = seats.peek().map(|seat| self.begin + seat.at);
            tokio::select! {
                () = &mut stop => return true,
                () = tokio::time::sleep_until(end.into()) => return false,
                () = sleep_until(next) => {
                    if let Some(seat) = seats.next() {
                        self.start(seat);
                    }
                }
                _ = tick.tick() => {
                    let now = self.look();
                    progress(&now);
                }
                Some(health) = healths.recv() => self.heard_of(health),
                Some(_) = self.leaving.join_next() => {}
            }
        }
    }

    fn start(&mut self, seat: Seat) {
        let Some(link) = self.rooms.get(seat.room) else {
            return;
        };
        let name = format!("load {}-{}", seat.room + 1, seat.seat + 1);
        let mut options = ParticipantOptions::new(link.clone(), name);
        options.discovery = self.options.discovery.clone();
        options.discovery.gateway_override = Some(self.prepared.gateway.clone());
        options.connect = self.options.connect.clone();
        options.media = self.options.media.clone();
        options.media.certificate = Some(self.prepared.certificate.clone());
        options.voice = Some(self.voice.clone());
        options.beat = Some(seat.room as u64);
        self.people.push(Person {
            room: seat.room,
            started: Instant::now(),
            participant: Some(Participant::start(options, &self.pacer)),
            last: ParticipantReport::default(),
            before: Tally::default(),
        });
    }

    fn heard_of(&mut self, health: Health) {
        if let Some(before) = self.health {
            self.restarted |= health.uptime_s < before.uptime_s;
        }
        self.health = Some(health);
    }

    /// The last second, and who has failed in it.
    fn look(&mut self) -> Progress {
        let now = Instant::now();
        self.find_faults(now);
        let (mut packets, mut lost) = (0, 0);
        let (mut ready, mut tracks, mut wanted) = (0, 0, 0);
        let mut rooms = vec![0_usize; self.rooms.len()];
        for person in &mut self.people {
            let Some(participant) = &person.participant else {
                continue;
            };
            let tally = participant.tally();
            packets += tally.packets.saturating_sub(person.before.packets);
            lost += tally.lost.saturating_sub(person.before.lost).max(0);
            tracks += tally.flowing;
            person.before = tally;
            if participant.is_ready() {
                ready += 1;
                if let Some(count) = rooms.get_mut(person.room) {
                    *count += 1;
                }
            }
        }
        for count in rooms {
            wanted += count * count.saturating_sub(1);
        }
        let expected = packets.saturating_add_signed(lost);
        let delays = self.pacer.take_delays();
        let sample = Sample {
            at_ms: self.since_begin(now),
            ready,
            loss: (expected >= 50).then(|| lost as f64 / expected as f64),
            delay_p90_ms: delays.quantile(0.9).map(|d| d.as_secs_f64() * 1_000.0),
            own: self.meter.take(),
            workers: self.health.and_then(|health| health.workers),
            restarted: std::mem::take(&mut self.restarted),
        };
        self.notes.samples.push(sample.clone());
        let planned = self.options.ramp + self.options.duration;
        Progress {
            elapsed_s: now.saturating_duration_since(self.begin).as_secs_f64(),
            planned_s: planned.as_secs_f64(),
            planned: self.options.rooms * self.options.per_room,
            started: self.people.len(),
            ready,
            failed: self.notes.faults.len(),
            tracks,
            tracks_wanted: wanted,
            sample,
            health: self.health,
        }
    }

    fn since_begin(&self, at: Instant) -> f64 {
        at.saturating_duration_since(self.begin).as_secs_f64() * 1_000.0
    }

    /// Lets go of participants that failed, were lost, or do not get further.
    fn find_faults(&mut self, now: Instant) {
        let ready = self.people.iter().filter_map(|p| p.participant.as_ref());
        let ready = ready.filter(|p| p.is_ready()).count();
        let at_ms = self.since_begin(now) as u64;
        for person in &mut self.people {
            let Some(participant) = &person.participant else {
                continue;
            };
            let late = now.saturating_duration_since(person.started) > SETTLE_LIMIT;
            let Some((stage, code)) = participant.fault(late) else {
                continue;
            };
            person.last = participant.report();
            self.notes.faults.push(Fault {
                at_ms,
                ready,
                stage: stage.to_owned(),
                code,
            });
            if let Some(participant) = person.participant.take() {
                self.leaving.spawn(async move {
                    participant.leave().await;
                });
            }
        }
    }

    /// Everybody leaves at once, and is waited for.
    async fn end(mut self) -> LoadReport {
        self.look();
        for person in &mut self.people {
            if let Some(participant) = &person.participant {
                person.last = participant.report();
            }
        }
        for person in &mut self.people {
            let present = person.participant.is_some();
            self.notes.seen.push(Seen {
                room: person.room,
                present,
                report: std::mem::take(&mut person.last),
            });
            if let Some(participant) = person.participant.take() {
                self.leaving.spawn(async move {
                    participant.leave().await;
                });
            }
        }
        while self.leaving.join_next().await.is_some() {}
        self.notes.into_report()
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// Asks now and then, one request at a time, until nobody listens any more.
fn watch_health(gateway: Url, network: Network) -> mpsc::Receiver<Health> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(HEALTH_INTERVAL) => {}
                () = sender.closed() => return,
            }
            if let Some(health) = Health::ask(&gateway, &network).await
                && sender.send(health).await.is_err()
            {
                return;
            }
        }
    });
    receiver
}
