//! The chat: no history, no receipts, and one's own messages come back as an echo (Q22).

use std::collections::VecDeque;
use std::time::Duration;

use signaling::policy::CHAT_ECHO_LIMIT;
use signaling::wire::Name;

use super::{names, policy};
use crate::view::{ChatMessageView, DeliveryView};

/// The messages of this session; kept over reconnects.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    messages: VecDeque<Message>,
    last_id: u64,
    unread: u32,
}

#[derive(Debug)]
struct Message {
    view: ChatMessageView,
    own: Option<Own>,
}

/// A message of one's own on its way.
#[derive(Debug)]
struct Own {
    /// The text exactly as sent.
    text: String,
    /// When it was handed to the socket; `None` while it waits for the room.
    sent_at: Option<Duration>,
}

/// A message that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) text: String,
    pub(crate) at_ms: u64,
}

impl Chat {
    /// Takes a message of one's own; it is sent by the next [`Chat::outgoing`].
    pub(crate) fn write(&mut self, sender: &str, text: String, at_ms: u64) {
        let shown = names::plain_text(&text, policy::CHAT_SHOWN_CHARS);
        self.push(sender.to_owned(), shown, at_ms, true);
        if let Some(message) = self.messages.back_mut() {
            message.own = Some(Own {
                text,
                sent_at: None,
            });
        }
    }

    /// Sends a failed message again; says whether there is one.
    pub(crate) fn write_again(&mut self, id: u64, at_ms: u64) -> bool {
        let failed = self
            .messages
            .iter_mut()
            .find(|message| message.view.id == id && message.view.delivery == DeliveryView::Failed);
        let Some(message) = failed else {
            return false;
        };
        message.view.delivery = DeliveryView::Pending;
        message.view.at_ms = at_ms;
        if let Some(own) = &mut message.own {
            own.sent_at = None;
        }
        true
    }

    /// What waits to be sent; from now on its echo is expected.
    pub(crate) fn outgoing(&mut self, now: Duration) -> Vec<Outgoing> {
        let mut outgoing = Vec::new();
        for message in &mut self.messages {
            if message.view.delivery != DeliveryView::Pending {
                continue;
            }
            if let Some(own) = message.own.as_mut().filter(|own| own.sent_at.is_none()) {
                own.sent_at = Some(now);
                outgoing.push(Outgoing {
                    text: own.text.clone(),
                    at_ms: message.view.at_ms,
                });
            }
        }
        outgoing
    }

    /// Takes a message from the gateway: the echo of one's own, or somebody else's.
    /// Returns the displayed sender of a new message.
    pub(crate) fn received(
        &mut self,
        own_name: &str,
        sender: &Name,
        text: &str,
        timestamp: Option<u64>,
        now_ms: u64,
    ) -> Option<String> {
        if sender.raw() == Some(own_name) && self.echoed(text, timestamp) {
            return None;
        }
        let sender = sender.readable().unwrap_or_else(|| "Guest".to_owned());
        let text = names::plain_text(text, policy::CHAT_SHOWN_CHARS);
        self.push(sender.clone(), text, now_ms, false);
        self.unread = self.unread.saturating_add(1);
        Some(sender)
    }

    /// Marks what was not echoed in time; says whether anything changed.
    pub(crate) fn expire(&mut self, now: Duration) -> bool {
        let mut changed = false;
        for message in &mut self.messages {
            let late = message.echo_due().is_some_and(|due| due <= now);
            if late {
                message.view.delivery = DeliveryView::Failed;
                changed = true;
            }
        }
        changed
    }

