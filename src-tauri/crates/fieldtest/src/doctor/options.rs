//! What a run is told.

use std::time::Duration;

use collab::link::CollabLink;
use collab::profile::Profile;
use collab::vocabulary::Library;
use media::IceServer;
use signaling::{Network, RoomLink};
use url::Url;

use crate::Rung;

/// What is to be examined, and how far one may go.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A room link, an app link, a bare code, or the address of a site or a gateway.
    pub link: String,
    /// A record at a collaboration service, which is then examined in place of a call.
    pub record: Option<Record>,
    /// Use this gateway, whatever the link and its site say.
    pub gateway: Option<Url>,
    /// Certificates and proxies.
    pub network: Network,
    /// Relays of one's own. Those that a server publishes are never used with what is published.
    pub relays: Vec<IceServer>,
    /// Use the server's media ports although people are on it.
    pub force: bool,
    /// Hold idle connections for so long. The run takes longer by that; everything else does not.
    pub idle: Option<Duration>,
    /// Leave the microphone of this computer closed.
    pub no_microphone: bool,
}

/// A record, and how its service is used.
#[derive(Clone)]
pub struct Record {
    /// Where the record is.
    pub link: CollabLink,
    /// What its service speaks, or that this is to be found out, and as whom. It has an identity.
    pub profile: Profile,
    /// The vocabularies that are known.
    pub library: Library,
    /// A credential, for deployments that ask for one.
    pub credential: Option<String>,
}

/// Nothing of people, and no credential, is in it.
impl std::fmt::Debug for Record {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Record")
            .field("link", &self.link)
            .field("deployment", &self.profile.deployment)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// The rungs that are climbed.
    pub fn ladder(&self) -> &'static [Rung] {
        match self.record {
            Some(_) => &Rung::RECORD,
            None => &Rung::CALL,
        }
    }

    /// The link as this program reads it; none for an address without a room.
    pub fn room_link(&self) -> Option<RoomLink> {
        RoomLink::parse(&self.link).ok()
    }
}
