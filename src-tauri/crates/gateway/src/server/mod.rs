//! The state of `rooms` on the network: one task that owns it, fed by Socket.IO, HTTP and UDP.

mod actor;
mod delivery;
mod ports;
mod socket_io;
mod web;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::serve::ListenerExt;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tower_layer::Layer;

use crate::rooms::{Moment, Rooms, Setup};
use crate::sfu::{Identity, Sfu, Surroundings};
use crate::stats::Counters;
use crate::violation::ViolationLog;
use crate::{GatewayOptions, Misbehaviour, addresses, router};
use actor::Actor;
pub(crate) use ports::Ports;

/// What outlives a restart.
pub(crate) struct Lasting {
    pub options: GatewayOptions,
    pub identity: Identity,
    pub violations: Arc<ViolationLog>,
    pub counters: Arc<Counters>,
    pub freezer: Arc<crate::handle::Freezer>,
}

/// What the owner of the gateway wants of it.
#[derive(Debug)]
pub(crate) enum Control {
    Stop,
    /// For how long the port is closed, and the number of the change; see
    /// [`crate::handle::Freezer`].
    Restart(Duration, u64),
    /// With the number of the change.
    Misbehave(Box<Misbehaviour>, u64),
}

/// What goes wrong, and when.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub misbehaviour: Misbehaviour,
    pub freeze_at: Option<Instant>,
    pub restart_at: Option<Instant>,
    /// Number of the change by which it was set.
    pub change: u64,
}

impl Plan {
    pub(crate) fn new(misbehaviour: Misbehaviour, change: u64, now: Instant) -> Self {
        Self {
            freeze_at: misbehaviour.freeze.map(|freeze| now + freeze.after),
            restart_at: misbehaviour.restart.map(|restart| now + restart.after),
            misbehaviour,
            change,
        }
    }
}

/// Why a generation of the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Stop,
    Restart(Duration),
}

/// The present.
pub(crate) fn now() -> Moment {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Moment {
        instant: Instant::now(),
        unix_ms: since_epoch.unwrap_or_default().as_millis() as u64,
    }
}

/// Serves one generation: until it is stopped or restarted.
pub(crate) async fn serve(
    ports: Ports,
    lasting: &Lasting,
    plan: &mut Plan,
    control: &mut UnboundedReceiver<Control>,
) -> std::io::Result<Ending> {
    let address = ports.address()?;
    let (tcp, udp) = ports.into_parts();
    let listener = TcpListener::from_std(tcp)?;
    let udp = UdpSocket::from_std(udp)?;

    let announced = addresses::announced(&lasting.options.announced, address.ip());
    let router = router::capabilities();
    let sfu = Sfu::new(Surroundings {
        identity: lasting.identity.clone(),
        router: router.clone(),
        candidates: addresses::candidates(&announced, address.port()),
        port: address.port(),
        counters: lasting.counters.clone(),
    });
    let rooms = Rooms::new(Setup {
        router,
        sfu,
        rng: StdRng::from_rng(&mut rand::rng()),
        misbehaviour: plan.misbehaviour.clone(),
        max_participants: lasting.options.max_participants,
        violations: lasting.violations.clone(),
        counters: lasting.counters.clone(),
        started: now(),
    });

    let (sender, commands) = unbounded_channel();
    let service = socket_io::layer(&lasting.options, sender.clone());
    // Not `Router::layer`, which makes a service for each request: sessions of long polling would
    // be forgotten between two of them.
    let pages = axum::Router::new().fallback_service(service.layer(web::pages(sender)));
    // Small frames must not wait for the acknowledgement of the ones before.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    // Ends with the runtime, and so do the connections.
    tokio::spawn(async move { axum::serve(listener, pages).await });

    let actor = Actor::new(rooms, udp, lasting);
    Ok(actor.run(commands, control, plan).await)
}
