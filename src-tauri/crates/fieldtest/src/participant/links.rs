//! The two transports of a stay.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use media::{
    ConsumerOptions, Device, OpusOptions, RecvTransport, TransportEvent, TransportEvents,
    TransportOptions, TransportState,
};
use ortc::MediaKind;
use signaling::Gateway;
use signaling::wire::{ConsumerId, Direction, ProducerId, TransportId};
use tokio::sync::{mpsc, watch};

use super::policy::{CONSUMERS, FIRST_PACKET_LIMIT};
use super::reception::{Context, Ear, Sender};
use super::stay::{Shared, Track};
use super::{FailureCause, Pacer, ParticipantOptions, Stage, Voice};

/// What both directions need.
pub(super) struct Route<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) device: &'a Device,
    pub(super) media: &'a TransportOptions,
    pub(super) shared: &'a Arc<Shared>,
    pub(super) pacer: &'a Pacer,
}

/// The stages of one direction.
#[derive(Clone, Copy)]
struct Stages {
    transport: Stage,
    ice: Stage,
    dtls: Stage,
}

const SENDING: Stages = Stages {
    transport: Stage::SendTransport,
    ice: Stage::SendIce,
    dtls: Stage::SendDtls,
};

const RECEIVING: Stages = Stages {
    transport: Stage::ReceiveTransport,
    ice: Stage::ReceiveIce,
    dtls: Stage::ReceiveDtls,
};

