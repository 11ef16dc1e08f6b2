//! The device against a real mediasoup router.

#[path = "../sfu/mod.rs"]
mod sfu;

mod flow;
mod life;
mod paths;
