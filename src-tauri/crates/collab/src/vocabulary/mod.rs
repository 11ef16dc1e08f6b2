//! Vocabularies: how kinds of collaboration services call things, as data.
//!
//! A *vocabulary* names the events that say an [`Intent`] (`out`) and what the events of a service
//! mean ([`Operation`], `in`). A *deployment* is one or more *links* (addresses, handshake) with
//! the vocabularies that are spoken on each, and the labels of its steps and fields. Both are TOML;
//! the ones that come with the program are files of the same form as a person's own.
//!
//! ```toml
//! [deployment.clinic]
//! vocabularies = ["screening", "live-editing"]
//! steps = ["Registration", "Vision test"]
//!
//! [deployment.clinic.link.main]
//! url = "https://collab.example"
//! auth = { user_id = "{me.id}", role = "{me.role}" }
//!
//! [vocabulary.mine.out.heartbeat]
//! event = "user_heartbeat"
//! args = [{ user_id = "{me.id}", step = "{me.step}", last_activity = "{now.iso}" }]
//! ack = "optional"
//! every_s = 30
//!
//! [vocabulary.mine.in.user_left]
//! op = "presence.remove"
//! staff = ["$", "$.user_id", "$[0]"]
//! ```

mod coverage;
mod decode;
mod deployment;
mod deployment_file;
mod detect;
mod error;
mod form;
mod incoming;
mod library;
mod link;
mod notification;
mod outgoing;
mod path;
mod placeholder;
mod room;
mod source;
mod template;
mod vocabulary_file;
mod wording;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use ts_rs::TS;

pub(crate) use deployment_file::AUTO;

pub use deployment::{Deployment, FieldLabel, StepLabel};
pub use detect::{Connect, Guess, Heard, Observed, Reason, detect};
pub use error::{FileError, FileProblem};
pub use library::Library;
pub use link::Link;
pub use outgoing::KeepAlive;

#[cfg(doc)]
use crate::intent::Intent;
use crate::intent::StepRef;
use crate::operation::Operation;

/// What is said by whom, where and when.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Id of the record.
    pub record: &'a str,
    /// This person.
    pub me: &'a Identity,
    /// The step that they are at.
    pub step: Option<&'a StepRef>,
    /// The time, for payloads that carry the client's clock.
    pub now: OffsetDateTime,
}

/// Who this person says they are. No service checks it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export, rename = "CollabIdentity")]
pub struct Identity {
    /// Account id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role: `nurse`, `doctor` or any other word.
    pub role: String,
}

/// An event to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Index of the link in [`Deployment::links`].
    pub link: usize,
    /// Name of the event.
    pub event: String,
    /// Its arguments.
    pub args: Vec<Value>,
    /// Whether an ack is asked for.
    pub ack: AckNeed,
}

/// Whether an event asks for an ack. One that does not come is never a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AckNeed {
    /// None is asked for.
    Never,
    /// One is asked for; many services do not answer.
    Optional,
    /// One is asked for, and services of this kind answer.
    Expected,
}

/// What an event of a service means.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decoded {
    /// What it says, in order. Of lists, the entries that could be read.
    pub operations: Vec<Operation>,
    /// Whether a vocabulary of the link names the event.
    pub known: bool,
    /// Whether it is about another record: it has no operations then.
    pub elsewhere: bool,
    /// Path of the first required key that is missing or of the wrong type; the event, or the
    /// entry of its list, was left out.
    pub dropped: Option<String>,
}

/// What an ack means.
#[derive(Debug, Clone, PartialEq)]
pub enum AckAnswer {
    /// The service is content.
    Ok {
        /// What it says besides.
        operations: Vec<Operation>,
    },
    /// The service said no.
    Refused {
        /// Its words, often those of a program: for logs. May be empty.
        message: String,
    },
}
