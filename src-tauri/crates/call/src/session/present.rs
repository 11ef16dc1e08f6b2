//! The view: what a person sees of all this.

use std::time::Duration;

use signaling::wire::{ConsumerId, ParticipantId};

use super::connection::SocketState;
use super::roster::Member;
use super::{Goal, Session, Timer};
use crate::view::{
    CallView, ConnectionView, MediaPathView, ParticipantView, RemoteAudioView, SelfView,
};

impl Session {
    /// What there is to show at `now`.
    pub fn view(&self, now: Duration) -> CallView {
        CallView {
            room: self.config.room.clone(),
            share_link: self.config.share_link.clone(),
            gateway_host: self.config.gateway_host.clone(),
            connection: self.connection_view(self.now.max(now)),
            me: SelfView {
                name: self.config.join.name.clone(),
                microphone: self.microphone.view(self.delivered()),
                speaker: self.speaker.clone(),
                speaking: self.microphone.speaking(),
            },
            participants: self.participants_view(),
            chat: self.chat.view(),
            unread_chat: self.chat.unread(),
            notices: self.notices.view(),
            path: self.path_view(),
        }
    }

    /// Whether the view changes by itself as time passes.
    pub fn view_counts_time(&self) -> bool {
        self.recovery.lost.is_some() && self.goal == Goal::Call
    }

    /// Who is received by a consumer, as in [`ParticipantView::id`].
    pub fn sender_of(&self, consumer: &ConsumerId) -> Option<&ParticipantId> {
        let producer = self.membership.as_ref()?.consuming.producer_of(consumer)?;
        let sends = |member: &&Member| member.audio.as_ref() == Some(producer);
        self.roster.members().iter().find(sends).map(|m| &m.id)
    }

    fn connection_view(&self, now: Duration) -> ConnectionView {
        match &self.goal {
            Goal::Over(reason) => {
                return ConnectionView::Ended {
                    reason: reason.clone(),
                };
            }
            Goal::End(_) => return ConnectionView::Leaving,
            Goal::Prepare => return ConnectionView::Connecting,
            Goal::Call => {}
        }
        if let Some(loss) = self.recovery.lost {
            let next = [Timer::Socket, Timer::Join]
                .iter()
                .filter_map(|timer| self.timers.at(timer))
                .min();
            let attempt = self.recovery.socket_attempts.max(self.recovery.failures);
            return ConnectionView::Reconnecting {
                cause: loss.cause,
                attempt: attempt.max(1),
                retry_in_ms: next.map_or(0, |at| millis(at.saturating_sub(now))),
                lost_for_ms: millis(now.saturating_sub(loss.since)),
            };
        }
        match self.socket.state {
            SocketState::Closed | SocketState::Opening => ConnectionView::Connecting,
            SocketState::Vacant | SocketState::Joining | SocketState::Leaving => {
                ConnectionView::Joining
            }
            SocketState::Member => match &self.membership {
                Some(membership) if membership.ready => ConnectionView::Connected,
                _ => ConnectionView::ConnectingMedia,
            },
        }
    }

    fn participants_view(&self) -> Vec<ParticipantView> {
        self.roster
            .members()
            .iter()
            .map(|member| ParticipantView {
                id: member.id.to_string(),
                name: member.name.clone(),
                audio: match (&member.audio, &self.membership) {
                    (None, _) => RemoteAudioView::None,
                    (Some(_), None) => RemoteAudioView::Connecting,
                    (Some(producer), Some(membership)) => membership.consuming.view(producer),
                },
                speaking: member.speaking.active(),
                joined_at_ms: member.joined_at_ms,
            })
            .collect()
    }

    /// The way of the receiving transport, else of the sending one.
    fn path_view(&self) -> Option<MediaPathView> {
        let membership = self.membership.as_ref()?;
        membership
            .receive
            .iter()
            .chain(&membership.send)
            .find_map(|transport| transport.path.clone())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
