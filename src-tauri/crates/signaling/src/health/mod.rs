//! What a gateway's `/health`, `/stats` and `/metrics` say. Read-only pages, open to everybody; not
//! to be asked more often than every 5 s.
//!
//! They show the rooms and participants of everybody. [`Health`] counts them and answers about a
//! room or a participant that is already known; what else is there never leaves it.

mod metrics;
mod service;

pub use metrics::Metrics;
pub use service::{ServiceHealth, ServiceState};

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::gateway::Network;
use crate::policy::{HEALTH_LIMIT, HEALTH_MAX_BYTES};
use crate::room::RoomId;
use crate::wire::ParticipantId;

/// Which server wrote the page, by its tell-tale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerKind {
    /// The call gateway that this program is for.
    Gateway,
    /// An older server: peer to peer with Socket.IO.
    Hybrid,
    /// An older server: python-socketio with a mediasoup service behind it.
    PythonSocketIo,
    /// An older server: plain websockets.
    RawWebSocket,
    /// Something else.
    #[default]
    Other,
}

/// What a gateway says about itself. Missing and odd fields are `None`.
#[derive(Clone, PartialEq, Default)]
pub struct Health {
    /// Which server wrote it.
    pub kind: ServerKind,
    /// What it says about itself. The gateway says `healthy` even without a worker.
    pub status: Option<String>,
    /// How long it has been running; smaller than last time means that it was restarted.
    pub uptime: Option<Duration>,
    /// Media workers.
    pub workers: Option<u64>,
    /// Rooms, empty ones included.
    pub rooms: Option<u64>,
    /// People in all rooms together.
    pub participants: Option<u64>,
    /// Rooms without anybody: left over by clients that create rooms before they join.
    pub empty_rooms: Option<u64>,
    /// Microphones that the server decodes.
    pub audio_streams: Option<u64>,
    people: BTreeMap<String, u64>,
    last_sound: BTreeMap<String, Duration>,
}

impl Health {
    /// Asks a gateway for its page, at most for [`HEALTH_LIMIT`]; `None` if it has none.
    pub async fn ask(gateway: &Url, network: &Network) -> Option<Self> {
        let mut url = gateway.clone();
        let prefix = gateway.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}/health"));
        let page = socketio::fetch(
            &url,
            network.extra_ca.clone(),
            network.proxy.clone(),
            HEALTH_MAX_BYTES,
        );
        let page = tokio::time::timeout(HEALTH_LIMIT, page).await.ok()?.ok()?;
        Self::parse(std::str::from_utf8(&page.body).ok()?)
    }

    /// Reads `/health` or `/stats`; `None` for what is no JSON object, such as the start page of a
    /// site.
    pub fn parse(text: &str) -> Option<Self> {
        let page: Value = serde_json::from_str(text.trim_start_matches('\u{FEFF}')).ok()?;
        let page = page.as_object()?;
        let rooms = page.get("rooms");
        let listed = rooms.and_then(|rooms| list(rooms.get("rooms").unwrap_or(rooms)));
        let streaming = page.get("audioStreaming");
        let streams = streaming.and_then(|streams| list(streams.get("streams")?));
        let people: Option<BTreeMap<String, u64>> = listed.map(|rooms| {
            let known = rooms.iter().filter_map(people_in_room);
            known.collect()
        });
        let counts = people.as_ref().map(BTreeMap::values);
        Some(Self {
            kind: kind(page),
            status: page.get("status").and_then(short_text),
            uptime: page.get("uptime").and_then(seconds),
            workers: page.get("workers").and_then(|workers| {
                count(workers.get("totalWorkers").unwrap_or(workers))
                    .or_else(|| list(workers).map(length))
            }),
            rooms: rooms
                .and_then(|rooms| count(rooms.get("totalRooms").unwrap_or(rooms)))
                .or_else(|| listed.map(length)),
            participants: counts.clone().map(Iterator::sum),
            empty_rooms: counts.map(|counts| counts.filter(|people| **people == 0).count() as u64),
            audio_streams: streaming
                .and_then(|streams| count(streams.get("activeStreams")?))
                .or_else(|| streams.map(length)),
            last_sound: streams
                .map(|streams| streams.iter().filter_map(last_sound).collect())
                .unwrap_or_default(),
            people: people.unwrap_or_default(),
        })
    }

    /// How many people are in a room, under the id that the gateway keeps it by; `None` if it does
    /// not list rooms. A room that it does not list has nobody in it.
    pub fn people_in(&self, room: &RoomId) -> Option<u64> {
        self.participants?;
        let kept = room.rewritten();
        let kept = kept.as_deref().unwrap_or(room.as_str());
        Some(self.people.get(kept).copied().unwrap_or(0))
    }

    /// How long ago the server decoded sound of this participant; `None` if it never did. Below a
    /// second, the way from the microphone to the server is proven. Grows while muted.
    pub fn last_sound(&self, participant: &ParticipantId) -> Option<Duration> {
        self.last_sound.get(participant.as_str()).copied()
    }

    /// The longest of these times of all participants: grows when the server does not keep up, or
    /// when somebody is muted.
    pub fn longest_without_sound(&self) -> Option<Duration> {
        self.last_sound.values().max().copied()
    }
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health")
            .field("kind", &self.kind)
            .field("status", &self.status)
            .field("uptime", &self.uptime)
            .field("workers", &self.workers)
            .field("rooms", &self.rooms)
            .field("participants", &self.participants)
            .field("empty_rooms", &self.empty_rooms)
            .field("audio_streams", &self.audio_streams)
            .finish_non_exhaustive()
    }
}

