//! What was asked and not answered yet.

use std::collections::BTreeMap;
use std::time::Instant;

use super::fields::FieldIndex;
use super::inputs::Tag;
use crate::policy::{ERROR_BELONGS, REQUESTS};

/// What a request was for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Purpose {
    Join,
    Leave,
    Commit { field: FieldIndex, text: String },
}

/// Requests of the present connection.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    last: u64,
    open: BTreeMap<Tag, (Purpose, Instant)>,
}

impl Requests {
    pub(crate) fn begin(&mut self, purpose: Purpose, now: Instant) -> Tag {
        self.last += 1;
        let tag = Tag(self.last);
        self.open.insert(tag, (purpose, now));
        if self.open.len() > REQUESTS {
            self.open.pop_first();
        }
        tag
    }

    /// It was answered, or never will be.
    pub(crate) fn end(&mut self, tag: Tag) -> Option<Purpose> {
        self.open.remove(&tag).map(|(purpose, _)| purpose)
    }

    /// The request that an error without a name belongs to.
    pub(crate) fn blamed(&self, now: Instant) -> Option<Tag> {
        let (tag, (_, at)) = self.open.last_key_value()?;
        (now.saturating_duration_since(*at) <= ERROR_BELONGS).then_some(*tag)
    }

    /// The connection is gone, and all answers with it.
    pub(crate) fn clear(&mut self) {
        self.open.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn rule_15_an_error_belongs_to_the_newest_unanswered_request_of_two_seconds() {
        let now = Instant::now();
        let mut requests = Requests::default();
        assert_eq!(requests.blamed(now), None);
        let first = requests.begin(Purpose::Join, now);
        let second = requests.begin(Purpose::Leave, now);
        assert_eq!(requests.blamed(now), Some(second));
        assert_eq!(requests.end(second), Some(Purpose::Leave));
        assert_eq!(requests.blamed(now + ERROR_BELONGS), Some(first));
        let late = now + ERROR_BELONGS + Duration::from_millis(1);
        assert_eq!(requests.blamed(late), None);
        requests.clear();
        assert_eq!(requests.end(first), None);
    }

    #[test]
    fn requests_without_answers_are_bounded() {
        let mut requests = Requests::default();
        let now = Instant::now();
        let first = requests.begin(Purpose::Join, now);
        for _ in 0..REQUESTS {
            requests.begin(Purpose::Leave, now);
        }
        assert_eq!(requests.open.len(), REQUESTS);
        assert_eq!(requests.end(first), None);
    }
}
