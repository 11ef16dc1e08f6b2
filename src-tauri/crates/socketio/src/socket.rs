//! The handles through which the owner talks to the client's task.

use crate::client;
use crate::error::{DisconnectReason, EmitError, RequestError};
use crate::event::Events;
use crate::options::Options;
use crate::packet::{Frame, encode_ack, encode_event, payload_size};
use crate::payload::{Payload, Reply};
use crate::transport::TransportKind;
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

/// Starts a client: one task on the current tokio runtime, which connects at once. Never blocks;
/// the outcome is the first event.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn connect(options: Options) -> (Socket, Events) {
    let (commands, command_receiver) = mpsc::channel(options.send_queue.max(1));
    let (event_sender, receiver) = mpsc::channel(options.event_queue.max(1));
    let shared = Arc::new(Shared {
        namespace: options.namespace.clone(),
        queue_limit: options.send_queue_bytes,
        epoch: AtomicU64::new(0),
        max_payload: AtomicUsize::new(usize::MAX),
        polling: AtomicBool::new(false),
        queued: AtomicUsize::new(0),
        next_ack: AtomicU64::new(0),
        network_changed: AtomicBool::new(false),
        reconnect: AtomicBool::new(false),
        stop: AtomicBool::new(false),
        wake: Notify::new(),
    });
    client::spawn(
        options,
        Arc::clone(&shared),
        command_receiver,
        commands.downgrade(),
        event_sender,
    );
    (Socket { commands, shared }, Events { receiver })
}

/// A handle on one client. Clones are the same client; when the last one is dropped, the client
/// disconnects and stops.
#[derive(Debug, Clone)]
pub struct Socket {
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
}

impl Socket {
    /// Sends an event and waits for the server's ack, at most for `timeout`.
    ///
    /// The event is queued by the call itself, before the future is polled: events are sent in the
    /// order of the calls. Dropping the future gives the answer up, not the sending.
    ///
    /// # Errors
    /// [`RequestError`]. There is always exactly one outcome, at the latest after `timeout`.
    pub fn request(
        &self,
        event: &str,
        args: Vec<Payload>,
        timeout: Duration,
    ) -> impl Future<Output = Result<Vec<Value>, RequestError>> + Send + 'static + use<> {
        let reply = self.request_with_attachments(event, args, timeout);
        async move { reply.await.map(|reply| reply.args) }
    }

    /// As [`request`](Self::request), for acks with binary attachments.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn request_with_attachments(
        &self,
        event: &str,
        args: Vec<Payload>,
        timeout: Duration,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send + 'static + use<> {
        let queued = self.queue_request(event, args, timeout);
        async move {
            match queued?.await {
                Ok(outcome) => outcome,
                // The task is gone without a word: its runtime was shut down.
                Err(_) => Err(RequestError::Disconnected(DisconnectReason::Stopped)),
            }
        }
    }

    /// Sends an event that asks for no ack.
    ///
    /// # Errors
    /// [`EmitError`], when it could not even be queued.
    pub fn emit(&self, event: &str, args: Vec<Payload>) -> Result<(), EmitError> {
        let frames = encode_event(&self.shared.namespace, None, event, args);
        self.shared
            .queue(&self.commands, self.shared.epoch()?, frames, None)
    }

    /// Whether the namespace is connected at this moment.
    pub fn is_connected(&self) -> bool {
        self.shared.epoch().is_ok()
    }

    /// Tells the client that the computer's network changed: a waiting or running attempt starts
    /// anew at once; a connection is checked (websocket) or replaced (polling).
    pub fn network_changed(&self) {
        self.shared.network_changed.store(true, Ordering::Release);
        self.shared.wake.notify_one();
    }

    /// Connects at once: ends the wait before the next attempt, tries again after the client gave
    /// up, replaces an existing connection.
    pub fn reconnect_now(&self) {
        self.shared.reconnect.store(true, Ordering::Release);
        self.shared.wake.notify_one();
    }

    /// Sends what is queued, leaves the namespace (`41`), closes the connection and stops for good,
    /// for all clones. Returns when this is done, after `Options::close_timeout` at the latest.
    pub async fn disconnect(self) {
        self.shared.stop.store(true, Ordering::Release);
        self.shared.wake.notify_one();
        self.commands.closed().await;
    }

    fn queue_request(
        &self,
        event: &str,
        args: Vec<Payload>,
        timeout: Duration,
    ) -> Result<oneshot::Receiver<Result<Reply, RequestError>>, EmitError> {
        let epoch = self.shared.epoch()?;
        let id = self.shared.next_ack.fetch_add(1, Ordering::Relaxed);
        let frames = encode_event(&self.shared.namespace, Some(id), event, args);
        let (reply, receiver) = oneshot::channel();
        let ack = AwaitedAck {
            id,
            reply,
            timeout,
            asked: Instant::now(),
        };
        self.shared
            .queue(&self.commands, epoch, frames, Some(ack))?;
        Ok(receiver)
    }
}