fn kind(page: &serde_json::Map<String, Value>) -> ServerKind {
    match page.get("service").and_then(Value::as_str) {
        Some("signaling-hybrid") => ServerKind::Hybrid,
        Some("signaling-socketio") => ServerKind::PythonSocketIo,
        Some("signaling-server") => ServerKind::RawWebSocket,
        _ if page.contains_key("workers") && page.contains_key("rooms") => ServerKind::Gateway,
        _ => ServerKind::Other,
    }
}

fn people_in_room(room: &Value) -> Option<(String, u64)> {
    let id = room.get("roomId")?.as_str()?.to_owned();
    Some((id, room.get("participantCount").and_then(count)?))
}

fn last_sound(stream: &Value) -> Option<(String, Duration)> {
    let participant = stream.get("participantId")?.as_str()?.to_owned();
    let millis = count(stream.get("timeSinceLastProcess")?)?;
    Some((participant, Duration::from_millis(millis)))
}

fn list(value: &Value) -> Option<&[Value]> {
    value.as_array().map(Vec::as_slice)
}

fn length(list: &[Value]) -> u64 {
    list.len() as u64
}

/// A number of things; `None` for what is none.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let float = value.as_f64().filter(|float| *float >= 0.0)?;
        // Casting saturates.
        Some(float as u64)
    })
}

fn seconds(value: &Value) -> Option<Duration> {
    Duration::try_from_secs_f64(value.as_f64()?).ok()
}

/// Longest text taken over, in characters.
const MAX_TEXT: usize = 60;

fn short_text(value: &Value) -> Option<String> {
    Some(value.as_str()?.chars().take(MAX_TEXT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = include_str!("../../tests/fixtures/frames/http/health.json");

    #[test]
    fn a_recorded_page_is_read() {
        let health = Health::parse(RECORDED).expect("an object");
        assert_eq!(health.kind, ServerKind::Gateway);
        assert_eq!(health.status.as_deref(), Some("healthy"));
        assert_eq!(health.uptime.map(|uptime| uptime.as_secs()), Some(154));
        assert_eq!(health.workers, Some(1));
        assert_eq!(health.rooms, Some(8));
        assert_eq!(health.participants, Some(3));
        assert_eq!(health.empty_rooms, Some(5));
        assert_eq!(health.audio_streams, Some(1));
        let shown = format!("{health:?}");
        assert!(!shown.contains("room_") && !shown.contains("participant_"));
    }

    #[test]
    fn people_are_counted_by_the_id_that_the_gateway_keeps() {
        let page = r#"{"rooms":{"rooms":[{"roomId":"user_1_user_2","participantCount":2}]}}"#;
        let health = Health::parse(page).expect("an object");
        let room = |id: &str| RoomId::new(id).expect("an id");
        assert_eq!(health.people_in(&room("dXNlcl8xX3VzZXJfMg==")), Some(2));
        assert_eq!(health.people_in(&room("elsewhere")), Some(0));
        let silent = Health::parse(r#"{"status":"healthy"}"#).expect("an object");
        assert_eq!(silent.people_in(&room("elsewhere")), None);
    }

    #[test]
    fn a_participant_that_is_decoded_is_found() {
        let health = Health::parse(RECORDED).expect("an object");
        let id = ParticipantId::new("participant_1795211146224_k1ukic394");
        assert_eq!(health.last_sound(&id), Some(Duration::from_millis(17)));
    }

    #[test]
    fn older_servers_are_told_by_their_names() {
        for (service, kind) in [
            ("signaling-hybrid", ServerKind::Hybrid),
            ("signaling-socketio", ServerKind::PythonSocketIo),
            ("signaling-server", ServerKind::RawWebSocket),
            ("something", ServerKind::Other),
        ] {
            let page = format!(r#"{{"status":"healthy","service":"{service}"}}"#);
            assert_eq!(Health::parse(&page).map(|health| health.kind), Some(kind));
        }
    }

    #[test]
    fn odd_pages_are_read_as_far_as_they_go() {
        for (page, readable) in [
            ("<!doctype html>", false),
            ("", false),
            ("[]", false),
            ("{}", true),
            (r#"{"rooms":7,"workers":null,"uptime":"long"}"#, true),
            (
                r#"{"rooms":[{"roomId":1}],"audioStreaming":3,"uptime":-1}"#,
                true,
            ),
            (r#"{"uptime":1e400,"workers":{"totalWorkers":-3}}"#, false),
        ] {
            assert_eq!(Health::parse(page).is_some(), readable, "{page}");
        }
        let health = Health::parse(r#"{"rooms":7}"#).expect("an object");
        assert_eq!((health.rooms, health.participants), (Some(7), None));
    }
}
