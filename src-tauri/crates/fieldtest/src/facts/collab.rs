//! What a collaboration service answers: at which paths, and in which vocabulary. Nothing of a
//! record or of people is in it.

use serde::{Deserialize, Serialize};

use super::Exchange;

/// A record, without its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecordFacts {
    /// Length of its id in characters.
    pub characters: usize,
    /// Name of the deployment that was chosen; none where it is to be found out.
    pub deployment: Option<String>,
    /// Path of the endpoint that was given.
    pub path: Option<String>,
}

/// The paths that were asked for Socket.IO.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointFacts {
    /// Each of them, the service's own first.
    pub variants: Vec<PathVariant>,
}

/// One path.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PathVariant {
    /// The path.
    pub path: String,
    /// Polling handshake.
    pub polling: Exchange,
    /// Websocket from nothing; asked of the service's own path when long polling does not answer.
    pub websocket: Option<Exchange>,
}

/// Whether a service is understood, asked with a record that nobody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VocabularyFacts {
    /// Name of the deployment that was spoken.
    pub deployment: String,
    /// Whether it was found out, not chosen.
    pub found_out: bool,
    /// Its link that was spoken on.
    pub link: String,
    /// Whether the CONNECT carried auth.
    pub auth_sent: bool,
    /// What became of the CONNECT.
    pub answer: ServiceAnswer,
    /// Kinds of events that came.
    pub heard: Vec<HeardEvent>,
    /// The deployment's own events that were acknowledged.
    pub acknowledged: Vec<String>,
    /// Deployments that would fit, best first.
    pub fits: Vec<Fit>,
}

/// What became of a CONNECT.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceAnswer {
    /// Accepted.
    Accepted,
    /// Neither accepted nor refused in time.
    Silent,
    /// Refused.
    Refused,
    /// It did not come to that.
    #[default]
    Unknown,
}

/// A kind of events that came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HeardEvent {
    /// Its name.
    pub event: String,
    /// Whether the vocabulary of the link knows it.
    pub known: bool,
}

/// A deployment that would fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fit {
    /// Its name.
    pub deployment: String,
    /// Which of its links the service is, where that is known.
    pub link: Option<String>,
    /// What speaks for it, in English: it is for operators.
    pub reasons: Vec<String>,
}

impl VocabularyFacts {
    /// Whether anything that came is understood.
    pub fn hears(&self) -> bool {
        self.heard.iter().any(|heard| heard.known) || !self.acknowledged.is_empty()
    }

    /// The best fitting deployment, where that is another one.
    pub fn other_fit(&self) -> Option<&Fit> {
        let best = self.fits.first()?;
        (best.deployment != self.deployment).then_some(best)
    }

    /// Name of the link that the service is, where it is another one of this deployment.
    pub fn other_link(&self) -> Option<&str> {
        let best = self.fits.first()?;
        let link = best.link.as_deref()?;
        (best.deployment == self.deployment && link != self.link).then_some(link)
    }
}
