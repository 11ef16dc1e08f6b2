//! A known sound through the SFU: consumed by its own sender, and by a second participant.

use std::future::Future;
use std::time::{Duration, Instant};

use media::{Consumer, ConsumerOptions, ConsumerPackets, Device, OpusOptions, Producer, RtpPacket};
use ortc::MediaKind;
use signaling::wire::{ConsumerParameters, ProducerId, RequestName, TransportId};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::call_policy::{
    ANSWER_LIMIT, FIRST_PACKET_LIMIT, LAST_PACKETS, PRODUCE_LIMIT, REPORT_LIMIT,
};
use super::chirps::Chirps;
use super::visit::Visit;
use crate::facts::{MediaFacts, Reception, UplinkReport};

const FRAME: Duration = Duration::from_millis(20);

/// Somebody who consumes the sound.
pub(super) struct Listener<'a> {
    pub(super) name: &'static str,
    pub(super) visit: &'a Visit,
    pub(super) device: &'a Device,
}

/// Sends the sound and compares what the listeners hear.
pub(super) async fn exchange(speaker: &Visit, listeners: &[Listener<'_>]) -> MediaFacts {
    let mut facts = MediaFacts::default();
    let (Some(transport), Ok(chirps)) = (speaker.sending(), Chirps::new(&mut rand::rng())) else {
        return facts;
    };
    facts.sent_level_dbfs = chirps.level_dbfs;
    let Ok(producer) = transport.produce_audio(OpusOptions::default()).await else {
        return facts;
    };
    let id = TransportId::new(transport.id());
    let (request, producer_id) = speaker
        .ask(RequestName::Produce, PRODUCE_LIMIT, |gateway| {
            gateway.produce(&id, MediaKind::Audio, producer.rtp_parameters())
        })
        .await;
    facts.produce = request;
    let Some(producer_id) = producer_id else {
        return facts;
    };

    let (ready, all_ready) = watch::channel(false);
    let (over, all_over) = watch::channel(false);
    let speaking = async {
        let sent = speak(&producer, &chirps, all_ready).await;
        facts.uplink = uplink(&producer).await;
        tokio::time::sleep(LAST_PACKETS).await;
        over.send_replace(true);
        sent
    };
    let listening = async {
        let tracks = listeners
            .iter()
            .map(|listener| Track::open(listener, &producer_id));
        let mut tracks = together(tracks).await;
        let first = tracks.iter_mut().map(|track| track.first_packet());
        together(first).await;
        ready.send_replace(true);
        let rest = tracks
            .iter_mut()
            .map(|track| track.collect(all_over.clone()));
        together(rest).await;
        tracks
    };
    let (sent, tracks) = tokio::join!(speaking, listening);
    facts.sent = producer.stats().await.packets_sent;
    facts.received = tracks
        .into_iter()
        .map(|track| track.judged(&chirps, &sent))
        .collect();
    facts
}

/// Silence until everybody listens, then the chirps, then silence until the router has had time
/// to report. Gives the times at which the frames of the chirps left.
async fn speak(
    producer: &Producer,
    chirps: &Chirps,
    mut ready: watch::Receiver<bool>,
) -> Vec<Instant> {
    let mut tick = interval(FRAME);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while !*ready.borrow_and_update() {
        tick.tick().await;
        producer.send(chirps.silence.clone());
    }
    let mut sent = Vec::with_capacity(chirps.frames.len());
    for frame in &chirps.frames {
        tick.tick().await;
        sent.push(Instant::now());
        producer.send(frame.clone());
    }
    let end = Instant::now() + REPORT_LIMIT;
    while Instant::now() < end {
        tick.tick().await;
        producer.send(chirps.silence.clone());
    }
    sent
}

async fn uplink(producer: &Producer) -> Option<UplinkReport> {
    let stats = producer.stats().await;
    let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
    let lost = stats.packets_lost.max(0);
    Some(UplinkReport {
        lost,
        loss: lost as f64 / (stats.packets_sent.max(1) as f64),
        jitter_ms: milliseconds(stats.jitter?),
        round_trip_ms: stats.round_trip.map(milliseconds),
    })
}

/// A consumer on its way.
struct Track<'a> {
    visit: &'a Visit,
    facts: Reception,
    consumed: Option<(Consumer, ConsumerPackets)>,
    packets: Vec<RtpPacket>,
}

impl<'a> Track<'a> {
    async fn open(listener: &Listener<'a>, producer: &ProducerId) -> Self {
        let visit = listener.visit;
        let (consume, parameters) = visit
            .ask(RequestName::Consume, ANSWER_LIMIT, |gateway| {
                gateway.consume(producer, listener.device.recv_rtp_capabilities())
            })
            .await;
        let consumed = match (visit.receiving(), parameters) {
            (Some(transport), Some(parameters)) => {
                transport.consume(options(parameters)).await.ok()
            }
            _ => None,
        };
        Self {
            visit,
            facts: Reception {
                by: listener.name.to_owned(),
                consume,
                ..Reception::default()
            },
            consumed,
            packets: Vec::new(),
        }
    }

    /// Resumes until a packet comes, twice at most: a failed resume looks like a successful one.
    async fn first_packet(&mut self) {
        let Some((consumer, packets)) = &mut self.consumed else {
            return;
        };
        let id = consumer.id().into();
        let started = Instant::now();
        for _ in 0..2 {
            let resume = self
                .visit
                .ask(RequestName::ResumeConsumer, ANSWER_LIMIT, |gateway| {
                    gateway.resume_consumer(&id)
                });
            let first = timeout(FIRST_PACKET_LIMIT, packets.recv());
            let ((resume, _), first) = tokio::join!(resume, first);
            self.facts.resumes.push(resume);
            if let Ok(Some(packet)) = first {
                let took = packet.arrived.saturating_duration_since(started);
                self.facts.first_packet_ms = Some(took.as_secs_f64() * 1_000.0);
                self.packets.push(packet);
                return;
            }
        }
    }

    async fn collect(&mut self, mut over: watch::Receiver<bool>) {
        let Some((_, packets)) = &mut self.consumed else {
            return;
        };
        loop {
            tokio::select! {
                packet = packets.recv() => match packet {
                    Some(packet) => self.packets.push(packet),
                    None => return,
                },
                _ = over.wait_for(|over| *over) => return,
            }
        }
    }

    fn judged(mut self, chirps: &Chirps, sent: &[Instant]) -> Reception {
        if let Some((consumer, _)) = &self.consumed {
            let stats = consumer.stats();
            let lost = stats.packets_lost.max(0) as f64;
            let expected = lost + stats.packets_received as f64;
            self.facts.packets = stats.packets_received;
            self.facts.loss = if expected > 0.0 { lost / expected } else { 0.0 };
            self.facts.jitter_ms = stats.jitter.as_secs_f64() * 1_000.0;
        }
        let heard = chirps.recognise(&self.packets, sent);
        Reception {
            level_dbfs: heard.level_dbfs,
            delays_ms: heard.delays_ms,
            right: heard.right,
            wrong: heard.wrong,
            missing: heard.missing,
            ..self.facts
        }
    }
}

fn options(parameters: ConsumerParameters) -> ConsumerOptions {
    ConsumerOptions {
        id: parameters.id.as_str().to_owned(),
        producer_id: parameters.producer_id.as_str().to_owned(),
        kind: parameters.kind,
        rtp_parameters: parameters.rtp_parameters,
    }
}

/// All at once; results in order.
async fn together<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    futures_util::future::join_all(futures).await
}