impl Route<'_> {
    async fn create(
        &self,
        direction: Direction,
        stages: Stages,
    ) -> Option<ortc::TransportParameters> {
        self.shared.begin(stages.transport);
        match self.gateway.create_transport(direction).await {
            Ok(parameters) => {
                self.shared.pass(stages.transport);
                self.shared.begin(stages.ice);
                Some(parameters)
            }
            Err(error) => {
                self.shared.fail(stages.transport, error);
                None
            }
        }
    }

    /// Sends until the future is dropped. The own track is reported to `tracks`.
    pub(super) async fn send(
        &self,
        voice: &Voice,
        beat: Option<u64>,
        tracks: mpsc::UnboundedSender<Track>,
    ) {
        let stages = SENDING;
        let Some(parameters) = self.create(Direction::Send, stages).await else {
            return;
        };
        let opened = self
            .device
            .create_send_transport(parameters, self.media.clone());
        let (transport, events) = match opened.await {
            Ok(opened) => opened,
            Err(error) => return self.shared.fail(stages.ice, error),
        };
        self.shared.opened_send(transport.clone());
        let id = TransportId::new(transport.id());
        let connect = async {
            let dtls = transport.dtls_parameters();
            let connected = self.gateway.connect_transport(&id, &dtls).await;
            if let Err(error) = connected {
                return self.shared.fail(stages.dtls, error);
            }
            transport.connect();
        };
        let produce = async {
            let producer = match transport.produce_audio(OpusOptions::default()).await {
                Ok(producer) => producer,
                Err(error) => return self.shared.fail(Stage::Produce, error),
            };
            self.shared.begin(Stage::Produce);
            let parameters = producer.rtp_parameters();
            let produced = self.gateway.produce(&id, MediaKind::Audio, parameters);
            match produced.await {
                Ok(id) => {
                    self.shared.pass(Stage::Produce);
                    let pacer = self.pacer;
                    let sending = pacer.send(id.clone(), producer.clone(), voice.clone(), beat);
                    self.shared.produces(producer, sending);
                    let _ = tracks.send(Track::Came {
                        producer: id,
                        own: true,
                    });
                }
                Err(error) => self.shared.fail(Stage::Produce, error),
            }
        };
        // Produced only after the request to connect has been sent: the gateway keeps the order.
        tokio::join!(connect, produce, self.watch(events, stages));
    }

    /// Receives until the future is dropped.
    pub(super) async fn receive(
        &self,
        tracks: mpsc::UnboundedReceiver<Track>,
        options: &ParticipantOptions,
    ) {
        let stages = RECEIVING;
        let Some(parameters) = self.create(Direction::Receive, stages).await else {
            return;
        };
        let opened = self
            .device
            .create_recv_transport(parameters, self.media.clone());
        let (transport, events) = match opened.await {
            Ok(opened) => opened,
            Err(error) => return self.shared.fail(stages.ice, error),
        };
        self.shared.opened_receive(transport.clone());
        let id = TransportId::new(transport.id());
        let connect = async {
            let dtls = transport.dtls_parameters();
            let connected = self.gateway.connect_transport(&id, &dtls).await;
            if let Err(error) = connected {
                return self.shared.fail(stages.dtls, error);
            }
            transport.connect();
        };
        tokio::join!(
            connect,
            self.consume_all(&transport, tracks, options),
            self.watch(events, stages)
        );
    }

    /// Turns what happens on a transport into stages.
    async fn watch(&self, mut events: TransportEvents, stages: Stages) {
        let mut path = false;
        let mut connected = false;
        while let Some(event) = events.next().await {
            match event {
                TransportEvent::Path(_) if !path => {
                    path = true;
                    self.shared.pass(stages.ice);
                    self.shared.begin(stages.dtls);
                }
                TransportEvent::State(TransportState::Connected) => {
                    connected = true;
                    self.shared.pass(stages.ice);
                    self.shared.pass(stages.dtls);
                }
                TransportEvent::State(TransportState::Failed) => {
                    if connected {
                        self.shared.lose(stages.ice, FailureCause::NoPath);
                    } else if path {
                        self.shared.fail(stages.dtls, FailureCause::NoKeys);
                    } else {
                        self.shared.fail(stages.ice, FailureCause::NoPath);
                    }
                }
                _ => {}
            }
        }
    }

    async fn consume_all(
        &self,
        transport: &RecvTransport,
        mut tracks: mpsc::UnboundedReceiver<Track>,
        options: &ParticipantOptions,
    ) {
        let mut consuming = FuturesUnordered::new();
        let mut count = 0;
        loop {
            let track = tokio::select! {
                track = tracks.recv() => track,
                Some(()) = consuming.next() => continue,
            };
            match track {
                Some(Track::Came { producer, own }) => {
                    let wanted = if own {
                        options.listen.own
                    } else {
                        options.listen.others
                    };
                    if wanted && count < CONSUMERS {
                        count += 1;
                        consuming.push(self.consume(transport, producer, own, options));
                    }
                }
                Some(Track::Went(producer)) => {
                    if let Some(consumer) = self.shared.ended(&producer) {
                        consumer.close().await;
                        count -= 1;
                    }
                }
                None => return,
            }
        }
    }

    async fn consume(
        &self,
        transport: &RecvTransport,
        producer: ProducerId,
        own: bool,
        options: &ParticipantOptions,
    ) {
        self.shared.begin(Stage::Consume);
        let capabilities = self.device.recv_rtp_capabilities();
        let parameters = match self.gateway.consume(&producer, capabilities).await {
            Ok(parameters) => parameters,
            // Its owner left meanwhile.
            Err(error) if error.is_cannot_consume() => return,
            Err(error) => return self.shared.fail(Stage::Consume, error),
        };
        let consumer_id = parameters.id.clone();
        let ear = Ear::new(producer.clone(), own);
        let mut context = Context {
            sender: Sender::unknown(),
            pacer: self.pacer.clone(),
            timeline: self.shared.timeline.clone(),
            tap: options.tap.clone(),
        };
        let hearing = Arc::clone(&ear);
        let consumer = transport.consume_with(
            ConsumerOptions {
                id: consumer_id.to_string(),
                producer_id: producer.to_string(),
                kind: parameters.kind,
                rtp_parameters: parameters.rtp_parameters,
            },
            move |packet| hearing.hear(&mut context, packet),
        );
        match consumer.await {
            Ok(consumer) => ear.attach(consumer),
            Err(error) => return self.shared.fail(Stage::Consume, error),
        }
        self.shared.listens(Arc::clone(&ear));
        self.shared.begin(Stage::FirstPacket);
        self.shared.begin(Stage::FirstAudible);
        if let Err(error) = self.gateway.resume_consumer(&consumer_id).await {
            return self.shared.fail(Stage::Consume, error);
        }
        self.shared.pass(Stage::Consume);
        self.insist(transport.states(), &consumer_id, &ear).await;
    }

    /// A failed resume looks like a successful one: asked for once more when nothing comes.
    async fn insist(
        &self,
        mut states: watch::Receiver<TransportState>,
        consumer: &ConsumerId,
        ear: &Ear,
    ) {
        let connected = states.wait_for(|state| *state == TransportState::Connected);
        if connected.await.is_err() {
            return;
        }
        let begin = Instant::now();
        while begin.elapsed() < FIRST_PACKET_LIMIT {
            if ear.has_heard() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let _ = self.gateway.resume_consumer(consumer).await;
    }
}
