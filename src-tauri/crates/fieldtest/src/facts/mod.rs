//! What was observed. Plain data without judgement: a report carries it, a recording can be
//! diagnosed again, and tests make it up.
//!
//! `None` means that it was not looked at. Everything that was sent by a server is kept as it
//! came, shortened; the report redacts it.

mod address;
mod collab;
mod exchange;
mod gateway_request;
mod ice;
mod idle;
mod link;
mod machine;
mod media;
mod pipeline;
mod room;
mod services;
mod signaling;
mod site;
mod tls;
mod turn;

pub use address::{AddressFacts, HostFacts, HostRole, ResolveFailure, ResolveFailureKind, Routes};
pub use collab::{
    EndpointFacts, Fit, HeardEvent, PathVariant, RecordFacts, ServiceAnswer, VocabularyFacts,
};
pub use exchange::{Exchange, Frame, Request, Response};
pub use gateway_request::{GatewayRequest, Refusal, RequestOutcome};
pub use ice::{CandidateFacts, CandidateProtocol, IceFacts, SizeCheck, SocketError, StunCount};
pub use idle::{HeldConnection, HoldEnd, IdleFacts};
pub use link::{LinkFacts, LinkFault, LinkKind, LinkParameter, LinkRoom, Rewrite};
pub use machine::{
    Access, DeviceError, DeviceFacts, MachineFacts, OwnCallFacts, OwnCallStep, ProcessorFacts,
    SoundFacts,
};
pub use media::{DtlsFacts, MediaFacts, Reception, TransportFacts, UplinkReport};
pub use pipeline::{
    CaptionFacts, CaptionStatusFacts, LeftOut, PipelineFacts, SpokenFacts, SynthesisFacts,
    TapFacts, TranslationEventFacts, TranslationFacts,
};
pub use room::{CapacityFacts, RoomFacts, ServerLoad};
pub use services::{GatewayHealth, GatewayKind, ServiceFacts, ServiceState, ServicesFacts};
pub use signaling::{Cors, OtherPath, PollingSession, Signaling};
pub use site::{EnvConfigFacts, SiteFacts};
pub use tls::{Certificate, Connection, Fault, FaultKind, Tls};
pub use turn::{Allocation, RelayEcho, TurnFacts, TurnTransport, TurnUser};

use serde::{Deserialize, Serialize};

/// All observations of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    /// What was given.
    pub link: Option<LinkFacts>,
    /// Names and addresses of the hosts.
    pub address: Option<AddressFacts>,
    /// The web site and what it names.
    pub site: Option<SiteFacts>,
    /// Health of the gateway and of the services around it.
    pub services: Option<ServicesFacts>,
    /// This computer.
    pub machine: Option<MachineFacts>,
    /// Hosts and how they are reached, the gateway first.
    pub tls: Vec<Tls>,
    /// The gateway's Socket.IO.
    pub signaling: Option<Signaling>,
    /// The paths of a collaboration service.
    pub endpoint: Option<EndpointFacts>,
    /// What a collaboration service speaks.
    pub vocabulary: Option<VocabularyFacts>,
    /// Idle connections to it, if they were asked for.
    pub idle: Option<IdleFacts>,
    /// Joining a room of one's own.
    pub room: Option<RoomFacts>,
    /// Media ports and people on the server.
    pub capacity: Option<CapacityFacts>,
    /// The media server's candidates.
    pub ice: Option<IceFacts>,
    /// Relays; empty where none was named.
    pub turn: Option<Vec<TurnFacts>>,
    /// DTLS of the transports.
    pub dtls: Option<DtlsFacts>,
    /// A known sound through the SFU.
    pub media: Option<MediaFacts>,
    /// Speech, caption, translation, speech.
    pub pipeline: Option<PipelineFacts>,
}

impl Facts {
    /// The rungs that were to be climbed.
    pub fn ladder(&self) -> &'static [crate::Rung] {
        let kind = self.link.as_ref().map(|link| link.kind);
        match kind {
            Some(LinkKind::Record) => &crate::Rung::RECORD,
            _ => &crate::Rung::CALL,
        }
    }

    /// Takes over what was seen of a room and its media.
    pub fn take_call(&mut self, seen: &Self) {
        self.room.clone_from(&seen.room);
        self.capacity.clone_from(&seen.capacity);
        self.ice.clone_from(&seen.ice);
        self.turn.clone_from(&seen.turn);
        self.dtls.clone_from(&seen.dtls);
        self.media.clone_from(&seen.media);
        self.pipeline.clone_from(&seen.pipeline);
    }
}
