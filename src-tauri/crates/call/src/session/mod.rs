//! One call as a state machine without I/O: [`Session::handle`] takes what happened and gives
//! what is to be done. It never reads a clock, never waits, and never logs.
//!
//! The parts, by what they decide:
//!
//! * `connection`: the socket, its loss and its back-off;
//! * `membership`: join and leave, in the only order the gateway survives;
//! * `transports`: ICE and DTLS, doubt about the media, readiness;
//! * `consuming`: everybody else's sound, once per producer;
//! * `microphone`: capture, mute, the own producer;
//! * `events`: what the gateway tells without being asked;
//! * `refusals`: what each failed request leads to;
//! * `present`: the view.

mod chat;
mod connection;
mod consuming;
mod events;
mod inputs;
mod membership;
mod microphone;
mod names;
mod notices;
mod outputs;
pub mod policy;
mod present;
mod refusals;
mod roster;
mod speaking;
mod timers;
mod transports;

use std::collections::BTreeMap;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use signaling::policy::CHAT_MAX_CHARS;
use signaling::wire::{Direction, ProducerId, SendChat};

pub use inputs::{Answer, Input, LinkState, MediaInput, SignalingInput, SoundInput};
pub use outputs::{Ask, CaptureAction, MediaAction, Output, PlayoutAction};

use crate::command::Command;
use crate::options::JoinOptions;
use crate::view::{EndReason, ErrorView, NoticeLevel};
use chat::Chat;
use connection::{Recovery, Socket};
use membership::{Buffered, Membership};
use microphone::Microphone;
use notices::Notices;
use roster::Roster;
use timers::{Timer, Timers};

/// What a session needs to know from the start.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// The room string that was typed or received.
    pub room: String,
    /// A link that brings somebody else into this room.
    pub share_link: String,
    /// Host of the gateway, for sentences.
    pub gateway_host: String,
    /// As whom, with which devices.
    pub join: JoinOptions,
    /// Milliseconds since the Unix epoch when the session's time was zero.
    pub epoch_ms: u64,
    /// Seed of every jitter.
    pub seed: u64,
}

/// One call. Time is passed in as the time since the session began and must not run backwards.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    rng: SmallRng,
    now: Duration,
    outputs: Vec<Output>,
    changed: bool,
    timers: Timers,
    goal: Goal,
    socket: Socket,
    recovery: Recovery,
    requests: BTreeMap<u64, Purpose>,
    last_request: u64,
    membership: Option<Membership>,
    last_membership: u64,
    roster: Roster,
    buffered: Buffered,
    /// Names of people who were there before the last rejoin and have not come back yet.
    missing: Vec<String>,
    microphone: Microphone,
    speaker: Option<String>,
    chat: Chat,
    notices: Notices,
}

/// What this session is after.
#[derive(Debug, Clone, PartialEq)]
enum Goal {
    /// Be ready to join.
    Prepare,
    /// Be in the call, whatever happens.
    Call,
    /// End decently.
    End(EndReason),
    /// Nothing: it is over.
    Over(EndReason),
}

/// What a request was for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Purpose {
    Join,
    Leave,
    CreateTransport(Direction),
    ConnectTransport(Direction),
    Produce,
    Consume(ProducerId),
    Resume,
    SwitchProducer {
        paused: bool,
    },
    /// Good manners: whatever comes of it changes nothing.
    Courtesy,
}

impl Session {
    /// A session that has not begun.
    pub fn new(config: SessionConfig) -> Self {
        let rng = SmallRng::seed_from_u64(config.seed);
        let microphone = Microphone::new(config.join.microphone.clone(), config.join.muted);
        Self {
            config,
            rng,
            now: Duration::ZERO,
            outputs: Vec::new(),
            changed: false,
            timers: Timers::default(),
            goal: Goal::Prepare,
            socket: Socket::default(),
            recovery: Recovery::default(),
            requests: BTreeMap::new(),
            last_request: 0,
            membership: None,
            last_membership: 0,
            roster: Roster::default(),
            buffered: Buffered::new(),
            missing: Vec::new(),
            microphone,
            speaker: None,
            chat: Chat::default(),
            notices: Notices::default(),
        }
    }

    /// Begins with opening a socket, so that a later [`Command::Join`] need not wait for it.
    pub fn start(&mut self, now: Duration) -> Vec<Output> {
        self.now = self.now.max(now);
        self.open_socket();
        self.finish_step()
    }

    /// Takes one thing that happened; gives what is to be done, in order.
    pub fn handle(&mut self, now: Duration, input: Input) -> Vec<Output> {
        if matches!(self.goal, Goal::Over(_)) {
            return Vec::new();
        }
        self.now = self.now.max(now);
        match input {
            Input::Join(join) => self.begin_call(*join),
            Input::Command(command) => self.command(command),
            Input::Signaling(input) => self.signaling(input),
            Input::Media { membership, input } => self.media_input(membership, input),
            Input::Sound(input) => self.sound_input(input),
            Input::Timer => {}
        }
        while let Some(timer) = self.timers.take_due(self.now) {
            self.timer(timer);
        }
        self.changed |= self.chat.expire(self.now);
        self.changed |= self.notices.expire(self.now);
        self.finish_step()
    }

