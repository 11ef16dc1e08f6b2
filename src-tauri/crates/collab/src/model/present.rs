//! The view, in parts: what changed since a version.

use super::changes::Part;
use super::field::{Field, Stage};
use super::fields::FieldIndex;
use super::queue::Entry;
use super::{Model, keys};
use crate::operation::StaffId;
use crate::view::{
    CollabConnectionView, CollabSelfView, CollabUpdate, ConflictView, Delivery, DraftView,
    FieldView, MineView, MissedView, QueueEntryView, QueueView, RecordView, StaffStatus, StaffView,
    StepView,
};

impl Model {
    pub(super) fn present(&self, since: u64) -> CollabUpdate {
        let whole = since == 0 || since > self.changes.version();
        let since = if whole { 0 } else { since };
        let part = |part| whole || self.changes.is_newer(part, since);
        CollabUpdate {
            version: self.changes.version(),
            whole,
            record: whole.then(|| self.record_view()),
            connection: part(Part::Connection).then(|| self.connection_view()),
            me: part(Part::Me).then(|| self.self_view()),
            staff: part(Part::Staff).then(|| self.staff_view()),
            steps: part(Part::Steps).then(|| self.steps_view()),
            queue: part(Part::Queue).then(|| self.queue_view()),
            fields: self.fields_view(since, whole),
            removed_fields: Vec::new(),
            notifications: part(Part::Notifications).then(|| self.notifications.list()),
            activity: self.activity.since(since),
            missed: part(Part::Missed).then(|| self.missed_view()),
        }
    }

    fn record_view(&self) -> RecordView {
        RecordView {
            id: self.config.record.clone(),
            host: self.config.host.clone(),
            vocabularies: self.config.vocabularies.clone(),
            offers: self.config.offers,
        }
    }

    fn connection_view(&self) -> CollabConnectionView {
        if self.closed {
            return CollabConnectionView::Closed;
        }
        self.links.view(&self.room, self.unheard, &self.clock)
    }

    fn self_view(&self) -> CollabSelfView {
        let waits = |index: &&FieldIndex| {
            let edit = self
                .fields
                .get(**index)
                .and_then(|field| field.edit.as_ref());
            edit.is_some_and(|edit| matches!(edit.stage, Stage::Waiting | Stage::InDoubt))
        };
        let waiting = self.pending.iter().filter(waits).count();
        CollabSelfView {
            id: self.config.me.clone(),
            name: self.config.name.clone(),
            role: self.config.role.clone(),
            step: self.me.step.as_ref().map(keys::of_step),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        }
    }

    fn staff_view(&self) -> Vec<StaffView> {
        let step_label = |step| self.steps.label(step);
        let key_of = |index| Some(self.fields.get(index)?.key.clone());
        let connected = self.links.is_up(self.config.edit_link);
        let me = StaffView {
            id: self.config.me.clone(),
            name: Some(self.config.name.clone()),
            role: Some(self.config.role.clone()),
            is_self: true,
            status: if connected {
                StaffStatus::Active
            } else {
                StaffStatus::Away
            },
            sockets: self.presence.own_sockets(),
            step: self.me.step.as_ref().map(keys::of_step),
            step_label: self.me.step.as_ref().map(step_label),
            editing: self.me.focus.and_then(key_of),
            since_ms: self.clock.ms(self.me.since),
            seen_ms: self.clock.ms(self.me.active),
        };
        let others = self.presence.by_arrival().into_iter();
        let others = others.map(|(id, person)| StaffView {
            id: id.clone(),
            name: self.directory.name(id).map(str::to_owned),
            role: self.directory.role(id).map(str::to_owned),
            is_self: false,
            status: person.status(self.now),
            sockets: person.sockets,
            step: person.step.as_ref().map(keys::of_step),
            step_label: person.step.as_ref().map(step_label),
            editing: self.focuses.of(id).and_then(key_of),
            since_ms: self.clock.ms(person.since),
            seen_ms: self.clock.ms(person.seen_shown),
        });
        std::iter::once(me).chain(others).collect()
    }

