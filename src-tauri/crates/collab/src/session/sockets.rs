//! The sockets of a deployment, one for each link.

use std::path::PathBuf;

use socketio::{Events, Options, Proxy, ReconnectPolicy, Socket};

use crate::policy::{CONNECT_LIMIT, STABLE_AFTER};
use crate::vocabulary::{Context, Link};

/// What the network around this computer asks for.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// PEM file with certificates to trust besides the system's.
    pub extra_ca: Option<PathBuf>,
    /// Which proxy to go through; by default as the environment says.
    pub proxy: Proxy,
}

/// All sockets. Dropping them closes them.
#[derive(Debug)]
pub(super) struct Sockets(Vec<Socket>);

impl Sockets {
    /// Opens a socket for each link that has an address; their outcomes are events.
    pub(super) fn open(
        links: &[Link],
        context: &Context<'_>,
        network: &Network,
    ) -> (Self, Vec<Events>) {
        let options = links
            .iter()
            .filter_map(|link| options(link, context, network));
        let (sockets, events) = options.map(socketio::connect).unzip();
        (Self(sockets), events)
    }

    pub(super) fn get(&self, link: usize) -> Option<&Socket> {
        self.0.get(link)
    }

    /// Every link that is not there tries at once.
    pub(super) fn reconnect_lost(&self) {
        for socket in self.0.iter().filter(|socket| !socket.is_connected()) {
            socket.reconnect_now();
        }
    }

    /// Sends what is queued and closes all.
    pub(super) async fn close(self) {
        for socket in self.0 {
            socket.disconnect().await;
        }
    }
}

/// How a link is reached; nothing where it has no address.
pub(crate) fn options(link: &Link, context: &Context<'_>, network: &Network) -> Option<Options> {
    Some(Options {
        path: link.path.clone(),
        query: link.query(context),
        auth: link.auth(context),
        transports: link.transports,
        // After a `41` the Engine.IO session goes on, and a CONNECT on it would do. A new session
        // costs a round trip more and is one way back for every loss. It comes within 250 ms; a
        // second `41` within the time below counts as a failure, and the wait grows.
        reconnect: ReconnectPolicy {
            stable_after: STABLE_AFTER,
            ..ReconnectPolicy::default()
        },
        connect_timeout: CONNECT_LIMIT,
        extra_ca: network.extra_ca.clone(),
        proxy: network.proxy.clone(),
        ..Options::new(link.url.clone()?)
    })
}
