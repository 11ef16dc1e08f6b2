//! One established connection, until it ends.

use super::attempt::Established;
use super::{Client, Next, ReplySender, Signal, pending_signal, refuse};
use crate::error::{ConnectError, DisconnectReason, RequestError};
use crate::event::{Event, Message};
use crate::packet::Frame;
use crate::session::{Output, Session};
use crate::socket::{AckReply, Command};
use crate::transport::{Incoming, Transport};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

/// Commands are left in their channel, and so limited by it, while this many bytes wait in the
/// transport.
const MOST_BACKLOG: usize = 256 * 1024;

/// Commands taken at once.
const BATCH: usize = 64;

/// How long a websocket has to answer a ping after the network changed.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// The connection, and what is under way on it.
struct Running {
    transport: Transport,
    session: Session<ReplySender>,
    /// An event for which the owner has no room. While there is one, nothing is read.
    held: Option<Event>,
    /// When the answer to a probe is due.
    probe: Option<Instant>,
}

/// What woke the loop.
enum Woken {
    Incoming(Result<Incoming, DisconnectReason>),
    Commands(usize),
    Room,
    Time,
    Owner,
}

impl Client {
    /// Runs the connection to its end and reports it.
    pub(super) async fn connection(&mut self, established: Established) -> Next {
        let Established {
            transport,
            session,
            description,
        } = established;
        let since = Instant::now();
        self.epoch += 1;
        self.websocket_is_slow |= matches!(
            &description.websocket_error,
            Some(ConnectError::Timeout { .. })
        );
        self.shared.set_transport(transport.kind());
        self.shared
            .set_connected(self.epoch, description.max_payload);
        let mut running = Running {
            transport,
            session,
            held: Some(Event::Connected(description)),
            probe: None,
        };
        let reason = self.run_connection(&mut running).await;
        let Running {
            transport,
            mut session,
            ..
        } = running;
        self.recovery = session.recovery().clone();
        self.shared.set_disconnected();
        let goodbye = say_goodbye(transport, session.leave(), reason.clone());
        let goodbye = timeout(self.options.close_timeout, goodbye);
        if reason == DisconnectReason::Stopped {
            let _ = goodbye.await;
        } else {
            tokio::spawn(goodbye);
        }
        for reply in session.drain_acks() {
            let _ = reply.send(Err(RequestError::Disconnected(reason.clone())));
        }
        self.refuse_queued(&reason);
        self.lost(reason, since.elapsed()).await
    }

    async fn run_connection(&mut self, running: &mut Running) -> DisconnectReason {
        let mut commands = Vec::with_capacity(BATCH);
        let mut armed = Instant::now();
        let mut timer = pin!(sleep_until(armed));
        loop {
            if let Err(reason) = self.outputs(running) {
                return reason;
            }
            let deadline = running.next_deadline();
            if deadline < armed || timer.is_elapsed() {
                armed = deadline;
                timer.as_mut().reset(armed);
            }
            let reading = running.held.is_none();
            let accepting = running.transport.backlog() < MOST_BACKLOG;
            let transport = &mut running.transport;
            let network = async {
                if reading {
                    transport.next().await
                } else {
                    Err(transport.only_send().await)
                }
            };
            let woken = tokio::select! {
                incoming = network => Woken::Incoming(incoming),
                count = self.commands.recv_many(&mut commands, BATCH), if accepting => {
                    Woken::Commands(count)
                }
                _ = self.events.reserve(), if !reading => Woken::Room,
                () = timer.as_mut() => Woken::Time,
                () = self.shared.wake.notified() => Woken::Owner,
            };
            let now = Instant::now();
            match woken {
                Woken::Incoming(Err(reason)) => return reason,
                Woken::Incoming(Ok(incoming)) => {
                    running.probe = None;
                    // An upgrade may have ended just now.
                    self.shared.set_transport(running.transport.kind());
                    if let Incoming::Frame(frame) = incoming {
                        running.session.receive(frame, now.into_std());
                    }
                }
                Woken::Commands(0) => return DisconnectReason::Stopped,
                Woken::Commands(_) => {
                    for command in commands.drain(..) {
                        self.command(running, command);
                    }
                }
                // Nothing was read for a while, which was not the peer's fault.
                Woken::Room => running.session.heard(now.into_std()),
                Woken::Time => {
                    if let Some(reason) = running.expire(now) {
                        return reason;
                    }
                }
                Woken::Owner => {
                    if let Some(reason) = self.owner(running, now) {
                        return reason;
                    }
                }
            }
        }
    }

