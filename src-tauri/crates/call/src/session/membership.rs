//! Being in the room. The gateway breaks in two ways that cannot be repaired: a second join on
//! one socket leaves a ghost (Q14), and a join that overtakes a leave is erased by it (Q13).
//! Hence a join only on a vacant socket, and a socket whose join or leave got no answer is
//! closed.

use std::time::Duration;

use signaling::policy::JOIN_RACE_PAUSE;
use signaling::wire::{Direction, Joined, ServerEvent};

use super::connection::SocketState;
use super::consuming::Consuming;
use super::microphone::OwnProducer;
use super::transports::Transport;
use super::{Ask, Goal, MediaAction, Output, Purpose, Session, Timer, policy};
use crate::view::{ErrorView, LossCause, NoticeLevel};

/// Events that arrive while the answer to the join is on its way: more than this is nonsense.
pub(super) const BUFFERED_EVENTS: usize = 4_096;

/// One stay in the room: from the answer to a join to the next leave or loss.
#[derive(Debug)]
pub(super) struct Membership {
    pub(super) number: u64,
    pub(super) joined_at: Duration,
    pub(super) send: Option<Transport>,
    pub(super) receive: Option<Transport>,
    pub(super) producer: OwnProducer,
    pub(super) consuming: Consuming,
    /// Media could flow at least once.
    pub(super) ready: bool,
}

/// Events between the request to join and its answer.
pub(super) type Buffered = Vec<ServerEvent>;

impl Session {
    /// Joins at once when the socket is there.
    pub(super) fn join_if_connected(&mut self) -> bool {
        if self.socket.state != SocketState::Vacant {
            return false;
        }
        self.join();
        true
    }

    /// Joins as soon as the back-off allows it.
    pub(super) fn join_when_due(&mut self) {
        if self.goal != Goal::Call || self.socket.state != SocketState::Vacant {
            return;
        }
        if self.recovery.failures <= 1 {
            self.join();
            return;
        }
        let delay = policy::join_delay(self.recovery.failures - 1, &mut self.rng);
        self.timers.set(Timer::Join, self.now + delay);
        self.changed = true;
    }

    /// Joins, if this is allowed at all.
    pub(super) fn join(&mut self) {
        if self.goal != Goal::Call || self.socket.state != SocketState::Vacant {
            return;
        }
        self.timers.stop(&Timer::Join);
        self.end_membership();
        self.buffered.clear();
        self.socket.state = SocketState::Joining;
        self.timers
            .set(Timer::Silence, self.now + policy::SILENCE_NOTICE);
        self.changed = true;
        let ask = Ask::Join {
            name: self.config.join.name.clone(),
            source_language: self.config.join.source_language.clone(),
            target_language: self.config.join.target_language.clone(),
        };
        self.ask(Purpose::Join, ask);
    }

    pub(super) fn joined(&mut self, joined: Joined) {
        self.answered_after_all();
        self.socket.state = SocketState::Member;
        self.recovery.joined_once = true;
        self.recovery.races = 0;
        self.last_membership += 1;
        self.membership = Some(Membership {
            number: self.last_membership,
            joined_at: self.now,
            send: None,
            receive: None,
            producer: OwnProducer::default(),
            consuming: Consuming::default(),
            ready: false,
        });
        self.changed = true;
        self.media(MediaAction::Load(Box::new(joined.rtp_capabilities)));
        // Both transports at once, the receiving one first: hearing comes first.
        self.create_transport(Direction::Receive);
        self.sync_sending();
        let before = self.roster.begin();
        self.roster.is_me(&joined.participant_id);
        for participant in &joined.participants {
            self.take_in(participant);
        }
        for event in std::mem::take(&mut self.buffered) {
            self.room_event(event);
        }
        self.roster.settle();
        self.note_reunion(before);
        if self.roster.has_name(&self.config.join.name) && self.recovery.lost.is_none() {
            let name = self.config.join.name.clone();
            self.notify(
                NoticeLevel::Info,
                "participant.same-name",
                &[("name", &name)],
            );
        }
        self.send_chat();
        self.settle();
    }

    fn answered_after_all(&mut self) {
        self.timers.stop(&Timer::Silence);
        self.withdraw("gateway.silent");
    }

