//! A service that a person uses: where it is, what it speaks, and who they are there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use socketio::Transports;

use crate::link::{CollabLink, LinkError, service_address, service_path, service_url};
use crate::policy::{MAX_ID_CHARS, MAX_LABEL_CHARS};
use crate::vocabulary::{AUTO, Deployment, Identity, Library};

/// A person's settings for one service. It holds no secrets: a credential is kept elsewhere, and
/// given to the deployment when it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// What the person calls it.
    pub name: String,
    /// Address of the service; of the first link, where the deployment has several.
    pub url: String,
    /// Path of its Socket.IO endpoint; none: the deployment's.
    pub path: Option<String>,
    /// Addresses of further links, by their names.
    pub links: BTreeMap<String, LinkAddress>,
    /// Name of the deployment, or `auto` to find it out.
    pub deployment: String,
    /// Which transports are tried.
    pub transports: TransportChoice,
    /// Who this person is there.
    pub identity: Identity,
}

/// Where one of several links is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkAddress {
    /// Address.
    pub url: String,
    /// Path of the Socket.IO endpoint; none: the deployment's.
    pub path: Option<String>,
}

/// Which transports are tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TransportChoice {
    /// As the deployment says.
    #[default]
    Deployment,
    /// Websocket, else polling.
    Both,
    /// Websocket alone.
    Websocket,
    /// Polling alone.
    Polling,
}

impl TransportChoice {
    fn transports(self) -> Option<Transports> {
        match self {
            Self::Deployment => None,
            Self::Both => Some(Transports::WebSocketThenPolling),
            Self::Websocket => Some(Transports::WebSocketOnly),
            Self::Polling => Some(Transports::PollingOnly),
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            path: None,
            links: BTreeMap::new(),
            deployment: AUTO.to_owned(),
            transports: TransportChoice::default(),
            identity: Identity::default(),
        }
    }
}

/// The deployment that is tried first where none is known: it speaks to a service with the panel's
/// events and to one without.
pub const FIRST_TRIED: &str = "screening";

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Neither the profile nor the deployment has an address.
    #[error("The profile has no address. Enter the address of the service.")]
    NoUrl,
    /// An address or path is none.
    #[error("The address of the profile cannot be used ({0})")]
    Address(#[from] LinkError),
    /// No file has this deployment.
    #[error("There is no deployment \"{name}\". Choose another one, or put its file back.")]
    UnknownDeployment {
        /// Which.
        name: String,
    },
    /// The deployment has no link of this name.
    #[error("The deployment has no link \"{name}\".")]
    UnknownLink {
        /// Which.
        name: String,
    },
    /// Services tell people apart by their ids.
    #[error("The profile has no user id. Enter the id of your account.")]
    NoIdentity,
    /// A text is longer than services and this program take.
    #[error("The {what} of the profile is too long.")]
    TooLong {
        /// Which.
        what: &'static str,
    },
}

impl ProfileError {
    /// Stable code for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoUrl => "collab.profile-no-url",
            Self::Address(error) => error.code(),
            Self::UnknownDeployment { .. } => "collab.profile-unknown-deployment",
            Self::UnknownLink { .. } => "collab.profile-unknown-link",
            Self::NoIdentity => "collab.profile-no-identity",
            Self::TooLong { .. } => "collab.profile-too-long",
        }
    }
}

impl Profile {
    /// Whether the deployment has to be found out.
    pub fn is_auto(&self) -> bool {
        self.deployment == AUTO
    }

    /// The deployment with this profile's addresses; [`FIRST_TRIED`] for `auto`. Links that have no
    /// address are left out.
    ///
    /// # Errors
    /// What is wrong with the profile.
    pub fn resolve(&self, library: &Library) -> Result<Deployment, ProfileError> {
        let name = if self.is_auto() {
            FIRST_TRIED
        } else {
            &self.deployment
        };
        self.resolve_as(library, name)
    }

    /// As [`Profile::resolve`], with another deployment, such as one that was found out.
    ///
    /// # Errors
    /// What is wrong with the profile.
    pub fn resolve_as(&self, library: &Library, name: &str) -> Result<Deployment, ProfileError> {
        let unknown = || ProfileError::UnknownDeployment {
            name: name.to_owned(),
        };
        let mut deployment = library.deployment(name).ok_or_else(unknown)?;
        self.check_texts()?;
        if self.identity.id.trim().is_empty() && deployment.wants_identity() {
            return Err(ProfileError::NoIdentity);
        }
        for name in self.links.keys() {
            if !deployment.links.iter().any(|link| link.name == *name) {
                let name = name.clone();
                return Err(ProfileError::UnknownLink { name });
            }
        }
        let first = LinkAddress {
            url: self.url.clone(),
            path: self.path.clone(),
        };
        for (index, link) in deployment.links.iter_mut().enumerate() {
            let own = self.links.get(&link.name);
            let address = own.or((index == 0).then_some(&first));
            if let Some(address) = address {
                if !address.url.trim().is_empty() {
                    let (url, path) = service_address(&address.url)?;
                    link.url = Some(url);
                    link.path = path.unwrap_or_else(|| link.path.clone());
                }
                if let Some(path) = address
                    .path
                    .as_deref()
                    .filter(|path| !path.trim().is_empty())
                {
                    link.path = service_path(path)?;
                }
            }
            if let Some(transports) = self.transports.transports() {
                link.transports = transports;
            }
        }
        deployment.links.retain(|link| link.url.is_some());
        if deployment.links.is_empty() {
            return Err(ProfileError::NoUrl);
        }
        Ok(deployment)
    }

    /// A profile for a link: this one with what the link says. The identity stays this person's
    /// own where they have one, since anybody can write a link.
    #[must_use]
    pub fn for_link(&self, link: &CollabLink) -> Self {
        let mut profile = self.clone();
        let same = service_url(&self.url).is_ok_and(|url| url == link.service);
        if !same {
            profile.url = link.service.to_string();
            profile.path = None;
            profile.links = BTreeMap::new();
            profile.deployment = AUTO.to_owned();
        }
        if let Some(path) = &link.path {
            profile.path = Some(path.clone());
        }
        if let Some(deployment) = &link.deployment {
            profile.deployment = deployment.clone();
        }
        let fill = |own: &mut String, theirs: Option<&String>| {
            if own.trim().is_empty()
                && let Some(theirs) = theirs
            {
                theirs.clone_into(own);
            }
        };
        fill(&mut profile.identity.id, link.user_id.as_ref());
        fill(&mut profile.identity.name, link.user_name.as_ref());
        fill(&mut profile.identity.role, link.user_role.as_ref());
        profile
    }

    fn check_texts(&self) -> Result<(), ProfileError> {
        let texts = [
            ("name", &self.name, MAX_LABEL_CHARS),
            ("user id", &self.identity.id, MAX_ID_CHARS),
            ("user name", &self.identity.name, MAX_LABEL_CHARS),
            ("role", &self.identity.role, MAX_LABEL_CHARS),
        ];
        for (what, text, limit) in texts {
            if text.chars().nth(limit).is_some() {
                return Err(ProfileError::TooLong { what });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
