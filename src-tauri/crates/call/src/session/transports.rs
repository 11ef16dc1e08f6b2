//! The two transports of a membership, each created once (Q15) and connected once (Q17).

use ortc::TransportParameters;
use signaling::wire::Direction;

use super::{Ask, LinkState, MediaAction, MediaInput, Purpose, Session, Timer, policy};
use crate::error;
use crate::view::{LossCause, MediaPathView, NoticeLevel};

/// One transport.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Transport {
    /// The gateway has made it: requests that need it may be sent.
    pub(super) created: bool,
    pub(super) state: LinkState,
    pub(super) path: Option<MediaPathView>,
    was_connected: bool,
}

impl Transport {
    fn requested() -> Self {
        Self {
            created: false,
            state: LinkState::Connecting,
            path: None,
            was_connected: false,
        }
    }

    pub(super) fn connected(&self) -> bool {
        self.state == LinkState::Connected
    }
}

impl Session {
    /// Asks for a transport, once per membership and direction.
    pub(super) fn create_transport(&mut self, direction: Direction) {
        let Some(slot) = self.transport(direction) else {
            return;
        };
        if slot.is_some() {
            return;
        }
        *slot = Some(Transport::requested());
        self.ask(
            Purpose::CreateTransport(direction),
            Ask::CreateTransport(direction),
        );
        self.watch_media();
    }

    pub(super) fn transport_created(
        &mut self,
        direction: Direction,
        parameters: TransportParameters,
    ) {
        let Some(Some(transport)) = self.transport(direction) else {
            return;
        };
        transport.created = true;
        let Some(membership) = self.membership.as_ref().map(|m| m.number) else {
            return;
        };
        self.media(MediaAction::Open {
            direction,
            parameters: Box::new(parameters),
        });
        // Consuming and producing need the transport to exist, not to be connected.
        match direction {
            Direction::Receive => self.consume_waiting(),
            Direction::Send => {}
        }
        self.ask(
            Purpose::ConnectTransport(direction),
            Ask::ConnectTransport {
                membership,
                direction,
            },
        );
        self.sync_sending();
    }

    /// DTLS before this answer is not heard, and is repeated only after a second.
    pub(super) fn transport_acknowledged(&mut self, direction: Direction) {
        self.media(MediaAction::StartDtls { direction });
    }

    pub(super) fn media_input(&mut self, membership: u64, input: MediaInput) {
        if self.membership.as_ref().map(|m| m.number) != Some(membership) {
            return;
        }
        match input {
            MediaInput::Unusable { error } => self.rejoin(LossCause::Media, error),
            MediaInput::State { direction, state } => self.link_state(direction, state),
            MediaInput::Path { direction, path } => {
                if let Some(Some(transport)) = self.transport(direction) {
                    transport.path = Some(path);
                    self.changed = true;
                }
            }
            MediaInput::Flowing { consumer } => self.flowing(&consumer),
            MediaInput::Stalled { consumer } => self.stalled(&consumer),
            MediaInput::ReceiveFailed { consumer } => self.receive_failed(&consumer),
        }
    }

    fn link_state(&mut self, direction: Direction, state: LinkState) {
        let Some(Some(transport)) = self.transport(direction) else {
            return;
        };
        let before = std::mem::replace(&mut transport.state, state);
        if before == state {
            return;
        }
        let was_connected = transport.was_connected;
        transport.was_connected |= state == LinkState::Connected;
        self.changed = true;
        match state {
            LinkState::Connected => {
                if direction == Direction::Receive {
                    self.expect_first_packets();
                }
                self.settle();
            }
            LinkState::Disconnected => {
                self.lose(LossCause::Media);
                let at = self.now + policy::SUSPECT_GRACE;
                self.timers.set_if_idle(Timer::Suspect, at);
            }
            LinkState::Failed if was_connected => {
                self.rejoin(LossCause::Media, error::media_lost());
            }
            LinkState::Failed => self.rejoin(LossCause::Media, error::media_unreachable()),
            LinkState::Connecting => {}
        }
    }

    /// A path that was silent for a while has not recovered.
    pub(super) fn suspicion_confirmed(&mut self) {
        if self.all_connected() {
            return;
        }
        self.rejoin(LossCause::Media, error::media_lost());
    }

    pub(super) fn media_limit(&mut self) {
        if self.all_connected() {
            return;
        }
        self.rejoin(LossCause::Media, error::media_unreachable());
    }

    /// Everything that is wanted is connected: the call works, and losses are made good.
    pub(super) fn settle(&mut self) {
        if !self.socket.is_member() || !self.all_connected() {
            return;
        }
        let Some(membership) = &mut self.membership else {
            return;
        };
        membership.ready = true;
        self.recovery.worked = true;
        self.changed = true;
        for timer in [Timer::MediaNotice, Timer::MediaLimit, Timer::Suspect] {
            self.timers.stop(&timer);
        }
        self.withdraw("media.slow");
        self.timers
            .set_if_idle(Timer::Stable, self.now + policy::STABLE_AFTER);
        if self.recovery.lost.is_some() {
            let seconds = self.lost_for().as_secs_f64().ceil().to_string();
            self.recovery.lost = None;
            self.notify(NoticeLevel::Success, "back.after", &[("seconds", &seconds)]);
        }
    }

    /// Starts to watch how long the media takes to connect.
    fn watch_media(&mut self) {
        self.timers
            .set_if_idle(Timer::MediaNotice, self.now + policy::MEDIA_NOTICE);
        self.timers
            .set_if_idle(Timer::MediaLimit, self.now + policy::MEDIA_CONNECT_LIMIT);
    }

    fn all_connected(&self) -> bool {
        self.membership.as_ref().is_some_and(|membership| {
            let mut wanted = membership.send.iter().chain(&membership.receive);
            membership.receive.is_some() && wanted.all(Transport::connected)
        })
    }

    fn transport(&mut self, direction: Direction) -> Option<&mut Option<Transport>> {
        let membership = self.membership.as_mut()?;
        Some(match direction {
            Direction::Send => &mut membership.send,
            Direction::Receive => &mut membership.receive,
        })
    }
}
