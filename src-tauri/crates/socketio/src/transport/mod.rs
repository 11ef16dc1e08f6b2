//! Ways to carry Engine.IO packets: websocket, long polling, and the change from one to the other.

mod cookies;
mod dial;
mod fetch;
mod open;
mod polling;
mod proxy;
mod target;
mod tls;
mod upgrade;
mod websocket;

pub use dial::connect_tcp;
pub use fetch::{Page, fetch};
pub(crate) use open::{Opened, ended, open};
pub use proxy::{proxy_to, tunnel};
pub use tls::trust_store;

use crate::error::{ConnectError, DisconnectReason};
use crate::options::{Options, Proxy};
use crate::packet::Frame;
use cookies::Cookies;
use polling::Polling;
use rustls::ClientConfig;
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::{Context, Poll};
use target::Target;
use tokio::sync::OnceCell;
use upgrade::Upgrading;
use url::Url;
use websocket::WebSocket;

/// What carries the packets of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// A websocket.
    WebSocket,
    /// Long polling over HTTP.
    Polling,
}

impl TransportKind {
    /// Its name in Engine.IO: `websocket` or `polling`.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Polling => "polling",
        }
    }
}

/// Everything that connections of one client have in common.
#[derive(Debug)]
pub(crate) struct Network {
    target: Target,
    proxy: Proxy,
    extra_ca: Option<PathBuf>,
    tls: OnceCell<Arc<ClientConfig>>,
    cookies: Arc<Cookies>,
    max_incoming: usize,
}

impl Network {
    pub(crate) fn new(options: &Options) -> Result<Self, ConnectError> {
        Ok(Self {
            target: Target::new(options)?,
            proxy: options.proxy.clone(),
            extra_ca: options.extra_ca.clone(),
            tls: OnceCell::new(),
            cookies: Arc::default(),
            max_incoming: options.max_incoming,
        })
    }

    fn is_encrypted(&self) -> bool {
        self.target.tls
    }

    /// After a failed attempt; see [`Cookies`].
    pub(crate) fn forget_cookies(&self) {
        self.cookies.clear();
    }

    /// The proxy at this moment: the environment is read anew for each attempt.
    fn proxy(&self) -> Result<Option<Url>, ConnectError> {
        proxy::choose(&self.proxy, &self.target, |name| std::env::var(name).ok())
    }

    async fn tls(&self) -> Result<Arc<ClientConfig>, ConnectError> {
        let load = || tls::load(self.extra_ca.clone());
        self.tls.get_or_try_init(load).await.cloned()
    }
}

/// What came from the server.
#[derive(Debug, PartialEq)]
pub(crate) enum Incoming {
    Frame(Frame),
    /// The answer to [`Transport::probe`].
    ProbeAnswered,
}

/// The carrier of one connection. Frames are queued with [`push`](Self::push); sending and
/// receiving both happen while [`next`](Self::next) is awaited.
#[derive(Debug)]
pub(crate) enum Transport {
    WebSocket(Box<WebSocket>),
    Polling(Box<Polling>),
    Upgrading(Box<Upgrading>),
}

impl Transport {
    pub(crate) fn kind(&self) -> TransportKind {
        match self {
            Self::WebSocket(_) => TransportKind::WebSocket,
            Self::Polling(_) | Self::Upgrading(_) => TransportKind::Polling,
        }
    }

    pub(crate) fn push(&mut self, frame: Frame) {
        match self {
            Self::WebSocket(websocket) => websocket.push(frame),
            Self::Polling(polling) => polling.push(frame),
            Self::Upgrading(upgrading) => upgrading.push(frame),
        }
    }

    /// Bytes pushed and not yet given to the operating system.
    pub(crate) fn backlog(&self) -> usize {
        match self {
            Self::WebSocket(websocket) => websocket.backlog(),
            Self::Polling(polling) => polling.backlog(),
            Self::Upgrading(upgrading) => upgrading.backlog(),
        }
    }

    /// Asks the peer for a sign of life. False when this transport has no way to ask.
    pub(crate) fn probe(&mut self) -> bool {
        match self {
            Self::WebSocket(websocket) => {
                websocket.ping();
                true
            }
            Self::Polling(_) | Self::Upgrading(_) => false,
        }
    }

    /// Sends what is queued and waits for the next thing from the server. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<Incoming, DisconnectReason> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Sends what is queued and reads nothing. Returns only when the connection is lost.
    pub(crate) async fn only_send(&mut self) -> DisconnectReason {
        poll_fn(|cx| {
            let sent = match self {
                Self::WebSocket(websocket) => websocket.poll_send(cx),
                Self::Polling(polling) => polling.poll_post(cx),
                Self::Upgrading(upgrading) => upgrading.poll_post(cx),
            };
            sent.map_or_else(Poll::Ready, |()| Poll::Pending)
        })
        .await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, DisconnectReason>> {
        loop {
            match self {
                Self::WebSocket(websocket) => return websocket.poll_next(cx),
                Self::Polling(polling) => return polling.poll_next(cx).map_ok(Incoming::Frame),
                Self::Upgrading(upgrading) => match upgrading.poll_next(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(upgrade::Step::Frame(frame)) => {
                        return Poll::Ready(Ok(Incoming::Frame(frame)));
                    }
                    Poll::Ready(upgrade::Step::Lost(reason)) => return Poll::Ready(Err(reason)),
                    Poll::Ready(upgrade::Step::Settled(settled)) => *self = settled,
                },
            }
        }
    }

    /// Sends what is queued, then closes in order. What arrives meanwhile is lost. The caller
    /// limits the time.
    pub(crate) async fn close(self) {
        match self {
            Self::WebSocket(websocket) => websocket.close().await,
            Self::Polling(polling) => polling.close().await,
            Self::Upgrading(upgrading) => upgrading.into_polling().close().await,
        }
    }
}