    /// Who was there before a rejoin and is not there now may be rejoining, too.
    fn note_reunion(&mut self, before: Vec<String>) {
        self.missing.extend(before);
        let roster = &self.roster;
        self.missing.retain(|name| !roster.has_name(name));
        if self.recovery.lost.is_some() {
            self.timers.set(Timer::Reunion, self.now + policy::REUNION);
        }
    }

    pub(super) fn end_reunion(&mut self) {
        for name in std::mem::take(&mut self.missing) {
            if !self.roster.has_name(&name) {
                self.notify(NoticeLevel::Info, "participant.left", &[("name", &name)]);
            }
        }
    }

    /// Two first joiners at once: the other one made the room (Q30).
    pub(super) fn join_race_lost(&mut self, error: ErrorView) {
        self.answered_after_all();
        self.recovery.races += 1;
        if self.recovery.races > policy::JOIN_RACE_TRIES {
            self.recovery.races = 0;
            self.join_refused(error);
            return;
        }
        // A refused join leaves nothing behind on the server: the socket is still vacant.
        self.socket.state = SocketState::Vacant;
        self.timers.set(Timer::Join, self.now + JOIN_RACE_PAUSE);
    }

    /// The gateway refused the join in so many words.
    pub(super) fn join_refused(&mut self, error: ErrorView) {
        self.answered_after_all();
        self.socket.state = SocketState::Vacant;
        if self.count_failure(error) {
            self.join_when_due();
        }
    }

    /// Whether the join happened is not known: only a new socket is safe.
    pub(super) fn join_unanswered(&mut self, error: ErrorView) {
        self.answered_after_all();
        self.close_socket();
        if self.count_failure(error) {
            self.replace_socket(LossCause::Signaling);
        }
    }

    /// Counts a failure; false when the call is given up because it never worked.
    fn count_failure(&mut self, error: ErrorView) -> bool {
        self.recovery.failures = self.recovery.failures.saturating_add(1);
        self.recovery.last_error = Some(error.clone());
        self.changed = true;
        if !self.recovery.worked && self.recovery.failures >= policy::FIRST_JOIN_TRIES {
            self.fail(error);
            return false;
        }
        true
    }

    /// Leaves and joins again with the original string, because this membership is no good.
    pub(super) fn rejoin(&mut self, cause: LossCause, error: ErrorView) {
        if self.goal != Goal::Call {
            return;
        }
        self.lose(cause);
        if !self.count_failure(error) {
            return;
        }
        if self.socket.is_member() {
            self.leave();
        }
    }

    /// Asks to leave. No join before the answer.
    pub(super) fn leave(&mut self) {
        self.end_membership();
        self.socket.state = SocketState::Leaving;
        self.changed = true;
        self.ask(Purpose::Leave, Ask::Leave);
    }

    pub(super) fn left(&mut self) {
        self.socket.state = SocketState::Vacant;
        self.changed = true;
        if matches!(self.goal, Goal::End(_)) {
            self.over();
        } else {
            self.join_when_due();
        }
    }

    /// The leave may still be on its way through the gateway: this socket is not used again.
    pub(super) fn leave_unanswered(&mut self) {
        if matches!(self.goal, Goal::End(_)) {
            self.over();
        } else {
            self.replace_socket(LossCause::Session);
        }
    }

    /// Lets go of transports, producer and consumers, and of what was asked about them.
    pub(super) fn end_membership(&mut self) {
        let Some(membership) = self.membership.take() else {
            return;
        };
        self.outputs.push(Output::Media {
            membership: membership.number,
            action: MediaAction::Close,
        });
        self.requests
            .retain(|_, purpose| matches!(purpose, Purpose::Join | Purpose::Leave));
        self.timers.stop_where(|timer| {
            matches!(
                timer,
                Timer::MediaNotice
                    | Timer::MediaLimit
                    | Timer::Suspect
                    | Timer::ProduceNotice
                    | Timer::Switch
                    | Timer::FirstPacket(_)
                    | Timer::Consume(_)
                    | Timer::Stable
            )
        });
        self.roster.hush();
        self.withdraw("media.slow");
        self.withdraw("microphone.slow");
        self.changed = true;
    }

    /// Media action of the current membership.
    pub(super) fn media(&mut self, action: MediaAction) {
        if let Some(membership) = &self.membership {
            self.outputs.push(Output::Media {
                membership: membership.number,
                action,
            });
        }
    }
}
