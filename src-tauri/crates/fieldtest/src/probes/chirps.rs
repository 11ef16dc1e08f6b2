//! A sound that nobody else makes, and how much of it came back.
//!
//! A handful of chirps of four kinds in random order, encoded beforehand as a call encodes speech.
//! What arrives is decoded at 8 kHz, cut where it is quiet, and compared with the four kinds.

use std::f32::consts::{PI, TAU};
use std::time::Instant;

use audio::{FRAME_SAMPLES, Level, SAMPLE_RATE};
use bytes::Bytes;
use media::{EncodedAudio, RtpPacket};
use opus::{Application, Bitrate, Channels, Decoder, Encoder};
use rand::{Rng, RngExt};

/// From and to which frequency, Hz.
const KINDS: [(f32, f32); 4] = [
    (500.0, 1_500.0),
    (1_500.0, 500.0),
    (1_500.0, 3_000.0),
    (3_000.0, 1_500.0),
];
const CHIRPS: usize = 5;
/// Length of a chirp and from one to the next, seconds.
const LENGTH: f32 = 0.2;
const FRAMES_APART: usize = 35;
/// Before the first chirp, frames.
const LEAD: usize = 10;
const AMPLITUDE: f32 = 0.25;
/// As a call sends by default, bit/s.
const BITRATE: i32 = 32_000;
const LARGEST_PACKET: usize = 1_200;

/// What is heard is judged at this rate.
const HEARD_RATE: u32 = 8_000;
const HEARD_FRAME: usize = HEARD_RATE as usize / 50;
/// The codec's own delay, samples at [`HEARD_RATE`].
const CODEC_DELAY: f32 = 6.5 * HEARD_RATE as f32 / 1_000.0;
/// Louder than this (root mean square of 10 ms) is sound.
const AUDIBLE: f32 = 0.01;
/// A pause of so many blocks of 10 ms ends a sound.
const PAUSE_BLOCKS: usize = 6;
const BLOCK: usize = HEARD_RATE as usize / 100;
/// Correlation from which a sound is the chirp that it resembles most. The kinds resemble each other
/// by 0.1 at most; a lost packet spoils the codec's prediction for the rest of a chirp.
const RESEMBLES: f32 = 0.35;
/// How far a chirp may be from where it is expected, samples: jitter is not in the samples, only
/// the edges are blurred.
const IN_PLACE: f32 = 0.08 * HEARD_RATE as f32;
/// More lost packets in a row are not filled: the sender has started anew.
const LARGEST_GAP: u16 = 250;

/// The chirps of one run.
#[derive(Debug, Clone)]
pub(super) struct Chirps {
    kinds: Vec<usize>,
    /// All frames, lead and last pause included.
    pub(super) frames: Vec<EncodedAudio>,
    /// A frame of silence, for before and after.
    pub(super) silence: EncodedAudio,
    /// Level while it sounds, dBFS.
    pub(super) level_dbfs: f64,
}

/// What one consumer heard.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Heard {
    pub(super) right: u32,
    pub(super) wrong: u32,
    pub(super) missing: u32,
    pub(super) delays_ms: Vec<f64>,
    pub(super) level_dbfs: Option<f64>,
}

struct Burst {
    samples: std::ops::Range<usize>,
    /// Where the resembled chirp begins.
    at: f32,
    kind: Option<usize>,
}

