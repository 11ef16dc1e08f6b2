//! The transports of one membership. Each has a task of its own that carries out what concerns
//! it in order, so that neither waits for the other.

use std::sync::Arc;

use media::{
    Certificate, ConsumerOptions, Device, IceServer, IpVersion, MediaPath, PathProtocol,
    RecvTransport, SendTransport, Transport, TransportEvent, TransportEvents, TransportOptions,
    TransportState,
};
use ortc::{MediaKind, RtpCapabilities, TransportParameters};
use signaling::Gateway;
use signaling::wire::{ConsumerId, ConsumerParameters, Direction, TransportId};
use tokio::sync::{mpsc, oneshot};

use super::requests::await_answer;
use super::sound::Outlet;
use super::streams::Streams;
use super::{Internal, Reports};
use crate::error;
use crate::session::{Answer, Ask, Input, LinkState, MediaAction, MediaInput, policy};
use crate::view::MediaPathView;

/// How media reaches the gateway.
pub(crate) struct MediaSettings {
    pub(crate) ice_servers: Vec<IceServer>,
    pub(crate) relay_only: bool,
    pub(crate) certificate: Option<Certificate>,
}

/// Something to do on one transport, in order.
enum Job {
    Connect { request: u64, gateway: Gateway },
    StartDtls,
    Produce { request: u64, gateway: Gateway },
    StartSending,
    Receive(Box<ConsumerParameters>),
    StopReceiving(ConsumerId),
    Stats(oneshot::Sender<Sent>),
}

/// What was sent so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sent {
    pub(super) packets: u64,
    pub(super) lost: i64,
    pub(super) round_trip_ms: Option<f64>,
}

/// The transports of one membership. Dropping it closes them.
pub(super) struct Links {
    device: Device,
    shared: Shared,
    send: Option<mpsc::UnboundedSender<Job>>,
    receive: Option<mpsc::UnboundedSender<Job>>,
}

/// What the tasks of one membership need.
#[derive(Clone)]
struct Shared {
    membership: u64,
    settings: Arc<MediaSettings>,
    streams: Arc<Streams>,
    outlet: Outlet,
    reports: Reports,
}

impl Shared {
    /// Tells the gateway the transport's keys.
    fn connect(&self, transport: &Transport, request: u64, gateway: &Gateway) {
        let id = TransportId::new(transport.id());
        let answer = gateway.connect_transport(&id, &transport.dtls_parameters());
        await_answer(request, answer, |()| Answer::Done, &self.reports);
    }

    fn report(&self, input: MediaInput) {
        let _ = self.reports.send(Internal::Input(Input::Media {
            membership: self.membership,
            input,
        }));
    }

    fn unusable(&self, error: &media::MediaError) {
        self.report(MediaInput::Unusable {
            error: error::media(error),
        });
    }

    fn options(&self) -> TransportOptions {
        TransportOptions {
            ice_servers: self.settings.ice_servers.clone(),
            relay_only: self.settings.relay_only,
            certificate: self.settings.certificate.clone(),
            ice_timeout: policy::MEDIA_CONNECT_LIMIT,
            stall_after: policy::STALL_AFTER,
            ..TransportOptions::default()
        }
    }

    /// Brings what happens on a transport to the session.
    fn forward(&self, direction: Direction, mut events: TransportEvents) {
        let shared = self.clone();
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if let Some(input) = media_input(direction, event) {
                    shared.report(input);
                }
            }
        });
    }
}

impl Links {
    /// `None`, and a report, when the gateway's capabilities are nonsense.
    pub(super) fn load(
        membership: u64,
        capabilities: &RtpCapabilities,
        settings: Arc<MediaSettings>,
        streams: Arc<Streams>,
        outlet: Outlet,
        reports: Reports,
    ) -> Option<Self> {
        let shared = Shared {
            membership,
            settings,
            streams,
            outlet,
            reports,
        };
        match Device::load(capabilities) {
            Ok(device) => Some(Self {
                device,
                shared,
                send: None,
                receive: None,
            }),
            Err(error) => {
                shared.unusable(&error);
                None
            }
        }
    }

