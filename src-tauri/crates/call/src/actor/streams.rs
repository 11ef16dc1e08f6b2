//! Received sound on its way from consumers to the speaker.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use audio::{EncodedPacket, Playout, PlayoutStream};
use media::{Consumer, ConsumerPackets, RtpPacket};
use signaling::wire::ConsumerId;
use tokio::sync::watch;

use crate::call::ReceivedStats;

/// Sound above this is audible, dBFS.
const AUDIBLE: f32 = -60.0;
/// How often the first sound is looked for, at first.
const LISTEN_CLOSELY: Duration = Duration::from_millis(4);
/// For how long it is looked for that closely.
const CLOSELY_FOR: Duration = Duration::from_secs(10);
/// How often it is looked for after that.
const LISTEN_CASUALLY: Duration = Duration::from_millis(100);

/// What is received at the moment.
pub(super) struct Streams {
    received: Mutex<BTreeMap<ConsumerId, Received>>,
    playout: watch::Sender<Option<Arc<Playout>>>,
    first_audio: watch::Sender<Option<Instant>>,
    listening: Mutex<bool>,
}

struct Received {
    stream: Arc<PlayoutStream>,
    consumer: Consumer,
}

impl Streams {
    pub(super) fn new(first_audio: watch::Sender<Option<Instant>>) -> Self {
        Self {
            received: Mutex::new(BTreeMap::new()),
            playout: watch::Sender::new(None),
            first_audio,
            listening: Mutex::new(false),
        }
    }

    /// There is a speaker (or something that stands for it) to play on; `None`: no more.
    pub(super) fn play_on(&self, playout: Option<Arc<Playout>>) {
        self.playout.send_replace(playout);
    }

    pub(super) fn playout(&self) -> Option<Arc<Playout>> {
        self.playout.borrow().clone()
    }

    pub(super) fn levels(&self) -> BTreeMap<ConsumerId, f32> {
        lock(&self.received)
            .iter()
            .map(|(id, received)| (id.clone(), received.stream.level().dbfs()))
            .collect()
    }

    pub(super) fn stats(&self) -> Vec<(ConsumerId, ReceivedStats)> {
        lock(&self.received)
            .iter()
            .map(|(id, received)| (id.clone(), received.stats()))
            .collect()
    }

    /// Moves the packets of a consumer to the speaker until the consumer ends.
    pub(super) async fn pump(
        self: Arc<Self>,
        id: ConsumerId,
        consumer: Consumer,
        mut packets: ConsumerPackets,
    ) {
        let Some(playout) = self.speaker(&mut packets).await else {
            return;
        };
        let stream = Arc::new(playout.add_stream());
        drop(playout);
        lock(&self.received).insert(
            id.clone(),
            Received {
                stream: Arc::clone(&stream),
                consumer,
            },
        );
        self.listen();
        while let Some(packet) = packets.recv().await {
            stream.push(encoded(packet));
        }
        lock(&self.received).remove(&id);
    }

    /// Waits for the speaker, which may take seconds to open. Sound of that time is past.
    async fn speaker(&self, packets: &mut ConsumerPackets) -> Option<Arc<Playout>> {
        let mut playout = self.playout.subscribe();
        loop {
            tokio::select! {
                biased;
                ready = playout.wait_for(Option::is_some) => {
                    return ready.ok()?.clone();
                }
                packet = packets.recv() => {
                    packet?;
                }
            }
        }
    }

    /// Looks for the first audible sound, once per call.
    fn listen(self: &Arc<Self>) {
        if self.first_audio.borrow().is_some()
            || std::mem::replace(&mut *lock(&self.listening), true)
        {
            return;
        }
        let streams = Arc::clone(self);
        tokio::spawn(async move {
            let begin = Instant::now();
            loop {
                if lock(&streams.received).is_empty() {
                    // Whoever comes next begins anew.
                    *lock(&streams.listening) = false;
                    return;
                }
                let audible = streams.levels().values().any(|level| *level > AUDIBLE);
                if audible {
                    streams.first_audio.send_replace(Some(Instant::now()));
                    return;
                }
                tokio::time::sleep(if begin.elapsed() < CLOSELY_FOR {
                    LISTEN_CLOSELY
                } else {
                    LISTEN_CASUALLY
                })
                .await;
            }
        });
    }
}

impl Received {
    fn stats(&self) -> ReceivedStats {
        let played = self.stream.stats();
        let received = self.consumer.stats();
        ReceivedStats {
            packets: received.packets_received,
            lost: received.packets_lost,
            decoded_frames: played.decoded_frames,
            recovered_frames: played.fec_frames,
            concealed_frames: played.concealed_frames,
            jitter_ms: received.jitter.as_secs_f64() * 1_000.0,
            buffer_ms: played.delay.as_secs_f64() * 1_000.0,
        }
    }
}

fn encoded(packet: RtpPacket) -> EncodedPacket {
    EncodedPacket {
        sequence: packet.sequence,
        timestamp: packet.timestamp,
        payload: packet.payload,
        arrived: packet.arrived,
    }
}

/// A panic elsewhere must not become one here: the data is a plain map.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
