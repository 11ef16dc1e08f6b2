//! Everybody else's sound: exactly one consumer per producer (Q8), started although the answer
//! to a failed resume looks like a success (Q11).

use std::collections::BTreeMap;

use signaling::wire::{ConsumerId, ConsumerParameters, ProducerId};

use super::{Ask, MediaAction, Purpose, Session, Timer, policy};
use crate::view::RemoteAudioView;

/// What is consumed in one membership.
#[derive(Debug, Default)]
pub(super) struct Consuming {
    by_producer: BTreeMap<ProducerId, Consumption>,
}

/// One producer that is wanted.
#[derive(Debug)]
struct Consumption {
    stage: Stage,
    flow: Flow,
    /// How often it was asked for without an answer.
    tries: u32,
    /// How often the present consumer was resumed.
    resumes: u32,
    /// Whether it was consumed anew because resuming did not help.
    anew: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// For the receive transport, or for the next try.
    Waiting,
    /// `consume` is under way.
    Requested(u64),
    /// There is a consumer.
    Open(ConsumerId),
    /// The producer is gone or cannot be consumed.
    GivenUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// No packet yet.
    Unknown,
    /// Packets arrive.
    Live,
    /// No packets: muted, paused or dead look alike (Q12).
    Silent,
}

impl Consumption {
    fn new() -> Self {
        Self {
            stage: Stage::Waiting,
            flow: Flow::Unknown,
            tries: 0,
            resumes: 0,
            anew: false,
        }
    }
}

impl Consuming {
    /// Who is received by this consumer.
    pub(super) fn producer_of(&self, consumer: &ConsumerId) -> Option<&ProducerId> {
        self.by_producer
            .iter()
            .find(|(_, consumption)| {
                matches!(&consumption.stage, Stage::Open(open) if open == consumer)
            })
            .map(|(producer, _)| producer)
    }

    pub(super) fn view(&self, producer: &ProducerId) -> RemoteAudioView {
        match self.by_producer.get(producer) {
            None => RemoteAudioView::Connecting,
            Some(consumption) => match (&consumption.stage, consumption.flow) {
                (Stage::GivenUp, _) => RemoteAudioView::None,
                (_, Flow::Live) => RemoteAudioView::Live,
                (_, Flow::Silent) => RemoteAudioView::Muted,
                (_, Flow::Unknown) => RemoteAudioView::Connecting,
            },
        }
    }

    fn of_consumer(&mut self, consumer: &ConsumerId) -> Option<(ProducerId, &mut Consumption)> {
        self.by_producer
            .iter_mut()
            .find(|(_, consumption)| {
                matches!(&consumption.stage, Stage::Open(open) if open == consumer)
            })
            .map(|(producer, consumption)| (producer.clone(), consumption))
    }
}

impl Session {
    /// Begins to receive a producer, now or as soon as there is a transport.
    pub(super) fn want(&mut self, producer: ProducerId) {
        let Some(membership) = &mut self.membership else {
            return;
        };
        membership
            .consuming
            .by_producer
            .entry(producer.clone())
            .or_insert_with(Consumption::new);
        self.consume(&producer);
    }

    pub(super) fn consume_waiting(&mut self) {
        let Some(membership) = &self.membership else {
            return;
        };
        let producers: Vec<_> = membership.consuming.by_producer.keys().cloned().collect();
        for producer in producers {
            self.consume(&producer);
        }
    }

    /// Asks for a consumer unless there is one, or one was asked for already.
    pub(super) fn consume(&mut self, producer: &ProducerId) {
        let Some(membership) = &mut self.membership else {
            return;
        };
        let number = membership.number;
        let ready = membership.receive.as_ref().is_some_and(|t| t.created);
        let waiting = membership
            .consuming
            .by_producer
            .get(producer)
            .is_some_and(|consumption| consumption.stage == Stage::Waiting);
        if !ready || !waiting {
            return;
        }
        let request = self.ask(
            Purpose::Consume(producer.clone()),
            Ask::Consume {
                membership: number,
                producer: producer.clone(),
            },
        );
        if let Some(consumption) = self.consumption(producer) {
            consumption.stage = Stage::Requested(request);
            consumption.tries += 1;
        }
        self.changed = true;
    }

    /// There is a consumer: it starts paused, so it is resumed at once.
    pub(super) fn consuming(
        &mut self,
        request: u64,
        producer: &ProducerId,
        parameters: ConsumerParameters,
    ) {
        // Somebody who left meanwhile took their consumers along.
        let Some(consumption) = self.consumption(producer) else {
            return;
        };
        if consumption.stage != Stage::Requested(request) {
            return;
        }
        let consumer = parameters.id.clone();
        consumption.stage = Stage::Open(consumer);
        consumption.tries = 0;
        consumption.resumes = 0;
        self.media(MediaAction::Receive(Box::new(parameters)));
        self.resume(producer);
        self.changed = true;
    }

