//! Rungs that are looked at one after the other, beside other lanes.

use futures_util::future::BoxFuture;

use super::Climb;
use crate::Rung;

type Walk = Box<dyn for<'a> FnOnce(&'a Climb) -> BoxFuture<'a, ()> + Send>;

/// A sequence of probes. Lanes run at the same time; a rung waits for what it stands on, whichever
/// lane that is in.
pub struct Lane {
    pub(super) rungs: &'static [Rung],
    pub(super) walk: Walk,
}

impl Lane {
    /// A lane that judges these rungs. Those that are left when it ends count as skipped, so that
    /// nobody waits for them in vain.
    pub fn new<W>(rungs: &'static [Rung], walk: W) -> Self
    where
        W: for<'a> FnOnce(&'a Climb) -> BoxFuture<'a, ()> + Send + 'static,
    {
        Self {
            rungs,
            walk: Box::new(walk),
        }
    }
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Lane")
            .field("rungs", &self.rungs)
            .finish_non_exhaustive()
    }
}
