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

impl ServerLoad {
    /// Reads the body of a gateway's `/health`; `None` when it is another service's.
    pub fn from_health(body: &str) -> Option<Self> {
        let health: serde_json::Value = serde_json::from_str(body).ok()?;
        let rooms = health.get("rooms")?;
        let participants = rooms.get("rooms")?.as_array()?.iter();
        Some(Self {
            workers: health["workers"]["totalWorkers"].as_u64(),
            rooms: rooms["totalRooms"].as_u64(),
            participants: participants
                .filter_map(|room| room["participantCount"].as_u64())
                .fold(0, u64::saturating_add),
            streams: health["audioStreaming"]["activeStreams"].as_u64(),
            uptime_s: health["uptime"].as_f64(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_of_a_gateway_is_read_and_that_of_others_is_not() {
        let body = r#"{"status":"healthy","uptime":12.5,"workers":{"totalWorkers":2,"workers":[]},
            "rooms":{"totalRooms":2,"rooms":[{"roomId":"a","participantCount":2},
            {"roomId":"b","participantCount":1}]},"audioStreaming":{"activeStreams":3}}"#;
        let load = ServerLoad::from_health(body).expect("a gateway");
        assert_eq!((load.participants, load.workers), (3, Some(2)));
        assert_eq!((load.rooms, load.streams), (Some(2), Some(3)));
        for other in [r#"{"status":"ok","models":["vi"]}"#, "404", "", "[]"] {
            assert_eq!(ServerLoad::from_health(other), None, "{other}");
        }
    }
}
