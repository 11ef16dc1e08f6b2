//! Joining a room of one's own, and how much room the server has.

use serde::{Deserialize, Serialize};

use super::{GatewayHealth, GatewayRequest};

/// What a join of a fresh room brought. The room's id and the participant's are not kept: nobody
/// needs them, and whoever knows a room's id may enter it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RoomFacts {
    /// `join-room`.
    pub join: GatewayRequest,
    /// Whether the answer names the id that was asked for. The id is one that no known gateway
    /// rewrites.
    pub same_id: Option<bool>,
    /// People who were there already; the room is new, so there should be none.
    pub others: usize,
    /// Codecs of the router, such as `audio/opus`, without repetition.
    pub codecs: Vec<String>,
    /// Whether the router takes the sound that this program sends.
    pub can_send_audio: Option<bool>,
    /// Whether the router sends sound that this program understands.
    pub can_receive_audio: Option<bool>,
    /// Header extension id of the sound level; differs between versions of the media server.
    pub audio_level_id: Option<u8>,
    /// Protocol that was spoken.
    pub dialect: String,
    /// Whether the server looks like an older one: its pings, and no greeting.
    pub older: bool,
    /// `leave-room` at the end. Awaited, so that nobody stays behind.
    pub leave: Option<GatewayRequest>,
}

/// How much room the server has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CapacityFacts {
    /// What `/health` said before this run joined.
    pub load: Option<ServerLoad>,
    /// Whether the run took media ports in spite of people on the server.
    pub forced: bool,
    /// Whether no media port was taken because of people on the server.
    pub refrained: bool,
    /// `create-webrtc-transport`, in the order sent.
    pub transports: Vec<GatewayRequest>,
    /// Ports that one transport takes: its UDP and TCP addresses.
    pub ports_per_transport: usize,
    /// `produce`, which takes one more port for the gateway's own copy of the sound.
    pub produce: Option<GatewayRequest>,
}

/// Numbers of a gateway's `/health`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerLoad {
    /// Media workers that run.
    pub workers: Option<u64>,
    /// Rooms.
    pub rooms: Option<u64>,
    /// People in all rooms.
    pub participants: u64,
    /// Microphones that the gateway listens to.
    pub streams: Option<u64>,
    /// Seconds since the start.
    pub uptime_s: Option<f64>,
}

impl From<&GatewayHealth> for ServerLoad {
    fn from(health: &GatewayHealth) -> Self {
        Self {
            workers: health.workers,
            rooms: health.rooms,
            participants: health.participants.unwrap_or(0),
            streams: health.audio_streams,
            uptime_s: health.uptime_s,
        }
    }
}
