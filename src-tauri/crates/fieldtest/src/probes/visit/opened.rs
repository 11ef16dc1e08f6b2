//! A transport on its way to keys.

use media::{
    Certificate, Device, MediaPath, PathProtocol, RecvTransport, SendTransport, Transport,
    TransportEvent, TransportEvents, TransportOptions, TransportState,
};
use ortc::TransportParameters;
use signaling::wire::{Direction, TransportId};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::facts::TransportFacts;
use crate::probes::call_policy::DTLS_LIMIT;

/// An open transport of either direction.
pub(super) struct Opened {
    either: Transport,
    pub(super) send: Option<SendTransport>,
    pub(super) receive: Option<RecvTransport>,
    path: watch::Receiver<Option<MediaPath>>,
}

impl Opened {
    pub(super) async fn new(
        device: &Device,
        direction: Direction,
        parameters: TransportParameters,
        mut options: TransportOptions,
    ) -> Result<Self, media::MediaError> {
        if options.certificate.is_none() {
            options.certificate = Some(Certificate::generate()?);
        }
        let (either, send, receive, events) = match direction {
            Direction::Send => {
                let (transport, events) = device.create_send_transport(parameters, options).await?;
                (Transport::clone(&transport), Some(transport), None, events)
            }
            Direction::Receive => {
                let (transport, events) = device.create_recv_transport(parameters, options).await?;
                (Transport::clone(&transport), None, Some(transport), events)
            }
        };
        Ok(Self {
            either,
            send,
            receive,
            path: paths(events),
        })
    }

    pub(super) fn id(&self) -> TransportId {
        TransportId::new(self.either.id())
    }

    pub(super) fn dtls(&self) -> ortc::DtlsParameters {
        self.either.dtls_parameters()
    }

    /// Lets DTLS start, and waits for its end.
    pub(super) async fn finish(&self, facts: &mut TransportFacts) {
        let started = Instant::now();
        self.either.connect();
        let over = |state: &TransportState| {
            matches!(
                state,
                TransportState::Connected | TransportState::Failed | TransportState::Closed
            )
        };
        let mut states = self.either.states();
        let ended = timeout(DTLS_LIMIT, states.wait_for(over)).await;
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
