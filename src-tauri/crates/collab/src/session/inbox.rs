//! What came from all links, in the order in which their services sent it.
//!
//! Events and answers reach this client by different ways. Which of two people's values holds is
//! decided by whether the other's came before the answer to one's own, so that the order matters.

use std::pin::Pin;

use futures_util::FutureExt;
use futures_util::future::select_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use socketio::{Event, Events};

use crate::model::{AckOutcome, Tag};

/// The answer to a request, or what came in its place.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) tag: Tag,
    pub(super) outcome: AckOutcome,
    /// The link, and the answer's place in what came from it; nothing where no answer came.
    pub(super) place: Option<(usize, u64)>,
}

/// One thing that came.
#[derive(Debug)]
pub(super) enum Incoming {
    /// From a link.
    Event(usize, Event),
    /// To a request.
    Answer(Answer),
}

type Pending = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// See the [module](self).
pub(super) struct Inbox {
    links: Vec<Events>,
    pending: FuturesUnordered<Pending>,
    answered: Vec<Answer>,
    held: Option<(usize, Event)>,
}

impl Inbox {
    pub(super) fn new(links: Vec<Events>) -> Self {
        Self {
            links,
            pending: FuturesUnordered::new(),
            answered: Vec::new(),
            held: None,
        }
    }

    /// A request that is under way.
    pub(super) fn expect(&mut self, answer: impl Future<Output = Answer> + Send + 'static) {
        self.pending.push(Box::pin(answer));
    }

    /// Waits for the next thing. Cancel-safe.
    pub(super) async fn next(&mut self) -> Incoming {
        loop {
            // Whatever was sent before an answer is there to be read once the answer is, and the
            // other way about: so each is looked for after the other was found.
            self.collect_answers();
            if self.held.is_none() {
                self.held = event_of(&mut self.links).now_or_never();
                self.collect_answers();
            }
            if let Some(index) = self.first_answer() {
                return Incoming::Answer(self.answered.swap_remove(index));
            }
            if let Some((link, event)) = self.held.take() {
                return Incoming::Event(link, event);
            }
            tokio::select! {
                event = event_of(&mut self.links) => self.held = Some(event),
                Some(answer) = self.pending.next() => self.answered.push(answer),
            }
        }
    }

    fn collect_answers(&mut self) {
        while let Some(Some(answer)) = self.pending.next().now_or_never() {
            self.answered.push(answer);
        }
    }

    /// The earliest answer, unless the held event came before it.
    fn first_answer(&self) -> Option<usize> {
        let earliest = (0..self.answered.len())
            .min_by_key(|index| self.answered.get(*index).and_then(|answer| answer.place));
        let place = self.answered.get(earliest?)?.place;
        match (&self.held, place) {
            (Some((link, Event::Message(message))), Some((answered, order)))
                if *link == answered && message.order < order =>
            {
                None
            }
            // The end of a connection comes after everything that came on it.
            _ => earliest,
        }
    }
}

/// The next event of any link; never, once all have stopped.
async fn event_of(links: &mut [Events]) -> (usize, Event) {
    let next = links.iter_mut().enumerate().map(|(link, events)| {
        Box::pin(async move {
            match events.next().await {
                Some(event) => (link, event),
                None => std::future::pending().await,
            }
        })
    });
    // A deployment without links cannot be opened.
    select_all(next).await.0
}