impl Chirps {
    pub(super) fn new(rng: &mut impl Rng) -> Result<Self, opus::Error> {
        let kinds: Vec<_> = (0..CHIRPS)
            .map(|_| rng.random_range(0..KINDS.len()))
            .collect();
        let mut samples = vec![0.0; (LEAD + CHIRPS * FRAMES_APART) * FRAME_SAMPLES];
        for (number, kind) in kinds.iter().enumerate() {
            let start = start_frame(number) * FRAME_SAMPLES;
            let chirp = chirp(*kind, SAMPLE_RATE);
            for (sample, value) in samples.iter_mut().skip(start).zip(chirp) {
                *sample = value;
            }
        }
        let mut encoder = Encoder::new(SAMPLE_RATE, Channels::Mono, Application::Voip)?;
        encoder.set_bitrate(Bitrate::Bits(BITRATE))?;
        let mut buffer = [0; LARGEST_PACKET];
        let mut encode = |frame: &[f32]| {
            let length = encoder.encode_float(frame, &mut buffer)?;
            let level = Level::of(frame).dbov();
            Ok(EncodedAudio {
                payload: Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default()),
                samples: FRAME_SAMPLES as u32,
                audio_level_dbov: level,
                voice: level < 60,
            })
        };
        let silence = encode(&[0.0; FRAME_SAMPLES])?;
        let frames: Result<Vec<_>, opus::Error> =
            samples.chunks_exact(FRAME_SAMPLES).map(encode).collect();
        let sounding: Vec<f32> = kinds
            .iter()
            .flat_map(|kind| chirp(*kind, HEARD_RATE))
            .collect();
        Ok(Self {
            kinds,
            frames: frames?,
            silence,
            level_dbfs: Level::of(&sounding).dbfs().into(),
        })
    }

    /// Compares. `sent`: when each of [`Self::frames`] left.
    pub(super) fn recognise(&self, packets: &[RtpPacket], sent: &[Instant]) -> Heard {
        let (samples, arrivals) = decode(packets);
        let bursts = bursts(&samples);
        let mut heard = Heard {
            level_dbfs: level(&samples, &bursts),
            ..Heard::default()
        };
        let offset = self.offset(&bursts);
        for (number, kind) in self.kinds.iter().enumerate() {
            let place = offset.map(|offset| offset + start_sample(number));
            let found = place.and_then(|place| {
                let near = |burst: &&Burst| (burst.at - place).abs() < IN_PLACE;
                bursts.iter().find(near)
            });
            match found {
                None => heard.missing += 1,
                Some(burst) if burst.kind != Some(*kind) => heard.wrong += 1,
                Some(burst) => {
                    heard.right += 1;
                    let frame = ((burst.at - CODEC_DELAY) / HEARD_FRAME as f32)
                        .round()
                        .max(0.0);
                    let arrived = arrivals.get(frame as usize).copied().flatten();
                    if let (Some(arrived), Some(left)) = (arrived, sent.get(start_frame(number))) {
                        let delay = arrived.saturating_duration_since(*left);
                        heard.delays_ms.push(delay.as_secs_f64() * 1_000.0);
                    }
                }
            }
        }
        heard
    }

    /// By how much what was heard is shifted: so that most is in its place.
    fn offset(&self, bursts: &[Burst]) -> Option<f32> {
        let in_place = |offset: f32| {
            let mut score = 0;
            for (number, kind) in self.kinds.iter().enumerate() {
                let place = offset + start_sample(number);
                for burst in bursts {
                    if (burst.at - place).abs() < IN_PLACE {
                        score += if burst.kind == Some(*kind) { 10 } else { 1 };
                    }
                }
            }
            score
        };
        let candidates = bursts.iter().flat_map(|burst| {
            (0..self.kinds.len()).map(move |number| burst.at - start_sample(number))
        });
        candidates.max_by_key(|offset| in_place(*offset))
    }
}

fn start_frame(number: usize) -> usize {
    LEAD + number * FRAMES_APART
}

fn start_sample(number: usize) -> f32 {
    (start_frame(number) * HEARD_FRAME) as f32
}

/// One chirp with soft edges.
fn chirp(kind: usize, rate: u32) -> Vec<f32> {
    let (from, to) = KINDS.get(kind).copied().unwrap_or(KINDS[0]);
    let count = (LENGTH * rate as f32) as usize;
    (0..count)
        .map(|index| {
            let time = index as f32 / rate as f32;
            let phase = TAU * (from * time + (to - from) * time * time / (2.0 * LENGTH));
            let edge = (PI * time / LENGTH).sin().sqrt();
            AMPLITUDE * edge * phase.sin()
        })
        .collect()
}

