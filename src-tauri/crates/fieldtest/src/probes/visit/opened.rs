//! A transport on its way to keys.

use media::{
    Certificate, Device, MediaPath, PathProtocol, RecvTransport, SendTransport, TransportEvent,
    TransportEvents, TransportOptions, TransportState,
};
use ortc::TransportParameters;
use signaling::wire::{Direction, TransportId};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::facts::TransportFacts;
use crate::probes::call_policy::DTLS_LIMIT;

/// An open transport of either direction.
pub(super) struct Opened {
    pub(super) send: Option<SendTransport>,
    pub(super) receive: Option<RecvTransport>,
    states: watch::Receiver<TransportState>,
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

    pub(super) fn id(&self) -> TransportId {
        let send = self.send.as_ref().map(SendTransport::id);
        let receive = self.receive.as_ref().map(RecvTransport::id);
        TransportId::new(send.or(receive).unwrap_or_default())
    }

    pub(super) fn dtls(&self) -> ortc::DtlsParameters {
        let send = self.send.as_ref().map(SendTransport::dtls_parameters);
        let receive = || self.receive.as_ref().map(RecvTransport::dtls_parameters);
        send.or_else(receive).unwrap_or(ortc::DtlsParameters {
            role: ortc::DtlsRole::Client,
            fingerprints: Vec::new(),
        })
    }

    /// Lets DTLS start, and waits for its end.
    pub(super) async fn finish(&mut self, facts: &mut TransportFacts) {
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
