//! Coming and going.

use serde_json::{Value, json};
use signaling::room::rewritten;
use signaling::wire::{
    Joined, Language, Name, Participant, ParticipantId, ParticipantLeft, ProducerInfo, RequestName,
    ServerEvent,
};

use super::{Done, Member, Moment, Outcome, Room, Rooms, SocketId, failures, ids};
use crate::violation::ViolationKind;

/// Rooms at a time, most of them empty ones of `create-room`.
const MAX_ROOMS: usize = 10_000;

/// JavaScript's idea of truth, by which the real gateway tests its input, as text.
fn truthy_text(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Number(number) => (number.as_f64() != Some(0.0)).then(|| number.to_string()),
        other => Some(other.to_string()),
    }
}

fn language(value: &Value) -> Option<Language> {
    value.as_str().and_then(Language::parse)
}

impl Member {
    pub(super) fn as_seen(&self) -> Participant {
        let producers = self.producers.iter().map(|track| ProducerInfo {
            id: track.id.clone(),
            kind: track.kind,
        });
        Participant {
            producers: producers.collect(),
            ..self.participant.clone()
        }
    }
}

impl Rooms {
    pub(super) fn join(&mut self, socket: SocketId, data: &Value, now: Moment) -> Outcome {
        let (Some(requested), Some(name)) =
            (truthy_text(&data["roomId"]), truthy_text(&data["name"]))
        else {
            return Err(failures::join_input().into());
        };
        if self.setup.misbehaviour.refuse_join {
            return Err(failures::join("This gateway refuses joins").into());
        }
        let room_id = rewritten(&requested).unwrap_or(requested);
        let mut events = Vec::new();
        if self.whereabouts.contains_key(&socket) {
            self.record(RequestName::JoinRoom, ViolationKind::SecondJoin);
            events = self.leave(socket).events;
        }
        if self.rooms.len() >= MAX_ROOMS && !self.rooms.contains_key(&room_id) {
            return Err(failures::join("No workers available").into());
        }
        let participant = Participant {
            id: ParticipantId::from(ids::stamped(
                "participant",
                now.unix_ms,
                &mut self.setup.rng,
            )),
            name: Name::new(name),
            joined_at: Some(now.unix_ms),
            source_language: language(&data["sourceLanguage"]),
            target_language: language(&data["targetLanguage"]),
            producers: Vec::new(),
        };
        let room = self.rooms.entry(room_id.clone()).or_insert_with(|| Room {
            created: now,
            members: Vec::new(),
        });
        let joined = Joined {
            success: true,
            room_id: room_id.clone(),
            participant_id: participant.id.clone(),
            participants: room.members.iter().map(Member::as_seen).collect(),
            rtp_capabilities: self.setup.router.clone(),
        };
        room.members.push(Member {
            socket,
            participant: participant.clone(),
            send: None,
            receive: None,
            producers: Vec::new(),
            consumers: Default::default(),
        });
        self.whereabouts.insert(socket, room_id);
        events.extend(self.tell_others(socket, &ServerEvent::ParticipantJoined(participant)));
        Ok(Done {
            args: vec![json!(joined)],
            events,
            ..Done::default()
        })
    }

    pub(super) fn leave(&mut self, socket: SocketId) -> Done {
        let mut done = Done::default();
        let Some(room_id) = self.whereabouts.get(&socket).cloned() else {
            return done;
        };
        if let Some((member, setup)) = self.member(socket) {
            for line in [member.send.take(), member.receive.take()]
                .into_iter()
                .flatten()
            {
                setup.sfu.close_transport(line.key);
            }
            let left = ServerEvent::ParticipantLeft(ParticipantLeft {
                participant_id: member.participant.id.clone(),
            });
            done.events = self.tell_others(socket, &left);
        }
        self.whereabouts.remove(&socket);
        if let Some(room) = self.rooms.get_mut(&room_id) {
            room.members.retain(|member| member.socket != socket);
            if room.members.is_empty() {
                self.rooms.remove(&room_id);
            }
        }
        done
    }

    pub(super) fn create_room(&mut self, now: Moment) -> Outcome {
        self.record(RequestName::CreateRoom, ViolationKind::RoomCreated);
        if self.rooms.len() >= MAX_ROOMS {
            return Err(failures::create_room("No workers available").into());
        }
        let id = ids::stamped("room", now.unix_ms, &mut self.setup.rng);
        let room = Room {
            created: now,
            members: Vec::new(),
        };
        self.rooms.insert(id.clone(), room);
        Ok(Done {
            args: vec![json!({ "roomId": id })],
            ..Done::default()
        })
    }

    pub(super) fn router_capabilities(&mut self, socket: SocketId) -> Outcome {
        if !self.whereabouts.contains_key(&socket) {
            return Err(failures::capabilities(failures::NOT_IN_ROOM).into());
        }
        Ok(Done {
            args: vec![json!(self.setup.router)],
            ..Done::default()
        })
    }

    pub(super) fn update_language(&mut self, socket: SocketId, data: &Value) -> Done {
        if let Some((member, _)) = self.member(socket) {
            for (field, value) in [
                (
                    &mut member.participant.source_language,
                    &data["sourceLanguage"],
                ),
                (
                    &mut member.participant.target_language,
                    &data["targetLanguage"],
                ),
            ] {
                if let Some(language) = language(value) {
                    *field = Some(language);
                }
            }
        }
        Done::default()
    }
}