/// Samples in the order of sequence numbers, gaps concealed, and when each frame arrived.
fn decode(packets: &[RtpPacket]) -> (Vec<f32>, Vec<Option<Instant>>) {
    let (mut samples, mut arrivals) = (Vec::new(), Vec::new());
    let Ok(mut decoder) = Decoder::new(HEARD_RATE, Channels::Mono) else {
        return (samples, arrivals);
    };
    let Some(first) = packets.first() else {
        return (samples, arrivals);
    };
    let mut ordered: Vec<&RtpPacket> = packets.iter().collect();
    // Wraps are undone by the distance from the first.
    ordered.sort_by_key(|packet| packet.sequence.wrapping_sub(first.sequence) as i16);
    let mut expected = ordered.first().map_or(0, |packet| packet.sequence);
    let mut frame = [0.0; HEARD_FRAME];
    for packet in ordered {
        let gap = packet.sequence.wrapping_sub(expected);
        for _ in 0..if gap < LARGEST_GAP { gap } else { 0 } {
            if decoder.decode_float(&[], &mut frame, false).is_err() {
                frame.fill(0.0);
            }
            samples.extend_from_slice(&frame);
            arrivals.push(None);
        }
        let decoded = decoder.decode_float(&packet.payload, &mut frame, false);
        if !decoded.is_ok_and(|samples| samples == HEARD_FRAME) {
            frame.fill(0.0);
        }
        samples.extend_from_slice(&frame);
        arrivals.push(Some(packet.arrived));
        expected = packet.sequence.wrapping_add(1);
    }
    (samples, arrivals)
}

/// Stretches of sound between pauses.
fn bursts(samples: &[f32]) -> Vec<Burst> {
    let mut found = Vec::new();
    let mut start = None;
    let mut quiet = 0;
    let blocks = samples.chunks(BLOCK).map(audio::analysis::rms);
    // Silence at the end ends the last one.
    let blocks = blocks.chain([0.0; PAUSE_BLOCKS]);
    for (index, loud) in blocks.enumerate() {
        if loud >= AUDIBLE {
            start.get_or_insert(index);
            quiet = 0;
        } else if let Some(from) = start {
            quiet += 1;
            if quiet == PAUSE_BLOCKS {
                let end = ((index + 1 - PAUSE_BLOCKS) * BLOCK).min(samples.len());
                found.push(resembled(samples, from * BLOCK..end));
                start = None;
                quiet = 0;
            }
        }
    }
    found
}

/// The chirp that a sound resembles most, and where it begins.
fn resembled(samples: &[f32], range: std::ops::Range<usize>) -> Burst {
    let search = 3 * BLOCK;
    let from = range.start.saturating_sub(search);
    let mut best = (RESEMBLES, None, range.start);
    for kind in 0..KINDS.len() {
        let template = chirp(kind, HEARD_RATE);
        let power: f32 = template.iter().map(|sample| sample * sample).sum();
        for at in from..range.start + search {
            let Some(window) = samples.get(at..at + template.len()) else {
                break;
            };
            let (mut product, mut energy) = (0.0, 1e-9);
            for (one, other) in window.iter().zip(&template) {
                product += one * other;
                energy += one * one;
            }
            let correlation = product.abs() / (power * energy).sqrt();
            if correlation > best.0 {
                best = (correlation, Some(kind), at);
            }
        }
    }
    Burst {
        samples: range,
        at: best.2 as f32,
        kind: best.1,
    }
}

