//! The vocabulary of the deployed service, as far as it is known.

use serde_json::{Value, json};

use super::editing::Edit;
use super::moment::Moment;
use super::payload::{Form, Payload};
use super::record::FieldKey;
use super::refusal::Refusal;
use super::vocabularies::{Vocabularies, record_of};
use super::{Answer, Core, SocketId};

const DEPLOYED: Vocabularies = Vocabularies::DEPLOYED;

const JOIN: Form = Form {
    message: "Missing required fields for joining",
    required: &["patient_id", "user"],
};
const LEAVE: Form = Form {
    message: "Missing required fields for leaving",
    required: &["patient_id"],
};
const FIELD: Form = Form {
    message: "Missing required fields for a field update",
    required: &["patient_id", "field", "value"],
};
const STEP: Form = Form {
    message: "Missing required fields for a step update",
    required: &["patient_id", "step"],
};

/// Whether an event is of this vocabulary.
pub(super) fn is_event(event: &str) -> bool {
    matches!(
        event,
        "join_patient_room" | "leave_patient_room" | "field_update" | "step_update"
    )
}

impl Core {
    /// `None` when the event is not of this vocabulary.
    pub(super) fn deployed(
        &mut self,
        now: Moment,
        socket: SocketId,
        event: &str,
        args: &[Value],
    ) -> Option<Answer> {
        Some(match event {
            "join_patient_room" => self.join_patient_room(now, socket, args),
            "leave_patient_room" => self.leave_patient_room(now, socket, args),
            "field_update" => self.field_update(now, socket, args),
            "step_update" => self.step_update(now, socket, args),
            _ => return None,
        })
    }

    fn join_patient_room(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &JOIN)?;
        let id = self.join_with_user(now, socket, payload, DEPLOYED)?;
        Ok(vec![json!({
            "status": "success",
            "room": format!("patient_{id}"),
            "queue_position": self.queue.position(&id),
            "active_users": self.list(&id),
        })])
    }

    fn leave_patient_room(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &LEAVE)?;
        let patient = payload.id("patient_id")?;
        self.heard(socket, DEPLOYED, None);
        self.leave(now, socket, record_of(&patient), DEPLOYED);
        success()
    }

    fn field_update(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &FIELD)?;
        let patient = payload.id("patient_id")?;
        let id = record_of(&patient);
        let key = FieldKey {
            step: payload.step()?,
            name: payload.id("field")?,
        };
        let value = payload.value("value", self.setup.limits.value_bytes)?;
        self.heard(socket, DEPLOYED, Some(id));
        self.touch(now, socket, None);
        let edit = Edit {
            record: id,
            key,
            sent: None,
        };
        self.commit(now, socket, edit, value)?;
        success()
    }

    fn step_update(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &STEP)?;
        let patient = payload.id("patient_id")?;
        let id = record_of(&patient);
        let step = payload.step()?.ok_or(Refusal::WrongType("step"))?;
        let label = payload.name("step_name");
        self.heard(socket, DEPLOYED, Some(id));
        self.touch(now, socket, None);
        self.set_step(now, socket, id, &step, label)?;
        success()
    }
}

fn success() -> Answer {
    Ok(vec![json!({ "status": "success" })])
}
