//! What page and shell say to each other about a record, beside what the model shows.
//! `ui/src/backend/record.ts` has the same.

use collab::vocabulary::Identity;
use serde::{Deserialize, Serialize};

/// A service that a person works with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileEntry {
    /// What the person calls it.
    pub name: String,
    /// Address.
    pub url: String,
    /// Path of the socket; empty: as the deployment has it.
    pub path: String,
    /// Name of the deployment.
    pub deployment: String,
    /// Id of the record that was opened last; empty: none yet.
    pub record: String,
    /// Who one is there.
    pub identity: Identity,
    /// Whether the keyring holds a credential. What the page says of it is not taken.
    pub has_credential: bool,
}

/// A room and a record that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
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

/// Something asks for a record. It fills in the form.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RequestOrigin {
    /// A link was opened from outside.
    Link,
    /// The room that was just joined goes with it.
    Room,
}