    /// When [`Input::Timer`] is due at the latest.
    pub fn deadline(&self) -> Option<Duration> {
        if matches!(self.goal, Goal::Over(_)) {
            return None;
        }
        [
            self.timers.next(),
            self.chat.deadline(),
            self.notices.deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Why the call is over, once it is.
    pub fn end_reason(&self) -> Option<&EndReason> {
        match &self.goal {
            Goal::Over(reason) => Some(reason),
            _ => None,
        }
    }

    fn finish_step(&mut self) -> Vec<Output> {
        if std::mem::take(&mut self.changed) {
            self.outputs.push(Output::ViewChanged);
        }
        if matches!(self.goal, Goal::Over(_)) {
            self.outputs.push(Output::Ended);
        }
        std::mem::take(&mut self.outputs)
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Mute => self.set_muted(true),
            Command::Unmute => self.set_muted(false),
            Command::Chat(text) => self.write_chat(text),
            Command::ResendChat(id) => {
                let at_ms = self.now_ms();
                if self.chat.write_again(id, at_ms) {
                    self.changed = true;
                    self.send_chat();
                }
            }
            Command::MarkChatRead => self.changed |= self.chat.mark_read(),
            Command::DismissNotice(id) => self.changed |= self.notices.dismiss(id),
            Command::SetMicrophone(source) => self.set_microphone(source),
            Command::SetSpeaker(sink) => {
                self.config.join.speaker = sink.clone();
                if self.goal == Goal::Call {
                    self.outputs
                        .push(Output::Playout(PlayoutAction::Open(sink)));
                }
            }
            Command::NetworkChanged => self.network_changed(),
            Command::Leave => self.end(EndReason::Left),
        }
    }

    fn timer(&mut self, timer: Timer) {
        match timer {
            Timer::Socket => self.open_socket(),
            Timer::FirstConnect => self.give_up_first_connect(),
            Timer::Join => self.join(),
            Timer::Silence => self.notify(NoticeLevel::Warning, "gateway.silent", &[]),
            Timer::MediaNotice => self.notify(NoticeLevel::Warning, "media.slow", &[]),
            Timer::MediaLimit => self.media_limit(),
            Timer::Suspect => self.suspicion_confirmed(),
            Timer::ProduceNotice => self.notify(NoticeLevel::Info, "microphone.slow", &[]),
            Timer::Switch => self.sync_microphone(),
            Timer::FirstPacket(producer) => self.no_first_packet(&producer),
            Timer::Consume(producer) => self.consume(&producer),
            Timer::Stable => self.recovery.stable(),
            Timer::Reunion => self.end_reunion(),
        }
    }

    fn begin_call(&mut self, join: JoinOptions) {
        if self.goal != Goal::Prepare {
            return;
        }
        self.goal = Goal::Call;
        self.microphone = Microphone::new(join.microphone.clone(), join.muted);
        self.config.join = join;
        self.changed = true;
        self.outputs.push(Output::Playout(PlayoutAction::Open(
            self.config.join.speaker.clone(),
        )));
        // The join goes first: devices never delay it.
        if !self.join_if_connected() {
            self.timers.set(
                Timer::FirstConnect,
                self.now + policy::FIRST_CONNECT_PATIENCE,
            );
            if self.socket.is_closed() {
                self.open_socket();
            }
        }
        self.open_microphone();
    }

    fn write_chat(&mut self, text: String) {
        let text = text.trim_end().to_owned();
        if text.trim_start().is_empty() {
            return;
        }
        if text.chars().count() > CHAT_MAX_CHARS {
            let limit = CHAT_MAX_CHARS.to_string();
            self.notify(NoticeLevel::Warning, "chat.too-long", &[("limit", &limit)]);
            return;
        }
        let at_ms = self.now_ms();
        let name = self.config.join.name.clone();
        self.chat.write(&name, text, at_ms);
        self.changed = true;
        self.send_chat();
    }

    /// Sends what waits, when in the room: elsewhere the gateway drops it without a word.
    fn send_chat(&mut self) {
        if !self.socket.is_member() {
            return;
        }
        for message in self.chat.outgoing(self.now) {
            self.outputs.push(Output::SendChat(SendChat {
                sender: self.config.join.name.clone(),
                text: message.text,
                timestamp: Some(message.at_ms),
            }));
        }
    }

    fn ask(&mut self, purpose: Purpose, ask: Ask) -> u64 {
        self.last_request += 1;
        let request = self.last_request;
        // While media outlives its socket there is nobody to ask: the next socket begins with
        // a join, and everything is asked anew.
        if !self.socket.takes(&purpose) {
            return request;
        }
        self.requests.insert(request, purpose);
        self.outputs.push(Output::Request { request, ask });
        request
    }

    fn notify(&mut self, level: NoticeLevel, code: &str, params: &[(&str, &str)]) {
        self.notices.push(self.now, level, code, params);
        self.changed = true;
    }

    fn withdraw(&mut self, code: &str) {
        self.changed |= self.notices.withdraw(code);
    }

    fn now_ms(&self) -> u64 {
        let elapsed = u64::try_from(self.now.as_millis()).unwrap_or(u64::MAX);
        self.config.epoch_ms.saturating_add(elapsed)
    }

    /// Ends the call: leaves and awaits the answer when there is something to leave.
    fn end(&mut self, reason: EndReason) {
        if matches!(self.goal, Goal::End(_) | Goal::Over(_)) {
            return;
        }
        self.goal = Goal::End(reason);
        self.changed = true;
        self.close_sound();
        self.timers.stop_where(|_| true);
        if self.socket.is_member() {
            self.leave();
        } else if !self.socket.is_leaving() {
            self.over();
        }
    }

    fn close_sound(&mut self) {
        self.close_microphone();
        self.roster.hush();
        self.outputs.push(Output::Playout(PlayoutAction::Close));
    }

    /// Lets go of everything; only now is it over.
    fn over(&mut self) {
        let Goal::End(reason) = &self.goal else {
            return;
        };
        self.goal = Goal::Over(reason.clone());
        self.changed = true;
        self.end_membership();
        self.close_socket();
        self.timers.stop_where(|_| true);
    }

    fn fail(&mut self, error: ErrorView) {
        self.end(EndReason::Failed { error });
    }
}
