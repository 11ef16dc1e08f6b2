//! What the embedded servers have in common: a thread of their own, restarts, and failing on
//! purpose.
//!
//! A [`Server`] runs in a [`Host`], which its owner holds, and obeys its [`Orders`]. The rest is
//! what misbehaviours are made of, and how they are read.
#![forbid(unsafe_code)]

mod host;
mod misbehaviour;
mod orders;
mod server;

pub use host::Host;
pub use misbehaviour::{Freeze, InvalidWord, Named, Restart, needs, parts, time, words};
pub use orders::{Order, Orders};
pub use server::{Ending, Server};
