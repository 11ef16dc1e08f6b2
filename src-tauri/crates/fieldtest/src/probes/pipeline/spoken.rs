//! What a synthesised sound is: kind, length, loudness. Foreign bytes: nothing is taken for granted.

use audio::Level;

use crate::facts::SpokenFacts;

/// PCM in a WAV file.
const PCM: u16 = 1;

/// Describes a file. MP3 is recognised and not decoded.
pub(super) fn describe(bytes: &[u8]) -> SpokenFacts {
    let facts = SpokenFacts {
        bytes: bytes.len(),
        ..SpokenFacts::default()
    };
    let kind = |kind: &str| kind.to_owned();
    if let Some(wav) = Wav::read(bytes) {
        let samples = wav.samples();
        let seconds = samples.len() as f64 / f64::from(wav.rate.max(1));
        return SpokenFacts {
            kind: kind("WAV"),
            rate: Some(wav.rate),
            length_ms: Some(seconds * 1_000.0),
            level_dbfs: Some(Level::of(&samples).dbfs().into()),
            ..facts
        };
    }
    // An ID3 tag, or eleven set bits.
    let mp3 =
        bytes.starts_with(b"ID3") || matches!(bytes, [0xff, second, ..] if second & 0xe0 == 0xe0);
    SpokenFacts {
        kind: kind(if mp3 { "MP3" } else { "unknown" }),
        ..facts
    }
}

/// A WAV file of 16 bit.
struct Wav<'a> {
    rate: u32,
    channels: usize,
    data: &'a [u8],
}

impl<'a> Wav<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"RIFF")?;
        let mut rest = rest.get(4..)?.strip_prefix(b"WAVE")?;
        let (mut rate, mut channels) = (0, 0);
        while let Some((id, after)) = rest.split_first_chunk::<4>() {
            let (size, after) = after.split_first_chunk::<4>()?;
            let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
            // Writers of streams put no true size.
            let chunk = after.get(..size).unwrap_or(after);
            match id {
                b"fmt " => {
                    let word = |at: usize| {
                        let bytes = chunk.get(at..at + 2)?;
                        Some(u16::from_le_bytes(bytes.try_into().ok()?))
                    };
                    if word(0)? != PCM || word(14)? != 16 {
                        return None;
                    }
                    channels = usize::from(word(2)?);
                    rate = u32::from_le_bytes(chunk.get(4..8)?.try_into().ok()?);
                }
                b"data" if channels > 0 && rate > 0 => {
                    let data = chunk;
                    return Some(Self {
                        rate,
                        channels,
                        data,
                    });
                }
                _ => {}
            }
            // Chunks begin at even places.
            rest = after.get(size.checked_next_multiple_of(2)?..)?;
        }
        None
    }

    /// Of the first channel, -1..=1.
    fn samples(&self) -> Vec<f32> {
        let (samples, _) = self.data.as_chunks::<2>();
        samples
            .iter()
            .step_by(self.channels)
            .map(|sample| f32::from(i16::from_le_bytes(*sample)) / 32_768.0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(samples: &[i16], data_size: u32) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        for word in [PCM, 1] {
            bytes.extend(word.to_le_bytes());
        }
        for word in [22_050_u32, 44_100] {
            bytes.extend(word.to_le_bytes());
        }
        for word in [2_u16, 16] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(b"data");
        bytes.extend(data_size.to_le_bytes());
        for sample in samples {
            bytes.extend(sample.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn length_and_loudness_of_a_wav_are_known() {
        let loud: Vec<i16> = (0..22_050)
            .map(|at| if at % 2 == 0 { 3_277 } else { -3_277 })
            .collect();
        for size in [44_100, u32::MAX] {
            let facts = describe(&wav(&loud, size));
            assert_eq!(facts.kind, "WAV");
            assert_eq!(facts.rate, Some(22_050));
            assert_eq!(facts.length_ms, Some(1_000.0));
            let level = facts.level_dbfs.expect("it is known");
            assert!((level + 20.0).abs() < 0.1, "{level}");
        }
        let silent = describe(&wav(&[0; 900], 1_800));
        assert_eq!(silent.level_dbfs, Some(-127.0));
        assert_eq!(describe(&wav(&[], 0)).length_ms, Some(0.0));
    }

    #[test]
    fn other_bytes_are_told_apart_and_harm_nobody() {
        assert_eq!(describe(b"ID3\x04").kind, "MP3");
        assert_eq!(describe(&[0xff, 0xfb, 0x90]).kind, "MP3");
        for odd in [&b""[..], b"RIFF", b"<html>", &[0xff]] {
            assert_eq!(describe(odd).kind, "unknown");
        }
        let whole = wav(&[1; 40], 80);
        for end in 0..whole.len() {
            describe(&whole[..end]);
        }
    }
}