    /// Executes what the session wants, until the owner has no room for an event.
    fn outputs(&self, running: &mut Running) -> Result<(), DisconnectReason> {
        loop {
            if let Some(event) = running.held.take()
                && let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event)
            {
                running.held = Some(event);
                return Ok(());
            }
            let Some(output) = running.session.next_output() else {
                return Ok(());
            };
            match output {
                Output::Send(frame) => running.transport.push(frame),
                Output::Event {
                    name,
                    args,
                    attachments,
                    order,
                    ack,
                } => {
                    let ack = ack.map(|id| AckReply {
                        id,
                        epoch: self.epoch,
                        commands: self.weak_commands.clone(),
                        shared: Arc::clone(&self.shared),
                    });
                    running.held = Some(Event::Message(Message {
                        event: name,
                        args,
                        attachments,
                        order,
                        ack,
                    }));
                }
                Output::Reply { to, reply } => {
                    // The caller may have given up.
                    let _ = to.send(Ok(reply));
                }
                Output::Closed(reason) => return Err(reason),
                // Both are answers of the namespace, which has answered already.
                Output::Connected { .. } | Output::Refused { .. } => {}
            }
        }
    }

    fn command(&self, running: &mut Running, command: Command) {
        if command.epoch != self.epoch {
            refuse(&self.shared, command);
            return;
        }
        self.shared.taken(&command);
        if let Some(ack) = command.ack {
            let asked = ack.asked.into_std();
            running
                .session
                .register(ack.id, ack.reply, asked, ack.timeout);
        }
        for frame in command.frames {
            running.transport.push(frame);
        }
    }

    fn owner(&mut self, running: &mut Running, now: Instant) -> Option<DisconnectReason> {
        match pending_signal(&self.shared)? {
            Signal::Stop => {
                while let Ok(command) = self.commands.try_recv() {
                    self.command(running, command);
                }
                Some(DisconnectReason::Stopped)
            }
            Signal::Reconnect => Some(DisconnectReason::ReconnectRequested),
            Signal::NetworkChanged if running.probe.is_some() => None,
            Signal::NetworkChanged if running.transport.probe() => {
                running.probe = Some(now + PROBE_TIMEOUT);
                None
            }
            Signal::NetworkChanged => Some(DisconnectReason::NetworkChanged),
        }
    }
}

impl Running {
    fn next_deadline(&self) -> Instant {
        let deadline = Instant::from_std(self.session.next_deadline());
        match self.probe {
            Some(probe) => deadline.min(probe),
            None => deadline,
        }
    }

    fn expire(&mut self, now: Instant) -> Option<DisconnectReason> {
        while let Some((reply, after)) = self.session.pop_expired(now.into_std()) {
            let _ = reply.send(Err(RequestError::Timeout { after }));
        }
        if self.held.is_some() {
            // Nothing is read at the moment, so silence means nothing.
            self.session.heard(now.into_std());
            if self.probe.is_some() {
                self.probe = Some(now + PROBE_TIMEOUT);
            }
            return None;
        }
        if self.probe.is_some_and(|due| now >= due) {
            return Some(DisconnectReason::NetworkChanged);
        }
        self.session.silence(now.into_std())
    }
}

/// Leaves the namespace and closes in order, where the other side may still be listening.
async fn say_goodbye(mut transport: Transport, leave: Frame, reason: DisconnectReason) {
    match reason {
        DisconnectReason::Stopped | DisconnectReason::ReconnectRequested => transport.push(leave),
        DisconnectReason::ServerDisconnect | DisconnectReason::ProtocolViolation { .. } => {}
        _ => return,
    }
    transport.close().await;
}
