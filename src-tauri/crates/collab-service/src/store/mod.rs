//! The database, on a thread of its own: what is written never blocks the runtime.

mod rows;
mod schema;

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::ServiceError;
use crate::core::Change;

/// An open database. Dropping it finishes what was begun and closes it.
#[derive(Debug)]
pub(crate) struct Store {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// Changes to write in one transaction.
struct Job {
    changes: Vec<Change>,
    written: oneshot::Sender<bool>,
}

impl Store {
    /// Opens the file, makes it when it is missing, and reads what it has. Blocks.
    ///
    /// # Errors
    /// The file cannot be used, or another program uses it.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<Change>), ServiceError> {
        let database = |source| failure(path, source);
        let connection = schema::open(path)?;
        let kept = rows::load(&connection).map_err(database)?;
        let (jobs, received) = channel();
        let thread = std::thread::Builder::new()
            .name("collab-store".to_owned())
            .spawn(move || write_all(connection, &received))
            .map_err(|source| ServiceError::System { source })?;
        let store = Self {
            jobs: Some(jobs),
            thread: Some(thread),
        };
        Ok((store, kept))
    }

    /// Writes changes, all or none. False when that failed: they are tried again with the next
    /// ones, which may be none.
    pub(crate) async fn write(&self, changes: Vec<Change>) -> bool {
        let (written, result) = oneshot::channel();
        let job = Job { changes, written };
        match &self.jobs {
            Some(jobs) if jobs.send(job).is_ok() => result.await.unwrap_or(false),
            _ => false,
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported already.
            let _ = thread.join();
        }
    }
}

fn write_all(mut connection: Connection, jobs: &Receiver<Job>) {
    let mut pending = Vec::new();
    while let Ok(job) = jobs.recv() {
        pending.extend(job.changes);
        let result = rows::write(&mut connection, &pending);
        if let Err(error) = &result {
            tracing::error!(code = ?error.sqlite_error_code(), "the database cannot be written");
        } else {
            pending.clear();
        }
        // Nobody waits when the service has been stopped meanwhile.
        let _ = job.written.send(result.is_ok());
    }
    if !pending.is_empty() && rows::write(&mut connection, &pending).is_err() {
        tracing::error!(changes = pending.len(), "changes were lost");
    }
}

fn failure(path: &Path, source: rusqlite::Error) -> ServiceError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            ServiceError::DatabaseInUse { path }
        }
        _ => ServiceError::Database { path, source },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::{
        Action, Committed, Completion, Entry, FieldKey, Priority, QueueEntry, Step, StepState,
    };

    fn changes() -> Vec<Change> {
        let record = || "P1".to_owned();
        let field = |step, number| Change::Field {
            record: record(),
            key: FieldKey {
                step,
                name: "va_left".to_owned(),
            },
            committed: Committed {
                value: json!({ "text": "6/9 \u{0}\u{202e}", "list": [1.5, null] }),
                by: "u1".to_owned(),
                at: 1_795_206_162_018_555,
                number,
            },
        };
        vec![
            Change::Staff {
                id: "u1".to_owned(),
                name: Some("Ann Lee".to_owned()),
                role: None,
            },
            field(Some(Step::Index(4)), 1),
            field(None, 2),
            field(Some(Step::Key("va".to_owned())), 3),
            Change::Step {
                record: record(),
                step: Step::Index(4),
                state: StepState {
                    label: Some("Doctor".to_owned()),
                    completion: Completion::InProgress,
                    at: 5,
                },
            },
            Change::Queued(QueueEntry {
                record: record(),
                priority: Priority::High,
                step: Some(Step::Index(4)),
                arrival: 7,
                created_at: 9,
            }),
            Change::Activity {
                record: record(),
                entry: Entry {
                    seq: 1,
                    at: 5,
                    by: "u1".to_owned(),
                    action: Action::Completed,
                    step: None,
                    field: Some("va_left".to_owned()),
                    value: Some(json!("6/9")),
                },
                forget: None,
            },
        ]
    }

    #[tokio::test]
    async fn everything_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("collab.db");
        let (store, kept) = Store::open(&path).unwrap();
        assert_eq!(kept, []);
        assert!(store.write(changes()).await);
        drop(store);
        let (_, kept) = Store::open(&path).unwrap();
        assert_eq!(kept, changes());
    }

    #[tokio::test]
    async fn the_last_write_counts_and_old_activity_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("collab.db");
        let (store, _) = Store::open(&path).unwrap();
        assert!(store.write(changes()).await);
        let mut later = changes();
        for change in &mut later {
            match change {
                Change::Field { committed, .. } => {
                    committed.value = json!("6/6");
                    committed.number += 10;
                }
                Change::Activity { entry, forget, .. } => {
                    entry.seq = 2;
                    *forget = Some(1);
                }
                _ => {}
            }
        }
        later.push(Change::Unqueued {
            record: "P1".to_owned(),
        });
        assert!(store.write(later.clone()).await);
        drop(store);
        let (_, kept) = Store::open(&path).unwrap();
        let expected: Vec<_> = later
            .into_iter()
            .filter(|change| !matches!(change, Change::Queued(_) | Change::Unqueued { .. }))
            .map(|change| match change {
                Change::Activity { record, entry, .. } => Change::Activity {
                    record,
                    entry,
                    forget: None,
                },
                change => change,
            })
            .collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_database_has_one_user_and_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("collab.db");
        let (_first, _) = Store::open(&path).unwrap();
        let second = Store::open(&path).unwrap_err();
        assert_eq!(second.code(), "collab_service.database_in_use");
        let other = folder.path().join("notes.txt");
        std::fs::write(&other, "not a database ".repeat(1_000)).unwrap();
        let error = Store::open(&other).unwrap_err();
        assert_eq!(error.code(), "collab_service.database");
        let missing = Store::open(&folder.path().join("no/such/folder.db")).unwrap_err();
        assert_eq!(missing.code(), "collab_service.database");
    }

    #[test]
    fn a_later_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("collab.db");
        drop(Store::open(&path).unwrap());
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        let error = Store::open(&path).unwrap_err();
        assert_eq!(error.code(), "collab_service.database_too_new");
    }
}
