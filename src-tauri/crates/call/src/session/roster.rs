//! Who is in the room and what they send, as far as the gateway tells (section 6.2 of its
//! protocol): duplicates, late events and departed people included.

use std::collections::BTreeSet;

use ortc::MediaKind;
use signaling::wire::{Participant, ParticipantId, ProducerId};

use super::names::Guests;
use super::policy;
use super::speaking::Speaking;

/// Everybody else.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    members: Vec<Member>,
    departed: BTreeSet<ParticipantId>,
    /// Every producer of this membership that was ever announced or closed: each counts once,
    /// however late or often it is announced.
    known: BTreeSet<ProducerId>,
    orphans: Vec<(ParticipantId, ProducerId, MediaKind)>,
    guests: Guests,
    /// Every id this client ever had: its own old sessions are listed as strangers until the
    /// gateway notices that they are gone (up to 30 s).
    own: BTreeSet<ParticipantId>,
}

/// Somebody else in the room.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: ParticipantId,
    pub(crate) name: String,
    pub(crate) joined_at_ms: u64,
    pub(crate) audio: Option<ProducerId>,
    pub(crate) video: Option<ProducerId>,
    pub(crate) speaking: Speaking,
}

/// What a new producer means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// Nothing: known already, or of somebody who is gone or unknown.
    Ignored,
    /// It takes the place of an older one of the same kind, which may be dead without notice.
    New {
        /// The older one.
        replaces: Option<ProducerId>,
    },
}

impl Roster {
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Notes that this id is one's own, now and for ever.
    pub(crate) fn is_me(&mut self, id: &ParticipantId) {
        self.own.insert(id.clone());
        self.members.retain(|member| member.id != *id);
    }

    /// Begins a new membership: everybody is learnt anew. Returns the names of those who were
    /// there before.
    pub(crate) fn begin(&mut self) -> Vec<String> {
        self.departed.clear();
        self.known.clear();
        self.orphans.clear();
        std::mem::take(&mut self.members)
            .into_iter()
            .map(|member| member.name)
            .collect()
    }

    /// Somebody is there: listed in the answer to the join, or announced. `None` when nothing
    /// is new, otherwise the position. Their producers are to be announced separately.
    pub(crate) fn joined(&mut self, participant: &Participant, now_ms: u64) -> Option<usize> {
        let id = &participant.id;
        let known = self.own.contains(id)
            || self.departed.contains(id)
            || self.members.iter().any(|member| member.id == *id);
        if known || self.members.len() >= policy::PARTICIPANTS {
            return None;
        }
        let name = participant
            .name
            .readable()
            .unwrap_or_else(|| format!("Guest {}", self.guests.number(id)));
        self.members.push(Member {
            id: id.clone(),
            name,
            joined_at_ms: now_ms,
            audio: None,
            video: None,
            speaking: Speaking::default(),
        });
        Some(self.members.len() - 1)
    }

    /// Everybody of the answer to the join was told: frees the numbers of nameless people who
    /// are not there any more.
    pub(crate) fn settle(&mut self) {
        let members = &self.members;
        self.guests
            .keep(|id| members.iter().any(|member| member.id == *id));
    }

    /// Producers that were announced before their owner was.
    pub(crate) fn adopt(&mut self, id: &ParticipantId) -> Vec<(ProducerId, MediaKind)> {
        let (theirs, others) = std::mem::take(&mut self.orphans)
            .into_iter()
            .partition(|(owner, _, _)| owner == id);
        self.orphans = others;
        theirs
            .into_iter()
            .map(|(_, producer, kind)| (producer, kind))
            .collect()
    }

    /// Somebody is gone, and with them all their producers.
    pub(crate) fn left(&mut self, id: &ParticipantId) -> Option<Member> {
        self.departed.insert(id.clone());
        self.orphans.retain(|(owner, _, _)| owner != id);
        let at = self.members.iter().position(|member| member.id == *id)?;
        let member = self.members.remove(at);
        self.settle();
        Some(member)
    }

    /// Somebody sends something new. The newest producer of a kind wins.
    pub(crate) fn announced(
        &mut self,
        owner: &ParticipantId,
        producer: &ProducerId,
        kind: MediaKind,
    ) -> Announced {
        if self.own.contains(owner) || self.departed.contains(owner) {
            return Announced::Ignored;
        }
        let Some(member) = self.members.iter_mut().find(|member| member.id == *owner) else {
            if self.orphans.len() < policy::ORPHANS {
                self.orphans.push((owner.clone(), producer.clone(), kind));
            }
            return Announced::Ignored;
        };
        let slot = match kind {
            MediaKind::Audio => &mut member.audio,
            MediaKind::Video => &mut member.video,
        };
        if !self.known.insert(producer.clone()) {
            return Announced::Ignored;
        }
        Announced::New {
            replaces: slot.replace(producer.clone()),
        }
    }

    /// A producer was closed by its owner; the event names no participant (Q7).
    pub(crate) fn closed(&mut self, producer: &ProducerId) {
        self.known.insert(producer.clone());
        self.orphans.retain(|(_, orphan, _)| orphan != producer);
        for member in &mut self.members {
            if member.audio.as_ref() == Some(producer) {
                member.audio = None;
                member.speaking.stop();
            }
            if member.video.as_ref() == Some(producer) {
                member.video = None;
            }
        }
    }

    pub(crate) fn sender_of(&mut self, producer: &ProducerId) -> Option<&mut Member> {
        self.members
            .iter_mut()
            .find(|member| member.audio.as_ref() == Some(producer))
    }

    /// Whether somebody of this name is present.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.name == name)
    }

    /// Nobody is heard any more.
    pub(crate) fn hush(&mut self) {
        for member in &mut self.members {
            member.speaking.stop();
        }
    }
}
