//! Into the record's room after every connection, and out of it. A service forgets everything
//! about a client whose connection is lost, so each one begins with a join, the step, and a
//! heartbeat.

use std::time::Instant;

use super::activity::Event;
use super::changes::Part;
use super::connection::Room;
use super::field::Stage;
use super::inputs::Output;
use super::requests::Purpose;
use super::timers::Due;
use super::{Model, keys};
use crate::intent::Intent;
use crate::policy::{
    JOIN_PATIENCE, JOIN_RETRY, MAX_TEXT_CHARS, MIN_INTERVAL, SILENCE_LIMIT, UNHEARD_AFTER,
};
use crate::text;
use crate::view::{ActivityKind, ReasonView};

impl Model {
    pub(super) fn connected(&mut self, link: usize, transport: String) {
        let is_new = self.links.up(link, transport);
        self.changes.touch(Part::Connection);
        if link == self.config.edit_link {
            // A loss that nobody told of.
            self.leave_room();
            self.log(ActivityKind::Connected, Event::default());
            self.missed.returned(self.now);
            self.connections += 1;
            self.enter();
        } else if is_new {
            self.tell(Intent::Join);
        }
    }

    pub(super) fn lost(&mut self, link: usize, attempt: u32, reason: ReasonView) {
        let words = reason.message.clone();
        let was_up = self.links.lost(link, attempt, reason, self.now);
        self.down(link, was_up, ActivityKind::Disconnected, words);
    }

    pub(super) fn refused(&mut self, link: usize, reason: ReasonView, retry_at: Option<Instant>) {
        let words = reason.message.clone();
        let was_up = self.links.refused(link, reason, retry_at);
        self.down(link, was_up, ActivityKind::Refused, words);
    }

    fn down(&mut self, link: usize, was_up: bool, what: ActivityKind, words: String) {
        self.changes.touch(Part::Connection);
        let is_edit_link = link == self.config.edit_link;
        // Each further try of a link that is down already is no news, a refusal is.
        if was_up || (is_edit_link && what == ActivityKind::Refused) {
            let text = Some(words).filter(|words| !words.is_empty());
            self.log(
                what,
                Event {
                    text,
                    ..Event::default()
                },
            );
        }
        if is_edit_link {
            self.leave_room();
        }
    }

    /// Asks to be let in.
    pub(super) fn enter(&mut self) {
        if !self.links.is_up(self.config.edit_link) {
            return;
        }
        self.listed = false;
        self.replayed.clear();
        self.ask(Intent::Join, Purpose::Join);
        self.room = Room::Joining;
        self.timers.set(Due::JoinPatience, self.now + JOIN_PATIENCE);
        if !self.heard_any {
            self.timers
                .set_if_idle(Due::Unheard, self.now + UNHEARD_AFTER);
        }
        if let Some(step) = self.me.step.clone() {
            self.tell(Intent::Step { step });
        }
        self.heartbeat();
        self.changes.touch(Part::Connection);
        self.changes.touch(Part::Staff);
    }

    /// In the room: the service said so, or said nothing for long enough. What it has stored came
    /// before that.
    pub(super) fn entered(&mut self) {
        if !self.room.is_joining() {
            return;
        }
        self.timers.stop(&Due::JoinPatience);
        self.room = Room::Inside;
        self.changes.touch(Part::Connection);
        self.send_what_waits();
        (self.me.told_focus, self.me.focus_told) = (None, None);
        self.tell_focus();
    }

    /// The service said no to the join.
    pub(super) fn denied(&mut self, message: String) {
        self.timers.stop(&Due::JoinPatience);
        self.timers.stop(&Due::Heartbeat);
        self.timers.stop(&Due::Silence);
        let retry_at = self.now + JOIN_RETRY;
        self.timers.set(Due::JoinRetry, retry_at);
        let text = Some(message.clone());
        self.log(
            ActivityKind::Refused,
            Event {
                text,
                ..Event::default()
            },
        );
        self.room = Room::Denied {
            reason: ReasonView {
                code: "collab.joinRefused".to_owned(),
                message: "The service did not let you into this record.".to_owned(),
                details: text::paragraph(&message, MAX_TEXT_CHARS),
            },
            retry_at,
        };
        self.changes.touch(Part::Connection);
    }

    /// The connection is gone, and with it whatever was asked over it.
    pub(super) fn leave_room(&mut self) {
        if matches!(self.room, Room::Outside) {
            return;
        }
        if self.room.is_inside() {
            let staff = self.people_by_name();
            let position = self.queue.position(&self.config.record);
            self.missed.lost(staff, position);
        }
        self.room = Room::Outside;
        self.requests.clear();
        for due in [
            Due::JoinPatience,
            Due::JoinRetry,
            Due::SendRetry,
            Due::Unheard,
            Due::Heartbeat,
            Due::Silence,
        ] {
            self.timers.stop(&due);
        }
        for index in self.pending.clone() {
            let field = self.fields.get_mut(index);
            if let Some(edit) = field.and_then(|field| field.edit.as_mut())
                && matches!(edit.stage, Stage::Sent { .. })
            {
                edit.stage = Stage::InDoubt;
                self.changes.touch_field(index);
            }
        }
        self.changes.touch(Part::Me);
        self.changes.touch(Part::Staff);
    }

    /// Tells that this client is alive, now and as often as the deployment wants it.
    pub(super) fn heartbeat(&mut self) {
        self.tell(Intent::Heartbeat);
        if let Some(every) = self.config.heartbeat {
            let every = every.clamp(MIN_INTERVAL, SILENCE_LIMIT);
            self.timers.set(Due::Heartbeat, self.now + every);
        }
    }

    /// Something known came: the vocabulary fits.
    pub(super) fn heard_something(&mut self) {
        if !std::mem::replace(&mut self.heard_any, true) {
            self.timers.stop(&Due::Unheard);
            if std::mem::take(&mut self.unheard) {
                self.changes.touch(Part::Connection);
            }
        }
    }

    pub(super) fn go_to_step(&mut self, key: &str) {
        let step = keys::step(key);
        if !text::is_id(key) || self.me.step.as_ref() == Some(&step) {
            return;
        }
        self.steps.learn(&step, None);
        self.me.step = Some(step.clone());
        let about = Some(self.steps.label(&step));
        let event = Event {
            about,
            ..self.by_me()
        };
        self.log(ActivityKind::Stepped, event);
        for part in [Part::Me, Part::Staff, Part::Steps] {
            self.changes.touch(part);
        }
        if self.room.is_inside() || self.room.is_joining() {
            self.tell(Intent::Step { step });
        }
    }

    pub(super) fn retry(&mut self) {
        self.outputs.push(Output::ReconnectNow);
        if matches!(self.room, Room::Denied { .. }) {
            self.timers.stop(&Due::JoinRetry);
            self.enter();
        }
    }

    pub(super) fn close(&mut self) {
        if self.room.is_inside() || self.room.is_joining() {
            self.ask(Intent::Leave, Purpose::Leave);
        }
        self.leave_room();
        self.closed = true;
        self.timers.clear();
        self.changes.touch(Part::Connection);
    }
}
