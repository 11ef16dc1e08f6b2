//! The embedded collaboration service: staff on records, field by field, with a queue; for demos,
//! tests and small sites.
//!
//! It speaks every known vocabulary of live collaboration at once, on one port and one namespace,
//! and each socket in those that it has shown to speak: somebody with the one sees what somebody
//! with the other does.
//!
//! * [`start`] binds the port, opens the database and gives back the [`CollabService`], which stops
//!   when it is dropped.
//! * [`ServiceOptions`]: address, database, shared token, [`Limits`].
//! * [`Misbehaviour`] makes it fail on purpose, for tests of clients.
//!
//! What it promises:
//!
//! * Presence is by person, over any number of sockets. Somebody is gone when their last socket
//!   left, or was lost for longer than a short grace.
//! * The last write to a field wins, in the order of arrival. A commit is in the database before it
//!   is acknowledged and before anybody else hears of it. While the database fails, `/health` says
//!   so, work goes on in memory, and writing is tried again.
//! * Who joins hears all committed values before the join is acknowledged, so that a client which
//!   was away converges.
//! * Every event that asks for an ack gets one. A client whose socket lives is never thrown out.
//!   One that does not read is dropped, never left with holes.
//!
//! Inside, `core` (who is where, what is told to whom) is free of sockets, clocks and tasks;
//! `store` is the database on a thread of its own; `server` puts them on the network.
//!
//! Ids of records, names, values and messages are personal data: never logged. The token is no
//! more than a shared door key: who has it can claim any id, as in all services of this kind.
#![forbid(unsafe_code)]

mod core;
mod error;
mod handle;
mod limits;
mod misbehaviour;
mod options;
mod server;
mod stats;
mod store;

pub use core::{Notice, NoticeLevel};
pub use error::ServiceError;
pub use handle::{CollabService, start};
pub use limits::Limits;
pub use misbehaviour::{Freeze, InvalidMisbehaviour, Misbehaviour, Named, Restart};
pub use options::{Database, ServiceOptions};
pub use stats::ServiceStats;
