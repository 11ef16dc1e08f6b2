//! A collaboration service, asked in its vocabulary for a record that nobody has.

use std::collections::BTreeSet;

use collab::discovery::{self, Examined};
use collab::profile::{FIRST_TRIED, Profile, ProfileError};
use collab::session;
use collab::vocabulary::{Connect, Guess, Library};

use crate::facts::{Fit, HeardEvent, ServiceAnswer, VocabularyFacts};

/// Most kinds of events that are kept.
const MAX_HEARD: usize = 20;

/// Longest name of an event that is kept, in characters.
const MAX_EVENT_CHARS: usize = 60;

/// What is asked of which service.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where it is, what it speaks or that this is to be found out, and as whom.
    pub profile: &'a Profile,
    /// The vocabularies that are known.
    pub library: &'a Library,
    /// A record of this run's own.
    pub record: &'a str,
    /// Certificates and proxies.
    pub network: &'a session::Network,
    /// A credential, for deployments that ask for one.
    pub credential: Option<&'a str>,
}

/// The deployment to be spoken, and what came of speaking it.
///
/// # Errors
/// What is wrong with the profile.
pub async fn vocabulary(question: &Question<'_>) -> Result<VocabularyFacts, ProfileError> {
    let Question {
        profile,
        library,
        record,
        network,
        credential,
    } = *question;
    let found_out = profile.is_auto();
    let mut auto = profile.clone();
    auto.deployment = Profile::default().deployment;
    // Further links belong to the deployment that was chosen.
    auto.links.clear();
    let mut fits = Vec::new();
    let mut name = profile.deployment.clone();
    if found_out {
        fits = discovery::guess(&auto, library, record, network).await?;
        name = fits
            .first()
            .map_or(FIRST_TRIED, |guess| &guess.deployment)
            .to_owned();
    }
    let seen = discovery::examine(profile, library, record, network, &name, credential).await?;
    let mut facts = describe(&seen, found_out);
    if !found_out {
        fits = library.detect(&seen.observed);
        if !facts.hears() && seen.observed.connect != Connect::Unknown {
            fits = discovery::guess(&auto, library, record, network).await?;
        }
    }
    facts.fits = fits.into_iter().map(fit).collect();
    Ok(facts)
}

fn describe(seen: &Examined, found_out: bool) -> VocabularyFacts {
    let events: BTreeSet<&str> = seen
        .observed
        .heard
        .iter()
        .map(|heard| heard.event.as_str())
        .collect();
    let heard = events.into_iter().take(MAX_HEARD).map(|event| HeardEvent {
        event: event.chars().take(MAX_EVENT_CHARS).collect(),
        known: seen.deployment.knows(0, event),
    });
    let acked = &seen.observed.acked;
    let own = seen.own_events.iter().filter(|event| acked.contains(event));
    VocabularyFacts {
        deployment: seen.deployment.name.clone(),
        found_out,
        link: seen
            .deployment
            .links
            .first()
            .map(|link| link.name.clone())
            .unwrap_or_default(),
        auth_sent: seen.observed.auth_sent,
        answer: match seen.observed.connect {
            Connect::Accepted => ServiceAnswer::Accepted,
            Connect::Silent => ServiceAnswer::Silent,
            Connect::Refused { .. } => ServiceAnswer::Refused,
            Connect::Unknown => ServiceAnswer::Unknown,
        },
        heard: heard.collect(),
        acknowledged: own.cloned().collect(),
        fits: Vec::new(),
    }
}

fn fit(guess: Guess) -> Fit {
    Fit {
        deployment: guess.deployment,
        link: guess.link,
        reasons: guess.reasons.iter().map(ToString::to_string).collect(),
    }
}
