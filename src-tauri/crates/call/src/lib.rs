//! One call: the session state machine and the actor that drives it.

pub mod view;
