//! The real program, several of it at once, against the gateway it can host itself.

mod bad_input;
mod calls;
mod doctor;
mod load;
mod running;
mod usage;
