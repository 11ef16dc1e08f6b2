//! What a server is to the thread that it lives on.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use crate::{Freeze, Orders, Restart};

/// A server. The value itself outlives restarts; everything else is of one generation.
pub trait Server: Sized + Send + 'static {
    /// Name of its thread.
    const NAME: &'static str;
    /// What a generation begins with, such as the open port.
    type Beginning: Send + 'static;
    /// What it can be told to do wrong.
    type Misbehaviour: Clone + Send + 'static;
    /// What its owner can tell it besides. Lost while it is down.
    type Message: Send + 'static;

    /// When a misbehaviour has it hang, and when restart.
    fn outages(misbehaviour: &Self::Misbehaviour) -> (Option<Freeze>, Option<Restart>);

    /// Serves one generation. It dies with its runtime, and so do all tasks that it has spawned.
    fn serve(
        &self,
        beginning: Self::Beginning,
        orders: &mut Orders<Self>,
    ) -> impl Future<Output = std::io::Result<Ending>>;

    /// Says in the log why a generation could not be served, which is the end.
    fn failed(&self, error: &std::io::Error);

    /// A generation is over: the port closes, and nothing is left of what was counted.
    fn ended(&self);

    /// Takes the port again after a restart. `None` while it cannot be had; that is tried again.
    fn come_back(&self, address: SocketAddr) -> Option<Self::Beginning>;
}

/// How a generation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// For good.
    Stop,
    /// With another one after this time.
    Restart(Duration),
}