/// Answers one event of the server that asked for an ack. Dropping it answers nothing.
#[derive(Debug)]
pub struct AckReply {
    pub(crate) id: u64,
    pub(crate) epoch: u64,
    pub(crate) commands: mpsc::WeakSender<Command>,
    pub(crate) shared: Arc<Shared>,
}

impl AckReply {
    /// Sends the answer.
    ///
    /// # Errors
    /// [`EmitError`]; `NotConnected` also when the connection on which the event came has ended.
    pub fn send(self, args: Vec<Payload>) -> Result<(), EmitError> {
        let commands = self.commands.upgrade().ok_or(EmitError::NotConnected)?;
        if self.shared.epoch()? != self.epoch {
            return Err(EmitError::NotConnected);
        }
        let frames = encode_ack(&self.shared.namespace, self.id, args);
        self.shared.queue(&commands, self.epoch, frames, None)
    }
}

/// What handles and task know in common.
#[derive(Debug)]
pub(crate) struct Shared {
    namespace: String,
    queue_limit: usize,
    /// Number of the present connection, 0 while there is none. A command carries the number it was
    /// made for, so that it never leaves on a later connection.
    epoch: AtomicU64,
    max_payload: AtomicUsize,
    /// Whether attachments travel as base64 at the moment, and so are larger.
    polling: AtomicBool,
    /// Bytes in the command channel.
    queued: AtomicUsize,
    /// Never reset: a late ack of an earlier connection can meet no request of a later one.
    next_ack: AtomicU64,
    pub(crate) network_changed: AtomicBool,
    pub(crate) reconnect: AtomicBool,
    pub(crate) stop: AtomicBool,
    pub(crate) wake: Notify,
}

impl Shared {
    fn epoch(&self) -> Result<u64, EmitError> {
        match self.epoch.load(Ordering::Acquire) {
            0 => Err(EmitError::NotConnected),
            epoch => Ok(epoch),
        }
    }

    pub(crate) fn set_connected(&self, epoch: u64, max_payload: Option<usize>) {
        self.max_payload
            .store(max_payload.unwrap_or(usize::MAX), Ordering::Release);
        self.epoch.store(epoch, Ordering::Release);
    }

    pub(crate) fn set_transport(&self, kind: TransportKind) {
        self.polling
            .store(kind == TransportKind::Polling, Ordering::Release);
    }

    pub(crate) fn set_disconnected(&self) {
        self.epoch.store(0, Ordering::Release);
    }

    /// Called by the task for each command it took out of the channel.
    pub(crate) fn taken(&self, command: &Command) {
        self.queued.fetch_sub(command.size, Ordering::AcqRel);
    }

    fn queue(
        &self,
        commands: &mpsc::Sender<Command>,
        epoch: u64,
        frames: Vec<Frame>,
        ack: Option<AwaitedAck>,
    ) -> Result<(), EmitError> {
        let limit = self.max_payload.load(Ordering::Acquire);
        let on_the_wire = match self.polling.load(Ordering::Acquire) {
            true => payload_size,
            false => Frame::len,
        };
        if let Some(size) = frames.iter().map(on_the_wire).find(|size| *size > limit) {
            return Err(EmitError::TooLarge { size, limit });
        }
        let size = frames.iter().map(Frame::len).sum();
        let before = self.queued.fetch_add(size, Ordering::AcqRel);
        let command = Command {
            epoch,
            frames,
            size,
            ack,
        };
        // A single message larger than the whole queue may pass when nothing else waits.
        let refused = if before > 0 && before + size > self.queue_limit {
            Some(EmitError::QueueFull)
        } else {
            commands.try_send(command).err().map(|error| match error {
                mpsc::error::TrySendError::Full(_) => EmitError::QueueFull,
                mpsc::error::TrySendError::Closed(_) => EmitError::NotConnected,
            })
        };
        match refused {
            None => Ok(()),
            Some(error) => {
                self.queued.fetch_sub(size, Ordering::AcqRel);
                Err(error)
            }
        }
    }
}

/// Something to send, encoded by its caller.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) epoch: u64,
    pub(crate) frames: Vec<Frame>,
    size: usize,
    pub(crate) ack: Option<AwaitedAck>,
}

/// The ack for which the caller of a request waits.
#[derive(Debug)]
pub(crate) struct AwaitedAck {
    pub(crate) id: u64,
    pub(crate) reply: oneshot::Sender<Result<Reply, RequestError>>,
    pub(crate) timeout: Duration,
    pub(crate) asked: Instant,
}
