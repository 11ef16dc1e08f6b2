//! The sockets under webrtc-rs, which takes them from a runtime that we supply.
//!
//! Ours differ from its own in what a mediasoup client needs: DTLS is held back until the router
//! listens for it, a round trip of ICE is saved with routers that are ICE-lite, TCP goes out at once and never blocks, no TCP port is opened to listen on, and
//! addresses stay out of the engine's error log.

mod gate;
mod nomination;
mod route;
mod tcp;
mod udp;

pub(crate) use gate::Gate;
pub(crate) use nomination::Nomination;
pub(crate) use route::LocalAddress;

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, Runtime,
};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The network as one transport sees it.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) gate: Arc<Gate>,
    pub(crate) nomination: Arc<Nomination>,
    /// True once the transport is closed; ends connection attempts.
    closed: watch::Sender<bool>,
    /// The far ends of TCP connections that were made and have ended.
    tcp_lost: watch::Sender<Vec<SocketAddr>>,
    /// What the ICE agent takes for a router's TCP address, and what it really is.
    tcp_aliases: Mutex<HashMap<SocketAddr, SocketAddr>>,
}

impl Network {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            gate: Arc::new(Gate::default()),
            nomination: Arc::new(Nomination::default()),
            closed: watch::Sender::new(false),
            tcp_lost: watch::Sender::new(Vec::new()),
            tcp_aliases: Mutex::default(),
        })
    }

    /// The ICE agent tells remote candidates apart by address and port alone, so a TCP candidate
    /// must not share them with a UDP one. It gets another port there, which is translated back
    /// when connecting.
    pub(crate) fn alias_tcp(&self, real: SocketAddr, alias: SocketAddr) {
        if let Ok(mut aliases) = self.tcp_aliases.lock() {
            aliases.insert(alias, real);
        }
    }

    pub(crate) fn close(&self) {
        self.closed.send_replace(true);
        self.gate.close();
    }

    pub(crate) fn tcp_lost(&self) -> watch::Receiver<Vec<SocketAddr>> {
        self.tcp_lost.subscribe()
    }

    fn real_tcp(&self, alias: SocketAddr) -> SocketAddr {
        self.tcp_aliases
            .lock()
            .ok()
            .and_then(|aliases| aliases.get(&alias).copied())
            .unwrap_or(alias)
    }
}

/// What webrtc-rs runs on.
#[derive(Debug)]
pub(crate) struct MediaRuntime {
    pub(crate) network: Arc<Network>,
}

impl Runtime for MediaRuntime {
    fn spawn(&self, future: BoxFuture<'static, ()>) -> Box<dyn JoinHandle> {
        Box::new(Task(tokio::spawn(future)))
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let socket = udp::Socket::new(
            socket,
            Arc::clone(&self.network.gate),
            Arc::clone(&self.network.nomination),
        )?;
        Ok(Arc::new(socket))
    }

    fn wrap_tcp_listener(
        &self,
        listener: std::net::TcpListener,
    ) -> io::Result<Arc<dyn AsyncTcpListener>> {
        Ok(Arc::new(tcp::Unopened::new(listener)?))
    }

    fn connect_tcp<'a>(
        &'a self,
        remote: SocketAddr,
    ) -> BoxFuture<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        Box::pin(tcp::connect(Arc::clone(&self.network), remote))
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host(host).await?.collect()) })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        Box::new(Interval(tokio::time::interval(period)))
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        // The trait wants it; nothing on our path calls it.
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
        {
            runtime.block_on(future);
        }
    }

    fn name(&self) -> &'static str {
        "media"
    }
}

struct Task(tokio::task::JoinHandle<()>);

impl JoinHandle for Task {
    fn detach(&self) {}

    fn abort(&self) {
        self.0.abort();
    }

    fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

struct Interval(tokio::time::Interval);

impl AsyncInterval for Interval {
    fn tick(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.0.tick().await;
        })
    }
}
