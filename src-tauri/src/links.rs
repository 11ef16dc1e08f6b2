//! Links that open the program.
//!
//! A link is untrusted input: it fills in the join screen and starts nothing. It waits here
//! until the page asks for it, so that one that arrives while the window is still loading is
//! not lost.

use std::sync::Mutex;

use collab::link::is_collab_link;
use tauri::{AppHandle, Emitter, Manager};

use crate::{events, record};

/// Longer arguments are no links; the web client's longest ones stay far below.
const LONGEST_LINK: usize = 8 * 1024;

/// The newest link that no page has taken yet.
#[derive(Debug, Default)]
pub struct PendingLink(Mutex<Option<String>>);

impl PendingLink {
    /// Holds a link that came with the program's start.
    pub fn new(link: Option<String>) -> Self {
        Self(Mutex::new(link))
    }

    /// Takes the link, so that a page that is loaded again does not open it again.
    pub fn take(&self) -> Option<String> {
        self.0.lock().ok()?.take()
    }

    fn put(&self, link: String) {
        if let Ok(mut pending) = self.0.lock() {
            *pending = Some(link);
        }
    }
}

/// The link among a program's arguments: the first that is not a flag.
///
/// `arguments` starts with the program's own name.
pub fn from_arguments(arguments: &[String]) -> Option<String> {
    arguments
        .iter()
        .skip(1)
        .find(|argument| !argument.starts_with('-') && !argument.trim().is_empty())
        .filter(|argument| argument.len() <= LONGEST_LINK)
        .cloned()
}

/// Shows a link that arrived while the program runs.
pub fn open(app: &AppHandle, link: String) {
    if is_collab_link(&link) {
        return record::offer_of_link(app, link);
    }
    app.state::<PendingLink>().put(link.clone());
    if let Err(error) = app.emit(events::OPEN_LINK, link) {
        tracing::warn!(%error, "the window did not take the link");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(of: &[&str]) -> Vec<String> {
        of.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_first_argument_that_is_no_flag_is_the_link() {
        let link = from_arguments(&arguments(&["jbcalling", "--verbose", "jbcall://x/room/y"]));
        assert_eq!(link.as_deref(), Some("jbcall://x/room/y"));
    }

    #[test]
    fn no_argument_is_no_link() {
        assert_eq!(from_arguments(&arguments(&["jbcalling"])), None);
        assert_eq!(from_arguments(&arguments(&["jbcalling", " "])), None);
        assert_eq!(from_arguments(&[]), None);
    }

    #[test]
    fn an_endless_argument_is_no_link() {
        let endless = "x".repeat(LONGEST_LINK + 1);
        assert_eq!(from_arguments(&arguments(&["jbcalling", &endless])), None);
    }

    #[test]
    fn a_link_is_taken_once() {
        let pending = PendingLink::new(Some("l".into()));
        assert_eq!(pending.take().as_deref(), Some("l"));
        assert_eq!(pending.take(), None);
    }
}
