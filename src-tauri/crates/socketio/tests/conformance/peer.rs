//! A client under test, and what the tests wait for.

use crate::servers::PATIENCE;
use serde_json::Value;
use socketio::{
    ConnectError, DisconnectReason, Event, Events, Message, Options, Payload, Retry, Session,
    Socket,
};
use std::time::Duration;
use tokio::time::timeout;

pub struct Peer {
    pub socket: Socket,
    pub events: Events,
}

impl Peer {
    pub fn start(options: Options) -> Self {
        let (socket, events) = socketio::connect(options);
        Self { socket, events }
    }

    /// Connects and waits for the namespace's answer.
    pub async fn connected(options: Options) -> (Self, Session) {
        let mut peer = Self::start(options);
        let session = peer.next_connected().await;
        (peer, session)
    }

    pub async fn next(&mut self) -> Option<Event> {
        let next = timeout(PATIENCE, self.events.next());
        next.await.expect("nothing happened for too long")
    }

    pub async fn next_connected(&mut self) -> Session {
        match self.next().await {
            Some(Event::Connected(session)) => session,
            other => panic!("not connected: {other:?}"),
        }
    }

    /// As `next_connected`, however many attempts it takes.
    pub async fn eventually_connected(&mut self) -> Session {
        loop {
            match self.next().await {
                Some(Event::Connected(session)) => return session,
                Some(Event::ConnectFailed { .. }) => {}
                other => panic!("not connected: {other:?}"),
            }
        }
    }

    pub async fn next_message(&mut self) -> Message {
        match self.next().await {
            Some(Event::Message(message)) => message,
            other => panic!("no message: {other:?}"),
        }
    }

    /// The next message of this name; others before it are skipped.
    pub async fn message(&mut self, event: &str) -> Message {
        loop {
            let message = self.next_message().await;
            if message.event == event {
                return message;
            }
        }
    }

    /// The next end of the connection; messages before it are skipped.
    pub async fn next_disconnected(&mut self) -> (DisconnectReason, Option<Retry>) {
        loop {
            match self.next().await {
                Some(Event::Disconnected { reason, retry }) => return (reason, retry),
                Some(Event::Message(_)) => {}
                other => panic!("not disconnected: {other:?}"),
            }
        }
    }

    pub async fn next_failure(&mut self) -> (ConnectError, Option<Retry>) {
        match self.next().await {
            Some(Event::ConnectFailed { error, retry }) => (error, retry),
            other => panic!("no failure: {other:?}"),
        }
    }

    pub async fn request(&self, event: &str, args: Vec<Payload>) -> Vec<Value> {
        let reply = self.socket.request(event, args, PATIENCE).await;
        reply.unwrap_or_else(|error| panic!("{event}: {error}"))
    }

    /// Stops in order and checks that nothing follows.
    pub async fn stop(self) {
        let Self { socket, mut events } = self;
        let stopping = timeout(Duration::from_secs(10), socket.disconnect());
        stopping.await.expect("disconnect returns");
        let mut last = None;
        while let Some(event) = timeout(PATIENCE, events.next()).await.expect("the end") {
            last = Some(event);
        }
        assert!(matches!(last, Some(Event::Stopped)), "{last:?}");
    }
}
