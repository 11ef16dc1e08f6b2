//! The vocabulary of insights: a client listens, and asks whether the service is there.

use serde_json::{Value, json};

use super::moment::Moment;
use super::payload::cut;
use super::vocabularies::Vocabularies;
use super::{Answer, Core, SocketId};
use crate::limits::ID_CHARS;

impl Core {
    /// `None` when the event is not of this vocabulary.
    pub(super) fn insights(
        &mut self,
        now: Moment,
        socket: SocketId,
        event: &str,
        args: &[Value],
    ) -> Option<Answer> {
        let (event, answer) = match event {
            "subscribe" => {
                let channel = args.first().and_then(Value::as_str).unwrap_or_default();
                let channel = cut(channel, ID_CHARS);
                let subscribed = json!({ "channel": channel, "timestamp": now.unix_seconds() });
                ("subscribed", subscribed)
            }
            "message" => {
                let received = json!({ "status": "ok", "timestamp": now.unix_seconds() });
                ("message_received", received)
            }
            _ => return None,
        };
        self.heard(socket, Vocabularies::INSIGHTS, None);
        self.tell(vec![socket], event, vec![answer]);
        Some(Ok(Vec::new()))
    }

    /// Two vocabularies have this event. Its form tells them apart: one is asked without an
    /// argument and answers without, the other has times in both.
    pub(super) fn ping(&mut self, now: Moment, socket: SocketId, args: &[Value]) -> Answer {
        self.touch(now, socket, None);
        let pong = match args.first() {
            None => Vec::new(),
            Some(_) => vec![json!({ "timestamp": now.unix_seconds() })],
        };
        self.tell(vec![socket], "pong", pong);
        Ok(Vec::new())
    }
}
