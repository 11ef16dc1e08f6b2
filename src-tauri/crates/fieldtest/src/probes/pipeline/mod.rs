//! A spoken sentence, its caption, its translation, and the translation spoken.
//!
//! The services are asked for the sentence itself while it is spoken, not for its caption: so each
//! stage tells about itself, whatever the others do, and no run takes longer than its slowest
//! stage. They are single processes that work for everybody: each gets one sentence.

mod captions;
mod services;
mod spoken;

use std::sync::Arc;

use media::{Device, Producer, TransportOptions};
use signaling::Endpoints;
use signaling::discovery::TranslationKind;
use signaling::wire::{Direction, Language};
use tokio::time::Instant;
use url::Url;

use super::call::Subject;
use super::call_policy::{CAPTION_AT_LEAST, CAPTION_LIMIT, DTLS_LIMIT};
use super::sound;
use super::visit::{Departures, Place, Visit, fresh_room};
use super::{Network, connect};
use crate::facts::{GatewayRequest, LeftOut, PipelineFacts, ServicesFacts};
use crate::sentence::{LANGUAGE, Sentence, TARGET_LANGUAGE};

/// The services that make captions, translations and speech, as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct SpeechServices {
    /// Way to them.
    pub network: Arc<Network>,
    /// Text translation.
    pub translation: Option<Url>,
    /// Whether the translation service is of the older kind, which wants another request.
    pub older_translation: bool,
    /// Speech synthesis.
    pub synthesis: Option<Url>,
    /// Whether a recogniser is named. It is the gateway that asks it, never this program.
    pub recognition: bool,
}

impl SpeechServices {
    /// Those that a site names; what they say about themselves tells the kind of translation.
    pub fn new(network: Arc<Network>, endpoints: &Endpoints, said: Option<&ServicesFacts>) -> Self {
        let kinds = said.into_iter().flat_map(|said| &said.services);
        let older = kinds.filter_map(|service| service.kind.as_deref()).next();
        let older_translation = match older {
            Some(kind) => kind == "NLLB",
            None => endpoints.translation_kind == TranslationKind::Nllb,
        };
        Self {
            network,
            translation: endpoints.translation.clone(),
            older_translation,
            synthesis: endpoints.speech.clone(),
            recognition: endpoints.recognition.is_some(),
        }
    }

    fn is_empty(&self) -> bool {
        self.translation.is_none() && self.synthesis.is_none() && !self.recognition
    }
}

/// The language of the sentence.
pub(super) fn spoken() -> Language {
    Language::parse(LANGUAGE).unwrap_or_else(Language::english)
}

/// The language that a listener wants.
pub(super) fn wanted() -> Language {
    Language::parse(TARGET_LANGUAGE).unwrap_or_else(Language::vietnamese)
}

/// Speaks on an open track of a participant in a room, and looks at what becomes of it.
/// `listener`: whether somebody in the room wants [`wanted`].
pub(super) async fn look(
    subject: &Subject,
    visit: &mut Visit,
    producer: &Producer,
    listener: bool,
) -> PipelineFacts {
    let language = if listener { TARGET_LANGUAGE } else { "" };
    let facts = PipelineFacts {
        language: LANGUAGE.to_owned(),
        listener_language: language.to_owned(),
        ..PipelineFacts::default()
    };
    if subject.speech.is_empty() {
        return left_out(facts, LeftOut::NoServices);
    }
    let sentence = Sentence::load();
    let left = subject.deadline.map_or(CAPTION_LIMIT * 2, |deadline| {
        deadline.saturating_duration_since(Instant::now())
    });
    let limit = left.saturating_sub(sentence.length()).min(CAPTION_LIMIT);
    if limit < CAPTION_AT_LEAST {
        return left_out(facts, LeftOut::NoTime);
    }
    let speaking = captions::speak(visit, producer, &sentence, limit, facts);
    let asking = services::ask(&subject.speech, limit + sentence.length());
    let (mut facts, (translation, synthesis)) = tokio::join!(speaking, asking);
    facts.translation = translation;
    facts.synthesis = synthesis;
    if facts.caption().is_none()
        && let Some(participant) = visit.participant()
    {
        let gateway = &subject.gateway;
        let tap = captions::tap(&subject.speech.network, gateway, participant.as_str());
        facts.tap = Some(tap.await);
    }
    facts
}

/// Joins a room of its own to say the sentence, and leaves. Takes the ports of one transport and
/// of the gateway's own copy of the sound.
pub async fn look_alone(subject: &Subject, departures: &Departures) -> PipelineFacts {
    if subject.speech.is_empty() {
        return left_out(PipelineFacts::default(), LeftOut::NoServices);
    }
    let place = Place {
        gateway: subject.gateway.clone(),
        connect: subject.connect.clone(),
        room: fresh_room(),
        language: spoken(),
        departures: departures.clone(),
    };
    let Ok(mut visit) = Visit::open(place).await else {
        return left_out(PipelineFacts::default(), LeftOut::NoSound);
    };
    let facts = match enter(subject, &mut visit).await {
        Ok(producer) => look(subject, &mut visit, &producer, false).await,
        Err(entrance) => {
            let mut facts = left_out(PipelineFacts::default(), LeftOut::NoSound);
            facts.entrance = Some(entrance);
            facts
        }
    };
    visit.leave().await;
    facts
}

/// From the join to an open track; else the last request.
async fn enter(subject: &Subject, visit: &mut Visit) -> Result<Producer, GatewayRequest> {
    let (request, joined) = visit.join().await;
    let joined = joined.ok_or(request.clone())?;
    let device = Device::load(&joined.rtp_capabilities).map_err(|_| request)?;
    let (request, parameters) = visit.transport(Direction::Send).await;
    let parameters = parameters.ok_or(request)?;
    let options = TransportOptions {
        ice_timeout: DTLS_LIMIT,
        ice_servers: subject.relays.clone(),
        ..TransportOptions::default()
    };
    let connect = visit.connect("send", &device, Direction::Send, parameters, options);
    let transport = connect.await;
    if transport.connected_ms.is_none() {
        return Err(transport.connect);
    }
    let (request, produced) = sound::produce(visit).await;
    produced.map(|(producer, _)| producer).ok_or(request)
}

fn left_out(facts: PipelineFacts, why: LeftOut) -> PipelineFacts {
    PipelineFacts {
        left_out: Some(why),
        ..facts
    }
}

/// A base address, and a page of the service.
fn page(base: &Url, name: &str) -> (connect::Endpoint, String) {
    let target = format!("{}/{name}", base.path().trim_end_matches('/'));
    (connect::Endpoint::new(base.clone()), target)
}
