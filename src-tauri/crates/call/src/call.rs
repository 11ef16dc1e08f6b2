//! The handle of a call.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;
use tokio::sync::{mpsc, oneshot, watch};

use crate::command::Command;
use crate::options::JoinOptions;
use crate::view::{CallView, EndReason, LevelsView, MediaPathView};

/// A call. Clones are handles of the same call; when the last one is dropped, it is left.
#[derive(Debug, Clone)]
pub struct Call {
    pub(crate) messages: mpsc::UnboundedSender<Message>,
    pub(crate) view: watch::Receiver<CallView>,
    pub(crate) levels: watch::Receiver<LevelsView>,
    pub(crate) first_audio: watch::Receiver<Option<Instant>>,
    pub(crate) ended: watch::Receiver<Option<EndReason>>,
}

/// What a handle asks of the actor.
#[derive(Debug)]
pub(crate) enum Message {
    Join(Box<JoinOptions>),
    Command(Command),
    Stats(oneshot::Sender<CallStats>),
}

/// Numbers of a call, for people who look for trouble. All are totals since the join (or the
/// last rejoin).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallStats {
    /// The way the media takes, once known.
    pub path: Option<MediaPathView>,
    /// RTP packets sent.
    pub packets_sent: u64,
    /// RTP packets the gateway did not receive.
    pub packets_sent_lost: i64,
    /// Round trip to the gateway in milliseconds, as measured on the media path.
    pub round_trip_ms: Option<f64>,
    /// What arrives, by participant id.
    pub received: BTreeMap<String, ReceivedStats>,
    /// Times the speaker ran dry because this computer was too slow.
    pub playout_underruns: u64,
}

/// What arrives of one participant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedStats {
    /// RTP packets, duplicates not counted.
    pub packets: u64,
    /// RTP packets that should have come and did not.
    pub lost: i64,
    /// Frames of 20 ms that were played from their own packet.
    pub decoded_frames: u64,
    /// Frames that were recovered from the next packet.
    pub recovered_frames: u64,
    /// Frames that were made up: audible dropouts.
    pub concealed_frames: u64,
    /// Interarrival jitter in milliseconds (RFC 3550).
    pub jitter_ms: f64,
    /// Delay of the jitter buffer in milliseconds.
    pub buffer_ms: f64,
}

impl Call {
    /// The view, sent whole whenever it changes, at most 20 times a second.
    pub fn view(&self) -> watch::Receiver<CallView> {
        self.view.clone()
    }

    /// Levels, ten times a second.
    pub fn levels(&self) -> watch::Receiver<LevelsView> {
        self.levels.clone()
    }

    /// When somebody else was heard for the first time: sound above -60 dBFS was played. `None`
    /// until then.
    pub fn first_audio(&self) -> watch::Receiver<Option<Instant>> {
        self.first_audio.clone()
    }

    /// Asks for something. After the end of the call it is ignored.
    pub fn send(&self, command: Command) {
        let _ = self.messages.send(Message::Command(command));
    }

    /// Leaves: silent at once, then waits up to 8 s for the gateway's answer.
    pub async fn leave(&self) -> EndReason {
        self.send(Command::Leave);
        self.ended().await
    }

    /// Waits for the end of the call.
    pub async fn ended(&self) -> EndReason {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or(EndReason::Left),
            Err(_) => EndReason::Left,
        }
    }

    /// Numbers of this moment; `None` when the call is over.
    pub async fn stats(&self) -> Option<CallStats> {
        let (reply, stats) = oneshot::channel();
        self.messages.send(Message::Stats(reply)).ok()?;
        stats.await.ok()
    }

    pub(crate) fn begin(&self, join: JoinOptions) {
        let _ = self.messages.send(Message::Join(Box::new(join)));
    }
}
