//! From a payload to operations. Unchecked input: every text is cut, every list has an end, and
//! what does not fit is left out and told.

use serde_json::Value;

use super::Decoded;
use super::form::Op;
use super::incoming::{Binding, StaffList};
use super::notification;
use super::path::{Part, Path, Paths};
use crate::intent::FieldRef;
use crate::operation::{Operation, PresenceRow, QueueRow, StaffId, StepRow};
use crate::policy::{MAX_QUEUE, MAX_STAFF, MAX_STEPS, MAX_TEXT_CHARS};
use crate::text;

/// Adds what one meaning of an event says. A wrong required key drops it, and in a list the entry.
pub(super) fn apply(binding: &Binding, event: &str, payload: &Value, decoded: &mut Decoded) {
    let operations = &mut decoded.operations;
    let dropped = match binding.op {
        Op::PresenceReplace => {
            let (rows, dropped) = rows(binding, payload, MAX_STAFF, |item| person(binding, item));
            operations.extend(rows.map(Operation::PresenceReplace));
            dropped
        }
        Op::StepReplace => {
            let (rows, dropped) = rows(binding, payload, MAX_STEPS, |item| {
                learn_listed(binding, item, operations);
                step_row(binding, item)
            });
            operations.extend(rows.map(Operation::StepReplace));
            dropped
        }
        Op::QueueReplace => {
            let (rows, dropped) = rows(binding, payload, MAX_QUEUE, |item| {
                learn_listed(binding, item, operations);
                queue_row(binding, item)
            });
            operations.extend(rows.map(Operation::QueueReplace));
            dropped
        }
        _ => single(binding, event, payload, operations)
            .err()
            .map(|path| path.to_string()),
    };
    decoded.dropped = decoded.dropped.take().or(dropped);
}

/// The entries of the list that fit, and the path of the first key that does not.
fn rows<T>(
    binding: &Binding,
    payload: &Value,
    most: usize,
    mut row: impl FnMut(&Value) -> Result<T, Path>,
) -> (Option<Vec<T>>, Option<String>) {
    let each = binding.each.clone().unwrap_or_else(Path::whole);
    let Some(list) = each.of(payload).and_then(Value::as_array) else {
        return (None, Some(each.to_string()));
    };
    let mut dropped = None;
    let mut rows = Vec::with_capacity(list.len().min(most));
    for (index, item) in list.iter().enumerate() {
        if rows.len() == most {
            break;
        }
        match row(item) {
            Ok(row) => rows.push(row),
            Err(path) if dropped.is_none() => {
                let entry = each.join(&[Part::Index(index)]);
                dropped = Some(entry.join(path.parts()).to_string());
            }
            Err(_) => {}
        }
    }
    (Some(rows), dropped)
}

/// Everything that is no list.
fn single(
    binding: &Binding,
    event: &str,
    payload: &Value,
    operations: &mut Vec<Operation>,
) -> Result<(), Path> {
    let operation = match binding.op {
        Op::PresenceUpsert => Operation::PresenceUpsert(person(binding, payload)?),
        Op::PresenceRemove => Operation::PresenceRemove {
            staff: id(binding, "staff", payload)?,
        },
        Op::PresenceStep => {
            let staff = id(binding, "staff", payload)?;
            let paths = required(binding, "step")?;
            let step = paths.step(payload).ok_or_else(|| paths.first())?;
            learn(binding, &staff, payload, operations);
            Operation::PresenceStep {
                staff,
                step,
                label: label(binding, "label", payload),
            }
        }
        Op::StaffLearn => {
            let staff = id(binding, "staff", payload)?;
            learn(binding, &staff, payload, operations);
            return Ok(());
        }
        Op::FieldDraft => {
            let (field, value) = (field(binding, payload)?, value(binding, payload)?);
            let by = id(binding, "by", payload)?;
            learn(binding, &by, payload, operations);
            Operation::FieldDraft {
                field,
                value,
                by,
                server_time: label(binding, "server_time", payload),
            }
        }
        Op::FieldCommit => {
            let (field, value) = (field(binding, payload)?, value(binding, payload)?);
            Operation::FieldCommit {
                field,
                value,
                by: learned_by(binding, payload, operations),
                server_time: label(binding, "server_time", payload),
            }
        }
        Op::FieldFocus => {
            let field = field(binding, payload)?;
            let by = id(binding, "by", payload)?;
            learn(binding, &by, payload, operations);
            Operation::FieldFocus { field, by }
        }
        Op::FieldConflict => Operation::FieldConflict {
            field: field(binding, payload)?,
            by: learned_by(binding, payload, operations),
            id: label(binding, "id", payload),
            message: binding
                .paths("message")
                .and_then(|paths| paths.text(payload))
                .map(|text| text::paragraph(text, MAX_TEXT_CHARS)),
        },
        Op::NotificationAdd => match notification::row(binding, event, payload) {
            Some(row) => Operation::NotificationAdd(row),
            // Nothing to show is no mistake.
            None => Operation::LinkAlive,
        },
        Op::RoomEntered => Operation::RoomEntered,
        Op::RoomLeft => Operation::RoomLeft,
        Op::RecordUpdated => Operation::RecordUpdated {
            what: label(binding, "what", payload).unwrap_or_else(|| text::label(event)),
        },
        Op::LinkAlive => Operation::LinkAlive,
        Op::LinkError => {
            let paths = required(binding, "message")?;
            let message = paths.text(payload).ok_or_else(|| paths.first())?;
            Operation::LinkError {
                message: text::paragraph(message, MAX_TEXT_CHARS),
            }
        }
        Op::None | Op::PresenceReplace | Op::StepReplace | Op::QueueReplace => return Ok(()),
    };
    operations.push(operation);
    Ok(())
}

