//! What is passed on as it comes.

use serde_json::{Map, Value};
use signaling::wire::EventName;

use super::{Done, Emission, Moment, Rooms, SocketId};

impl Rooms {
    /// To everybody, the sender included. Nothing of it is checked, as on the real gateway.
    pub(super) fn chat(&mut self, socket: SocketId, data: &Value, now: Moment) -> Done {
        let (Some(id), Some(data)) = (self.whereabouts.get(&socket), data.as_object()) else {
            return Done::default();
        };
        let mut message = Map::new();
        for field in ["sender", "text"] {
            if let Some(value) = data.get(field) {
                message.insert(field.to_owned(), value.clone());
            }
        }
        let timestamp = data
            .get("timestamp")
            .filter(|time| !time.is_null())
            .cloned()
            .unwrap_or_else(|| now.unix_ms.into());
        message.insert("timestamp".to_owned(), timestamp);
        message.insert("roomId".to_owned(), id.clone().into());
        let members = self
            .rooms
            .get(id)
            .into_iter()
            .flat_map(|room| &room.members);
        let events = members.map(|member| Emission {
            to: member.socket,
            event: EventName::Chat,
            data: Value::Object(message.clone()),
        });
        Done {
            events: events.collect(),
            ..Done::default()
        }
    }

    /// To everybody else; the room id is whatever the sender put there.
    pub(super) fn screen_share(
        &mut self,
        socket: SocketId,
        data: &Value,
        event: EventName,
    ) -> Done {
        let Some((member, _)) = self.member(socket) else {
            return Done::default();
        };
        let mut notice = Map::new();
        let id = member.participant.id.as_str();
        notice.insert("participantId".to_owned(), id.into());
        if let Some(room) = data.get("roomId") {
            notice.insert("roomId".to_owned(), room.clone());
        }
        let events = self.others(socket).map(|other| Emission {
            to: other.socket,
            event,
            data: Value::Object(notice.clone()),
        });
        Done {
            events: events.collect(),
            ..Done::default()
        }
    }
}
