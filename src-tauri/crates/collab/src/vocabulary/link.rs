//! One connection of a deployment: where it goes and how it introduces itself.

use std::sync::Arc;

use serde_json::Value;
use socketio::Transports;
use url::Url;

use super::deployment_file::DEFAULT_PATH;
use super::incoming::Binding;
use super::outgoing::{KeepAlive, fill_args};
use super::placeholder::Scope;
use super::template::Template;
use super::vocabulary_file::Vocabulary;
use super::{Context, StepLabel};
use crate::intent::{Intent, IntentKind, StepRef};

/// One connection.
#[derive(Clone)]
#[non_exhaustive]
pub struct Link {
    /// Name within the deployment.
    pub name: String,
    /// Where the service is; the built-in deployments leave that to a profile.
    pub url: Option<Url>,
    /// Path of its Socket.IO endpoint, with slashes at both ends.
    pub path: String,
    /// Which transports are tried, in which order.
    pub transports: Transports,
    /// What is sent by itself when nothing else is.
    pub keep_alive: Option<KeepAlive>,
    pub(super) query: Vec<(String, Template)>,
    pub(super) auth: Option<Template>,
    pub(super) vocabularies: Vec<Arc<Vocabulary>>,
    pub(super) start_step: Option<StepRef>,
    pub(super) credential: Option<String>,
}

impl Link {
    pub(super) fn plain(name: &str, start_step: Option<&StepRef>) -> Self {
        Self {
            name: name.to_owned(),
            url: None,
            path: DEFAULT_PATH.to_owned(),
            transports: Transports::default(),
            keep_alive: None,
            query: Vec::new(),
            auth: None,
            vocabularies: Vec::new(),
            start_step: start_step.cloned(),
            credential: None,
        }
    }

    /// Parameters of the handshake, not yet encoded.
    pub fn query(&self, context: &Context<'_>) -> Vec<(String, String)> {
        let scope = self.scope(context, None, &[], false);
        self.query
            .iter()
            .filter_map(|(key, template)| Some((key.clone(), template.fill_text(&scope)?)))
            .collect()
    }

    /// What the CONNECT packet carries; some services need it, others never answer one that has it.
    pub fn auth(&self, context: &Context<'_>) -> Option<Value> {
        let scope = self.scope(context, None, &[], false);
        self.auth.as_ref()?.fill(&scope)
    }

    /// Arguments of [`Link::keep_alive`].
    pub fn keep_alive_args(&self, context: &Context<'_>) -> Vec<Value> {
        let scope = self.scope(context, None, &[], false);
        let keep_alive = self.keep_alive.as_ref();
        keep_alive.map_or_else(Vec::new, |keep_alive| fill_args(&keep_alive.args, &scope))
    }

    /// Names of the vocabularies that are spoken here.
    pub fn vocabularies(&self) -> impl Iterator<Item = &str> {
        self.vocabularies.iter().map(|known| known.name.as_str())
    }

    /// Whether a vocabulary of this link has a word for an intent.
    pub fn says(&self, kind: IntentKind) -> bool {
        let mut sayings = self.vocabularies.iter().flat_map(|known| &known.sayings);
        sayings.any(|saying| saying.kind == kind)
    }

    pub(super) fn scope<'a>(
        &'a self,
        context: &'a Context<'a>,
        intent: Option<&'a Intent>,
        steps: &'a [StepLabel],
        step_numbers_as_text: bool,
    ) -> Scope<'a> {
        Scope {
            context,
            intent,
            credential: self.credential.as_deref(),
            start_step: self.start_step.as_ref(),
            steps,
            step_numbers_as_text,
        }
    }

    /// The meanings of an event, where a vocabulary names it.
    pub(super) fn meanings(&self, event: &str) -> Option<&[Binding]> {
        let mut known = self.vocabularies.iter();
        known.find_map(|known| known.events.get(event).map(Vec::as_slice))
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("name", &self.name)
            .field("url", &self.url.as_ref().map(Url::as_str))
            .field("path", &self.path)
            .field("transports", &self.transports)
            .field("vocabularies", &self.vocabularies().collect::<Vec<_>>())
            .field("credential", &self.credential.as_ref().map(|_| "…"))
            .finish_non_exhaustive()
    }
}
