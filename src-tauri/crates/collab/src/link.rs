//! Links to a record: untrusted input that a person clicks or pastes.
//!
//! | Shape | Example |
//! |---|---|
//! | app link | `jbcall://collab?url=https%3A%2F%2Fcollab.example&record=P1&deployment=screening` |
//! | the web panel's own parameters | `https://collab.example/?patient_id=P1&user_id=u1&step=3` |
//! | the same, inside an app link | `jbcall://collab?link=https%3A%2F%2Fcollab.example%2F%3Fpatient_id%3DP1` |
//! | an endpoint with parameters | `https://collab.example/socket.io/?patient_id=P1` |

mod address;
#[cfg(test)]
mod tests;

use url::{Url, form_urlencoded};

use crate::intent::StepRef;
use crate::policy::{MAX_ID_CHARS, MAX_LABEL_CHARS};

use address::{bare, strip_scheme, web_url};
pub use address::{service_address, service_path, service_url};

/// Scheme of links that open this program.
pub const APP_SCHEME: &str = "jbcall";

/// What follows the scheme of links to a record.
const APP_WORD: &str = "collab";

const RECORD: &[&str] = &["record", "patient_id", "patient", "session_id", "session"];
const DEPLOYMENT: &[&str] = &["deployment", "vocabulary"];
const SERVICE: &[&str] = &["url", "service", "server"];
const USER_ID: &[&str] = &["user_id", "userid"];
const USER_NAME: &[&str] = &["user_name", "username", "name"];
const USER_ROLE: &[&str] = &["user_role", "userrole", "role"];

/// What a link to a record says.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CollabLink {
    /// Address of the service, without path.
    pub service: Url,
    /// Path of its Socket.IO endpoint, where the link names one.
    pub path: Option<String>,
    /// Name of the deployment, where the link names one.
    pub deployment: Option<String>,
    /// Id of the record.
    pub record: String,
    /// Account id of the person that the link was made for.
    pub user_id: Option<String>,
    /// Their name.
    pub user_name: Option<String>,
    /// Their role.
    pub user_role: Option<String>,
    /// The step that they are sent to.
    pub step: Option<StepRef>,
}

/// Why a link leads to no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Nothing was given.
    #[error("There is no link. Paste a link to a record.")]
    Empty,
    /// More than a link can be.
    #[error("This is too long for a link to a record.")]
    TooLong,
    /// A link to something else.
    #[error(
        "Links that begin with \"{scheme}:\" lead to no record. \
         Use a link that begins with https:// or jbcall://collab."
    )]
    Scheme {
        /// The scheme, in lower case.
        scheme: String,
    },
    /// What cannot be read.
    #[error("This link cannot be read ({reason}).")]
    Malformed {
        /// What is wrong, in English.
        reason: String,
    },
    /// An address, but of no record.
    #[error("This link names no record. It needs a patient_id or record.")]
    NoRecord,
    /// A record, but at no service.
    #[error("This link does not say where the record is. It needs a url.")]
    NoService,
}

impl LinkError {
    /// Stable code for translation and for exit codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "collab.link-empty",
            Self::TooLong => "collab.link-too-long",
            Self::Scheme { .. } => "collab.link-scheme",
            Self::Malformed { .. } => "collab.link-malformed",
            Self::NoRecord => "collab.link-no-record",
            Self::NoService => "collab.link-no-service",
        }
    }

    fn malformed(reason: impl Into<String>) -> Self {
        Self::Malformed {
            reason: reason.into(),
        }
    }
}

/// Whether this is a link to a record, good or bad, and not one to a call.
pub fn is_collab_link(input: &str) -> bool {
    let Ok(input) = bare(input) else {
        return false;
    };
    if let Some(rest) = strip_scheme(input, APP_SCHEME) {
        return app_query(rest).is_some();
    }
    Url::parse(input).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && !url.path().to_ascii_lowercase().contains("/room/")
            && url.query_pairs().any(|(key, _)| key == "patient_id")
    })
}

impl CollabLink {
    /// Reads a link. Space, brackets and quotes around it are ignored.
    ///
    /// # Errors
    /// What leads to no record.
    pub fn parse(input: &str) -> Result<Self, LinkError> {
        let input = bare(input)?;
        if let Some(rest) = strip_scheme(input, APP_SCHEME) {
            let query = app_query(rest).ok_or_else(|| LinkError::Scheme {
                scheme: APP_SCHEME.to_owned(),
            })?;
            return Self::parse_app(query);
        }
        Self::parse_web(input, &Parameters::default())
    }

    /// A link to a record of a service.
    ///
    /// # Errors
    /// A service or a record that no link can lead to.
    pub fn to_record(service: &str, record: &str) -> Result<Self, LinkError> {
        let (service, path) = service_address(service)?;
        Ok(Self {
            service,
            path,
            deployment: None,
            record: record_id(record)?,
            user_id: None,
            user_name: None,
            user_role: None,
            step: None,
        })
    }