    fn steps_view(&self) -> Vec<StepView> {
        let steps = self.steps.iter().map(|step| {
            let at = Some(&step.step);
            let me = (self.me.step.as_ref() == at).then(|| self.config.me.clone());
            let others = self.presence.by_arrival().into_iter();
            let others = others.filter(|(_, person)| person.step.as_ref() == at);
            let mut staff: Vec<StaffId> = me.into_iter().collect();
            staff.extend(others.map(|(id, _)| id.clone()));
            for id in &step.staff {
                if !staff.contains(id) {
                    staff.push(id.clone());
                }
            }
            StepView {
                key: keys::of_step(&step.step),
                label: self.steps.label(&step.step),
                state: step.state.clone(),
                staff,
            }
        });
        steps.collect()
    }

    fn queue_view(&self) -> QueueView {
        let entry = |entry: &Entry| QueueEntryView {
            key: entry.key.clone(),
            record: entry.record.clone(),
            name: entry.name.clone(),
            position: entry.position,
            step_label: entry.step.as_ref().map(|step| self.steps.label(step)),
            priority: entry.priority,
            staff: entry
                .staff
                .iter()
                .map(|id| self.directory.called(id))
                .collect(),
            is_own: entry.record == self.config.record,
        };
        QueueView {
            entries: self.queue.entries.iter().map(entry).collect(),
            heard_ms: self.queue.heard.map(|at| self.clock.ms(at)),
            own_position: self.queue.position(&self.config.record),
        }
    }

    fn fields_view(&self, since: u64, whole: bool) -> Vec<FieldView> {
        if whole {
            return self
                .fields
                .all()
                .map(|(_, field)| self.field_view(field))
                .collect();
        }
        let changed = self.changes.fields_since(since);
        let changed = changed.filter_map(|index| self.fields.get(index));
        changed.map(|field| self.field_view(field)).collect()
    }

    fn field_view(&self, field: &Field) -> FieldView {
        let draft = |draft: &super::field::Draft| DraftView {
            staff: draft.by.clone(),
            name: self.directory.called(&draft.by),
            text: draft.value.text().to_owned(),
        };
        FieldView {
            key: field.key.clone(),
            name: field.at.name.clone(),
            label: field.label.clone(),
            step: field.at.step.as_ref().map(keys::of_step),
            value: field.known.as_ref().map(|known| known.text().to_owned()),
            cut: field.known.as_ref().is_some_and(|known| !known.is_whole()),
            by: field.by.as_ref().map(|by| self.directory.called(by)),
            changed_ms: field.changed.map(|at| self.clock.ms(at)),
            mine: mine_view(field),
            drafts: field.drafts.iter().map(draft).collect(),
            focus: field.focus.clone(),
            conflict: self.conflict_view(field),
        }
    }

    fn conflict_view(&self, field: &Field) -> Option<ConflictView> {
        let conflict = field.conflict.as_ref()?;
        let with = conflict.with.as_ref();
        Some(ConflictView {
            kind: conflict.kind,
            mine: conflict.mine.clone(),
            theirs: conflict.theirs.text().to_owned(),
            with: with
                .map(|with| self.directory.called(with))
                .unwrap_or_default(),
        })
    }

    fn missed_view(&self) -> Vec<MissedView> {
        let mut missed = Vec::new();
        for (index, change) in &self.missed.fields {
            if let Some(field) = self.fields.get(*index) {
                missed.push(MissedView::Field {
                    field: field.key.clone(),
                    label: field.label.clone(),
                    before: change.before.clone(),
                    now: change.now.clone(),
                });
            }
        }
        let who = |who: &String| MissedView::Joined { who: who.clone() };
        missed.extend(self.missed.joined.values().map(who));
        let who = |who: &String| MissedView::Left { who: who.clone() };
        missed.extend(self.missed.left.values().map(who));
        if let Some((before, now)) = self.missed.queue {
            missed.push(MissedView::QueueMoved { before, now });
        }
        missed
    }
}

fn mine_view(field: &Field) -> Option<MineView> {
    if let Some(draft) = &field.draft {
        return Some(MineView {
            text: draft.clone(),
            delivery: Delivery::Typing,
        });
    }
    let edit = field.edit.as_ref()?;
    Some(MineView {
        text: edit.text.clone(),
        delivery: match edit.stage {
            Stage::Waiting | Stage::InDoubt => Delivery::Waiting,
            Stage::Sent { .. } => Delivery::Sent,
            Stage::Unconfirmed => Delivery::Unconfirmed,
            Stage::Refused => Delivery::Refused,
        },
    })
}
