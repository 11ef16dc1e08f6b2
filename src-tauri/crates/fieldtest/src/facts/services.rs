//! What the gateway and the services around it say about themselves.

use serde::{Deserialize, Serialize};

use super::{Exchange, HostRole};

/// Health pages. Of rooms and participants only numbers are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicesFacts {
    /// `/health` of the gateway, without a body that may name rooms.
    pub gateway_health: Option<Exchange>,
    /// What it says; none if it is missing or something else.
    pub health: Option<GatewayHealth>,
    /// `/metrics` of the gateway.
    pub gateway_metrics: Option<Exchange>,
    /// What they say; none if they are missing or something else.
    pub metrics: Option<GatewayHealth>,
    /// Translation, speech synthesis and recognition, as far as the site names them.
    pub services: Vec<ServiceFacts>,
}

/// What a gateway says about itself. Missing and odd fields are `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayHealth {
    /// Which server wrote it.
    pub kind: GatewayKind,
    /// What it says about itself; worthless, as it says `healthy` without any worker.
    pub status: Option<String>,
    /// How long it has been running, seconds.
    pub uptime_s: Option<f64>,
    /// Media workers.
    pub workers: Option<u64>,
    /// Rooms, empty ones included.
    pub rooms: Option<u64>,
    /// People in all rooms together.
    pub participants: Option<u64>,
    /// Rooms without anybody.
    pub empty_rooms: Option<u64>,
    /// Microphones that the server decodes.
    pub audio_streams: Option<u64>,
}

/// Which server wrote a health page, by its tell-tale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GatewayKind {
    /// The call gateway that this program is for.
    Gateway,
    /// An older server: peer to peer with Socket.IO.
    Hybrid,
    /// An older server: python-socketio with a mediasoup service behind it.
    PythonSocketio,
    /// An older server: plain websockets.
    RawWebsocket,
    /// Something else.
    #[default]
    Other,
}

/// A service beside the gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceFacts {
    /// What it is there for.
    pub role: HostRole,
    /// Its base address.
    pub url: String,
    /// Its host, and port where it is not the usual one.
    pub host: String,
    /// `/health`.
    pub health: Exchange,
    /// `/`, which names the kind of a translation service.
    pub about: Option<Exchange>,
    /// How it says it is; none if it says nothing of the kind.
    pub state: Option<ServiceState>,
    /// Models and helpers that it says are missing, such as `vi`, `models`, `redis`.
    pub missing: Vec<String>,
    /// Which kind of translation service it is: `VinAI` or `NLLB`.
    pub kind: Option<String>,
}

/// How a service says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceState {
    /// It works.
    Ready,
    /// It loads its models, or will at the first request.
    Starting,
    /// It says that it does not work.
    Unhealthy,
}
