//! Opening the database, and its tables.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::failure;
use crate::ServiceError;

/// Version of the tables.
const VERSION: i64 = 1;

/// How long another program that is just closing the database is waited for.
const BUSY: Duration = Duration::from_secs(2);

/// Steps are JSON, empty for none; values are JSON; times are microseconds since the Unix epoch.
const TABLES: &str = "
CREATE TABLE staff (
    id TEXT PRIMARY KEY, name TEXT, role TEXT
) WITHOUT ROWID;
CREATE TABLE fields (
    record TEXT, step TEXT, field TEXT, value TEXT NOT NULL, by TEXT NOT NULL,
    at INTEGER NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (record, step, field)
);
CREATE TABLE steps (
    record TEXT, step TEXT, label TEXT, completion TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (record, step)
) WITHOUT ROWID;
CREATE TABLE queue (
    record TEXT PRIMARY KEY, priority TEXT NOT NULL, step TEXT NOT NULL,
    arrival INTEGER NOT NULL, created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE activity (
    record TEXT, seq INTEGER, at INTEGER NOT NULL, by TEXT NOT NULL, action TEXT NOT NULL,
    step TEXT NOT NULL, field TEXT, value TEXT,
    PRIMARY KEY (record, seq)
);
";

pub(super) fn open(path: &Path) -> Result<Connection, ServiceError> {
    let database = |source| failure(path, source);
    make_private(path);
    let mut connection = Connection::open(path).map_err(database)?;
    connection.busy_timeout(BUSY).map_err(database)?;
    for pragma in [
        // The lock is kept: there is one service to a database.
        "PRAGMA locking_mode = EXCLUSIVE",
        "PRAGMA journal_mode = WAL",
    ] {
        connection
            .query_row(pragma, [], |_| Ok(()))
            .map_err(database)?;
    }
    // Survives the end of the process at any time; the end of the machine may take the last
    // moments with it.
    connection
        .execute_batch("PRAGMA synchronous = NORMAL")
        .map_err(database)?;
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(database)?;
    let found: i64 = transaction
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(database)?;
    match found {
        VERSION => {}
        0 => {
            transaction.execute_batch(TABLES).map_err(database)?;
            transaction
                .execute_batch(&format!("PRAGMA user_version = {VERSION}"))
                .map_err(database)?;
        }
        _ => {
            return Err(ServiceError::DatabaseTooNew {
                path: path.to_owned(),
                found,
                known: VERSION,
            });
        }
    }
    transaction.commit().map_err(database)?;
    Ok(connection)
}

/// Makes the file before SQLite does, readable by its owner only. What fails here fails again,
/// with its reason, when it is opened.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}
