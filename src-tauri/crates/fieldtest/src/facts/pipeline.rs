//! Own speech, its caption, its translation, and the translation spoken.

use serde::{Deserialize, Serialize};

use super::{Exchange, GatewayRequest};

/// What became of a spoken sentence. Of captions only the sentence's own words are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PipelineFacts {
    /// Why the sentence was not spoken, and no service asked; none if it was.
    pub left_out: Option<LeftOut>,
    /// Why there was nobody to speak, where the probe joined a room only for this.
    pub entrance: Option<GatewayRequest>,
    /// Language of the sentence, as told to the gateway at the join.
    pub language: String,
    /// Language that a listener in the same room wants; empty if there was no listener.
    pub listener_language: String,
    /// Length of the sentence, milliseconds.
    pub speech_ms: f64,
    /// Packets of it that left.
    pub sent: u64,
    /// How long was listened after the end of the speech, milliseconds.
    pub listened_ms: f64,
    /// Captions, in the order in which they came.
    pub captions: Vec<CaptionFacts>,
    /// Failures of the recogniser, as the gateway tells them.
    pub statuses: Vec<CaptionStatusFacts>,
    /// Translations by the gateway.
    pub translations: Vec<TranslationEventFacts>,
    /// Whether the gateway decodes the sound; looked at only when no caption came.
    pub tap: Option<TapFacts>,
    /// The translation service, asked for the sentence; none if the site names none.
    pub translation: Option<TranslationFacts>,
    /// The speech service, asked for the translation; none if the site names none.
    pub synthesis: Option<SynthesisFacts>,
}

/// Why a pipeline was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// The site names neither recognition nor translation nor speech.
    NoServices,
    /// Not enough of the run's time was left.
    NoTime,
    /// The sound did not get through before.
    NoSound,
}

/// A caption.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CaptionFacts {
    /// From the end of the speech, milliseconds; below zero if it came before.
    pub after_ms: f64,
    /// Whether the gateway says that it is of the speaker.
    pub own: bool,
    /// Its language, as the gateway says; empty if it does not.
    pub language: String,
    /// Share of the sentence's words that were recognised, 0 to 1.
    pub recognised: f64,
    /// Those words; others are dots.
    pub words: String,
}

/// The recogniser failed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CaptionStatusFacts {
    /// From the end of the speech, milliseconds.
    pub after_ms: f64,
    /// `asr_unavailable`, as far as known.
    pub status: String,
    /// The gateway's words.
    pub error: String,
}

/// A translation by the gateway.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TranslationEventFacts {
    /// From the end of the speech, milliseconds.
    pub after_ms: f64,
    /// Language of the translation.
    pub language: String,
    /// Whether there is a text in it.
    pub with_text: bool,
}

/// The gateway's own copy of the sound, as its `/health` tells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TapFacts {
    /// Whether it lists the speaker; none if the page is no gateway's.
    pub listed: Option<bool>,
    /// Time since it decoded something of the speaker, milliseconds.
    pub idle_ms: Option<f64>,
}

/// One request for a translation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TranslationFacts {
    /// The request, the answer shortened.
    pub exchange: Exchange,
    /// Its host, and port where it is not the usual one.
    pub host: String,
    /// The translation; none if the answer has none.
    pub text: Option<String>,
    /// Whether it is the same text as was asked for.
    pub unchanged: bool,
    /// Whether the service says that it had it already.
    pub cached: bool,
}

/// One request for speech.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SynthesisFacts {
    /// The request, the answer without its sound.
    pub exchange: Exchange,
    /// Its host, and port where it is not the usual one.
    pub host: String,
    /// The language that was asked for.
    pub language: String,
    /// The sound; none if the answer has none.
    pub sound: Option<SpokenFacts>,
}

/// Synthesised sound.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SpokenFacts {
    /// `WAV`, `MP3`, or `unknown`.
    pub kind: String,
    /// Bytes.
    pub bytes: usize,
    /// Samples a second; none if it is not in the sound's head.
    pub rate: Option<u32>,
    /// How long it sounds, milliseconds; none where that takes decoding.
    pub length_ms: Option<f64>,
    /// How loud, dBFS; none where that takes decoding.
    pub level_dbfs: Option<f64>,
}

impl PipelineFacts {
    /// The caption that counts for the time: the last one of the speaker.
    pub fn caption(&self) -> Option<&CaptionFacts> {
        self.captions.iter().rfind(|caption| caption.own)
    }

    /// Share of the sentence's words that were recognised, all captions of the speaker together.
    pub fn recognised(&self) -> f64 {
        let own = self.captions.iter().filter(|caption| caption.own);
        own.map(|caption| caption.recognised).sum::<f64>().min(1.0)
    }

    /// From the end of the speech to its caption, seconds.
    pub fn caption_s(&self) -> Option<f64> {
        self.caption()
            .map(|caption| caption.after_ms.max(0.0) / 1_000.0)
    }

    /// The translation, seconds.
    pub fn translation_s(&self) -> Option<f64> {
        let translation = self.translation.as_ref()?;
        translation.text.as_ref()?;
        Some(translation.exchange.took_ms / 1_000.0)
    }

    /// The speech, seconds.
    pub fn synthesis_s(&self) -> Option<f64> {
        let synthesis = self.synthesis.as_ref()?;
        synthesis.sound.as_ref()?;
        Some(synthesis.exchange.took_ms / 1_000.0)
    }
}
