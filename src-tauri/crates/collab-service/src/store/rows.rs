//! Changes as rows, and back.

use rusqlite::{Connection, Row, Transaction, params};

use crate::core::{
    Action, Change, Committed, Completion, Entry, FieldKey, Priority, QueueEntry, Step, StepState,
};

/// Writes changes in one transaction.
pub(super) fn write(connection: &mut Connection, changes: &[Change]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for change in changes {
        write_one(&transaction, change)?;
    }
    transaction.commit()
}

fn write_one(transaction: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::Staff { id, name, role } => {
            transaction.execute(
                "INSERT OR REPLACE INTO staff VALUES (?1, ?2, ?3)",
                params![id, name, role],
            )?;
        }
        Change::Field {
            record,
            key,
            committed,
        } => {
            transaction.execute(
                "INSERT OR REPLACE INTO fields VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    record,
                    step_text(key.step.as_ref()),
                    key.name,
                    committed.value_text(),
                    committed.by,
                    committed.at,
                    committed.number.cast_signed(),
                ],
            )?;
        }
        Change::Step {
            record,
            step,
            state,
        } => {
            transaction.execute(
                "INSERT OR REPLACE INTO steps VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    record,
                    step_text(Some(step)),
                    state.label,
                    state.completion.name(),
                    state.at,
                ],
            )?;
        }
        Change::Queued(entry) => {
            transaction.execute(
                "INSERT OR REPLACE INTO queue VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    entry.record,
                    entry.priority.name(),
                    step_text(entry.step.as_ref()),
                    entry.arrival.cast_signed(),
                    entry.created_at,
                ],
            )?;
        }
        Change::Unqueued { record } => {
            transaction.execute("DELETE FROM queue WHERE record = ?1", params![record])?;
        }
        Change::Activity {
            record,
            entry,
            forget,
        } => {
            if let Some(forget) = forget {
                transaction.execute(
                    "DELETE FROM activity WHERE record = ?1 AND seq <= ?2",
                    params![record, forget.cast_signed()],
                )?;
            }
            transaction.execute(
                "INSERT OR REPLACE INTO activity VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    record,
                    entry.seq.cast_signed(),
                    entry.at,
                    entry.by,
                    entry.action.name(),
                    step_text(entry.step.as_ref()),
                    entry.field,
                    entry.value.as_ref().map(ToString::to_string),
                ],
            )?;
        }
    }
    Ok(())
}

/// Everything that is kept. Rows that make no sense are left out.
pub(super) fn load(connection: &Connection) -> rusqlite::Result<Vec<Change>> {
    let mut kept = Vec::new();
    let tables: [(&str, ReadRow); 5] = [
        ("SELECT * FROM staff ORDER BY id", staff),
        ("SELECT * FROM fields ORDER BY number", field),
        ("SELECT * FROM steps ORDER BY at", step),
        ("SELECT * FROM queue ORDER BY arrival", queued),
        ("SELECT * FROM activity ORDER BY record, seq", activity),
    ];
    let mut senseless = 0_u64;
    for (select, read) in tables {
        let mut statement = connection.prepare(select)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            match read(row)? {
                Some(change) => kept.push(change),
                None => senseless += 1,
            }
        }
    }
    if senseless > 0 {
        tracing::warn!(rows = senseless, "rows of the database make no sense");
    }
    Ok(kept)
}

type ReadRow = fn(&Row<'_>) -> rusqlite::Result<Option<Change>>;

fn staff(row: &Row<'_>) -> rusqlite::Result<Option<Change>> {
    Ok(Some(Change::Staff {
        id: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
    }))
}

fn field(row: &Row<'_>) -> rusqlite::Result<Option<Change>> {
    let text: String = row.get(3)?;
    let Some(value) = Committed::value_from(&text) else {
        return Ok(None);
    };
    Ok(Some(Change::Field {
        record: row.get(0)?,
        key: FieldKey {
            step: step_from(&row.get::<_, String>(1)?),
            name: row.get(2)?,
        },
        committed: Committed {
            value,
            by: row.get(4)?,
            at: row.get(5)?,
            number: row.get::<_, i64>(6)?.cast_unsigned(),
        },
    }))
}

fn step(row: &Row<'_>) -> rusqlite::Result<Option<Change>> {
    let step = step_from(&row.get::<_, String>(1)?);
    let completion = Completion::named(&row.get::<_, String>(3)?);
    let (Some(step), Some(completion)) = (step, completion) else {
        return Ok(None);
    };
    Ok(Some(Change::Step {
        record: row.get(0)?,
        step,
        state: StepState {
            label: row.get(2)?,
            completion,
            at: row.get(4)?,
        },
    }))
}

fn queued(row: &Row<'_>) -> rusqlite::Result<Option<Change>> {
    Ok(Some(Change::Queued(QueueEntry {
        record: row.get(0)?,
        priority: Priority::named(&row.get::<_, String>(1)?).unwrap_or_default(),
        step: step_from(&row.get::<_, String>(2)?),
        arrival: row.get::<_, i64>(3)?.cast_unsigned(),
        created_at: row.get(4)?,
    })))
}

fn activity(row: &Row<'_>) -> rusqlite::Result<Option<Change>> {
    let Some(action) = Action::named(&row.get::<_, String>(4)?) else {
        return Ok(None);
    };
    let value: Option<String> = row.get(7)?;
    Ok(Some(Change::Activity {
        record: row.get(0)?,
        entry: Entry {
            seq: row.get::<_, i64>(1)?.cast_unsigned(),
            at: row.get(2)?,
            by: row.get(3)?,
            action,
            step: step_from(&row.get::<_, String>(5)?),
            field: row.get(6)?,
            value: value.and_then(|text| Committed::value_from(&text)),
        },
        forget: None,
    }))
}

fn step_text(step: Option<&Step>) -> String {
    step.map(|step| step.json().to_string()).unwrap_or_default()
}

fn step_from(text: &str) -> Option<Step> {
    Step::read(&serde_json::from_str(text).ok()?)
}