    /// When the next echo is overdue.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.messages.iter().filter_map(Message::echo_due).min()
    }

    pub(crate) fn mark_read(&mut self) -> bool {
        std::mem::take(&mut self.unread) != 0
    }

    pub(crate) fn unread(&self) -> u32 {
        self.unread
    }

    pub(crate) fn view(&self) -> Vec<ChatMessageView> {
        self.messages.iter().map(|m| m.view.clone()).collect()
    }

    /// Finds the message of one's own that this echo belongs to. A late echo makes a message
    /// that was given up a delivered one.
    fn echoed(&mut self, text: &str, timestamp: Option<u64>) -> bool {
        let mut waiting = self.messages.iter_mut().filter(|message| {
            message.view.delivery != DeliveryView::Delivered
                && message
                    .own
                    .as_ref()
                    .is_some_and(|own| own.text == text && own.sent_at.is_some())
                && timestamp.is_none_or(|timestamp| timestamp == message.view.at_ms)
        });
        let Some(message) = waiting.next() else {
            return false;
        };
        message.view.delivery = DeliveryView::Delivered;
        message.own = None;
        true
    }

    fn push(&mut self, sender: String, text: String, at_ms: u64, mine: bool) {
        self.last_id += 1;
        self.messages.push_back(Message {
            view: ChatMessageView {
                id: self.last_id,
                sender,
                text,
                at_ms,
                mine,
                delivery: if mine {
                    DeliveryView::Pending
                } else {
                    DeliveryView::Delivered
                },
            },
            own: None,
        });
        if self.messages.len() > policy::CHAT_KEPT {
            self.messages.pop_front();
        }
    }
}

impl Message {
    fn echo_due(&self) -> Option<Duration> {
        if self.view.delivery != DeliveryView::Pending {
            return None;
        }
        let sent_at = self.own.as_ref()?.sent_at?;
        Some(sent_at + CHAT_ECHO_LIMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deliveries(chat: &Chat) -> Vec<DeliveryView> {
        chat.view().iter().map(|message| message.delivery).collect()
    }

    #[test]
    fn q22_an_echo_is_matched_once_and_not_shown_twice() {
        let mut chat = Chat::default();
        chat.write("Anna", "hello".into(), 1_000);
        chat.write("Anna", "hello".into(), 1_001);
        assert_eq!(chat.outgoing(Duration::ZERO).len(), 2);
        assert!(
            chat.outgoing(Duration::ZERO).is_empty(),
            "each is sent once"
        );
        assert_eq!(
            chat.received("Anna", &Name::new("Anna"), "hello", Some(1_001), 1_050),
            None
        );
        assert_eq!(
            deliveries(&chat),
            [DeliveryView::Pending, DeliveryView::Delivered]
        );
        assert_eq!(
            chat.received("Anna", &Name::new("Anna"), "hello", Some(1_000), 1_060),
            None
        );
        assert_eq!(deliveries(&chat), [DeliveryView::Delivered; 2]);
        assert_eq!(chat.unread(), 0);
    }

    #[test]
    fn f24_no_echo_within_5_seconds_is_a_failure_until_it_arrives_late() {
        let mut chat = Chat::default();
        chat.write("Anna", "hello".into(), 1_000);
        chat.outgoing(Duration::from_secs(1));
        assert!(!chat.expire(Duration::from_millis(5_999)));
        assert_eq!(chat.deadline(), Some(Duration::from_secs(6)));
        assert!(chat.expire(Duration::from_secs(6)));
        assert_eq!(deliveries(&chat), [DeliveryView::Failed]);
        chat.received("Anna", &Name::new("Anna"), "hello", Some(1_000), 9_000);
        assert_eq!(deliveries(&chat), [DeliveryView::Delivered]);
    }

    #[test]
    fn what_is_written_while_the_room_is_away_waits_without_failing() {
        let mut chat = Chat::default();
        chat.write("Anna", "later".into(), 1_000);
        assert!(!chat.expire(Duration::from_secs(600)));
        assert_eq!(deliveries(&chat), [DeliveryView::Pending]);
    }

    #[test]
    fn somebody_with_the_same_name_is_not_taken_for_an_echo() {
        let mut chat = Chat::default();
        let sender = chat.received("Anna", &Name::new("Anna"), "I am another", Some(5), 10);
        assert_eq!(sender.as_deref(), Some("Anna"));
        assert!(!chat.view()[0].mine);
        assert_eq!(chat.unread(), 1);
    }
}
