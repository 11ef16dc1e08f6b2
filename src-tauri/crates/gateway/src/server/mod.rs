//! The state of `rooms` on the network: one task that owns it, fed by Socket.IO, HTTP and UDP.

mod actor;
mod delivery;
mod ports;
mod socket_io;
mod web;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::serve::ListenerExt;
use hosting::{Ending, Orders, Server};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc::unbounded_channel;
use tower_layer::Layer;

use crate::rooms::{Moment, Rooms, Setup};
use crate::sfu::{Identity, Sfu, Surroundings};
use crate::stats::Counters;
use crate::violation::ViolationLog;
use crate::{Freeze, GatewayOptions, Misbehaviour, Restart, addresses, router};
use actor::Actor;
pub(crate) use ports::Ports;

/// What outlives a restart.
pub(crate) struct Lasting {
    pub options: GatewayOptions,
    pub identity: Identity,
    pub violations: Arc<ViolationLog>,
    pub counters: Arc<Counters>,
}

impl Server for Lasting {
    const NAME: &'static str = "gateway";
    type Beginning = Ports;
    type Misbehaviour = Misbehaviour;
    type Message = Infallible;

    fn outages(misbehaviour: &Misbehaviour) -> (Option<Freeze>, Option<Restart>) {
        (misbehaviour.freeze, misbehaviour.restart)
    }

    async fn serve(&self, ports: Ports, orders: &mut Orders<Self>) -> std::io::Result<Ending> {
        let address = ports.address()?;
        let (tcp, udp) = ports.into_parts();
        let listener = TcpListener::from_std(tcp)?;
        let udp = UdpSocket::from_std(udp)?;

        let announced = addresses::announced(&self.options.announced, address.ip());
        let router = router::capabilities();
        let sfu = Sfu::new(Surroundings {
            identity: self.identity.clone(),
            router: router.clone(),
            candidates: addresses::candidates(&announced, address.port()),
            port: address.port(),
            counters: self.counters.clone(),
        });
        let rooms = Rooms::new(Setup {
            router,
            sfu,
            rng: StdRng::from_rng(&mut rand::rng()),
            misbehaviour: orders.misbehaviour().clone(),
            max_participants: self.options.max_participants,
            violations: self.violations.clone(),
            counters: self.counters.clone(),
            started: now(),
        });

        let (sender, commands) = unbounded_channel();
        let service = socket_io::layer(&self.options, sender.clone());
        // Not `Router::layer`, which makes a service for each request: sessions of long polling
        // would be forgotten between two of them.
        let pages = axum::Router::new().fallback_service(service.layer(web::pages(sender)));
        // Small frames must not wait for the acknowledgement of the ones before.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        // Ends with the runtime, and so do the connections.
        tokio::spawn(async move { axum::serve(listener, pages).await });

        let actor = Actor::new(rooms, udp, self);
        Ok(actor.run(commands, orders).await)
    }

    fn failed(&self, error: &std::io::Error) {
        tracing::error!(%error, "the gateway has failed");
    }

    fn ended(&self) {
        let counters = &self.counters;
        counters.listening.store(false, Ordering::Relaxed);
        for counter in [
            &counters.sockets,
            &counters.rooms,
            &counters.participants,
            &counters.transports,
        ] {
            Counters::set(counter, 0);
        }
    }

    fn come_back(&self, address: SocketAddr) -> Option<Ports> {
        let ports = Ports::bind(address)
            .inspect_err(|error| tracing::warn!(%error, "the port is not free yet"))
            .ok()?;
        Counters::add(&self.counters.restarts, 1);
        self.counters.listening.store(true, Ordering::Relaxed);
        Some(ports)
    }
}

/// The present.
pub(crate) fn now() -> Moment {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Moment {
        instant: Instant::now(),
        unix_ms: since_epoch.unwrap_or_default().as_millis() as u64,
    }
}
