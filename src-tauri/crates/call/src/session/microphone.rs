//! The own microphone: captured only while it is shown as live, announced to the gateway once
//! per membership (Q16), and explained when it does not get through (Q10).

use std::collections::BTreeMap;

use audio::SourceSpec;
use signaling::wire::{ConsumerId, Direction, ProducerId};

use super::connection::Recovery;
use super::speaking::Speaking;
use super::{
    Ask, CaptureAction, Goal, MediaAction, Output, Purpose, Session, SoundInput, Timer, policy,
};
use crate::view::{ErrorView, LevelsView, LossCause, MicrophoneView, NoticeLevel};

/// Level that stands for silence, dBFS.
const SILENCE: f32 = -127.0;

/// The microphone of this computer.
#[derive(Debug)]
pub(super) struct Microphone {
    source: SourceSpec,
    muted: bool,
    device: Device,
    /// The number of the last attempt to open a device.
    attempt: u64,
    /// The last thing that was asked of the device was to capture.
    capturing: bool,
    /// Why the gateway does not take the sound; a new socket is a new chance.
    refused: Option<ErrorView>,
    /// Refused tries to produce.
    refusals: u32,
    speaking: Speaking,
}

#[derive(Debug, Clone, PartialEq)]
enum Device {
    /// By choice.
    None,
    Opening,
    Open(String),
    /// It never opened.
    Missing(ErrorView),
    /// It was open and stopped working; it may come back.
    Lost(ErrorView),
    /// Let go of at the end of the call.
    Closed,
}

/// The own producer in one membership.
#[derive(Debug, Default)]
pub(super) enum OwnProducer {
    /// Not asked for.
    #[default]
    None,
    /// `produce` is under way, which may take 25 s.
    Requested,
    /// The gateway has it.
    Live {
        id: ProducerId,
        /// What the gateway last confirmed.
        paused: bool,
        /// A change is under way.
        switching: bool,
        /// Failed changes in a row.
        tries: u32,
    },
}

impl Microphone {
    pub(super) fn new(source: SourceSpec, muted: bool) -> Self {
        Self {
            source,
            muted,
            device: Device::None,
            attempt: 0,
            capturing: false,
            refused: None,
            refusals: 0,
            speaking: Speaking::default(),
        }
    }

    /// A new socket, perhaps to a new gateway: what was refused before is tried again.
    pub(super) fn forgive(&mut self) {
        self.refused = None;
        self.refusals = 0;
    }

    pub(super) fn speaking(&self) -> bool {
        self.live() && self.speaking.active()
    }

    /// Whether sound of this microphone is to reach the others, now or after unmuting.
    fn wanted(&self) -> bool {
        let usable = matches!(
            self.device,
            Device::Opening | Device::Open(_) | Device::Lost(_)
        );
        usable && self.refused.is_none()
    }

    /// Whether it is captured and heard by the others, as far as this computer can tell.
    fn live(&self) -> bool {
        self.capturing && matches!(self.device, Device::Open(_))
    }

    pub(super) fn view(&self, delivered: bool) -> MicrophoneView {
        if let Some(error) = &self.refused {
            return MicrophoneView::Unavailable {
                error: Some(error.clone()),
            };
        }
        let device = match &self.device {
            Device::None if self.source == SourceSpec::None => {
                return MicrophoneView::Unavailable { error: None };
            }
            // Before the call, or on the way to the first answer of the device.
            Device::None | Device::Opening => self.source.to_string(),
            Device::Open(device) => device.clone(),
            Device::Closed => {
                return MicrophoneView::Muted {
                    device: self.source.to_string(),
                };
            }
            Device::Missing(error) | Device::Lost(error) => {
                return MicrophoneView::Unavailable {
                    error: Some(error.clone()),
                };
            }
        };
        if self.muted {
            MicrophoneView::Muted { device }
        } else {
            MicrophoneView::Live { device, delivered }
        }
    }
}

impl Session {
    pub(super) fn open_microphone(&mut self) {
        if self.microphone.source == SourceSpec::None {
            return;
        }
        self.microphone.attempt += 1;
        self.microphone.device = Device::Opening;
        self.outputs.push(Output::Capture(CaptureAction::Open {
            attempt: self.microphone.attempt,
            source: self.microphone.source.clone(),
        }));
        self.changed = true;
        self.sync_sending();
    }

