//! Speaks, and listens for the captions.

use std::time::Duration;

use audio::FRAME;
use media::Producer;
use serde_json::Value;
use signaling::wire::ServerEvent;
use tokio::time::{Instant, MissedTickBehavior, interval};
use url::Url;

use super::page;
use crate::facts::{
    CaptionFacts, CaptionStatusFacts, LeftOut, PipelineFacts, TapFacts, TranslationEventFacts,
};
use crate::probes::call_policy::{AFTER_CAPTION, AFTER_STATUS, TAP_LIMIT};
use crate::probes::connect::Network;
use crate::probes::http::{exchange_up_to, request};
use crate::probes::visit::{Heard, Visit};
use crate::sentence::{Sentence, recognised};

/// Largest health page that is read: that of a gateway with some thousand rooms.
const HEALTH_BYTES: usize = 2 << 20;

/// Says the sentence, then pauses until its caption has come or the time is over.
pub(super) async fn speak(
    visit: &mut Visit,
    producer: &Producer,
    sentence: &Sentence,
    limit: Duration,
    mut facts: PipelineFacts,
) -> PipelineFacts {
    facts.speech_ms = milliseconds(sentence.length());
    visit.forget_captions();
    let mut frames = sentence
        .speech
        .iter()
        .chain(sentence.pause.iter().cycle())
        .zip(1..);
    let mut tick = interval(FRAME);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut listening = Listening::new(Instant::now() + sentence.length(), limit);
    let mut connected = true;
    while !listening.is_over() {
        tokio::select! {
            _ = tick.tick() => {
                let Some((frame, number)) = frames.next() else { break };
                // Nobody recognises what does not leave.
                if producer.send(frame.clone()).is_some() {
                    facts.sent += 1;
                }
                if number == sentence.speech.len() {
                    listening.speech_ended(Instant::now());
                }
            }
            heard = visit.caption(), if connected => match heard {
                Some(heard) => listening.heard(heard),
                None => connected = false,
            },
        }
    }
    if facts.sent == 0 {
        facts.left_out = Some(LeftOut::NoSound);
    }
    let own = visit.participant().map(|id| id.as_str());
    listening.report(own, &mut facts);
    facts
}

/// What is heard, and until when it is worth listening.
struct Listening {
    heard: Vec<Heard>,
    /// When the speech ended, or will.
    end: Instant,
    ended: bool,
    limit: Duration,
    until: Instant,
}