    fn resume(&mut self, producer: &ProducerId) {
        let receiving = self
            .membership
            .as_ref()
            .and_then(|membership| membership.receive.as_ref())
            .is_some_and(super::transports::Transport::connected);
        let Some(consumption) = self.consumption(producer) else {
            return;
        };
        let Stage::Open(consumer) = consumption.stage.clone() else {
            return;
        };
        consumption.resumes += 1;
        self.ask(Purpose::Resume, Ask::ResumeConsumer(consumer));
        if receiving {
            let at = self.now + policy::FIRST_PACKET_LIMIT;
            self.timers.set(Timer::FirstPacket(producer.clone()), at);
        }
    }

    /// The transport is connected: from now on packets can be missed.
    pub(super) fn expect_first_packets(&mut self) {
        let Some(membership) = &self.membership else {
            return;
        };
        let at = self.now + policy::FIRST_PACKET_LIMIT;
        for (producer, consumption) in &membership.consuming.by_producer {
            if matches!(consumption.stage, Stage::Open(_)) && consumption.flow == Flow::Unknown {
                self.timers
                    .set_if_idle(Timer::FirstPacket(producer.clone()), at);
            }
        }
    }

    /// No packet in time: resume once more, then consume anew, then believe in the silence.
    pub(super) fn no_first_packet(&mut self, producer: &ProducerId) {
        let Some(consumption) = self.consumption(producer) else {
            return;
        };
        let Stage::Open(consumer) = consumption.stage.clone() else {
            return;
        };
        if consumption.flow == Flow::Live {
            return;
        }
        // Most probably somebody who is muted: nothing worse is to be shown meanwhile.
        consumption.flow = Flow::Silent;
        let (resumes, anew) = (consumption.resumes, consumption.anew);
        self.changed = true;
        if resumes < 2 {
            self.resume(producer);
        } else if !anew {
            if let Some(consumption) = self.consumption(producer) {
                consumption.anew = true;
                consumption.stage = Stage::Waiting;
            }
            self.retire(consumer);
            self.consume(producer);
        }
    }

    pub(super) fn flowing(&mut self, consumer: &ConsumerId) {
        self.set_flow(consumer, Flow::Live);
    }

    pub(super) fn stalled(&mut self, consumer: &ConsumerId) {
        self.set_flow(consumer, Flow::Silent);
    }

    fn set_flow(&mut self, consumer: &ConsumerId, flow: Flow) {
        let Some(membership) = &mut self.membership else {
            return;
        };
        let Some((producer, consumption)) = membership.consuming.of_consumer(consumer) else {
            return;
        };
        // A stall before the first packet says nothing: that has its own time limit.
        if consumption.flow == flow || (flow == Flow::Silent && consumption.flow == Flow::Unknown) {
            return;
        }
        consumption.flow = flow;
        if flow == Flow::Live {
            self.timers.stop(&Timer::FirstPacket(producer));
        } else if let Some(member) = self.roster.sender_of(&producer) {
            member.speaking.stop();
        }
        self.changed = true;
    }

    pub(super) fn receive_failed(&mut self, consumer: &ConsumerId) {
        let Some(membership) = &mut self.membership else {
            return;
        };
        let Some((producer, consumption)) = membership.consuming.of_consumer(consumer) else {
            return;
        };
        consumption.stage = Stage::GivenUp;
        self.timers.stop(&Timer::FirstPacket(producer));
        self.retire(consumer.clone());
        self.changed = true;
    }

    /// The producer is gone, or cannot be received: dropped quietly.
    pub(super) fn give_up_consuming(&mut self, producer: &ProducerId) {
        if let Some(consumption) = self.consumption(producer) {
            consumption.stage = Stage::GivenUp;
            self.changed = true;
        }
    }

    /// No answer, or too early: asked again a few times.
    pub(super) fn consume_later(&mut self, producer: &ProducerId) {
        let Some(consumption) = self.consumption(producer) else {
            return;
        };
        if consumption.tries >= policy::CONSUME_TRIES {
            self.give_up_consuming(producer);
            return;
        }
        consumption.stage = Stage::Waiting;
        let at = self.now + policy::CONSUME_DELAY;
        self.timers.set(Timer::Consume(producer.clone()), at);
    }

    /// Stops receiving a producer. `alive`: it may still be sending (a newer one took its
    /// place), so the gateway is told to stop forwarding it.
    pub(super) fn stop_consuming(&mut self, producer: &ProducerId, alive: bool) {
        let Some(membership) = &mut self.membership else {
            return;
        };
        let Some(consumption) = membership.consuming.by_producer.remove(producer) else {
            return;
        };
        self.timers.stop(&Timer::FirstPacket(producer.clone()));
        self.timers.stop(&Timer::Consume(producer.clone()));
        self.changed = true;
        if let Stage::Open(consumer) = consumption.stage {
            if alive {
                self.retire(consumer);
            } else {
                self.media(MediaAction::StopReceiving(consumer));
            }
        }
    }

    /// A consumer cannot be closed on the gateway, only paused.
    fn retire(&mut self, consumer: ConsumerId) {
        self.media(MediaAction::StopReceiving(consumer.clone()));
        self.ask(Purpose::Courtesy, Ask::PauseConsumer(consumer));
    }

    fn consumption(&mut self, producer: &ProducerId) -> Option<&mut Consumption> {
        self.membership
            .as_mut()?
            .consuming
            .by_producer
            .get_mut(producer)
    }
}
