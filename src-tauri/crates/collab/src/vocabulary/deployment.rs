//! A deployment: what is spoken where, ready to speak.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::coverage::unread;
use super::decode::apply;
use super::form::Op;
use super::incoming::Binding;
use super::outgoing::Saying;
use super::placeholder::Placeholder;
use super::room::is_elsewhere;
use super::vocabulary_file::Vocabulary;
use super::{AckAnswer, Context, Decoded, Link, Outgoing, notification};
use crate::intent::{FieldRef, Intent, IntentKind, StepRef};
use crate::operation::Operation;
use crate::policy::{HEARTBEAT_EVERY, MAX_TEXT_CHARS};
use crate::text::paragraph;
use crate::view::OffersView;

/// One or several links, their vocabularies, and what people call things there.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Deployment {
    /// Name, as profiles and links use it.
    pub name: String,
    /// The connections that belong to it.
    pub links: Vec<Link>,
    /// Its steps in their order.
    pub steps: Vec<StepLabel>,
    /// Its fields in their order; others may turn up.
    pub fields: Vec<FieldLabel>,
    /// Silence after which somebody counts as away.
    pub away_after: Duration,
    /// Whether the states of steps mean anything. The only known service sends a constant.
    pub trusts_step_states: bool,
    /// Where a person is taken to be as long as they have not gone anywhere.
    pub start_step: Option<StepRef>,
    /// Whether events that no vocabulary knows are shown as notifications.
    pub notifies_unknown: bool,
}

/// What people call a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLabel {
    /// The step.
    pub step: StepRef,
    /// Its label.
    pub label: String,
}

/// What people call a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLabel {
    /// The field.
    pub field: FieldRef,
    /// Its label.
    pub label: String,
}

impl Deployment {
    /// Gives templates the credential for which they have `{credential}`. It is kept out of
    /// `Debug`.
    pub fn set_credential(&mut self, credential: Option<&str>) {
        for link in &mut self.links {
            link.credential = credential.map(str::to_owned);
        }
    }

