//! What can stand in braces in a template, and what it stands for.

use serde_json::{Number, Value};
use time::{OffsetDateTime, UtcOffset};

use super::error::FileProblem;
use super::source::Node;
use super::{Context, StepLabel};
use crate::intent::{FieldRef, Intent, IntentKind, StepRef};

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placeholder {
    RoomId,
    MyId,
    MyName,
    MyRole,
    MyStep,
    NowIso,
    NowUnix,
    Credential,
    Step,
    StepLabel,
    FieldName,
    FieldStep,
    Value,
    Message,
}

use Placeholder as P;

const NAMES: [(Placeholder, &str); 14] = [
    (P::RoomId, "room.id"),
    (P::MyId, "me.id"),
    (P::MyName, "me.name"),
    (P::MyRole, "me.role"),
    (P::MyStep, "me.step"),
    (P::NowIso, "now.iso"),
    (P::NowUnix, "now.unix"),
    (P::Credential, "credential"),
    (P::Step, "step"),
    (P::StepLabel, "step.label"),
    (P::FieldName, "field.name"),
    (P::FieldStep, "field.step"),
    (P::Value, "value"),
    (P::Message, "message"),
];

/// Whether something of this kind has what the placeholder stands for. Everything has the record,
/// the person, the time and the credential.
fn fits(placeholder: Placeholder, kind: Option<IntentKind>) -> bool {
    use IntentKind as K;
    match placeholder {
        P::Step | P::StepLabel => kind == Some(K::Step),
        P::FieldName | P::FieldStep => {
            matches!(kind, Some(K::Typing | K::Commit | K::Focus | K::Conflict))
        }
        P::Value => matches!(kind, Some(K::Typing | K::Commit)),
        P::Message => kind == Some(K::Conflict),
        _ => true,
    }
}

/// What templates are filled with.
pub(super) struct Scope<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) intent: Option<&'a Intent>,
    pub(super) credential: Option<&'a str>,
    /// Where this person is taken to be as long as they have not gone anywhere.
    pub(super) start_step: Option<&'a StepRef>,
    pub(super) steps: &'a [StepLabel],
    pub(super) step_numbers_as_text: bool,
}

impl Scope<'_> {
    /// What a placeholder stands for; nothing where there is none.
    pub(super) fn of(&self, placeholder: Placeholder) -> Option<Value> {
        let text = |text: &str| Some(Value::String(text.to_owned()));
        match placeholder {
            P::RoomId => text(self.context.record),
            P::MyId => text(&self.context.me.id),
            P::MyName => text(&self.context.me.name),
            P::MyRole => text(&self.context.me.role),
            P::MyStep => self.my_step().map(|step| self.step(step)),
            P::NowIso => Some(Value::String(iso(self.context.now))),
            P::NowUnix => unix(self.context.now),
            P::Credential => self.credential.and_then(text),
            P::Step => Some(self.step(self.intent_step()?)),
            P::StepLabel => Some(Value::String(self.label(self.intent_step()?))),
            P::FieldName => text(&self.field()?.name),
            P::FieldStep => {
                let step = self.field()?.step.as_ref().or_else(|| self.my_step())?;
                Some(self.step(step))
            }
            P::Value => match self.intent? {
                Intent::Typing { value, .. } | Intent::Commit { value, .. } => Some(value.clone()),
                _ => None,
            },
            P::Message => match self.intent? {
                Intent::Conflict { message, .. } => text(message),
                _ => None,
            },
        }
    }

    fn my_step(&self) -> Option<&StepRef> {
        self.context.step.or(self.start_step)
    }

    fn intent_step(&self) -> Option<&StepRef> {
        match self.intent? {
            Intent::Step { step } => Some(step),
            _ => None,
        }
    }

    fn field(&self) -> Option<&FieldRef> {
        match self.intent? {
            Intent::Typing { field, .. }
            | Intent::Commit { field, .. }
            | Intent::Focus { field }
            | Intent::Conflict { field, .. } => Some(field),
            _ => None,
        }
    }

    fn step(&self, step: &StepRef) -> Value {
        match step {
            StepRef::Index(index) if self.step_numbers_as_text => Value::String(index.to_string()),
            StepRef::Index(index) => Value::from(*index),
            StepRef::Key(key) => Value::String(key.clone()),
        }
    }

    fn label(&self, step: &StepRef) -> String {
        let known = self.steps.iter().find(|known| known.step == *step);
        known.map_or_else(
            || match step {
                StepRef::Index(index) => index.to_string(),
                StepRef::Key(key) => key.clone(),
            },
            |known| known.label.clone(),
        )
    }
}

/// Reads a placeholder that something of a kind can have.
pub(super) fn placeholder(
    node: &Node<'_>,
    name: &str,
    kind: Option<IntentKind>,
) -> Option<Placeholder> {
    let usable = || {
        NAMES
            .iter()
            .filter(|(placeholder, _)| fits(*placeholder, kind))
    };
    if let Some((placeholder, _)) = usable().find(|(_, known)| *known == name) {
        return Some(*placeholder);
    }
    let known: Vec<String> = usable().map(|(_, name)| format!("{{{name}}}")).collect();
    node.fail(FileProblem::UnknownPlaceholder {
        name: name.to_owned(),
        known: known.join(", "),
    })
}

/// As browsers write times: UTC with milliseconds.
fn iso(now: OffsetDateTime) -> String {
    let now = now.to_offset(UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.millisecond()
    )
}

/// Seconds since 1970 with a fraction.
fn unix(now: OffsetDateTime) -> Option<Value> {
    #[allow(clippy::cast_precision_loss)]
    let seconds = now.unix_timestamp() as f64 + f64::from(now.millisecond()) / 1_000.0;
    Number::from_f64(seconds).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_browsers_do() {
        let time = OffsetDateTime::from_unix_timestamp_nanos(1_763_805_600_007_000_000).unwrap();
        assert_eq!(iso(time), "2025-11-22T10:00:00.007Z");
        assert_eq!(
            unix(time),
            Number::from_f64(1_763_805_600.007).map(Value::Number)
        );
    }
}
