//! The playout's thread: whenever the sink wants sound, it asks all streams and mixes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use opus::{Channels, SoftClip};

use super::receiver::Receiver;
use super::{PlayoutEvent, Shared, StreamShared};
use crate::sink::{Demand, NullSink, STEP_SAMPLES, Sink};
use crate::{EncodedPacket, SinkSpec, lock};

/// A device's callback wakes the thread; when it does not, it is looked after this often.
const LOOK_AFTER: Duration = Duration::from_millis(500);
/// How often a lost device is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// A stream and what it is decoded with.
struct Member {
    shared: Arc<StreamShared>,
    receiver: Receiver,
}

/// Mixes until the playout is dropped.
pub(super) fn run(shared: &Arc<Shared>) {
    let mut mixer = Mixer::new();
    let mut output: Option<Output> = None;
    while !shared.stop.load(Ordering::Relaxed) {
        if let Some((spec, sink)) = lock(&shared.next_sink).take() {
            if output.as_ref().is_some_and(|output| output.lost) {
                let _ = shared.events.send(PlayoutEvent::Recovered {
                    device: sink.name().to_owned(),
                });
            }
            output = Some(Output::new(spec, sink));
        }
        let Some(output) = &mut output else {
            thread::park_timeout(LOOK_AFTER);
            continue;
        };
        let now = Instant::now();
        output.retry_if_lost(shared, now);
        match output.step(&mut mixer, shared, now) {
            Ok(Demand::Step) => {}
            Ok(Demand::At(at)) => thread::park_timeout(at.saturating_duration_since(now)),
            Ok(Demand::Parked) => thread::park_timeout(LOOK_AFTER),
            Err(error) => {
                tracing::warn!(%error, "speaker lost");
                let _ = shared.events.send(PlayoutEvent::Lost(error));
                output.replace_by_nothing(now);
            }
        }
    }
}

/// The sink in use.
struct Output {
    spec: SinkSpec,
    sink: Box<dyn Sink>,
    /// The wanted sink was lost; `sink` is a stand-in.
    lost: bool,
    retry_at: Option<Instant>,
    retrying: Arc<AtomicBool>,
    /// Of sinks that were lost.
    earlier_underruns: u64,
}

impl Output {
    fn new(spec: SinkSpec, sink: Box<dyn Sink>) -> Self {
        Self {
            spec,
            sink,
            lost: false,
            retry_at: None,
            retrying: Arc::default(),
            earlier_underruns: 0,
        }
    }

    fn step(
        &mut self,
        mixer: &mut Mixer,
        shared: &Shared,
        now: Instant,
    ) -> Result<Demand, crate::AudioError> {
        let demand = self.sink.demand(now)?;
        if demand == Demand::Step {
            let clipped = mixer.mix(shared, now);
            self.sink.write(&mixer.mixed)?;
            let mut stats = lock(&shared.stats);
            stats.steps += 1;
            stats.clipped_steps += u64::from(clipped);
            stats.underruns = self.earlier_underruns + self.sink.underruns();
        }
        Ok(demand)
    }

    /// Goes on without a device, so that streams are decoded and levels move.
    fn replace_by_nothing(&mut self, now: Instant) {
        self.earlier_underruns += self.sink.underruns();
        let mut stand_in = NullSink::default();
        // Cannot fail: it only takes the time.
        let _ = stand_in.start(now, &thread::current());
        self.sink = Box::new(stand_in);
        self.lost = true;
        self.retry_at = Some(now + RETRY);
    }

    /// Tries the lost device again, on another thread: opening may take long.
    fn retry_if_lost(&mut self, shared: &Arc<Shared>, now: Instant) {
        if !self.lost || self.retry_at.is_none_or(|at| now < at) {
            return;
        }
        self.retry_at = Some(now + RETRY);
        if self.retrying.swap(true, Ordering::Relaxed) {
            return;
        }
        let (shared, spec) = (Arc::clone(shared), self.spec.clone());
        let (retrying, mixing) = (Arc::clone(&self.retrying), thread::current());
        let spawned = thread::Builder::new()
            .name("audio-retry".to_owned())
            .spawn(move || {
                if let Ok(sink) = crate::sink::open(&spec, &mixing) {
                    let mut next = lock(&shared.next_sink);
                    // Somebody may have chosen another one meanwhile.
                    if next.is_none() {
                        *next = Some((spec, sink));
                        mixing.unpark();
                    }
                }
                retrying.store(false, Ordering::Relaxed);
            });
        if spawned.is_err() {
            self.retrying.store(false, Ordering::Relaxed);
        }
    }
}

/// All streams of a playout.
struct Mixer {
    members: Vec<Member>,
    clip: SoftClip,
    mixed: [f32; STEP_SAMPLES],
    /// Taken from a stream's inbox; kept for its memory.
    arrived: Vec<EncodedPacket>,
}

impl Mixer {
    fn new() -> Self {
        Self {
            members: Vec::new(),
            clip: SoftClip::new(Channels::Mono),
            mixed: [0.0; STEP_SAMPLES],
            arrived: Vec::new(),
        }
    }

    /// Mixes the next step; true when it was too loud.
    fn mix(&mut self, shared: &Shared, now: Instant) -> bool {
        self.admit(shared);
        self.mixed.fill(0.0);
        let mut step = [0.0; STEP_SAMPLES];
        for member in &mut self.members {
            std::mem::swap(&mut *lock(&member.shared.inbox), &mut self.arrived);
            for packet in self.arrived.drain(..) {
                member.receiver.insert(packet);
            }
            member.render(&mut step, now);
            let gain = f32::from_bits(member.shared.gain.load(Ordering::Relaxed));
            for (sum, sample) in self.mixed.iter_mut().zip(&step) {
                *sum += sample * gain;
            }
        }
        let too_loud = self.mixed.iter().any(|sample| sample.abs() > 1.0);
        self.clip.apply(&mut self.mixed);
        too_loud
    }

