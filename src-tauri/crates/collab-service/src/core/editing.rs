//! Fields: what is typed, committed, focused and disputed. The last write wins.

use serde_json::{Map, Value, json};

use super::activity::Action;
use super::change::Change;
use super::moment::{self, Moment};
use super::record::{Committed, FieldKey};
use super::refusal::Refusal;
use super::step::step_json;
use super::vocabularies::Vocabularies;
use super::{Core, SocketId};
use crate::stats::Counters;

/// What somebody said about a field.
pub(super) struct Edit<'a> {
    pub record: &'a str,
    pub key: FieldKey,
    /// What they sent, where it is to be passed on as it is; without what the service says itself.
    pub sent: Option<&'a Map<String, Value>>,
}

/// A field and what it is worth, as `live_field_updated` and `field_updated` carry it.
struct Told<'a> {
    record: &'a str,
    key: &'a FieldKey,
    committed: &'a Committed,
}

impl Core {
    /// Takes a value for final: keeps it, and tells the others.
    pub(super) fn commit(
        &mut self,
        now: Moment,
        socket: SocketId,
        edit: Edit<'_>,
        value: Value,
    ) -> Result<(), Refusal> {
        let Edit {
            record: id,
            key,
            sent,
        } = edit;
        let by = self.id_of(socket);
        let limit = self.setup.limits.fields_per_record;
        let number = self.last_commit + 1;
        let record = self.record(id)?;
        if record.fields.len() >= limit && !record.fields.contains_key(&key) {
            return Err(Refusal::TooManyFields(limit));
        }
        let committed = Committed {
            value,
            by,
            at: now.unix_us,
            number,
        };
        record.fields.insert(key.clone(), committed.clone());
        self.last_commit = number;
        Counters::add(&self.counters.commits, 1);
        self.log(now, id, &committed.by, Action::Completed, |entry| {
            entry.step = key.step.clone();
            entry.field = Some(key.name.clone());
            entry.value = Some(committed.value.clone());
        });
        let told = Told {
            record: id,
            key: &key,
            committed: &committed,
        };
        let mut service = sent.cloned().unwrap_or_default();
        service.extend(self.as_service(&told));
        let deployed = self.as_deployed(&told);
        self.tell_others(
            id,
            Vocabularies::SERVICE,
            Some(socket),
            "live_field_updated",
            service.into(),
        );
        self.tell_others(
            id,
            Vocabularies::DEPLOYED,
            Some(socket),
            "field_updated",
            deployed.into(),
        );
        self.changes.push(Change::Field {
            record: id.to_owned(),
            key,
            committed,
        });
        Ok(())
    }

    /// Tells a socket every committed value of a record, in the order in which they came.
    pub(super) fn replay(&mut self, socket: SocketId, id: &str, vocabulary: Vocabularies) {
        let Some(record) = self.records.get(id) else {
            return;
        };
        let mut fields: Vec<_> = record.fields.iter().collect();
        fields.sort_by_key(|(_, committed)| committed.number);
        let told: Vec<_> = fields
            .into_iter()
            .map(|(key, committed)| {
                let told = Told {
                    record: id,
                    key,
                    committed,
                };
                if vocabulary.has(Vocabularies::DEPLOYED) {
                    ("field_updated", self.as_deployed(&told))
                } else {
                    ("live_field_updated", self.as_service(&told))
                }
            })
            .collect();
        for (event, map) in told {
            self.tell(vec![socket], event, vec![map.into()]);
        }
    }

    fn as_service(&self, told: &Told<'_>) -> Map<String, Value> {
        let by = &told.committed.by;
        object(json!({
            "session_id": told.record,
            "step": step_json(told.key.step.as_ref()),
            "field_name": told.key.name,
            "final_value": told.committed.value,
            "user_name": self.staff.name(by),
            "user_id": by,
            "user_role": self.staff.role(by),
            "timestamp": moment::text(told.committed.at),
        }))
    }

    fn as_deployed(&self, told: &Told<'_>) -> Map<String, Value> {
        let by = &told.committed.by;
        object(json!({
            "patient_id": told.record,
            "field": told.key.name,
            "value": told.committed.value,
            "step": step_json(told.key.step.as_ref()),
            "user_id": by,
            "user_name": self.staff.name(by),
            "timestamp": moment::text(told.committed.at),
        }))
    }

    /// Somebody is typing.
    pub(super) fn typing(&mut self, now: Moment, socket: SocketId, edit: &Edit<'_>) {
        let step = edit.key.step.as_ref().map(plain);
        let id = format!(
            "typing_{}_{}_{}_{}",
            edit.record,
            step.unwrap_or_default(),
            edit.key.name,
            now.unix_seconds()
        );
        let own = [("event_id", Value::from(id))];
        self.pass_on(now, socket, edit, "live_field_typing", own);
    }

    /// Somebody's focus is in a field now.
    pub(super) fn focus(&mut self, now: Moment, socket: SocketId, edit: &Edit<'_>) {
        self.pass_on(now, socket, edit, "user_cursor_moved", []);
    }

    fn pass_on<const N: usize>(
        &mut self,
        now: Moment,
        socket: SocketId,
        edit: &Edit<'_>,
        event: &'static str,
        own: [(&str, Value); N],
    ) {
        let by = self.id_of(socket);
        let mut map = edit.sent.cloned().unwrap_or_default();
        map.insert("session_id".to_owned(), edit.record.into());
        map.insert("user_name".to_owned(), self.staff.name(&by).into());
        map.insert("user_role".to_owned(), self.staff.role(&by).into());
        map.insert("user_id".to_owned(), by.into());
        map.insert("timestamp".to_owned(), now.text().into());
        map.extend(own.map(|(key, value)| (key.to_owned(), value)));
        self.tell_others(
            edit.record,
            Vocabularies::SERVICE,
            Some(socket),
            event,
            map.into(),
        );
    }

    /// Somebody's client found two people at one field. All are told, the sender too: that is how
    /// it learns the id.
    pub(super) fn conflict(&mut self, now: Moment, socket: SocketId, edit: &Edit<'_>) {
        let by = self.id_of(socket);
        let id = format!(
            "conflict_{}_{}_{}",
            edit.record,
            edit.key.name,
            now.unix_seconds()
        );
        self.log(now, edit.record, &by, Action::Conflict, |entry| {
            entry.step = edit.key.step.clone();
            entry.field = Some(edit.key.name.clone());
        });
        let mut map = edit.sent.cloned().unwrap_or_default();
        map.insert("session_id".to_owned(), edit.record.into());
        map.insert("detecting_user".to_owned(), by.into());
        map.insert("timestamp".to_owned(), now.text().into());
        map.insert("conflict_id".to_owned(), id.into());
        self.tell_others(
            edit.record,
            Vocabularies::SERVICE,
            None,
            "collaborative_conflict",
            map.into(),
        );
    }
}

fn plain(step: &super::step::Step) -> String {
    match step {
        super::step::Step::Index(index) => index.to_string(),
        super::step::Step::Key(key) => key.clone(),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
