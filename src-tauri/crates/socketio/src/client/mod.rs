//! The task which owns the connection: connects, runs one connection at a time, waits, connects
//! again.

mod attempt;
mod connection;

use crate::error::{ConnectError, DisconnectReason, EmitError, RequestError};
use crate::event::{Event, Retry};
use crate::options::{Options, Transports};
use crate::payload::Reply;
use crate::session::Recovery;
use crate::socket::{Command, Shared};
use crate::transport::Network;
use attempt::Established;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// The way back to the caller of a request.
type ReplySender = oneshot::Sender<Result<Reply, RequestError>>;

pub(crate) fn spawn(
    options: Options,
    shared: Arc<Shared>,
    commands: mpsc::Receiver<Command>,
    weak_commands: mpsc::WeakSender<Command>,
    events: mpsc::Sender<Event>,
) {
    let client = Client {
        network: Network::new(&options).map(Arc::new),
        options,
        shared,
        commands,
        weak_commands,
        events,
        recovery: Recovery::default(),
        epoch: 0,
        failures: 0,
        websocket_is_slow: false,
    };
    tokio::spawn(client.run());
}

struct Client {
    options: Options,
    network: Result<Arc<Network>, ConnectError>,
    shared: Arc<Shared>,
    commands: mpsc::Receiver<Command>,
    /// For the server's acks; must not keep the client alive.
    weak_commands: mpsc::WeakSender<Command>,
    events: mpsc::Sender<Event>,
    recovery: Recovery,
    /// Number of the present or last connection.
    epoch: u64,
    /// Failures since the last stable connection.
    failures: u32,
    /// On this network the websocket did not answer at all while polling worked: begin with
    /// polling, so that not every reconnect waits in vain.
    websocket_is_slow: bool,
}

/// What the owner asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Stop,
    Reconnect,
    NetworkChanged,
}

/// What follows a failure or a loss.
enum Next {
    At(Instant),
    /// Only when the owner says so.
    WhenTold,
    Stop,
}

impl Client {
    async fn run(mut self) {
        loop {
            let next = match self.connect().await {
                None => Next::Stop,
                Some(Ok(established)) => self.connection(established).await,
                Some(Err(error)) => self.failed(error).await,
            };
            match next {
                Next::Stop => break,
                next => {
                    if self.wait(next).await == Signal::Stop {
                        break;
                    }
                }
            }
        }
        self.shared.set_disconnected();
        self.refuse_queued(&DisconnectReason::Stopped);
        let Self {
            commands, events, ..
        } = self;
        // Lets `Socket::disconnect` return, even when nobody reads the events any more.
        drop(commands);
        let _ = events.send(Event::Stopped).await;
    }

    /// One attempt; begun anew when the network changes under it. `None`: told to stop.
    async fn connect(&mut self) -> Option<Result<Established, ConnectError>> {
        loop {
            let network = match &self.network {
                Ok(network) => Arc::clone(network),
                Err(error) => return Some(Err(error.clone())),
            };
            let transports = match self.options.transports {
                Transports::WebSocketThenPolling if self.websocket_is_slow => {
                    Transports::PollingUpgraded
                }
                configured => configured,
            };
            let recovery = self.recovery.clone();
            let attempt = attempt::run(&network, &self.options, transports, recovery);
            tokio::select! {
                outcome = attempt => return Some(outcome),
                signal = signal(&self.shared, &mut self.commands) => {
                    if signal == Signal::Stop {
                        return None;
                    }
                    self.start_over();
                }
            }
        }
    }

    /// Forgets what was learnt about the network.
    fn start_over(&mut self) {
        self.failures = 0;
        self.websocket_is_slow = false;
    }

    async fn failed(&mut self, error: ConnectError) -> Next {
        if let Ok(network) = &self.network {
            network.forget_cookies();
        }
        let again = match &error {
            ConnectError::InvalidOptions { .. } | ConnectError::ExtraCa { .. } => false,
            ConnectError::Refused { .. } => self.options.reconnect.after_refusal,
            _ => true,
        };
        let retry = if again { self.next_retry() } else { None };
        tracing::debug!(code = error.code(), ?retry, "no connection");
        self.report(Event::ConnectFailed { error, retry }, retry)
            .await
    }