fn required<'b>(binding: &'b Binding, key: &str) -> Result<&'b Paths, Path> {
    binding.paths(key).ok_or_else(Path::whole)
}

fn id(binding: &Binding, key: &str, item: &Value) -> Result<StaffId, Path> {
    let paths = required(binding, key)?;
    let id = paths.id(item).ok_or_else(|| paths.first())?;
    Ok(id.to_owned())
}

fn value(binding: &Binding, payload: &Value) -> Result<Value, Path> {
    let paths = required(binding, "value")?;
    paths.value(payload).cloned().ok_or_else(|| paths.first())
}

fn field(binding: &Binding, payload: &Value) -> Result<FieldRef, Path> {
    Ok(FieldRef {
        step: binding.paths("step").and_then(|paths| paths.step(payload)),
        name: id(binding, "field", payload)?,
    })
}

/// A short text or a number, as text for people.
fn label(binding: &Binding, key: &str, item: &Value) -> Option<String> {
    let text = binding.paths(key)?.text_or_number(item)?;
    Some(text::label(&text)).filter(|text| !text.is_empty())
}

/// A name for people. A service that knows none says `Unknown`.
fn name(paths: Option<&Paths>, item: &Value) -> Option<String> {
    let name = text::name(paths?.text(item)?);
    (!name.is_empty() && name != "Unknown").then_some(name)
}

fn role(paths: Option<&Paths>, item: &Value) -> Option<String> {
    let role = text::name(paths?.text(item)?);
    (!role.is_empty()).then_some(role)
}

fn person(binding: &Binding, item: &Value) -> Result<PresenceRow, Path> {
    Ok(PresenceRow {
        staff: id(binding, "staff", item)?,
        name: name(binding.paths("name"), item),
        role: role(binding.paths("role"), item),
        step: binding.paths("step").and_then(|paths| paths.step(item)),
        status: label(binding, "status", item),
        last_activity: label(binding, "last_activity", item),
    })
}

fn step_row(binding: &Binding, item: &Value) -> Result<StepRow, Path> {
    let paths = required(binding, "step")?;
    Ok(StepRow {
        step: paths.step(item).ok_or_else(|| paths.first())?,
        label: label(binding, "label", item),
        state: label(binding, "state", item),
        staff: listed(binding.staff.as_ref(), item),
        estimate: label(binding, "estimate", item),
    })
}

fn queue_row(binding: &Binding, item: &Value) -> Result<QueueRow, Path> {
    Ok(QueueRow {
        record: id(binding, "patient", item)?,
        name: name(binding.paths("name"), item),
        position: binding
            .paths("position")
            .and_then(|paths| paths.integer(item)),
        step: binding.paths("step").and_then(|paths| paths.step(item)),
        priority: label(binding, "priority", item),
        staff: listed(binding.staff.as_ref(), item),
        estimated_completion: label(binding, "estimated_completion", item),
        created_at: label(binding, "created_at", item),
    })
}

/// The people of a list inside an entry.
fn listed(list: Option<&StaffList>, item: &Value) -> Vec<StaffId> {
    let ids = people(list, item).map(|(_, id)| id.to_owned());
    ids.collect()
}

/// The entries of a list of people with their ids.
fn people<'v>(
    list: Option<&'v StaffList>,
    item: &'v Value,
) -> impl Iterator<Item = (&'v Value, &'v str)> {
    let entries = list
        .and_then(|list| list.each.of(item))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    entries
        .iter()
        .filter_map(move |entry| Some((entry, list?.id.id(entry)?)))
        .take(MAX_STAFF)
}

/// Teaches the names in a list of people.
fn learn_listed(binding: &Binding, item: &Value, operations: &mut Vec<Operation>) {
    let list = binding.staff.as_ref();
    for (entry, id) in people(list, item) {
        let name = name(list.and_then(|list| list.name.as_ref()), entry);
        let role = role(list.and_then(|list| list.role.as_ref()), entry);
        push_learned(id, name, role, operations);
    }
}

/// Teaches the name and role that an event has beside a person's id.
fn learn(binding: &Binding, staff: &str, payload: &Value, operations: &mut Vec<Operation>) {
    let name = name(binding.paths("name"), payload);
    let role = role(binding.paths("role"), payload);
    push_learned(staff, name, role, operations);
}

fn learned_by(
    binding: &Binding,
    payload: &Value,
    operations: &mut Vec<Operation>,
) -> Option<StaffId> {
    let by = id(binding, "by", payload).ok()?;
    learn(binding, &by, payload, operations);
    Some(by)
}

fn push_learned(
    staff: &str,
    name: Option<String>,
    role: Option<String>,
    operations: &mut Vec<Operation>,
) {
    if name.is_some() || role.is_some() {
        operations.push(Operation::StaffLearn {
            staff: staff.to_owned(),
            name,
            role,
        });
    }
}
