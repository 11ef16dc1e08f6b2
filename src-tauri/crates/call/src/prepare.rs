//! From options to a call: everything that can be done before Join is pressed is done then.

use std::time::{SystemTime, UNIX_EPOCH};

use media::Certificate;
use signaling::gateway::ConnectOptions;
use signaling::health::Health;
use signaling::{Dialed, DiscoveryError, Network, RoomId, dial};
use url::Url;

use crate::actor::{self, Actor, MediaSettings};
use crate::call::Call;
use crate::error;
use crate::options::{CallOptions, JoinOptions};
use crate::session::{Session, SessionConfig};
use crate::view::ErrorView;

/// Why a call could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The gateway was not found or not reached.
    #[error(transparent)]
    Gateway(#[from] DiscoveryError),
    /// No certificate could be made for the media.
    #[error("No certificate could be made for the media connection: {0}.")]
    Certificate(#[from] media::MediaError),
}

impl PrepareError {
    /// Stable code for translation and for exit codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gateway(error) => error.code(),
            Self::Certificate(error) => error.code(),
        }
    }

    /// The same as the interface needs it.
    pub fn view(&self) -> ErrorView {
        error::view(self.code(), self.to_string(), "")
    }
}

/// An open socket to the gateway and a fresh certificate: a join is a few round trips from
/// here. Nothing has been sent to the room. Dropping it closes the socket.
#[derive(Debug)]
pub struct Prepared {
    call: Call,
    join: JoinOptions,
    room: RoomId,
    gateway: Url,
    network: Network,
}

/// Finds the gateway, opens the socket, and makes the certificate meanwhile.
///
/// # Errors
/// Within 10 s, a sentence that says what and what to do.
pub async fn prepare(mut options: CallOptions) -> Result<Prepared, PrepareError> {
    if let Some(site) = &options.discovery.default_site {
        options.link = options.link.with_default_site(site);
    }
    let mut connect = ConnectOptions {
        network: options.discovery.network.clone(),
        transports: options.transports,
        ..ConnectOptions::default()
    };
    // The session decides when to try again, and whether joining is allowed then.
    connect.reconnect.max_attempts = Some(0);
    let certificate = tokio::task::spawn_blocking(Certificate::generate);
    let dialed = dial(&options.link, &options.discovery, &connect).await?;
    let certificate = match certificate.await {
        Ok(certificate) => Some(certificate?),
        Err(_) => None,
    };
    let Dialed {
        gateway,
        events,
        endpoints,
    } = dialed;
    let config = SessionConfig {
        room: options.link.room.to_string(),
        share_link: options.link.share_link(),
        gateway_host: host_and_port(&endpoints.gateway),
        join: options.join.clone().with_a_name(),
        epoch_ms: epoch_ms(),
        seed: rand::random(),
    };
    let call = Actor::spawn(
        Session::new(config),
        actor::Signaling {
            room: options.link.room.clone(),
            user_id: options.link.user_id.clone(),
            token: options.link.token.clone(),
            url: endpoints.gateway.clone(),
            connect,
            opened: Some((gateway, events)),
        },
        MediaSettings {
            ice_servers: options.ice_servers,
            relay_only: options.relay_only,
            certificate,
        },
    );
    Ok(Prepared {
        call,
        join: options.join,
        room: options.link.room,
        gateway: endpoints.gateway,
        network: options.discovery.network,
    })
}

impl Prepared {
    /// Enters the room as [`CallOptions::join`] says. Devices open beside the join and never
    /// delay it.
    pub fn join(self) -> Call {
        let join = self.join.clone();
        self.join_with(join)
    }

    /// Enters the room under another name or with other devices.
    pub fn join_with(self, join: JoinOptions) -> Call {
        self.call.begin(join.with_a_name());
        self.call
    }

    /// How many people are in the room, where the gateway tells anybody who asks (its
    /// `/health`); within 5 s. The future does not borrow, so that a join need not wait for it.
    pub fn people(&self) -> impl Future<Output = Option<u64>> + Send + use<> {
        let (gateway, network) = (self.gateway.clone(), self.network.clone());
        let room = self.room.clone();
        async move { Health::ask(&gateway, &network).await?.people_in(&room) }
    }

    /// Host (and port) of the gateway that was found.
    pub fn gateway_host(&self) -> String {
        self.call.view().borrow().gateway_host.clone()
    }
}

fn host_and_port(gateway: &Url) -> String {
    let host = gateway.host_str().unwrap_or_default();
    match gateway.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn epoch_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}