    /// A link that brings a colleague to this record. It holds nothing of the person who shares it.
    pub fn share_link(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("url", self.service.as_str());
        if let Some(path) = &self.path {
            query.append_pair("path", path);
        }
        if let Some(deployment) = &self.deployment {
            query.append_pair("deployment", deployment);
        }
        query.append_pair("record", &self.record);
        format!("{APP_SCHEME}://{APP_WORD}?{}", query.finish())
    }

    fn parse_app(query: &str) -> Result<Self, LinkError> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let parameters = Parameters::new(pairs.into_owned());
        if let Some(link) = parameters.get(&["link"]) {
            let link = bare(link)?;
            if strip_scheme(link, APP_SCHEME).is_some() {
                return Err(LinkError::malformed("a link inside a link inside a link"));
            }
            return Self::parse_web(link, &parameters);
        }
        let record = parameters.get(RECORD).ok_or(LinkError::NoRecord)?;
        let service = parameters.get(SERVICE).ok_or(LinkError::NoService)?;
        let mut link = Self::to_record(service, record)?;
        parameters.fill(&mut link)?;
        Ok(link)
    }

    /// A web address with the panel's parameters; others fill what it leaves open.
    fn parse_web(input: &str, outer: &Parameters) -> Result<Self, LinkError> {
        let url = web_url(input)?;
        let inner = Parameters::new(url.query_pairs().into_owned());
        let record = inner.get(RECORD).or_else(|| outer.get(RECORD));
        let mut link = Self::to_record(url.as_str(), record.ok_or(LinkError::NoRecord)?)?;
        inner.fill(&mut link)?;
        outer.fill(&mut link)?;
        Ok(link)
    }
}

/// Nothing of a person or a record is in it.
impl std::fmt::Debug for CollabLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CollabLink")
            .field("service", &self.service.as_str())
            .field("path", &self.path)
            .field("deployment", &self.deployment)
            .finish_non_exhaustive()
    }
}

impl std::str::FromStr for CollabLink {
    type Err = LinkError;

    fn from_str(input: &str) -> Result<Self, LinkError> {
        Self::parse(input)
    }
}

/// The parameters of a link, their names in lower case.
#[derive(Default)]
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn new(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self(
            pairs
                .map(|(key, value)| (key.trim().to_ascii_lowercase(), value))
                .collect(),
        )
    }

    /// The value under the first of the names that has one.
    fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let mut values = self.0.iter().filter(|(key, _)| key == name);
            values.find_map(|(_, value)| Some(value.trim()).filter(|value| !value.is_empty()))
        })
    }

    /// Fills what the link does not say yet.
    fn fill(&self, link: &mut CollabLink) -> Result<(), LinkError> {
        let text = |names, limit: usize| {
            self.get(names)
                .filter(|text| text.chars().nth(limit).is_none())
                .filter(|text| !text.contains(char::is_control))
                .map(str::to_owned)
        };
        if link.path.is_none()
            && let Some(path) = self.get(&["path"])
        {
            link.path = Some(service_path(path)?);
        }
        let deployment = || text(DEPLOYMENT, MAX_LABEL_CHARS);
        link.deployment = link.deployment.take().or_else(deployment);
        link.user_id = link.user_id.take().or_else(|| text(USER_ID, MAX_ID_CHARS));
        let name = || text(USER_NAME, MAX_LABEL_CHARS);
        link.user_name = link.user_name.take().or_else(name);
        let role = || text(USER_ROLE, MAX_LABEL_CHARS);
        link.user_role = link.user_role.take().or_else(role);
        let step = || text(&["step"], MAX_ID_CHARS).map(step);
        link.step = link.step.take().or_else(step);
        Ok(())
    }
}

fn step(text: String) -> StepRef {
    match text.parse() {
        Ok(index) if text.bytes().all(|byte| byte.is_ascii_digit()) => StepRef::Index(index),
        _ => StepRef::Key(text),
    }
}

/// The query of `//collab?…`, also as browsers normalise it.
fn app_query(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches('/');
    let (word, query) = rest.split_once('?')?;
    let word = word.trim_end_matches('/');
    let query = query.split('#').next().unwrap_or_default();
    word.eq_ignore_ascii_case(APP_WORD).then_some(query)
}

fn record_id(text: &str) -> Result<String, LinkError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(LinkError::NoRecord);
    }
    if text.chars().nth(MAX_ID_CHARS).is_some() {
        return Err(LinkError::TooLong);
    }
    if text.contains(char::is_control) {
        return Err(LinkError::malformed(
            "the record has characters that cannot be shown",
        ));
    }
    Ok(text.to_owned())
}
