//! The vocabulary of the service: rooms, live editing, messages.

use serde_json::{Value, json};

use super::editing::Edit;
use super::moment::Moment;
use super::payload::{Form, Payload};
use super::record::FieldKey;
use super::vocabularies::{Vocabularies, record_of};
use super::{Answer, Core, Refusal, SocketId};
use crate::limits::MESSAGE_CHARS;

const SERVICE: Vocabularies = Vocabularies::SERVICE;

const AUTHENTICATE: Form = Form {
    message: "Missing required fields for authentication",
    required: &["user_id"],
};
const ROOM: Form = Form {
    message: "Missing required fields for a room",
    required: &["room"],
};
const TYPING: Form = Form {
    message: "Missing required fields for live typing",
    required: &[
        "session_id",
        "step",
        "field_name",
        "current_value",
        "user_name",
    ],
};
const COMPLETED: Form = Form {
    message: "Missing required fields for a completed field",
    required: &["session_id", "field_name", "final_value"],
};
const CURSOR: Form = Form {
    message: "Missing required fields for a cursor position",
    required: &["session_id", "field_name"],
};
const CONFLICT: Form = Form {
    message: "Missing required fields for a conflict",
    required: &["session_id", "field_name"],
};
const MESSAGE: Form = Form {
    message: "Missing required fields for a message",
    required: &["target_user", "message"],
};

impl Core {
    /// `None` when the event is not of this vocabulary.
    pub(super) fn service(
        &mut self,
        now: Moment,
        socket: SocketId,
        event: &str,
        args: &[Value],
    ) -> Option<Answer> {
        Some(match event {
            "authenticate" => self.authenticate(now, socket, args),
            "join_room" => self.join_room(now, socket, args),
            "leave_room" => self.leave_room(now, socket, args),
            "live_typing" => self.live_typing(now, socket, args),
            "field_completed" => self.field_completed(now, socket, args),
            "cursor_position" => self.cursor_position(now, socket, args),
            "field_conflict_detected" => self.field_conflict_detected(now, socket, args),
            "subscribe_to_updates" => {
                self.heard(socket, SERVICE, None);
                self.touch(now, socket, None);
                Ok(Vec::new())
            }
            "send_message" => self.send_message(now, socket, args),
            _ => return None,
        })
    }

    fn authenticate(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &AUTHENTICATE)?;
        let id = payload.id("user_id")?;
        let (name, role) = (payload.name("user_name"), payload.name("role"));
        self.heard(socket, SERVICE, None);
        self.identify(now, socket, &id, name.as_deref(), role.as_deref());
        let success = json!({
            "user_id": id,
            "role": self.staff.role(&id),
            "timestamp": now.text(),
        });
        self.tell(vec![socket], "authentication_success", vec![success]);
        Ok(Vec::new())
    }

    fn join_room(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let room = Payload::read(args, &ROOM)?.id("room")?;
        let id = record_of(&room);
        self.enter(now, socket, id, SERVICE, None)?;
        self.heard(socket, SERVICE, Some(id));
        self.replay(socket, id, SERVICE);
        let joined = json!({ "room": room, "message": format!("Joined room: {room}") });
        self.tell(vec![socket], "room_joined", vec![joined]);
        Ok(Vec::new())
    }

    fn leave_room(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let room = Payload::read(args, &ROOM)?.id("room")?;
        self.heard(socket, SERVICE, None);
        self.touch(now, socket, None);
        self.leave(now, socket, record_of(&room), SERVICE);
        let left = json!({ "room": room, "message": format!("Left room: {room}") });
        self.tell(vec![socket], "room_left", vec![left]);
        Ok(Vec::new())
    }

    fn live_typing(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &TYPING)?;
        payload.value("current_value", self.setup.limits.value_bytes)?;
        let (session, key) = field(payload)?;
        let edit = self.edit(now, socket, payload, &session, key);
        self.typing(now, socket, &edit);
        Ok(Vec::new())
    }

    fn field_completed(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &COMPLETED)?;
        let value = payload.value("final_value", self.setup.limits.value_bytes)?;
        let (session, key) = field(payload)?;
        let edit = self.edit(now, socket, payload, &session, key);
        self.commit(now, socket, edit, value)?;
        Ok(Vec::new())
    }

    fn cursor_position(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &CURSOR)?;
        let (session, key) = field(payload)?;
        let edit = self.edit(now, socket, payload, &session, key);
        self.focus(now, socket, &edit);
        Ok(Vec::new())
    }

    fn field_conflict_detected(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &CONFLICT)?;
        let (session, key) = field(payload)?;
        let edit = self.edit(now, socket, payload, &session, key);
        self.conflict(now, socket, &edit);
        Ok(Vec::new())
    }

    /// What an event about a field says besides what it is for: who is there, what they are
    /// called, and that they speak this.
    fn edit<'a>(
        &mut self,
        now: Moment,
        socket: SocketId,
        payload: Payload<'a>,
        session: &'a str,
        key: FieldKey,
    ) -> Edit<'a> {
        let id = record_of(session);
        self.heard(socket, SERVICE, Some(id));
        self.touch(now, socket, None);
        if let Some(name) = payload.name("user_name") {
            let staff = self.id_of(socket);
            self.learn(&staff, Some(&name), None, true);
        }
        Edit {
            record: id,
            key,
            sent: Some(payload.map),
        }
    }

    fn send_message(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &MESSAGE)?;
        let target = payload.id("target_user")?;
        let message = payload.text("message", MESSAGE_CHARS)?;
        self.heard(socket, SERVICE, None);
        self.touch(now, socket, None);
        let from = self.id_of(socket);
        let clients = self.clients.iter();
        let to: Vec<SocketId> = clients
            .filter(|(_, client)| client.id == target && client.heard.has(SERVICE))
            .map(|(socket, _)| *socket)
            .collect();
        if to.is_empty() {
            let error = json!({ "error": "User not found or offline", "target_user": target });
            self.tell(vec![socket], "message_error", vec![error]);
            return Ok(Vec::new());
        }
        let new = json!({
            "from_user": from,
            "from_role": self.staff.role(&from),
            "message": message,
            "timestamp": now.text(),
        });
        let sent = json!({
            "target_user": target,
            "message": message,
            "timestamp": now.text(),
        });
        self.tell(to, "new_message", vec![new]);
        self.tell(vec![socket], "message_sent", vec![sent]);
        Ok(Vec::new())
    }
}

/// Which field of which session.
fn field(payload: Payload<'_>) -> Result<(String, FieldKey), Refusal> {
    let key = FieldKey {
        step: payload.step()?,
        name: payload.id("field_name")?,
    };
    Ok((payload.id("session_id")?, key))
}