    pub(super) fn close_microphone(&mut self) {
        let device = std::mem::replace(&mut self.microphone.device, Device::None);
        self.sync_capture();
        if !matches!(device, Device::None | Device::Missing(_)) {
            self.outputs.push(Output::Capture(CaptureAction::Close));
        }
        if self.goal != Goal::Call && device != Device::None {
            self.microphone.device = Device::Closed;
        }
        self.changed = true;
    }

    pub(super) fn set_microphone(&mut self, source: SourceSpec) {
        self.config.join.microphone = source.clone();
        self.close_microphone();
        self.microphone.source = source;
        self.microphone.refused = None;
        if self.goal == Goal::Call {
            self.open_microphone();
        }
        self.sync_microphone();
    }

    /// Mute stops the capture before anything else is done; unmute does both.
    pub(super) fn set_muted(&mut self, muted: bool) {
        if std::mem::replace(&mut self.microphone.muted, muted) == muted {
            return;
        }
        self.changed = true;
        self.sync_microphone();
    }

    pub(super) fn sound_input(&mut self, input: SoundInput) {
        let attempt = self.microphone.attempt;
        match input {
            SoundInput::CaptureOpened {
                attempt: of,
                device,
            } if of == attempt => {
                if self.microphone.device == Device::Opening {
                    self.microphone.device = Device::Open(device);
                }
            }
            SoundInput::CaptureRecovered {
                attempt: of,
                device,
            } if of == attempt => {
                if matches!(self.microphone.device, Device::Lost(_) | Device::Open(_)) {
                    self.microphone.device = Device::Open(device);
                    self.withdraw("microphone.unavailable");
                }
            }
            SoundInput::CaptureFailed { attempt: of, error } if of == attempt => {
                self.capture_failed(error);
            }
            SoundInput::CaptureOpened { .. }
            | SoundInput::CaptureRecovered { .. }
            | SoundInput::CaptureFailed { .. } => return,
            SoundInput::PlayoutOpened { device } => {
                self.speaker = device;
                self.withdraw("speaker.unavailable");
            }
            SoundInput::PlayoutFailed { error } => {
                self.speaker = None;
                self.notify(
                    NoticeLevel::Warning,
                    "speaker.unavailable",
                    &[("code", &error.code), ("message", &error.message)],
                );
            }
            SoundInput::Levels { me, consumers } => {
                self.levels(me, consumers);
                return;
            }
        }
        self.changed = true;
        self.sync_sending();
        self.sync_microphone();
    }

    /// The call goes on without it.
    fn capture_failed(&mut self, error: ErrorView) {
        self.notify(
            NoticeLevel::Warning,
            "microphone.unavailable",
            &[("code", &error.code), ("message", &error.message)],
        );
        self.microphone.speaking.stop();
        self.microphone.device = match self.microphone.device {
            Device::Opening => {
                self.drop_producer();
                Device::Missing(error)
            }
            Device::Open(_) | Device::Lost(_) => Device::Lost(error),
            _ => return,
        };
    }

    /// There is nothing to send: the gateway's tap is freed for somebody else.
    fn drop_producer(&mut self) {
        let Some(membership) = &mut self.membership else {
            return;
        };
        if let OwnProducer::Live { id, .. } = &membership.producer {
            let id = id.clone();
            membership.producer = OwnProducer::None;
            self.ask(Purpose::Courtesy, Ask::CloseProducer(id));
        }
    }

    /// Creates the send transport and the producer as soon as they are wanted and possible. A
    /// listener has neither: they would cost the gateway ports.
    pub(super) fn sync_sending(&mut self) {
        if !self.microphone.wanted() || !self.socket.is_member() {
            return;
        }
        let Some(membership) = &mut self.membership else {
            return;
        };
        let number = membership.number;
        match &membership.send {
            None => self.create_transport(Direction::Send),
            Some(transport) if transport.created => {
                if matches!(membership.producer, OwnProducer::None) {
                    membership.producer = OwnProducer::Requested;
                    self.timers
                        .set(Timer::ProduceNotice, self.now + policy::PRODUCE_NOTICE);
                    self.ask(Purpose::Produce, Ask::ProduceAudio { membership: number });
                }
            }
            Some(_) => {}
        }
    }

