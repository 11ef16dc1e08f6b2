//! Whatever happens, in whatever order: nothing that somebody committed goes silently, everybody
//! ends with the service's values, and what is shown always makes sense.

mod anything;
mod arbitrary;
mod interleavings;
mod invariants;
mod persons;
mod service;