    /// Reports the end of an established connection. `lasted` is how long it was there.
    async fn lost(&mut self, reason: DisconnectReason, lasted: Duration) -> Next {
        if lasted >= self.options.reconnect.stable_after {
            self.failures = 0;
        }
        let retry = match &reason {
            DisconnectReason::Stopped => None,
            DisconnectReason::ServerDisconnect
                if !self.options.reconnect.after_server_disconnect =>
            {
                None
            }
            DisconnectReason::NetworkChanged if self.options.reconnect.max_attempts == Some(0) => {
                None
            }
            DisconnectReason::NetworkChanged | DisconnectReason::ReconnectRequested => {
                self.start_over();
                self.failures = 1;
                Some(Retry {
                    attempt: 1,
                    delay: Duration::ZERO,
                })
            }
            _ => self.next_retry(),
        };
        tracing::debug!(code = reason.code(), ?retry, "connection lost");
        let stopped = reason == DisconnectReason::Stopped;
        let next = self
            .report(Event::Disconnected { reason, retry }, retry)
            .await;
        if stopped { Next::Stop } else { next }
    }

    fn next_retry(&mut self) -> Option<Retry> {
        let delay = self
            .options
            .reconnect
            .delay(self.failures, rand::random::<f64>())?;
        self.failures = self.failures.saturating_add(1);
        Some(Retry {
            attempt: self.failures,
            delay,
        })
    }

    async fn report(&mut self, event: Event, retry: Option<Retry>) -> Next {
        let next = match retry {
            Some(retry) => Next::At(Instant::now() + retry.delay),
            None => Next::WhenTold,
        };
        let room = match self.events.try_send(event) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => return next,
            Err(mpsc::error::TrySendError::Full(event)) => event,
        };
        loop {
            tokio::select! {
                _ = self.events.reserve() => break,
                signal = signal(&self.shared, &mut self.commands) => {
                    if signal == Signal::Stop {
                        return Next::Stop;
                    }
                }
            }
        }
        // Only this task sends, so the room is still there.
        let _ = self.events.try_send(room);
        next
    }

    /// Waits until the next attempt is due.
    async fn wait(&mut self, next: Next) -> Signal {
        let due = match next {
            Next::At(due) => Some(due),
            Next::WhenTold | Next::Stop => None,
        };
        loop {
            let time = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = time => return Signal::Reconnect,
                signal = signal(&self.shared, &mut self.commands) => match signal {
                    Signal::Stop => return Signal::Stop,
                    // A client that gave up, or was told no, is not woken by a new network.
                    Signal::NetworkChanged if due.is_none() => {}
                    Signal::NetworkChanged | Signal::Reconnect => {
                        self.start_over();
                        return signal;
                    }
                }
            }
        }
    }

    /// Fails every request that is still in the channel.
    fn refuse_queued(&mut self, reason: &DisconnectReason) {
        while let Ok(command) = self.commands.try_recv() {
            self.shared.taken(&command);
            if let Some(ack) = command.ack {
                let _ = ack
                    .reply
                    .send(Err(RequestError::Disconnected(reason.clone())));
            }
        }
    }
}

/// Waits for the owner while there is no connection. Commands that were made for one that has ended
/// fail.
async fn signal(shared: &Shared, commands: &mut mpsc::Receiver<Command>) -> Signal {
    loop {
        if let Some(signal) = pending_signal(shared) {
            return signal;
        }
        tokio::select! {
            () = shared.wake.notified() => {}
            command = commands.recv() => match command {
                None => return Signal::Stop,
                Some(command) => refuse(shared, command),
            }
        }
    }
}

fn pending_signal(shared: &Shared) -> Option<Signal> {
    // Stopping is for good: this flag is never taken back.
    if shared.stop.load(Ordering::Acquire) {
        Some(Signal::Stop)
    } else if shared.reconnect.swap(false, Ordering::AcqRel) {
        Some(Signal::Reconnect)
    } else if shared.network_changed.swap(false, Ordering::AcqRel) {
        Some(Signal::NetworkChanged)
    } else {
        None
    }
}

fn refuse(shared: &Shared, command: Command) {
    shared.taken(&command);
    if let Some(ack) = command.ack {
        let error = RequestError::NotSent(EmitError::NotConnected);
        let _ = ack.reply.send(Err(error));
    }
}
