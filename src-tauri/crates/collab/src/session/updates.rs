//! What changes, in parts, at a pace that a window can follow.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::Shared;
use crate::policy::UPDATE_PAUSE;
use crate::view::CollabUpdate;

/// A subscription: each update has what changed since the one before.
#[derive(Debug)]
pub struct Updates {
    shared: Arc<Shared>,
    version: watch::Receiver<u64>,
    /// Version that was shown last; none yet.
    shown: u64,
    not_before: Instant,
}

impl Updates {
    pub(super) fn new(shared: Arc<Shared>, mut version: watch::Receiver<u64>) -> Self {
        version.mark_changed();
        Self {
            shared,
            version,
            shown: 0,
            not_before: Instant::now(),
        }
    }

    /// Waits for a change; `None` when the session is over. The first one has everything. A change
    /// after a quiet time comes at once, many in a row come together, at most one each
    /// [`UPDATE_PAUSE`]. Cancel-safe.
    pub async fn next(&mut self) -> Option<CollabUpdate> {
        loop {
            self.version.changed().await.ok()?;
            // Again after the pause, should it be cancelled in between.
            self.version.mark_changed();
            sleep_until(self.not_before).await;
            let version = *self.version.borrow_and_update();
            if version == self.shown && self.shown != 0 {
                continue;
            }
            self.not_before = Instant::now() + UPDATE_PAUSE;
            let update = self.shared.model().update_since(self.shown);
            self.shown = update.version;
            return Some(update);
        }
    }
}