    fn admit(&mut self, shared: &Shared) {
        self.members
            .retain(|member| !member.shared.removed.load(Ordering::Relaxed));
        for stream in lock(&shared.joining).drain(..) {
            match Receiver::new() {
                Ok(receiver) => self.members.push(Member {
                    shared: stream,
                    receiver,
                }),
                Err(error) => tracing::error!(%error, "a stream cannot be decoded"),
            }
        }
    }
}

impl Member {
    fn render(&mut self, step: &mut [f32; STEP_SAMPLES], now: Instant) {
        let (shared, mut decoded) = (&self.shared, false);
        self.receiver.fill(step, now, |heard| {
            shared.level.update(heard.level, heard.samples);
            shared.voice.store(heard.voice, Ordering::Relaxed);
            decoded = true;
        });
        if decoded {
            *lock(&shared.stats) = self.receiver.stats();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{power_at, rms};
    use crate::playout::{PlayoutStream, Shared};
    use bytes::Bytes;
    use opus::{Application, Encoder};
    use tokio::sync::mpsc::unbounded_channel;

    /// A stream that plays a tone, fed and pulled in virtual time.
    struct Talker {
        encoder: Encoder,
        hz: f32,
        amplitude: f32,
        frames: u32,
        stream: PlayoutStream,
    }

    impl Talker {
        fn join(shared: &Shared, hz: f32, amplitude: f32) -> Self {
            let stream = Arc::new(StreamShared::new());
            lock(&shared.joining).push(Arc::clone(&stream));
            Self {
                encoder: Encoder::new(48_000, Channels::Mono, Application::Voip).expect("settings"),
                hz,
                amplitude,
                frames: 0,
                stream: PlayoutStream { shared: stream },
            }
        }

        fn send(&mut self, now: Instant) {
            let first = self.frames * 960;
            let sound: Vec<f32> = (first..first + 960)
                .map(|n| {
                    let phase = f64::from(self.hz) * f64::from(n) / 48_000.0;
                    (phase.fract() * std::f64::consts::TAU).sin() as f32 * self.amplitude
                })
                .collect();
            let payload = self
                .encoder
                .encode_vec_float(&sound, 1000)
                .expect("encoded");
            self.stream.push(EncodedPacket {
                sequence: self.frames as u16,
                timestamp: first,
                payload: Bytes::from(payload),
                arrived: now,
            });
            self.frames += 1;
        }
    }

    fn shared() -> Shared {
        Shared::new(unbounded_channel().0)
    }

    /// Mixes `steps` of 10 ms, the talkers sending every 20 ms.
    fn run(mixer: &mut Mixer, shared: &Shared, talkers: &mut [Talker], steps: u32) -> Vec<f32> {
        let start = Instant::now();
        let mut sound = Vec::new();
        for n in 0..steps {
            let now = start + Duration::from_millis(10) * n;
            if n % 2 == 0 {
                for talker in talkers.iter_mut() {
                    talker.send(now);
                }
            }
            mixer.mix(shared, now);
            sound.extend_from_slice(&mixer.mixed);
        }
        sound
    }

    #[test]
    fn all_streams_are_heard_each_with_its_gain() {
        let (shared, mut mixer) = (shared(), Mixer::new());
        let mut talkers = [
            Talker::join(&shared, 500.0, 0.2),
            Talker::join(&shared, 1200.0, 0.2),
            Talker::join(&shared, 2100.0, 0.2),
        ];
        talkers[1].stream.set_gain(0.5);
        talkers[2].stream.set_gain(0.0);
        let sound = run(&mut mixer, &shared, &mut talkers, 100);
        let sound = &sound[24_000..];
        let power = |hz| power_at(sound, 48_000, hz);
        let ratio = (power(500.0) / power(1200.0)).sqrt();
        assert!((ratio - 2.0).abs() < 0.4, "half as loud: {ratio}");
        assert!(power(2100.0) < power(1200.0) / 100.0, "silenced");
        for talker in &talkers {
            let level = talker.stream.level().dbfs();
            assert!((level + 17.0).abs() < 2.0, "as received: {level}");
            assert!(talker.stream.voice());
            let stats = talker.stream.stats();
            assert_eq!((stats.concealed_frames, stats.underruns), (0, 0));
            assert!(stats.decoded_frames > 40);
        }
    }

    #[test]
    fn a_dropped_stream_is_not_heard_any_more() {
        let (shared, mut mixer) = (shared(), Mixer::new());
        let mut talkers = vec![Talker::join(&shared, 500.0, 0.2)];
        run(&mut mixer, &shared, &mut talkers, 30);
        assert_eq!(mixer.members.len(), 1);
        talkers.clear();
        let sound = run(&mut mixer, &shared, &mut talkers, 5);
        assert!(mixer.members.is_empty());
        assert_eq!(rms(&sound), 0.0);
    }

    #[test]
    fn too_loud_a_mix_is_clipped_softly() {
        let (shared, mut mixer) = (shared(), Mixer::new());
        let mut talkers = [
            Talker::join(&shared, 300.0, 0.8),
            Talker::join(&shared, 310.0, 0.8),
        ];
        let sound = run(&mut mixer, &shared, &mut talkers, 100);
        let peak = sound.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
        assert!(peak <= 1.0, "{peak}");
        assert!(peak > 0.9, "{peak}");
    }
}
