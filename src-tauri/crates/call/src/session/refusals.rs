//! What the answer to each request leads to.

use signaling::RequestError;
use signaling::error::Cause;

use super::{Answer, Goal, Purpose, Session, policy};
use crate::error;
use crate::view::{ErrorView, LossCause, NoticeLevel};

impl Session {
    pub(super) fn answered(&mut self, request: u64, outcome: Result<Answer, RequestError>) {
        let Some(purpose) = self.requests.remove(&request) else {
            return;
        };
        match outcome {
            Ok(answer) => self.accepted(request, purpose, answer),
            // What was lost with the socket is noted when the socket says so.
            Err(error) if error.is_disconnected() && purpose != Purpose::Leave => {}
            Err(error) => self.refused(purpose, error),
        }
    }

    fn accepted(&mut self, request: u64, purpose: Purpose, answer: Answer) {
        match (purpose, answer) {
            (Purpose::Join, Answer::Joined(joined)) => self.joined(*joined),
            (Purpose::Leave, _) => self.left(),
            (Purpose::CreateTransport(direction), Answer::Transport(parameters)) => {
                self.transport_created(direction, *parameters);
            }
            (Purpose::ConnectTransport(direction), _) => self.transport_acknowledged(direction),
            (Purpose::Produce, Answer::Produced(producer)) => self.produced(producer),
            (Purpose::Consume(producer), Answer::Consuming(parameters)) => {
                self.consuming(request, &producer, *parameters);
            }
            (Purpose::SwitchProducer { paused }, _) => self.producer_switched(paused, true),
            _ => {}
        }
    }

    fn refused(&mut self, purpose: Purpose, failure: RequestError) {
        let view = error::request(&failure);
        match purpose {
            Purpose::Join => self.join_failed(failure, view),
            Purpose::Leave => self.leave_unanswered(),
            Purpose::Courtesy | Purpose::Resume => {}
            _ if session_is_gone(&failure) => self.session_gone(view),
            Purpose::CreateTransport(_) | Purpose::ConnectTransport(_) => {
                self.transport_refused(&failure, view);
            }
            Purpose::Produce => self.produce_failed(view),
            Purpose::Consume(producer) => match failure.gateway().map(|error| error.cause) {
                None | Some(Cause::TransportMissing | Cause::TransportNotFound) => {
                    self.consume_later(&producer);
                }
                Some(_) => self.give_up_consuming(&producer),
            },
            Purpose::SwitchProducer { paused } => self.producer_switched(paused, false),
        }
    }

    fn join_failed(&mut self, failure: RequestError, view: ErrorView) {
        let Some(refusal) = failure.gateway() else {
            // Silence, nonsense, or not sent: whether the join happened is not known.
            let nonsense = matches!(
                failure,
                RequestError::Malformed { .. } | RequestError::Unsupported { .. }
            );
            if nonsense && !self.recovery.worked {
                self.fail(view);
            } else {
                self.join_unanswered(view);
            }
            return;
        };
        if refusal.is_room_exists_race() {
            self.join_race_lost(view);
        } else if refusal.code == signaling::error::ErrorCode::InvalidInput {
            // The same words would be refused for ever.
            self.socket_vacant_again();
            self.fail(view);
        } else {
            self.join_refused(view);
        }
    }

    /// The gateway does not know this participant: it was restarted, or a join and a leave got
    /// in each other's way.
    fn session_gone(&mut self, view: ErrorView) {
        let Some(joined_at) = self.membership.as_ref().map(|m| m.joined_at) else {
            return;
        };
        let erased = self.now.saturating_sub(joined_at) < policy::ERASED_SESSION_WINDOW;
        if erased {
            // Right after a successful join: this socket is not to be trusted.
            self.lose(LossCause::Session);
            self.join_unanswered(view);
        } else {
            self.rejoin(LossCause::Session, view);
        }
    }

    fn transport_refused(&mut self, failure: &RequestError, view: ErrorView) {
        let capacity = failure.gateway().is_some_and(|refusal| {
            refusal.is_full() || refusal.is_worker_dead() || refusal.is_no_workers()
        });
        if capacity && !self.recovery.worked {
            // Trying again at once does not help, and whoever waits is better told.
            self.fail(view);
            return;
        }
        if capacity {
            self.notify(
                NoticeLevel::Warning,
                "gateway.unable",
                &[("code", &view.code), ("message", &view.message)],
            );
        }
        self.rejoin(LossCause::Media, view);
    }

    /// A refused join leaves nothing behind.
    fn socket_vacant_again(&mut self) {
        debug_assert!(matches!(self.goal, Goal::Call | Goal::Prepare));
        self.socket.state = super::connection::SocketState::Vacant;
    }
}

fn session_is_gone(failure: &RequestError) -> bool {
    failure.is_not_in_room() || failure.is_room_gone()
}
