//! What was given: a link, an address or a code. Values that belong to people are not kept.

use serde::{Deserialize, Serialize};

use super::RecordFacts;

/// What a link says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkFacts {
    /// Whether it names a room, a server, or nothing that can be read.
    pub kind: LinkKind,
    /// Base address of the site; none for a bare code or an unreadable link.
    pub site: Option<String>,
    /// A gateway that the link itself names.
    pub gateway: Option<String>,
    /// What there is to know of the room without its id.
    pub room: Option<LinkRoom>,
    /// What there is to know of the record without its id.
    pub record: Option<RecordFacts>,
    /// The parameters that say something, in the order of the link.
    pub parameters: Vec<LinkParameter>,
    /// Language to be spoken, as a short code.
    pub source_language: Option<String>,
    /// Language wanted, as a short code.
    pub target_language: Option<String>,
    /// There was a `data` parameter that cannot be read.
    pub data_unreadable: bool,
    /// Why it cannot be read, in the parser's words.
    pub error: Option<LinkFault>,
}

/// What was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// The address of a room.
    Room,
    /// A room's code without a site.
    Code,
    /// The address of a server, without a room: only the server is tested.
    Server,
    /// A record at a collaboration service.
    Record,
    /// Nothing that can be read.
    #[default]
    Unreadable,
}

/// A room, without its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkRoom {
    /// Length of its id in characters.
    pub characters: usize,
    /// What the gateway makes of the id.
    pub rewrite: Rewrite,
    /// Whether the web client can join it: it puts the id into a path without escaping.
    pub fits_browsers: bool,
}

/// What the gateway's base64 rule makes of a room's id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rewrite {
    /// It stays.
    #[default]
    None,
    /// It becomes another text that can be read: somebody encoded it on purpose.
    Readable,
    /// It becomes bytes without sense: it was base64 by chance.
    Garbage,
}

/// A parameter, without its value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkParameter {
    /// Its name as spelled in the link.
    pub spelled: String,
    /// The spelling that everybody reads.
    pub usual: String,
    /// Whether it is a field of `data`.
    pub in_data: bool,
    /// Whether the web client reads it under this spelling.
    pub read_by_browsers: bool,
}

/// Why a link cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkFault {
    /// Stable code, such as `link.malformed`.
    pub code: String,
    /// The parser's words.
    pub message: String,
}