    pub(super) fn membership(&self) -> u64 {
        self.shared.membership
    }

    pub(super) fn act(&mut self, action: MediaAction) {
        match action {
            MediaAction::Open {
                direction,
                parameters,
            } => self.open(direction, *parameters),
            MediaAction::StartDtls { direction } => self.job(direction, Job::StartDtls),
            MediaAction::StartSending => self.job(Direction::Send, Job::StartSending),
            MediaAction::Receive(parameters) => {
                self.job(Direction::Receive, Job::Receive(parameters));
            }
            MediaAction::StopReceiving(consumer) => {
                self.job(Direction::Receive, Job::StopReceiving(consumer));
            }
            MediaAction::Load(_) | MediaAction::Close => {}
        }
    }

    /// Sends a request that needs a transport or the device.
    pub(super) fn request(&self, request: u64, ask: Ask, gateway: &Gateway) {
        let gateway = gateway.clone();
        match ask {
            Ask::ConnectTransport { direction, .. } => {
                self.job(direction, Job::Connect { request, gateway });
            }
            Ask::ProduceAudio { .. } => {
                self.job(Direction::Send, Job::Produce { request, gateway });
            }
            Ask::Consume { producer, .. } => {
                let answer = gateway.consume(&producer, self.device.recv_rtp_capabilities());
                let consuming = |parameters| Answer::Consuming(Box::new(parameters));
                await_answer(request, answer, consuming, &self.shared.reports);
            }
            _ => {}
        }
    }

    /// What was sent so far, once it is counted.
    pub(super) fn sent(&self) -> Option<oneshot::Receiver<Sent>> {
        let jobs = self.send.as_ref()?;
        let (reply, sent) = oneshot::channel();
        jobs.send(Job::Stats(reply)).ok()?;
        Some(sent)
    }

    /// Silent at once; the tasks close the transports.
    pub(super) fn close(self) {
        self.shared.outlet.set(None);
    }

    fn open(&mut self, direction: Direction, parameters: TransportParameters) {
        let (jobs, queue) = mpsc::unbounded_channel();
        let device = self.device.clone();
        let shared = self.shared.clone();
        match direction {
            Direction::Send => {
                self.send = Some(jobs);
                tokio::spawn(run_send(device, parameters, shared, queue));
            }
            Direction::Receive => {
                self.receive = Some(jobs);
                tokio::spawn(run_receive(device, parameters, shared, queue));
            }
        }
    }

    fn job(&self, direction: Direction, job: Job) {
        let jobs = match direction {
            Direction::Send => &self.send,
            Direction::Receive => &self.receive,
        };
        if let Some(jobs) = jobs {
            let _ = jobs.send(job);
        }
    }
}

async fn run_send(
    device: Device,
    parameters: TransportParameters,
    shared: Shared,
    mut jobs: mpsc::UnboundedReceiver<Job>,
) {
    let opened = device.create_send_transport(parameters, shared.options());
    let (transport, events) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return shared.unusable(&error),
    };
    shared.forward(Direction::Send, events);
    let id = TransportId::new(transport.id());
    let mut producer = None;
    while let Some(job) = jobs.recv().await {
        match job {
            Job::Connect { request, gateway } => {
                shared.connect(&transport, request, &gateway);
            }
            Job::StartDtls => transport.connect(),
            Job::Produce { request, gateway } => {
                match transport.produce_audio(media::OpusOptions::default()).await {
                    Ok(made) => {
                        let answer = gateway.produce(&id, MediaKind::Audio, made.rtp_parameters());
                        await_answer(request, answer, Answer::Produced, &shared.reports);
                        producer = Some(made);
                    }
                    Err(error) => shared.unusable(&error),
                }
            }
            Job::StartSending => shared.outlet.set(producer.clone()),
            Job::Stats(reply) => {
                let _ = reply.send(count_sent(&transport, producer.as_ref()).await);
            }
            Job::Receive(_) | Job::StopReceiving(_) => {}
        }
    }
    transport.close().await;
}