impl Listening {
    fn new(end: Instant, limit: Duration) -> Self {
        Self {
            heard: Vec::new(),
            end,
            ended: false,
            limit,
            // Timers run late on a busy machine.
            until: end + 2 * limit,
        }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    fn speech_ended(&mut self, now: Instant) {
        self.end = now;
        self.ended = true;
        self.until = now + self.limit;
    }

    fn heard(&mut self, heard: Heard) {
        let rest = match &heard.event {
            ServerEvent::Caption(_) => AFTER_CAPTION,
            ServerEvent::CaptionStatus(_) => AFTER_STATUS,
            // It comes after the caption and is the last.
            ServerEvent::Translation(_) => Duration::ZERO,
            _ => return,
        };
        if self.ended {
            self.until = self.until.min(heard.at + rest);
        }
        self.heard.push(heard);
    }

    fn report(self, own: Option<&str>, facts: &mut PipelineFacts) {
        let after = |at: Instant| {
            milliseconds(at.saturating_duration_since(self.end))
                - milliseconds(self.end.saturating_duration_since(at))
        };
        facts.listened_ms = after(Instant::now()).max(0.0);
        for heard in self.heard {
            let after_ms = after(heard.at);
            match heard.event {
                ServerEvent::Caption(caption) => {
                    let (share, words) = recognised(&caption.text);
                    facts.captions.push(CaptionFacts {
                        after_ms,
                        own: own == Some(caption.speaker_id.as_str()),
                        language: name(caption.language.as_ref()),
                        recognised: share,
                        words,
                    });
                }
                ServerEvent::CaptionStatus(status) => facts.statuses.push(CaptionStatusFacts {
                    after_ms,
                    status: shortened(&status.status),
                    error: shortened(&status.error.unwrap_or_default()),
                }),
                ServerEvent::Translation(translation) => {
                    let text = translation.translated_text.unwrap_or_default();
                    facts.translations.push(TranslationEventFacts {
                        after_ms,
                        language: name(translation.target_language.as_ref()),
                        with_text: !text.trim().is_empty(),
                    });
                }
                _ => {}
            }
        }
    }
}

fn name(language: Option<&signaling::wire::Language>) -> String {
    language.map_or_else(String::new, ToString::to_string)
}

fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Whether the gateway decodes what this participant sends. Of the page nothing else is kept: it
/// names everybody.
pub(super) async fn tap(network: &Network, gateway: &Url, participant: &str) -> TapFacts {
    let (endpoint, target) = page(gateway, "health");
    let asked = request("GET", &target, &[("Accept", "*/*")]);
    let answer = exchange_up_to(network, &endpoint, asked, TAP_LIMIT, HEALTH_BYTES).await;
    // Nothing was sent meanwhile.
    streams(answer.body(), participant, answer.took_ms)
}

fn streams(body: &str, participant: &str, took_ms: f64) -> TapFacts {
    let page: Option<Value> = serde_json::from_str(body).ok();
    let streams = page.as_ref().and_then(|page| {
        let streams = page.pointer("/audioStreaming/streams")?;
        streams.as_array()
    });
    let Some(streams) = streams else {
        return TapFacts::default();
    };
    let own = streams.iter().find(|stream| {
        let id = stream.get("participantId").and_then(Value::as_str);
        id == Some(participant)
    });
    let idle = own.and_then(|stream| stream.get("timeSinceLastProcess")?.as_f64());
    TapFacts {
        listed: Some(own.is_some()),
        idle_ms: idle.map(|idle| (idle - took_ms).max(0.0)),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use signaling::wire::{CaptionStatus, GatewayCaption, Language, Translation};

    fn caption(speaker: &str, text: &str) -> ServerEvent {
        ServerEvent::Caption(GatewayCaption {
            room_id: None,
            speaker_id: speaker.into(),
            seq: Some(1),
            text: text.to_owned(),
            language: Some(Language::english()),
            is_final: true,
            timestamp: None,
        })
    }

    fn status() -> ServerEvent {
        ServerEvent::CaptionStatus(CaptionStatus {
            status: "asr_unavailable".into(),
            error: Some("connect ECONNREFUSED".into()),
            timestamp: None,
            room_id: None,
        })
    }

    fn translation() -> ServerEvent {
        ServerEvent::Translation(Translation {
            participant_id: "me".into(),
            original_text: "hello".into(),
            translated_text: None,
            source_language: None,
            target_language: Some(Language::vietnamese()),
            is_final: true,
            timestamp: None,
        })
    }

    #[tokio::test(start_paused = true)]
    async fn listening_ends_soon_after_the_last_that_is_expected() {
        let limit = Duration::from_secs(7);
        let at = |seconds| Duration::from_secs_f64(seconds);
        for (event, rest) in [
            (caption("me", "hello"), AFTER_CAPTION),
            (status(), AFTER_STATUS),
            (translation(), Duration::ZERO),
        ] {
            let start = Instant::now();
            let mut listening = Listening::new(start + at(2.7), limit);
            // Of an earlier sound: nothing is over.
            listening.heard(Heard {
                at: start,
                event: status(),
            });
            listening.speech_ended(start + at(2.8));
            assert_eq!(listening.until, start + at(9.8));
            let heard = start + at(3.5);
            listening.heard(Heard { at: heard, event });
            assert_eq!(listening.until, heard + rest);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn times_are_counted_from_the_end_of_the_speech() {
        let end = Instant::now() + Duration::from_secs(1);
        let mut listening = Listening::new(end, Duration::from_secs(7));
        listening.speech_ended(end);
        for (event, ms) in [
            (caption("me", "hello everyone"), 500),
            (caption("other", "this is secret"), 600),
            (translation(), 700),
        ] {
            let at = end + Duration::from_millis(ms);
            listening.heard(Heard { at, event });
        }
        let mut facts = PipelineFacts::default();
        listening.report(Some("me"), &mut facts);
        let shown = |at: usize| {
            let caption = &facts.captions[at];
            (caption.after_ms, caption.own, caption.words.as_str())
        };
        assert_eq!(shown(0), (500.0, true, "hello everyone"));
        assert_eq!(shown(1), (600.0, false, "this is …"));
        assert!(!facts.translations[0].with_text);
    }

    #[test]
    fn the_tap_is_that_of_the_own_participant() {
        let page = r#"{"audioStreaming":{"activeStreams":1,"streams":[
            {"participantId":"me","timeSinceLastProcess":340}]}}"#;
        let tap = streams(page, "me", 40.0);
        assert_eq!((tap.listed, tap.idle_ms), (Some(true), Some(300.0)));
        assert_eq!(streams(page, "you", 0.0).listed, Some(false));
        for odd in ["", "<html>", "{}", r#"{"audioStreaming":{"streams":7}}"#] {
            assert_eq!(streams(odd, "me", 0.0), TapFacts::default());
        }
    }
}
