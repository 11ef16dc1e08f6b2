//! The view on its way out: at once when it has been quiet, otherwise at most 20 times a second.

use std::time::Instant;

use tokio::sync::watch;

use crate::session::{Session, policy};
use crate::view::{CallView, LevelsView};

pub(super) struct Publisher {
    view: watch::Sender<CallView>,
    levels: watch::Sender<LevelsView>,
    changed: bool,
    last: Instant,
}

impl Publisher {
    pub(super) fn new(
        session: &Session,
    ) -> (Self, watch::Receiver<CallView>, watch::Receiver<LevelsView>) {
        let (view, view_rx) = watch::channel(session.view(std::time::Duration::ZERO));
        let (levels, levels_rx) = watch::channel(LevelsView {
            me: audio::Level::SILENCE.dbfs(),
            participants: std::collections::BTreeMap::new(),
        });
        let publisher = Self {
            view,
            levels,
            changed: false,
            last: Instant::now(),
        };
        (publisher, view_rx, levels_rx)
    }

    pub(super) fn changed(&mut self) {
        self.changed = true;
    }

    pub(super) fn levels(&self, levels: LevelsView) {
        self.levels.send_replace(levels);
    }

    pub(super) fn gateway_host(&self) -> String {
        self.view.borrow().gateway_host.clone()
    }

    /// When the view is to be sent next, if at all.
    pub(super) fn due(&self, session: &Session) -> Option<Instant> {
        if self.changed {
            Some(self.last + policy::VIEW_INTERVAL)
        } else if session.view_counts_time() {
            Some(self.last + policy::CLOCK_INTERVAL)
        } else {
            None
        }
    }

    pub(super) fn publish_if_due(&mut self, session: &Session, start: Instant) {
        if self.due(session).is_some_and(|due| due <= Instant::now()) {
            self.publish_now(session, start);
        }
    }

    pub(super) fn publish_now(&mut self, session: &Session, start: Instant) {
        self.changed = false;
        self.last = Instant::now();
        let view = session.view(start.elapsed());
        self.view.send_if_modified(|shown| {
            let differs = *shown != view;
            if differs {
                *shown = view;
            }
            differs
        });
    }
}
