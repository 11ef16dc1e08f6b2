//! A polling session on its way to a websocket (Engine.IO protocol, "Upgrade").

use super::polling::Polling;
use super::websocket::WebSocket;
use super::{Incoming, Network, Transport};
use crate::error::{ConnectError, DisconnectReason};
use crate::packet::Frame;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// As long as servers wait by default (`upgradeTimeout`).
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Polling goes on until the websocket has answered the probe; then the pending poll is awaited,
/// and everything still queued goes over the websocket. Nothing is lost or overtaken.
pub(crate) struct Upgrading {
    polling: Polling,
    stage: Stage,
}

type Probing = Pin<Box<dyn Future<Output = Result<WebSocket, ConnectError>> + Send>>;

enum Stage {
    Probing(Probing),
    /// The websocket works; the requests under way are still to end.
    Switching(Box<WebSocket>),
    Done,
}

/// What [`Upgrading::poll_next`] came to.
pub(crate) enum Step {
    Frame(Frame),
    Lost(DisconnectReason),
    /// The upgrade is over: this is the transport from now on.
    Settled(Transport),
}

impl fmt::Debug for Upgrading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Upgrading").finish_non_exhaustive()
    }
}

impl Upgrading {
    pub(crate) fn start(polling: Polling, network: Arc<Network>, sid: String) -> Self {
        let probing = async move {
            let probed = tokio::time::timeout(PROBE_TIMEOUT, probe(&network, &sid));
            probed.await.unwrap_or(Err(ConnectError::Timeout {
                after: PROBE_TIMEOUT,
            }))
        };
        Self {
            polling,
            stage: Stage::Probing(Box::pin(probing)),
        }
    }

    pub(crate) fn push(&mut self, frame: Frame) {
        self.polling.push(frame);
    }

    pub(crate) fn backlog(&self) -> usize {
        self.polling.backlog()
    }

    pub(crate) fn into_polling(self) -> Polling {
        self.polling
    }

    pub(crate) fn poll_post(&mut self, cx: &mut Context<'_>) -> Result<(), DisconnectReason> {
        self.polling.poll_post(cx)
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        if let Stage::Probing(probing) = &mut self.stage {
            match probing.as_mut().poll(cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(websocket)) => {
                    self.polling.pause();
                    self.stage = Stage::Switching(Box::new(websocket));
                }
                Poll::Ready(Err(error)) => {
                    // The session goes on by polling; no harm done.
                    tracing::debug!(code = error.code(), "no upgrade to websocket");
                    self.stage = Stage::Done;
                }
            }
        }
        // The first poll after the pause lets a request that has ended be noticed.
        match self.polling.poll_next(cx) {
            Poll::Ready(Ok(frame)) => return Poll::Ready(Step::Frame(frame)),
            Poll::Ready(Err(reason)) => return Poll::Ready(Step::Lost(reason)),
            Poll::Pending => {}
        }
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Switching(mut websocket) if self.polling.is_idle() => {
                websocket.push("5".into());
                for frame in self.polling.take_queue() {
                    websocket.push(frame);
                }
                Poll::Ready(Step::Settled(Transport::WebSocket(websocket)))
            }
            unfinished => {
                self.stage = unfinished;
                Poll::Pending
            }
        }
    }
}

async fn probe(network: &Network, sid: &str) -> Result<WebSocket, ConnectError> {
    let mut websocket = WebSocket::open(network, Some(sid)).await?;
    websocket.push("2probe".into());
    loop {
        match poll_fn(|cx| websocket.poll_next(cx)).await {
            Ok(Incoming::Frame(Frame::Text(text))) if text.as_str() == "3probe" => {
                return Ok(websocket);
            }
            Ok(Incoming::ProbeAnswered) => {}
            Ok(Incoming::Frame(_)) => {
                return Err(ConnectError::Protocol {
                    message: "the upgrade's probe was answered by something else".to_owned(),
                });
            }
            Err(reason) => {
                return Err(ConnectError::Protocol {
                    message: reason.to_string(),
                });
            }
        }
    }
}
