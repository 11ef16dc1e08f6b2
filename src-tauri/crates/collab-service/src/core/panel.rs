//! The vocabulary of the screening panel.

use serde_json::Value;

use super::moment::Moment;
use super::payload::{Form, Payload};
use super::queue::Priority;
use super::refusal::Refusal;
use super::vocabularies::{Vocabularies, record_of};
use super::{Answer, Core, SocketId};

const PANEL: Vocabularies = Vocabularies::PANEL;

const JOIN: Form = Form {
    message: "Invalid screening collaboration data",
    required: &["patient_id", "user"],
};
const STEP: Form = Form {
    message: "Missing required fields for step change",
    required: &["user_id", "step", "patient_id"],
};
const HEARTBEAT: Form = Form {
    message: "Missing required fields for heartbeat",
    required: &["user_id"],
};
const LEAVE: Form = Form {
    message: "Missing required fields for leaving",
    required: &["patient_id"],
};

impl Core {
    /// `None` when the event is not of this vocabulary.
    pub(super) fn panel(
        &mut self,
        now: Moment,
        socket: SocketId,
        event: &str,
        args: &[Value],
    ) -> Option<Answer> {
        Some(match event {
            "join_screening" => self.join_screening(now, socket, args),
            "step_change" => self.step_change(now, socket, args),
            "user_heartbeat" => self.user_heartbeat(now, socket, args),
            "leave_screening" => self.leave_screening(now, socket, args),
            _ => return None,
        })
    }

    fn join_screening(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &JOIN)?;
        let id = self.join_with_user(now, socket, payload, PANEL)?;
        let record = self.records.get(&id);
        if record.is_some_and(|record| !record.steps.is_empty()) {
            let steps = self.steps(&id);
            self.tell(vec![socket], "step_status_updated", vec![steps]);
        }
        Ok(Vec::new())
    }

    /// What both vocabularies with presence do to join: the record that was joined.
    pub(super) fn join_with_user(
        &mut self,
        now: Moment,
        socket: SocketId,
        payload: Payload<'_>,
        vocabulary: Vocabularies,
    ) -> Result<String, Refusal> {
        let patient = payload.id("patient_id")?;
        let id = record_of(&patient);
        let user = payload.object("user")?;
        let step = user.step()?;
        let priority = payload.name("priority");
        let staff = user.id("user_id")?;
        let (name, role) = (user.name("name"), user.name("role"));
        self.identify(now, socket, &staff, name.as_deref(), role.as_deref());
        self.enter(now, socket, id, vocabulary, step.clone())?;
        self.heard(socket, vocabulary, Some(id));
        if vocabulary == Vocabularies::DEPLOYED {
            self.replay(socket, id, vocabulary);
        }
        let priority = priority.and_then(|name| Priority::named(&name));
        self.enqueue(now, socket, id, priority, step);
        Ok(id.to_owned())
    }

    fn step_change(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &STEP)?;
        let patient = payload.id("patient_id")?;
        let staff = payload.id("user_id")?;
        let step = payload.step()?.ok_or(Refusal::WrongType("step"))?;
        let label = payload.name("step_name");
        self.name_guest(now, socket, &staff);
        let id = record_of(&patient);
        self.heard(socket, PANEL, Some(id));
        self.touch(now, socket, None);
        self.set_step(now, socket, id, &step, label)?;
        Ok(Vec::new())
    }

    fn user_heartbeat(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &HEARTBEAT)?;
        let staff = payload.id("user_id")?;
        let step = payload.step()?;
        self.name_guest(now, socket, &staff);
        self.heard(socket, PANEL, None);
        self.touch(now, socket, step.as_ref());
        for id in self.records_of(socket) {
            self.ask_list(now, &id, None);
        }
        Ok(Vec::new())
    }

    fn leave_screening(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        let payload = Payload::read(args, &LEAVE)?;
        let patient = payload.id("patient_id")?;
        self.heard(socket, PANEL, None);
        self.leave(now, socket, record_of(&patient), PANEL);
        Ok(Vec::new())
    }

    /// Somebody who has not said who they are says it in passing.
    fn name_guest(&mut self, now: Moment, socket: SocketId, staff: &str) {
        let client = self.clients.get(&socket);
        if client.is_some_and(|client| !client.is_named) {
            self.identify(now, socket, staff, None, None);
        }
    }
}
