//! The socket: opened ahead of the call, replaced when lost, closed rather than trusted when a
//! join or leave got no answer.

use std::time::Duration;

use super::{Goal, Output, Purpose, Session, SignalingInput, Timer, policy};
use crate::error;
use crate::view::{ErrorView, LossCause};

/// The one socket.
#[derive(Debug, Default)]
pub(super) struct Socket {
    number: u64,
    pub(super) state: SocketState,
}

/// What may be done on the socket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum SocketState {
    /// There is none.
    #[default]
    Closed,
    /// It is being opened.
    Opening,
    /// Nobody has joined on it, or the leave was acknowledged: a join is allowed.
    Vacant,
    /// A join is under way.
    Joining,
    /// In the room.
    Member,
    /// A leave is under way: a join would be erased by it.
    Leaving,
}

impl Socket {
    pub(super) fn is_closed(&self) -> bool {
        self.state == SocketState::Closed
    }

    pub(super) fn is_member(&self) -> bool {
        self.state == SocketState::Member
    }

    /// Whether such a request may be sent now.
    pub(super) fn takes(&self, purpose: &Purpose) -> bool {
        match purpose {
            Purpose::Join => self.state == SocketState::Joining,
            Purpose::Leave => self.state == SocketState::Leaving,
            _ => self.state == SocketState::Member,
        }
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.state == SocketState::Leaving
    }
}

/// What was lost, and how hard it is to get back.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    /// The loss that has not been made good yet.
    pub(super) lost: Option<Loss>,
    /// A join was acknowledged at least once.
    pub(super) joined_once: bool,
    /// The call worked at least once: from then on it is never given up.
    pub(super) worked: bool,
    /// Joins and memberships that failed since the call was last stable.
    pub(super) failures: u32,
    /// Lost races of first joiners in a row.
    pub(super) races: u32,
    /// Socket attempts since the last one that worked.
    pub(super) socket_attempts: u32,
    /// Why it does not work, for the day it is given up.
    pub(super) last_error: Option<ErrorView>,
}

/// One loss.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loss {
    pub(super) cause: LossCause,
    pub(super) since: Duration,
}

impl Recovery {
    /// Everything has worked for a while: the next loss is a new one.
    pub(super) fn stable(&mut self) {
        self.failures = 0;
        self.races = 0;
        self.last_error = None;
    }
}

impl Session {
    pub(super) fn signaling(&mut self, input: SignalingInput) {
        match input {
            SignalingInput::Connected { socket } if self.opening(socket) => self.connected(),
            SignalingInput::ConnectFailed {
                socket,
                error,
                retryable,
            } if self.opening(socket) => self.connect_failed(error, retryable),
            SignalingInput::Disconnected { socket } if self.current(socket) => self.disconnected(),
            SignalingInput::Event { socket, event } if self.current(socket) => self.event(event),
            SignalingInput::Answer { request, outcome } => self.answered(request, outcome),
            _ => {}
        }
    }

    fn current(&self, socket: u64) -> bool {
        socket == self.socket.number && !self.socket.is_closed()
    }

    fn opening(&self, socket: u64) -> bool {
        self.current(socket) && self.socket.state == SocketState::Opening
    }

    pub(super) fn open_socket(&mut self) {
        if !self.socket.is_closed() || !matches!(self.goal, Goal::Prepare | Goal::Call) {
            return;
        }
        self.timers.stop(&Timer::Socket);
        self.socket.number += 1;
        self.socket.state = SocketState::Opening;
        self.recovery.socket_attempts = self.recovery.socket_attempts.saturating_add(1);
        self.changed = true;
        self.outputs.push(Output::OpenSocket {
            socket: self.socket.number,
            limit: if self.recovery.joined_once {
                policy::SOCKET_LIMIT
            } else {
                policy::FIRST_SOCKET_LIMIT
            },
        });
    }

    /// Closes the socket, and with it everything that was asked on it.
    pub(super) fn close_socket(&mut self) {
        if self.socket.is_closed() {
            return;
        }
        self.outputs.push(Output::CloseSocket {
            socket: self.socket.number,
        });
        self.socket_gone();
    }

    fn socket_gone(&mut self) {
        self.socket.state = SocketState::Closed;
        self.requests.clear();
        self.timers.stop(&Timer::Silence);
        self.timers.stop(&Timer::Join);
        self.timers.stop(&Timer::Switch);
        self.timers.stop(&Timer::ProduceNotice);
        self.timers
            .stop_where(|timer| matches!(timer, Timer::Consume(_) | Timer::FirstPacket(_)));
        self.changed = true;
    }

    /// Replaces a socket that cannot be trusted any more: whatever is under way on it may
    /// still happen.
    pub(super) fn replace_socket(&mut self, cause: LossCause) {
        self.lose(cause);
        self.close_socket();
        self.open_socket_later();
    }

    fn open_socket_later(&mut self) {
        let lost_for = self.lost_for();
        let attempt = self.recovery.socket_attempts.saturating_add(1);
        let delay = policy::socket_delay(attempt, lost_for, &mut self.rng);
        self.timers.set(Timer::Socket, self.now + delay);
    }

    pub(super) fn lost_for(&self) -> Duration {
        self.recovery
            .lost
            .map_or(Duration::ZERO, |loss| self.now.saturating_sub(loss.since))
    }

    /// Notes a loss; the first cause stays until it is made good.
    pub(super) fn lose(&mut self, cause: LossCause) {
        if self.recovery.joined_once && self.recovery.lost.is_none() {
            self.recovery.lost = Some(Loss {
                cause,
                since: self.now,
            });
        }
        self.timers.stop(&Timer::Stable);
        self.changed = true;
    }

    fn connected(&mut self) {
        self.socket.state = SocketState::Vacant;
        self.recovery.socket_attempts = 0;
        self.timers.stop(&Timer::FirstConnect);
        self.microphone.forgive();
        self.changed = true;
        // Whatever was in the room on the old socket is gone on the server or soon will be.
        self.end_membership();
        self.join_when_due();
    }

    fn connect_failed(&mut self, error: ErrorView, retryable: bool) {
        self.socket_gone();
        let hopeless = !retryable && !self.recovery.joined_once;
        self.recovery.last_error = Some(error.clone());
        match self.goal {
            Goal::Call if hopeless => self.fail(error),
            Goal::Prepare | Goal::Call => self.open_socket_later(),
            _ => self.over(),
        }
    }

    /// The transports stay until a new socket is there: a gateway whose proxy restarts may
    /// still forward media (Q34).
    fn disconnected(&mut self) {
        self.socket_gone();
        if matches!(self.goal, Goal::End(_)) {
            self.over();
            return;
        }
        self.lose(LossCause::Signaling);
        if self.goal == Goal::Call && !self.recovery.joined_once {
            self.timers.set_if_idle(
                Timer::FirstConnect,
                self.now + policy::FIRST_CONNECT_PATIENCE,
            );
        }
        self.open_socket_later();
    }

    pub(super) fn give_up_first_connect(&mut self) {
        if self.goal != Goal::Call || self.recovery.joined_once {
            return;
        }
        let error = self
            .recovery
            .last_error
            .take()
            .unwrap_or_else(|| error::gateway_unreachable(&self.config.gateway_host));
        self.fail(error);
    }

    pub(super) fn network_changed(&mut self) {
        if self.socket.is_closed() {
            self.open_socket();
        }
    }
}