fn level(samples: &[f32], bursts: &[Burst]) -> Option<f64> {
    let sounding: Vec<f32> = bursts
        .iter()
        .filter_map(|burst| samples.get(burst.samples.clone()))
        .flatten()
        .copied()
        .collect();
    (!sounding.is_empty()).then(|| Level::of(&sounding).dbfs().into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const DELAY: Duration = Duration::from_millis(70);

    fn chirps(seed: u64) -> Chirps {
        Chirps::new(&mut StdRng::seed_from_u64(seed)).expect("they can be encoded")
    }

    /// Packets as they arrive after [`DELAY`], with silence before, and when the frames left.
    fn carried(chirps: &Chirps, lost: impl Fn(usize) -> bool) -> (Vec<RtpPacket>, Vec<Instant>) {
        let start = Instant::now();
        let before = 23;
        let at = |index: usize| start + Duration::from_millis(20) * index as u32;
        let silence = std::iter::repeat_n(&chirps.silence, before);
        let all = silence.chain(&chirps.frames).enumerate();
        let packets = all.filter(|(index, _)| !lost(*index));
        let packets = packets.map(|(index, frame)| RtpPacket {
            sequence: 65_500_u16.wrapping_add(index as u16),
            timestamp: 960 * index as u32,
            marker: false,
            payload_type: 100,
            payload: frame.payload.clone(),
            audio_level: None,
            voice: None,
            arrived: at(index) + DELAY,
        });
        let sent = (0..chirps.frames.len()).map(|index| at(before + index));
        (packets.collect(), sent.collect())
    }

    #[test]
    fn all_are_recognised_and_timed_after_the_codec() {
        for seed in 0..8 {
            let chirps = chirps(seed);
            let (packets, sent) = carried(&chirps, |_| false);
            let heard = chirps.recognise(&packets, &sent);
            assert_eq!(
                (heard.right, heard.wrong, heard.missing),
                (5, 0, 0),
                "{seed}"
            );
            for delay in &heard.delays_ms {
                assert!(
                    (delay - 70.0).abs() < 0.001,
                    "{seed}: {:?}",
                    heard.delays_ms
                );
            }
            let level = heard.level_dbfs.expect("it sounds");
            assert!(
                (level - chirps.level_dbfs).abs() < 3.0,
                "{level} {}",
                chirps.level_dbfs
            );
        }
    }

    #[test]
    fn lost_packets_and_their_order_do_not_confuse() {
        let chirps = chirps(3);
        let (mut packets, sent) = carried(&chirps, |index| index % 17 == 5);
        for pair in packets.chunks_exact_mut(2) {
            pair.reverse();
        }
        let heard = chirps.recognise(&packets, &sent);
        assert_eq!((heard.right, heard.missing), (5, 0));
    }

    #[test]
    fn a_lost_second_is_a_missing_chirp() {
        let chirps = chirps(4);
        let (packets, sent) = carried(&chirps, |index| (60..95).contains(&index));
        let heard = chirps.recognise(&packets, &sent);
        assert_eq!((heard.right, heard.wrong, heard.missing), (4, 0, 1));
    }

    #[test]
    fn another_runs_chirps_silence_and_nonsense_are_not_ours() {
        let (ours, others) = (chirps(1), chirps(2));
        let (packets, sent) = carried(&others, |_| false);
        let heard = ours.recognise(&packets, &sent);
        assert!(heard.right < 4 && heard.wrong > 0, "{heard:?}");

        let silence: Vec<_> = packets.iter().take(20).cloned().collect();
        let heard = ours.recognise(&silence, &sent);
        assert_eq!((heard.missing, heard.level_dbfs), (5, None));
        assert_eq!(ours.recognise(&[], &[]).missing, 5);

        let nonsense = packets.into_iter().map(|packet| RtpPacket {
            payload: Bytes::from_static(&[0xff, 0xff, 0xff]),
            ..packet
        });
        let heard = ours.recognise(&nonsense.collect::<Vec<_>>(), &sent);
        assert_eq!(heard.right, 0);
    }
}
