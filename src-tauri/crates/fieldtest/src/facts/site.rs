//! The web site of a deployment and what it tells about the services.

use serde::{Deserialize, Serialize};

use super::Exchange;

/// What a site answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SiteFacts {
    /// Its base address.
    pub url: String,
    /// The start page, redirects one by one; a redirect to another site is not followed.
    pub start_page: Vec<Exchange>,
    /// `env-config.js`, redirects one by one.
    pub env_config_file: Vec<Exchange>,
    /// What that file says; none if it is missing or something else.
    pub env_config: Option<EnvConfigFacts>,
    /// Host of another site that either page redirects to.
    pub foreign_host: Option<String>,
    /// Keys that are published with a value although they are named like secrets, on either page.
    pub published_secrets: Vec<String>,
    /// Whether the gateway is looked for at the site's own address, because nothing else is known.
    pub own_gateway: bool,
    /// The gateway is named without encryption by a site with encryption, and not used.
    pub insecure_gateway: Option<String>,
}

/// What `env-config.js` names. Never its secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvConfigFacts {
    /// Base address of the gateway.
    pub gateway: Option<String>,
    /// Base address of the text translation.
    pub translation: Option<String>,
    /// Base address of the speech synthesis.
    pub synthesis: Option<String>,
    /// Base address of the speech recognition.
    pub recognition: Option<String>,
    /// STUN servers as `host:port`.
    pub stun: Vec<String>,
}

impl SiteFacts {
    /// The answer to the start page after redirects.
    pub fn page(&self) -> Option<&Exchange> {
        self.start_page.last()
    }

    /// The answer to `env-config.js` after redirects.
    pub fn file(&self) -> Option<&Exchange> {
        self.env_config_file.last()
    }
}
