//! From received packets to a sink: one thread per playout mixes all streams.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::{AudioError, EncodedPacket, Level, SinkSpec};

/// How to play.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayoutOptions {
    /// Where sound goes to.
    pub sink: SinkSpec,
}

/// Something happened to the sink of a [`Playout`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlayoutEvent {
    /// The device is gone or took no sound for [`SILENT_DEVICE`](crate::SILENT_DEVICE). It
    /// is tried again every two seconds; meanwhile streams are decoded and thrown away, so
    /// that levels go on.
    Lost(AudioError),
    /// The device is back.
    Recovered {
        /// Its name.
        device: String,
    },
}

/// Events of one playout, in order.
#[derive(Debug)]
pub struct PlayoutEvents(UnboundedReceiver<PlayoutEvent>);

impl PlayoutEvents {
    /// The next event; `None` when the playout is gone. Cancel safe.
    pub async fn next(&mut self) -> Option<PlayoutEvent> {
        self.0.recv().await
    }
}

/// Counters of a playout, since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlayoutStats {
    /// Steps of 10 ms that were mixed.
    pub steps: u64,
    /// Times the device ran dry because this computer was too slow.
    pub underruns: u64,
    /// Steps that were too loud and were softly clipped.
    pub clipped_steps: u64,
}

/// A running playout. It mixes also when there is no stream, so that a WAV file keeps real
/// time. Dropping it stops it; a WAV file is complete when `drop` returns.
#[derive(Debug)]
pub struct Playout {}

impl Playout {
    /// Opens the sink and starts.
    ///
    /// Blocks until the sink is open or refuses, at most
    /// [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT): from async code use `spawn_blocking`.
    pub fn start(options: PlayoutOptions) -> Result<Self, AudioError> {
        let _ = options;
        todo!()
    }

    /// Goes on with another sink; streams stay as they are. When it cannot be opened, the
    /// old one stays. Blocks as [`start`](Self::start) does.
    pub fn set_sink(&self, sink: SinkSpec) -> Result<(), AudioError> {
        let _ = sink;
        todo!()
    }

    /// Adds a stream to the mix: one per consumer.
    pub fn add_stream(&self) -> PlayoutStream {
        todo!()
    }

    /// Name of the device or file in use.
    pub fn device_name(&self) -> String {
        todo!()
    }

    /// Counters so far.
    pub fn stats(&self) -> PlayoutStats {
        todo!()
    }

    /// The events; `None` when they were taken already.
    pub fn take_events(&mut self) -> Option<PlayoutEvents> {
        todo!()
    }
}

/// One received stream in the mix. Dropping it takes it out; it may outlive its playout
/// (then it is silent).
#[derive(Debug)]
pub struct PlayoutStream {}

impl PlayoutStream {
    /// Hands over a received packet, in any order. Never blocks.
    pub fn push(&self, packet: EncodedPacket) {
        let _ = packet;
        todo!()
    }

    /// Loudness now, falling slowly after a sound.
    pub fn level(&self) -> Level {
        todo!()
    }

    /// Whether somebody speaks now.
    pub fn voice(&self) -> bool {
        todo!()
    }

    /// Sets the volume: 1.0 is as received, 0.0 is silent; at most 4.0.
    pub fn set_gain(&self, gain: f32) {
        let _ = gain;
        todo!()
    }

    /// Counters and delays so far.
    pub fn stats(&self) -> StreamStats {
        todo!()
    }
}

/// Counters and delays of one stream, since it was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamStats {
    /// Packets taken in, duplicates and late ones included.
    pub received: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came after their time: concealed before.
    pub late: u64,
    /// Packets that came after one with a higher sequence number, in time.
    pub reordered: u64,
    /// Frames of 20 ms that were decoded from their own packet.
    pub decoded_frames: u64,
    /// Frames that were recovered from the next packet's FEC.
    pub fec_frames: u64,
    /// Frames that were made up (packet loss concealment): audible dropouts.
    pub concealed_frames: u64,
    /// Times the stream had to wait for packets in the middle of sound.
    pub underruns: u64,
    /// Times the sender or the timestamps started anew.
    pub resets: u64,
    /// Delay that the jitter buffer aims at.
    pub target_delay: Duration,
    /// Delay that it has now.
    pub delay: Duration,
}
