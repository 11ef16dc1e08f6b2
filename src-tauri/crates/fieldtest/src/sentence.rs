//! A spoken sentence for recognisers. `assets/README.md` tells how it was made.

use std::time::Duration;

use audio::{FRAME, FRAME_SAMPLES};
use bytes::Bytes;
use media::EncodedAudio;

/// What is said.
pub const TEXT: &str = "Hello everyone this is a test of the captions";
/// The language of it.
pub const LANGUAGE: &str = "en";
/// The language that it is translated into.
pub const TARGET_LANGUAGE: &str = "vi";
/// The same in [`TARGET_LANGUAGE`], to be spoken when nobody translates.
pub const TARGET_TEXT: &str = "Xin chào mọi người, đây là bài kiểm tra phụ đề";

static FRAMES: &[u8] = include_bytes!("../assets/sentence-en.frames");
/// Louder frames are speech, -dBov.
const SPEECH_DBOV: u8 = 60;

/// The sentence as a call sends it, in frames of 20 ms.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// From the first sound to the last.
    pub speech: Vec<EncodedAudio>,
    /// What follows, to be repeated: recognisers wait for a pause.
    pub pause: Vec<EncodedAudio>,
}

impl Sentence {
    /// Reads it.
    pub fn load() -> Self {
        let mut speech = frames(FRAMES);
        let end = speech
            .iter()
            .rposition(|frame| frame.voice)
            .map_or(0, |last| last + 1);
        let pause = speech.split_off(end);
        Self { speech, pause }
    }

    /// From the first sound to the last.
    pub fn length(&self) -> Duration {
        FRAME * u32::try_from(self.speech.len()).unwrap_or(u32::MAX)
    }
}

fn frames(mut rest: &[u8]) -> Vec<EncodedAudio> {
    let mut frames = Vec::new();
    while let Some(([level, high, low], after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((payload, after)) = after.split_at_checked(length) else {
            break;
        };
        frames.push(EncodedAudio {
            payload: Bytes::copy_from_slice(payload),
            samples: FRAME_SAMPLES as u32,
            audio_level_dbov: *level,
            voice: *level < SPEECH_DBOV,
        });
        rest = after;
    }
    frames
}

/// How much of [`TEXT`] was recognised, 0 to 1, and what of it: words that are not ours are dots,
/// so that nobody else's words are kept.
pub fn recognised(text: &str) -> (f64, String) {
    let said: Vec<String> = words(TEXT).collect();
    let mut found = 0;
    let mut shown: Vec<&str> = Vec::new();
    let mut from = 0;
    for word in words(text) {
        let rest = said.get(from..).unwrap_or_default();
        match rest.iter().position(|one| *one == word) {
            Some(at) => {
                found += 1;
                from += at + 1;
                shown.push(said.get(from - 1).map_or("", String::as_str));
            }
            None if shown.last() == Some(&"…") => {}
            None => shown.push("…"),
        }
    }
    (found as f64 / said.len().max(1) as f64, shown.join(" "))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_utterance_and_a_pause_that_is_not_dropped() {
        let sentence = Sentence::load();
        let seconds = sentence.length().as_secs_f64();
        assert!((2.0..4.0).contains(&seconds), "{seconds}");
        assert_eq!(sentence.pause.len(), 50);
        // A gateway ends an utterance after 0.38 s of silence.
        let mut quiet = 0;
        for frame in &sentence.speech {
            quiet = if frame.voice { 0 } else { quiet + 1 };
            assert!(quiet < 10);
        }
        // And drops packets of less than four bytes.
        for frame in sentence.speech.iter().chain(&sentence.pause) {
            assert!(frame.payload.len() >= 8, "{frame:?}");
        }
        assert!(sentence.speech[0].voice && !sentence.pause[0].voice);
        let mut decoder = opus::Decoder::new(48_000, opus::Channels::Mono).expect("a decoder");
        let mut samples = [0.0; FRAME_SAMPLES];
        for frame in sentence.speech.iter().chain(&sentence.pause) {
            let decoded = decoder.decode_float(&frame.payload, &mut samples, false);
            assert_eq!(decoded.expect("a packet"), FRAME_SAMPLES);
        }
    }

    #[test]
    fn a_torn_asset_gives_what_is_whole() {
        assert_eq!(frames(&[10, 0, 2, 7, 7, 9, 0, 5, 1]).len(), 1);
        assert!(frames(&[1, 2]).is_empty());
    }

    #[test]
    fn only_our_own_words_are_kept() {
        let (share, shown) = recognised("HELLO, everyone! This is a test of the captions.");
        assert_eq!(share, 1.0);
        assert_eq!(shown, "hello everyone this is a test of the captions");
        let (share, shown) = recognised("hello doctor Nguyen this is a pest of the options");
        assert!((0.6..0.8).contains(&share), "{share}");
        assert_eq!(shown, "hello … this is a … of the …");
        assert_eq!(recognised("xin chào các bạn"), (0.0, "…".to_owned()));
        assert_eq!(recognised(""), (0.0, String::new()));
    }
}
