//! What a call needs to know.

use audio::{SinkSpec, SourceSpec};
use media::IceServer;
use signaling::gateway::Transports;
use signaling::wire::Language;
use signaling::{DiscoveryOptions, RoomLink};

/// Where to call, and over what.
#[derive(Debug, Clone)]
pub struct CallOptions {
    /// The room.
    pub link: RoomLink,
    /// How the gateway is found, with certificates and proxies.
    pub discovery: DiscoveryOptions,
    /// As whom, with which devices; [`Prepared::join_with`](crate::Prepared::join_with) may
    /// still change it.
    pub join: JoinOptions,
    /// Relays (TURN), for networks that block everything else.
    pub ice_servers: Vec<IceServer>,
    /// Send media over relays only.
    pub relay_only: bool,
    /// How the socket is carried; websocket first by default.
    pub transports: Transports,
}

impl CallOptions {
    /// A call to this room with the link's own name and languages, the default devices and
    /// everything else as usual.
    pub fn new(link: RoomLink) -> Self {
        let mut join = JoinOptions::new(link.name.clone().unwrap_or_default());
        join.source_language = link.source_language.clone();
        join.target_language = link.target_language.clone();
        Self {
            link,
            discovery: DiscoveryOptions::default(),
            join,
            ice_servers: Vec::new(),
            relay_only: false,
            transports: Transports::default(),
        }
    }
}

/// As whom to join, and with which devices.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinOptions {
    /// Name for the others. The gateway refuses an empty one: "Guest" is sent instead.
    pub name: String,
    /// Which microphone; [`SourceSpec::None`] joins as a listener, who costs the gateway fewer
    /// ports.
    pub microphone: SourceSpec,
    /// Join muted.
    pub muted: bool,
    /// Which speaker.
    pub speaker: SinkSpec,
    /// Language spoken.
    pub source_language: Option<Language>,
    /// Language wanted.
    pub target_language: Option<Language>,
}

impl JoinOptions {
    /// Under this name, with the system's devices, not muted.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            microphone: SourceSpec::Device(None),
            muted: false,
            speaker: SinkSpec::Device(None),
            source_language: None,
            target_language: None,
        }
    }

    /// The same with a name that the gateway takes.
    pub(crate) fn with_a_name(mut self) -> Self {
        self.name = self.name.trim().to_owned();
        if self.name.is_empty() {
            "Guest".clone_into(&mut self.name);
        }
        self
    }
}