async fn count_sent(transport: &SendTransport, producer: Option<&media::Producer>) -> Sent {
    let transport = transport.stats().await;
    let mut sent = Sent {
        packets: transport.packets_sent,
        lost: 0,
        round_trip_ms: transport.round_trip.map(millis),
    };
    if let Some(producer) = producer {
        let stats = producer.stats().await;
        sent.packets = stats.packets_sent;
        sent.lost = stats.packets_lost;
        sent.round_trip_ms = stats.round_trip.map(millis).or(sent.round_trip_ms);
    }
    sent
}

async fn run_receive(
    device: Device,
    parameters: TransportParameters,
    shared: Shared,
    mut jobs: mpsc::UnboundedReceiver<Job>,
) {
    let opened = device.create_recv_transport(parameters, shared.options());
    let (transport, events) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return shared.unusable(&error),
    };
    shared.forward(Direction::Receive, events);
    let mut consumers = Vec::new();
    while let Some(job) = jobs.recv().await {
        match job {
            Job::Connect { request, gateway } => {
                shared.connect(&transport, request, &gateway);
            }
            Job::StartDtls => transport.connect(),
            Job::Receive(parameters) => {
                consumers.extend(receive(&transport, *parameters, &shared).await);
            }
            Job::StopReceiving(unwanted) => {
                let at = consumers
                    .iter()
                    .position(|consumer: &media::Consumer| consumer.id() == unwanted.as_str());
                if let Some(at) = at {
                    consumers.swap_remove(at).close().await;
                }
            }
            Job::Produce { .. } | Job::StartSending | Job::Stats(_) => {}
        }
    }
    transport.close().await;
}

/// Begins to receive a consumer and to play it.
async fn receive(
    transport: &RecvTransport,
    parameters: ConsumerParameters,
    shared: &Shared,
) -> Option<media::Consumer> {
    let id = parameters.id.clone();
    let options = ConsumerOptions {
        id: id.to_string(),
        producer_id: parameters.producer_id.to_string(),
        kind: parameters.kind,
        rtp_parameters: parameters.rtp_parameters,
    };
    match transport.consume(options).await {
        Ok((consumer, packets)) => {
            let streams = Arc::clone(&shared.streams);
            tokio::spawn(streams.pump(id, consumer.clone(), packets));
            Some(consumer)
        }
        Err(error) => {
            tracing::warn!(%error, "a consumer cannot be received");
            shared.report(MediaInput::ReceiveFailed { consumer: id });
            None
        }
    }
}

fn media_input(direction: Direction, event: TransportEvent) -> Option<MediaInput> {
    let consumer = |id: String| ConsumerId::from(id);
    Some(match event {
        TransportEvent::State(state) => MediaInput::State {
            direction,
            state: match state {
                TransportState::New | TransportState::Connecting => LinkState::Connecting,
                TransportState::Connected => LinkState::Connected,
                TransportState::Disconnected => LinkState::Disconnected,
                TransportState::Failed => LinkState::Failed,
                // By this side only, and then nobody asks any more.
                TransportState::Closed => return None,
            },
        },
        TransportEvent::Path(path) => MediaInput::Path {
            direction,
            path: path_view(path),
        },
        TransportEvent::FirstPacket { consumer: id } | TransportEvent::Flowing { consumer: id } => {
            MediaInput::Flowing {
                consumer: consumer(id),
            }
        }
        TransportEvent::Stalled { consumer: id } => MediaInput::Stalled {
            consumer: consumer(id),
        },
    })
}

fn path_view(path: MediaPath) -> MediaPathView {
    MediaPathView {
        protocol: match path.protocol {
            PathProtocol::Udp => "udp",
            PathProtocol::Tcp => "tcp",
        }
        .to_owned(),
        route: if path.relay { "relay" } else { "direct" }.to_owned(),
        ip_version: match path.ip_version {
            IpVersion::V4 => 4,
            IpVersion::V6 => 6,
        },
    }
}

fn millis(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
