//! What page and shell say to each other about a record, beside what the model shows.
//!
//! The page's TypeScript types are generated from these.

use std::collections::BTreeMap;

use collab::view::CollabUpdate;
use collab::vocabulary::Identity;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A service that a person works with.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, rename = "CollabProfile")]
pub struct ProfileEntry {
    /// What the person calls it.
    pub name: String,
    /// Address; of the deployment's first link, where it has several.
    pub url: String,
    /// Path of the socket; empty: as the deployment has it.
    pub path: String,
    /// Addresses of further links, by their names.
    pub links: BTreeMap<String, String>,
    /// Name of the deployment, or `auto` to find it out.
    pub deployment: String,
    /// Id of the record that was opened last; empty: none yet.
    pub record: String,
    /// Who one is there.
    pub identity: Identity,
    /// Whether the keyring holds a credential. What the page says of it is not taken.
    pub has_credential: bool,
}

/// A room and a record that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordBinding {
    /// Link of the room.
    pub room: String,
    /// Id of the record.
    pub record: String,
    /// Name of the profile that it is opened with; none where a link opened it.
    pub profile: Option<String>,
}

impl RecordBinding {
    /// Whether it binds this record.
    pub fn is_of(&self, record: &str, profile: &Option<String>) -> bool {
        self.record == record && self.profile == *profile
    }
}

/// A record that is being opened.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OpenedRecord {
    /// Id of the record.
    pub record: String,
    /// Host (and port) of the service.
    pub host: String,
    /// Name of the deployment.
    pub deployment: String,
    /// Name of the profile that was used.
    pub profile: Option<String>,
    /// The room that goes with it.
    pub binding: Option<RecordBinding>,
}

/// How a record is named: by a link, or by a saved profile and its id.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordAddress {
    /// The link.
    pub input: Option<String>,
    /// Name of the profile.
    pub profile: Option<String>,
    /// Id of the record.
    pub record: Option<String>,
}

/// The record that is open, for a page that was loaded again.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordState {
    /// How it was named when it was opened.
    pub asked: RecordAddress,
    /// What opening it answered.
    pub opened: OpenedRecord,
    /// All of what is shown.
    pub update: CollabUpdate,
}

/// What services are known to speak.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeploymentList {
    /// Those that can be chosen, the program's own first.
    pub deployments: Vec<DeploymentChoice>,
    /// Why others cannot.
    pub mistakes: Vec<FileMistake>,
    /// Folder of the person's own files.
    pub folder: String,
}

/// A deployment that can be chosen.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeploymentChoice {
    /// What profiles and links name it by.
    pub name: String,
    /// Whether it comes from a file of the person's own.
    pub own: bool,
    /// Names of its links; the profile's address is that of the first.
    pub links: Vec<String>,
}

/// A mistake in a vocabulary file, of which nothing is used then.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FileMistake {
    /// Name of the file.
    pub file: String,
    /// Line, from 1, where one can be named.
    pub line: Option<usize>,
    /// The key; empty for the whole file.
    pub key: String,
    /// Stable code, to translate.
    pub code: String,
    /// What is wrong, in English.
    pub message: String,
}

/// Something asks for a record. It fills in the form.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecordRequest {
    /// What asks.
    pub origin: RequestOrigin,
    /// The link; none where a profile is named.
    pub input: Option<String>,
    /// A profile that the person has saved.
    pub profile: Option<String>,
    /// Id of the record, where it is known.
    pub record: Option<String>,
}

/// What asks for a record.
#[derive(Debug, Clone, Copy, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum RequestOrigin {
    /// A link was opened from outside.
    Link,
    /// The room that was just joined goes with it.
    Room,
}
