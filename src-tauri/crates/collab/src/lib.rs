//! Live collaboration on one record: who is here, what each is doing, field by field, the queue,
//! notifications, and what happened; over services that speak Socket.IO in several vocabularies.
//!
//! * [`vocabulary`]: event names, payload shapes and room naming of a kind of service, as data. What
//!   is to be said ([`intent::Intent`]) becomes events; events become what the model understands
//!   ([`operation::Operation`]). The known vocabularies are files of the same form as a person's own.
//! * [`model`]: a state machine without I/O and without a clock: `handle(now, input)` gives outputs.
//! * [`discovery`]: which deployment a service is.
//! * [`link`] and [`profile`]: which record, at which service, as whom.
//! * [`view`] and [`command`]: what a person sees of a record, and what they can do.
//! * [`session`]: the task that owns the sockets and the model.
//! * [`policy`]: every limit and interval.
//!
//! Ids of records, names, values and messages are personal data: never logged. Nothing that a
//! service says is checked by it: every text is cut to a length, every list has an end, and no
//! identity is taken for proven.

#![forbid(unsafe_code)]

pub mod command;
pub mod discovery;
pub mod intent;
pub mod link;
pub mod model;
pub mod operation;
pub mod policy;
pub mod profile;
pub mod session;
pub mod text;
pub mod view;
pub mod vocabulary;
