//! What a server is to do: what its owner wants, and what is to go wrong when.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::{Ending, Freeze, Restart, Server};

/// What the owner of a server wants of it.
pub enum Order<S: Server> {
    /// To end this generation.
    End(Ending),
    /// To do this wrong from now on, instead of what it did before.
    Misbehave(S::Misbehaviour),
    /// To hear this.
    Tell(S::Message),
}

/// What goes wrong, and when.
struct Plan<S: Server> {
    misbehaviour: S::Misbehaviour,
    freeze: Option<(Instant, Freeze)>,
    restart: Option<(Instant, Restart)>,
}

impl<S: Server> Plan<S> {
    fn new(misbehaviour: S::Misbehaviour) -> Self {
        let now = Instant::now();
        let (freeze, restart) = S::outages(&misbehaviour);
        Self {
            misbehaviour,
            freeze: freeze.map(|freeze| (now + freeze.after, freeze)),
            restart: restart.map(|restart| (now + restart.after, restart)),
        }
    }
}

/// The orders that have been given, and the plan of what goes wrong. Outlives restarts.
pub struct Orders<S: Server> {
    given: UnboundedReceiver<Order<S>>,
    /// The first of them, once they have been received.
    heard: VecDeque<Order<S>>,
    plan: Plan<S>,
}

impl<S: Server> Orders<S> {
    pub(crate) fn new(given: UnboundedReceiver<Order<S>>, misbehaviour: S::Misbehaviour) -> Self {
        Self {
            given,
            heard: VecDeque::new(),
            plan: Plan::new(misbehaviour),
        }
    }

    /// What the server does wrong now.
    pub fn misbehaviour(&self) -> &S::Misbehaviour {
        &self.plan.misbehaviour
    }

    /// When to [fail](Self::fail).
    pub fn next_due(&self) -> Option<Instant> {
        let freeze = self.plan.freeze.map(|(at, _)| at);
        let restart = self.plan.restart.map(|(at, _)| at);
        freeze.into_iter().chain(restart).min()
    }

    /// Waits for an order, at most until `wake`. Nothing is lost when the wait is cancelled.
    pub async fn wait(&mut self, wake: Option<Instant>) {
        if !self.heard.is_empty() {
            return;
        }
        let asleep = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            order = self.given.recv() => {
                self.heard.push_back(order.unwrap_or(Order::End(Ending::Stop)));
            }
            () = asleep => {}
        }
    }

    /// The next order. The owner comes first: carry out all before anything that clients want, and
    /// they hold for all that clients do afterwards.
    pub fn take(&mut self) -> Option<Order<S>> {
        let heard = self.heard.pop_front();
        let order = heard.or_else(|| self.given.try_recv().ok())?;
        if let Order::Misbehave(misbehaviour) = &order {
            self.plan = Plan::new(misbehaviour.clone());
        }
        Some(order)
    }

    /// Does what is planned for now: hangs, or answers how to end this generation.
    pub fn fail(&mut self) -> Option<Ending> {
        let now = Instant::now();
        if let Some((_, restart)) = self.plan.restart.take_if(|(at, _)| *at <= now) {
            return Some(Ending::Restart(restart.down));
        }
        if let Some((_, freeze)) = self.plan.freeze.take_if(|(at, _)| *at <= now) {
            self.hang(freeze.lasting.unwrap_or(Duration::MAX));
        }
        None
    }

    /// Stops the thread in its tracks, as SIGSTOP does a process: the system still accepts
    /// connections, and nobody answers. Any order but to hear something thaws it.
    fn hang(&mut self, lasting: Duration) {
        let start = Instant::now();
        while let Some(left) = lasting.checked_sub(start.elapsed()) {
            match self.given.try_recv() {
                Ok(Order::Tell(message)) => self.heard.push_back(Order::Tell(message)),
                Ok(order) => return self.heard.push_back(order),
                // Who gives an order wakes the thread.
                Err(_) => std::thread::park_timeout(left),
            }
        }
    }
}