    pub(super) fn produced(&mut self, id: ProducerId) {
        self.produce_answered();
        let Some(membership) = &mut self.membership else {
            return;
        };
        membership.producer = OwnProducer::Live {
            id,
            paused: false,
            switching: false,
            tries: 0,
        };
        self.microphone.refusals = 0;
        self.changed = true;
        if matches!(self.microphone.device, Device::None | Device::Missing(_)) {
            self.drop_producer();
            return;
        }
        self.media(MediaAction::StartSending);
        self.sync_microphone();
    }

    /// The producer may live on, unannounced and with an id that nobody knows: leaving is the
    /// only way to get rid of it. Once; then the call goes on without the microphone.
    pub(super) fn produce_failed(&mut self, error: ErrorView) {
        self.produce_answered();
        self.microphone.refusals += 1;
        self.changed = true;
        if self.microphone.refusals <= 1 {
            self.lose(LossCause::Session);
            if self.socket.is_member() {
                self.leave();
            }
            return;
        }
        self.notify(
            NoticeLevel::Error,
            "microphone.refused",
            &[("code", &error.code), ("message", &error.message)],
        );
        self.microphone.refused = Some(error);
        self.sync_microphone();
    }

    fn produce_answered(&mut self) {
        self.timers.stop(&Timer::ProduceNotice);
        self.withdraw("microphone.slow");
    }

    /// Brings the device and the gateway to what the person wants, the device first.
    pub(super) fn sync_microphone(&mut self) {
        self.sync_capture();
        let paused_wanted = self.microphone.muted || !self.microphone.wanted();
        if !self.socket.is_member() {
            return;
        }
        let Some(membership) = &mut self.membership else {
            return;
        };
        let OwnProducer::Live {
            id,
            paused,
            switching,
            tries,
        } = &mut membership.producer
        else {
            return;
        };
        if *paused == paused_wanted || *switching || *tries > policy::PRODUCER_SWITCH_TRIES {
            return;
        }
        *switching = true;
        let id = id.clone();
        let ask = if paused_wanted {
            Ask::PauseProducer(id)
        } else {
            Ask::ResumeProducer(id)
        };
        self.ask(
            Purpose::SwitchProducer {
                paused: paused_wanted,
            },
            ask,
        );
    }

    fn sync_capture(&mut self) {
        let microphone = &mut self.microphone;
        let present = matches!(microphone.device, Device::Open(_) | Device::Lost(_));
        let wanted =
            present && self.goal == Goal::Call && !microphone.muted && microphone.refused.is_none();
        if wanted == microphone.capturing {
            return;
        }
        microphone.capturing = wanted;
        self.outputs.push(Output::Capture(if wanted {
            CaptureAction::Start
        } else {
            microphone.speaking.stop();
            CaptureAction::Stop
        }));
        self.changed = true;
    }

    pub(super) fn producer_switched(&mut self, now_paused: bool, worked: bool) {
        let Some(membership) = &mut self.membership else {
            return;
        };
        let OwnProducer::Live {
            paused,
            switching,
            tries,
            ..
        } = &mut membership.producer
        else {
            return;
        };
        *switching = false;
        if worked {
            *paused = now_paused;
            *tries = 0;
            self.sync_microphone();
        } else {
            *tries += 1;
            self.timers
                .set(Timer::Switch, self.now + policy::PRODUCER_SWITCH_DELAY);
        }
    }

    /// Whether the gateway has the producer and packets can get there.
    pub(super) fn delivered(&self) -> bool {
        let Recovery { lost, .. } = &self.recovery;
        lost.is_none()
            && self.membership.as_ref().is_some_and(|membership| {
                matches!(membership.producer, OwnProducer::Live { .. })
                    && membership
                        .send
                        .as_ref()
                        .is_some_and(|send| send.connected())
            })
    }

    fn levels(&mut self, me: f32, consumers: BTreeMap<ConsumerId, f32>) {
        let me = if self.microphone.live() { me } else { SILENCE };
        self.changed |= self.microphone.speaking.level(self.now, me);
        let mut participants = BTreeMap::new();
        for (consumer, level) in consumers {
            let Some(membership) = &self.membership else {
                continue;
            };
            let Some(producer) = membership.consuming.producer_of(&consumer).cloned() else {
                continue;
            };
            let now = self.now;
            if let Some(member) = self.roster.sender_of(&producer) {
                self.changed |= member.speaking.level(now, level);
                participants.insert(member.id.to_string(), level);
            }
        }
        self.outputs
            .push(Output::Levels(LevelsView { me, participants }));
    }
}
