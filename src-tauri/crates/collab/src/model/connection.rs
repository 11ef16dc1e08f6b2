//! The links of a deployment, and the room behind one of them.

use std::time::Instant;

use super::clock::Clock;
use crate::policy::{LINKS, MAX_TEXT_CHARS};
use crate::text;
use crate::view::{CollabConnectionView, ReasonView};

/// Where one link stands.
#[derive(Debug, Clone, Default)]
enum Link {
    #[default]
    Connecting,
    Up {
        transport: String,
    },
    Lost {
        attempt: u32,
        since: Instant,
        reason: ReasonView,
    },
    Refused {
        reason: ReasonView,
        retry_at: Option<Instant>,
    },
}

/// All links that were heard of.
#[derive(Debug, Default)]
pub(crate) struct Links(Vec<Link>);

impl Links {
    fn get_mut(&mut self, link: usize) -> Option<&mut Link> {
        if self.0.len() <= link && link < LINKS {
            self.0.resize(link + 1, Link::default());
        }
        self.0.get_mut(link)
    }

    pub(crate) fn is_up(&self, link: usize) -> bool {
        matches!(self.0.get(link), Some(Link::Up { .. }))
    }

    /// Says whether it was down.
    pub(crate) fn up(&mut self, link: usize, transport: String) -> bool {
        let down = !self.is_up(link);
        if let Some(link) = self.get_mut(link) {
            *link = Link::Up { transport };
        }
        down
    }

    /// Says whether it was up. The time of the loss stays that of the first.
    pub(crate) fn lost(
        &mut self,
        link: usize,
        attempt: u32,
        reason: ReasonView,
        now: Instant,
    ) -> bool {
        let Some(link) = self.get_mut(link) else {
            return false;
        };
        let since = match link {
            Link::Lost { since, .. } => *since,
            _ => now,
        };
        let next = Link::Lost {
            attempt,
            since,
            reason: shown(reason),
        };
        matches!(std::mem::replace(link, next), Link::Up { .. })
    }

    /// Says whether it was up.
    pub(crate) fn refused(
        &mut self,
        link: usize,
        reason: ReasonView,
        retry_at: Option<Instant>,
    ) -> bool {
        let Some(link) = self.get_mut(link) else {
            return false;
        };
        let next = Link::Refused {
            reason: shown(reason),
            retry_at,
        };
        matches!(std::mem::replace(link, next), Link::Up { .. })
    }

    /// The link that matters most is the one that is worst off.
    fn worst(&self) -> Option<&Link> {
        let badness = |link: &Link| match link {
            Link::Refused { .. } => 3,
            Link::Lost { .. } => 2,
            Link::Connecting => 1,
            Link::Up { .. } => 0,
        };
        // The first of the worst: `max_by_key` would take the last.
        self.0.iter().rev().max_by_key(|link| badness(link))
    }

    pub(crate) fn view(&self, room: &Room, unheard: bool, clock: &Clock) -> CollabConnectionView {
        match self.worst() {
            None | Some(Link::Connecting) => CollabConnectionView::Connecting,
            Some(Link::Lost {
                attempt,
                since,
                reason,
            }) => CollabConnectionView::Reconnecting {
                attempt: *attempt,
                since_ms: clock.ms(*since),
                reason: reason.clone(),
            },
            Some(Link::Refused { reason, retry_at }) => CollabConnectionView::Refused {
                reason: reason.clone(),
                retry_at_ms: retry_at.map(|at| clock.ms(at)),
            },
            Some(Link::Up { transport }) => match room {
                Room::Outside | Room::Joining => CollabConnectionView::Joining,
                Room::Inside => CollabConnectionView::Joined {
                    transport: transport.clone(),
                    unheard,
                },
                Room::Denied { reason, retry_at } => CollabConnectionView::Refused {
                    reason: reason.clone(),
                    retry_at_ms: Some(clock.ms(*retry_at)),
                },
            },
        }
    }
}

fn shown(reason: ReasonView) -> ReasonView {
    ReasonView {
        details: text::paragraph(&reason.details, MAX_TEXT_CHARS),
        ..reason
    }
}

/// This client's place in the record's room, on the present connection of the link for edits.
#[derive(Debug, Default)]
pub(crate) enum Room {
    /// Not connected.
    #[default]
    Outside,
    /// Asked to be let in. Stored values come before the answer.
    Joining,
    /// In it, as far as anybody tells.
    Inside,
    /// The service said no.
    Denied {
        reason: ReasonView,
        retry_at: Instant,
    },
}

impl Room {
    pub(crate) fn is_inside(&self) -> bool {
        matches!(self, Self::Inside)
    }

    pub(crate) fn is_joining(&self) -> bool {
        matches!(self, Self::Joining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &str) -> ReasonView {
        ReasonView {
            code: code.into(),
            message: String::new(),
            details: String::new(),
        }
    }

    #[test]
    fn the_worst_link_is_shown_and_of_equals_the_first() {
        let now = Instant::now();
        let clock = Clock::new(now, 0);
        let mut links = Links::default();
        assert!(links.up(0, "websocket".into()));
        assert!(!links.up(0, "websocket".into()));
        assert!(!links.lost(1, 1, reason("first"), now));
        links.lost(2, 1, reason("second"), now);
        let view = |links: &Links| links.view(&Room::Inside, false, &clock);
        assert!(matches!(
            view(&links),
            CollabConnectionView::Reconnecting { reason, .. } if reason.code == "first"
        ));
        links.refused(2, reason("refused"), None);
        assert!(matches!(view(&links), CollabConnectionView::Refused { .. }));
        links.up(1, "polling".into());
        links.up(2, "polling".into());
        assert_eq!(
            view(&links),
            CollabConnectionView::Joined {
                transport: "websocket".into(),
                unheard: false
            }
        );
    }

    #[test]
    fn links_that_cannot_exist_are_ignored() {
        let mut links = Links::default();
        links.up(usize::MAX, "websocket".into());
        assert!(!links.lost(LINKS, 1, reason(""), Instant::now()));
        assert!(!links.is_up(usize::MAX));
    }
}
