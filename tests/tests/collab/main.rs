//! People at one record, through the real `jbcall collab` and services of every kind: those in the
//! field with their oddities, and the embedded one.

mod embedded;
mod insights;
mod live_editing;
mod refusals;
mod screening;
