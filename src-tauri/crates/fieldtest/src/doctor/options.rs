//! What a run is told.

use media::IceServer;
use signaling::{Network, RoomLink};
use url::Url;

/// What is to be examined, and how far one may go.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A room link, an app link, a bare code, or the address of a site or a gateway.
    pub link: String,
    /// Use this gateway, whatever the link and its site say.
    pub gateway: Option<Url>,
    /// Certificates and proxies.
    pub network: Network,
    /// Relays of one's own. Those that a server publishes are never used with what is published.
    pub relays: Vec<IceServer>,
    /// Use the server's media ports although people are on it.
    pub force: bool,
    /// Leave the microphone of this computer closed.
    pub no_microphone: bool,
}

impl Options {
    /// The link as this program reads it; none for an address without a room.
    pub fn room_link(&self) -> Option<RoomLink> {
        RoomLink::parse(&self.link).ok()
    }
}
