//! What the gateway tells without being asked.

use ortc::MediaKind;
use signaling::wire::{Participant, ParticipantId, ProducerId, ServerEvent};

use super::connection::SocketState;
use super::membership::BUFFERED_EVENTS;
use super::roster::Announced;
use super::{Session, Timer};
use crate::view::NoticeLevel;

impl Session {
    /// An event may overtake the answer to the join on its way here, though not on the wire:
    /// it is kept until the answer is in.
    pub(super) fn event(&mut self, event: ServerEvent) {
        match self.socket.state {
            SocketState::Member => self.room_event(event),
            SocketState::Joining if self.buffered.len() < BUFFERED_EVENTS => {
                self.buffered.push(event);
            }
            _ => {}
        }
    }

    pub(super) fn room_event(&mut self, event: ServerEvent) {
        match event {
            ServerEvent::ParticipantJoined(participant) => {
                if let Some(name) = self.take_in(&participant) {
                    self.welcome(&name);
                }
            }
            ServerEvent::ParticipantLeft(left) => self.participant_left(&left.participant_id),
            ServerEvent::NewProducer(new) => {
                self.announced(&new.participant_id, new.producer_id, new.kind);
            }
            ServerEvent::ProducerClosed(closed) => {
                self.roster.closed(&closed.producer_id);
                self.stop_consuming(&closed.producer_id, false);
                self.changed = true;
            }
            ServerEvent::Chat(message) => {
                let now_ms = self.now_ms();
                let name = self.config.join.name.clone();
                self.chat.received(
                    &name,
                    &message.sender,
                    &message.text,
                    message.timestamp,
                    now_ms,
                );
                self.changed = true;
            }
            // Captions come in twice and have a later issue of their own; languages and
            // screens say nothing about sound; `error` is an ordinary event here (Q32).
            ServerEvent::Welcome(_)
            | ServerEvent::Caption(_)
            | ServerEvent::Transcription(_)
            | ServerEvent::Translation(_)
            | ServerEvent::CaptionStatus(_)
            | ServerEvent::ScreenShareStarted(_)
            | ServerEvent::ScreenShareStopped(_)
            | ServerEvent::Error(_) => {}
        }
    }

    /// Somebody is there; gives the name of somebody new.
    pub(super) fn take_in(&mut self, participant: &Participant) -> Option<String> {
        let now_ms = self.now_ms();
        let position = self.roster.joined(participant, now_ms);
        let mut producers: Vec<_> = participant
            .producers
            .iter()
            .map(|producer| (producer.id.clone(), producer.kind))
            .collect();
        if position.is_some() {
            self.changed = true;
            producers.extend(self.roster.adopt(&participant.id));
        }
        for (producer, kind) in producers {
            self.announced(&participant.id, producer, kind);
        }
        let member = self.roster.members().get(position?)?;
        Some(member.name.clone())
    }

    /// Tells that somebody came, unless they only came back.
    fn welcome(&mut self, name: &str) {
        if let Some(at) = self.missing.iter().position(|missing| missing == name) {
            self.missing.swap_remove(at);
            return;
        }
        let namesakes = self.roster.members().iter().filter(|m| m.name == name);
        if namesakes.count() == 1 {
            self.notify(NoticeLevel::Info, "participant.joined", &[("name", name)]);
        }
    }

    fn participant_left(&mut self, id: &ParticipantId) {
        let Some(member) = self.roster.left(id) else {
            return;
        };
        for producer in member.audio.iter().chain(&member.video) {
            self.stop_consuming(producer, false);
        }
        // The old session of somebody who came back under the same name goes quietly, and
        // whoever leaves right after a loss that hit everybody may be on the way back.
        if self.timers.at(&Timer::Reunion).is_some() {
            self.missing.push(member.name);
        } else if !self.roster.has_name(&member.name) {
            self.notify(
                NoticeLevel::Info,
                "participant.left",
                &[("name", &member.name)],
            );
        }
        self.changed = true;
    }

    fn announced(&mut self, owner: &ParticipantId, producer: ProducerId, kind: MediaKind) {
        let Announced::New { replaces } = self.roster.announced(owner, &producer, kind) else {
            return;
        };
        if let Some(old) = replaces {
            self.stop_consuming(&old, true);
        }
        if kind == MediaKind::Audio {
            self.want(producer);
        }
        self.changed = true;
    }
}