    /// Names of all vocabularies, in order.
    pub fn vocabularies(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.links.iter().flat_map(Link::vocabularies) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// What there are words for.
    pub fn offers(&self) -> OffersView {
        let hears = |ops: &[Op]| {
            let mut bindings = self
                .spoken()
                .flat_map(|known| known.events.values().flatten());
            bindings.any(|binding| ops.contains(&binding.op))
        };
        OffersView {
            presence: hears(&[Op::PresenceUpsert, Op::PresenceReplace]),
            steps: self.says(IntentKind::Step) || hears(&[Op::PresenceStep]),
            queue: hears(&[Op::QueueReplace]),
            fields: self.says(IntentKind::Commit) || hears(&[Op::FieldCommit]),
            typing: self.says(IntentKind::Typing),
            focus: self.says(IntentKind::Focus),
            notifications: self.notifies_unknown || hears(&[Op::NotificationAdd]),
        }
    }

    /// Whether a vocabulary has a word for an intent.
    pub fn says(&self, kind: IntentKind) -> bool {
        self.links.iter().any(|link| link.says(kind))
    }

    /// The shortest interval that a vocabulary wants between heartbeats; none where there is no
    /// word for one.
    pub fn heartbeat_every(&self) -> Option<Duration> {
        self.spoken()
            .flat_map(|known| &known.sayings)
            .filter(|saying| saying.kind == IntentKind::Heartbeat)
            .map(|saying| saying.every.unwrap_or(HEARTBEAT_EVERY))
            .min()
    }

    /// Whether anything that is said here names this person.
    pub fn wants_identity(&self) -> bool {
        let handshakes = self.links.iter().flat_map(|link| {
            let query = link.query.iter().map(|(_, template)| template);
            query.chain(&link.auth)
        });
        let sayings = self.spoken().flat_map(|known| &known.sayings);
        let mut templates = handshakes.chain(sayings.flat_map(Saying::args));
        templates.any(|template| template.has(Placeholder::MyId))
    }

    /// Whether a field is told by its step and its name, not by its name alone. One that this
    /// person adds must then have a step, or others will take it for another one.
    pub fn fields_have_steps(&self) -> bool {
        let mut bindings = self
            .spoken()
            .flat_map(|known| known.events.values().flatten());
        bindings.any(|binding| {
            matches!(binding.op, Op::FieldCommit | Op::FieldDraft)
                && binding.paths("step").is_some()
        })
    }

    /// Whether a vocabulary of a link names an event.
    pub fn knows(&self, link: usize, event: &str) -> bool {
        let link = self.links.get(link);
        link.is_some_and(|link| link.meanings(event).is_some())
    }

    /// The events that say an intent, none where there is no word for it.
    pub fn encode(&self, intent: &Intent, context: &Context<'_>) -> Vec<Outgoing> {
        let mut outgoing = Vec::new();
        for (index, link) in self.links.iter().enumerate() {
            for known in &link.vocabularies {
                let scope = link.scope(
                    context,
                    Some(intent),
                    &self.steps,
                    known.step_numbers_as_text,
                );
                let sayings = known.sayings.iter();
                let fitting = sayings.filter(|saying| saying.kind == intent.kind());
                outgoing.extend(fitting.map(|saying| saying.fill(index, &scope)));
            }
        }
        outgoing
    }

    /// What an event of a link means. Never panics, whatever came.
    pub fn decode(
        &self,
        link: usize,
        event: &str,
        args: &[Value],
        context: &Context<'_>,
    ) -> Decoded {
        let mut decoded = Decoded::default();
        let payload = args.first().unwrap_or(&Value::Null);
        let Some(link) = self.links.get(link) else {
            return decoded;
        };
        let Some(meanings) = link.meanings(event) else {
            if self.notifies_unknown {
                let row = notification::unknown(event, payload);
                decoded.operations.push(Operation::NotificationAdd(row));
            }
            return decoded;
        };
        decoded.known = true;
        let scope = link.scope(context, None, &[], false);
        for binding in meanings {
            if is_elsewhere(&binding.room, payload, &scope) {
                decoded.elsewhere = true;
            } else {
                apply(binding, event, payload, &mut decoded);
            }
        }
        decoded.elsewhere &= decoded.operations.is_empty();
        decoded
    }

    /// What the ack of an intent means, in any of the shapes in use: no argument, `null`, an object
    /// with or without `status`. Only `status: "error"` is a refusal.
    pub fn decode_ack(
        &self,
        kind: IntentKind,
        args: &[Value],
        _context: &Context<'_>,
    ) -> AckAnswer {
        let payload = args.first().unwrap_or(&Value::Null);
        if payload.get("status").and_then(Value::as_str) == Some("error") {
            let message = payload.get("message").and_then(Value::as_str);
            return AckAnswer::Refused {
                message: paragraph(message.unwrap_or_default(), MAX_TEXT_CHARS),
            };
        }
        let mut decoded = Decoded::default();
        for binding in self.answers(kind) {
            apply(binding, "", payload, &mut decoded);
        }
        AckAnswer::Ok {
            operations: decoded.operations,
        }
    }

    /// Paths of a payload that nothing reads and that no vocabulary lists as `ignored`: what would
    /// be lost of it. Of an unknown event, everything.
    pub fn unread(&self, link: usize, event: &str, args: &[Value]) -> Vec<String> {
        let meanings = self.links.get(link).and_then(|link| link.meanings(event));
        unread(meanings.unwrap_or_default().iter(), args)
    }

    /// As [`Deployment::unread`], of the ack of an intent.
    pub fn unread_ack(&self, kind: IntentKind, args: &[Value]) -> Vec<String> {
        let mut lost = unread(self.answers(kind), args);
        lost.retain(|path| path != "$.status" && path != "$.message");
        lost
    }

    fn spoken(&self) -> impl Iterator<Item = &Vocabulary> {
        let links = self.links.iter();
        links.flat_map(|link| link.vocabularies.iter().map(Arc::as_ref))
    }

    fn answers(&self, kind: IntentKind) -> impl Iterator<Item = &Binding> {
        self.spoken()
            .flat_map(|known| &known.sayings)
            .filter(move |saying| saying.kind == kind)
            .flat_map(|saying| &saying.answer)
    }
}
