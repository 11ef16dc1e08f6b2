//! Why a service could not be started.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a service could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Another program has the port, or the address is not this machine's.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file cannot be opened, or is no database.
    #[error("cannot use the database {path}: {source}")]
    Database {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// Another service has the database open.
    #[error("the database {path} is in use by another program")]
    DatabaseInUse {
        /// The file.
        path: PathBuf,
    },
    /// The database was written by a later version of this program.
    #[error("the database {path} is of a later version ({found}, this program knows {known})")]
    DatabaseTooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The latest version that this program knows.
        known: i64,
    },
    /// The system refused a thread or an event queue.
    #[error("cannot start the service: {source}")]
    System {
        /// The system's reason.
        source: std::io::Error,
    },
}

impl ServiceError {
    /// Stable name of the error, for translation and for logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "collab_service.cannot_listen",
            Self::Database { .. } => "collab_service.database",
            Self::DatabaseInUse { .. } => "collab_service.database_in_use",
            Self::DatabaseTooNew { .. } => "collab_service.database_too_new",
            Self::System { .. } => "collab_service.system",
        }
    }
}
