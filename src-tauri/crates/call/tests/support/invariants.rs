//! What must hold after every step, whatever happens in whatever order.

use std::collections::BTreeSet;

use call::session::{Answer, Ask, CaptureAction, MediaAction, Output};
use call::view::{CallView, ConnectionView, MicrophoneView};
use signaling::RequestError;
use signaling::wire::{ConsumerId, ProducerId};

/// A model of the outside: what the gateway and the microphone would be doing.
#[derive(Debug, Default)]
pub struct Invariants {
    /// The socket that is open or being opened.
    socket: Option<u64>,
    /// It is not open yet.
    opening: bool,
    /// Something of ours is, or may be, in the room on this socket.
    occupied: bool,
    /// A leave is under way on this socket.
    leaving: bool,
    /// Which microphone was asked for, and whether it captures.
    capturing: bool,
    microphone: bool,
    /// It has opened.
    opened: bool,
    /// Producers with a consumer, or with one asked for.
    consumed: BTreeSet<ProducerId>,
    consumers: Vec<(ConsumerId, ProducerId)>,
    /// Consumers that were told to stop.
    retired: BTreeSet<ConsumerId>,
    transports: Vec<Ask>,
    producing: bool,
    ended: bool,
}

impl Invariants {
    pub fn output(&mut self, output: &Output) {
        assert!(!self.ended, "after the end: {output:?}");
        match output {
            Output::OpenSocket { socket, .. } => {
                assert_eq!(self.socket, None, "two sockets at once");
                self.socket = Some(*socket);
                self.opening = true;
                self.vacate();
            }
            Output::CloseSocket { socket } => {
                assert_eq!(self.socket, Some(*socket));
                self.socket = None;
                self.vacate();
            }
            Output::Request { ask, .. } => self.asked(ask),
            Output::Capture(action) => self.capture(action),
            Output::Media { action, .. } => match action {
                MediaAction::StopReceiving(consumer) => {
                    self.retired.insert(consumer.clone());
                    let retired = &self.retired;
                    for (_, producer) in self
                        .consumers
                        .extract_if(.., |(id, _)| retired.contains(id))
                    {
                        self.consumed.remove(&producer);
                    }
                }
                MediaAction::Receive(parameters) => {
                    let twice = self
                        .consumers
                        .iter()
                        .any(|(_, producer)| *producer == parameters.producer_id);
                    assert!(!twice, "{} is received twice", parameters.producer_id);
                    self.consumers
                        .push((parameters.id.clone(), parameters.producer_id.clone()));
                }
                MediaAction::Close => self.end_membership(),
                _ => {}
            },
            Output::Ended => self.ended = true,
            _ => {}
        }
    }

    fn asked(&mut self, ask: &Ask) {
        let open = self.socket.is_some() && !self.opening;
        assert!(open, "asked without an open socket: {ask:?}");
        match ask {
            Ask::Join { .. } => {
                assert!(!self.leaving, "a join overtakes a leave (Q13)");
                assert!(!self.occupied, "a second join on one socket (Q14)");
                self.occupied = true;
                self.end_membership();
            }
            Ask::Leave => {
                self.leaving = true;
                self.end_membership();
            }
            Ask::CreateTransport(_) => {
                assert!(!self.transports.contains(ask), "{ask:?} twice (Q15)");
                self.transports.push(ask.clone());
            }
            Ask::ProduceAudio { .. } => {
                assert!(!self.producing, "a second audio producer (Q16)");
                self.producing = true;
            }
            Ask::CloseProducer(_) => self.producing = false,
            Ask::Consume { producer, .. } => {
                let fresh = self.consumed.insert(producer.clone());
                assert!(fresh, "{producer} is consumed twice (Q8)");
            }
            _ => {}
        }
    }

    /// Called before the session sees the answer.
    pub fn answered(&mut self, ask: &Ask, outcome: &Result<Answer, RequestError>) {
        match (ask, outcome) {
            (Ask::Leave, Ok(_)) => {
                self.leaving = false;
                self.occupied = false;
            }
            // Refused in so many words: nothing of ours is in the room.
            (Ask::Join { .. }, Err(RequestError::Gateway(_))) => self.occupied = false,
            // Nothing came of it, or nobody knows: asking again is allowed.
            (Ask::Consume { producer, .. }, Err(_)) => {
                self.consumed.remove(producer);
            }
            _ => {}
        }
    }

    /// Whether the socket is being opened.
    pub fn opening(&self) -> bool {
        self.socket.is_some() && self.opening
    }

    pub fn socket_opened(&mut self) {
        self.opening = false;
    }

    pub fn socket_lost(&mut self) {
        self.socket = None;
        self.vacate();
    }

    pub fn view(&self, view: &CallView) {
        match &view.me.microphone {
            MicrophoneView::Live { .. } => {}
            shown => assert!(
                !self.capturing || matches!(shown, MicrophoneView::Unavailable { error: Some(_) }),
                "the microphone captures and is shown as {shown:?}"
            ),
        }
        if matches!(view.me.microphone, MicrophoneView::Muted { .. }) {
            assert!(!view.me.speaking, "muted and speaking");
        }
        let over = matches!(
            view.connection,
            ConnectionView::Leaving | ConnectionView::Ended { .. }
        );
        assert!(!(over && self.capturing), "captures after leaving");
        let mut ids = BTreeSet::new();
        for participant in &view.participants {
            assert!(ids.insert(&participant.id), "{} twice", participant.id);
            assert!(participant.id != "me", "oneself among the others");
            assert!(!participant.name.is_empty());
        }
    }

    fn capture(&mut self, action: &CaptureAction) {
        match action {
            CaptureAction::Open { .. } => {
                assert!(!self.microphone, "a second microphone");
                self.microphone = true;
                self.opened = false;
            }
            CaptureAction::Start => {
                assert!(self.microphone, "captures without a microphone");
                self.capturing = true;
            }
            CaptureAction::Stop => self.capturing = false,
            CaptureAction::Close => {
                self.capturing = false;
                self.microphone = false;
            }
        }
    }

    pub fn microphone_opened(&mut self) {
        self.opened = self.microphone;
    }

    /// The microphone refused to open, or stopped working.
    pub fn microphone_failed(&mut self) {
        if !self.opened {
            self.microphone = false;
        }
    }

    fn vacate(&mut self) {
        self.occupied = false;
        self.leaving = false;
    }

    fn end_membership(&mut self) {
        self.consumed.clear();
        self.consumers.clear();
        self.transports.clear();
        self.producing = false;
    }
}
