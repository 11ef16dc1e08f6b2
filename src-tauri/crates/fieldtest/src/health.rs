//! What a gateway says about itself at `/health`. Its `status` is always "healthy" and is not
//! looked at. Ids of rooms and people, which the page shows to anybody, are not kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use signaling::Network;
use url::Url;

/// How long the page may take.
const LIMIT: Duration = Duration::from_secs(5);
/// A page for many rooms is long; this is enough for several thousand.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// A gateway's own numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Health {
    /// Seconds since the gateway was started.
    pub uptime_s: f64,
    /// Living media workers.
    pub workers: Option<u64>,
    /// Rooms.
    pub rooms: u64,
    /// Participants of all rooms, ghosts included.
    pub participants: u64,
    /// Microphones whose packets the gateway decodes.
    pub audio_streams: u64,
    /// Longest time since one of them was decoded, milliseconds: grows when the gateway does
    /// not keep up, or when somebody is muted.
    pub slowest_stream_ms: Option<f64>,
}

impl Health {
    /// Reads the page; `None` if it is none of a gateway.
    pub fn read(body: &[u8]) -> Option<Self> {
        let page: Value = serde_json::from_slice(body).ok()?;
        let count = |value: &Value| value.as_u64().unwrap_or(0);
        let rooms = page.get("rooms")?;
        let of_rooms = rooms.get("rooms").and_then(Value::as_array);
        let streams = page.pointer("/audioStreaming/streams");
        let since = streams
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|stream| stream.get("timeSinceLastProcess")?.as_f64());
        Some(Self {
            uptime_s: page.get("uptime").and_then(Value::as_f64)?,
            workers: page
                .pointer("/workers/totalWorkers")
                .and_then(Value::as_u64),
            rooms: rooms.get("totalRooms").map_or(0, count),
            participants: of_rooms
                .into_iter()
                .flatten()
                .filter_map(|room| room.get("participantCount"))
                .map(count)
                .fold(0, u64::saturating_add),
            audio_streams: page
                .pointer("/audioStreaming/activeStreams")
                .map_or(0, count),
            slowest_stream_ms: since.reduce(f64::max),
        })
    }

    /// Asks a gateway; `None` if it does not answer as one.
    pub async fn ask(gateway: &Url, network: &Network) -> Option<Self> {
        let mut url = gateway.clone();
        let prefix = gateway.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}/health"));
        let page = socketio::fetch(
            &url,
            network.extra_ca.clone(),
            network.proxy.clone(),
            MAX_BYTES,
        );
        let page = tokio::time::timeout(LIMIT, page).await.ok()?.ok()?;
        Self::read(&page.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_page_is_understood_without_its_ids() {
        let page = include_bytes!("../../signaling/tests/fixtures/frames/http/health.json");
        let health = Health::read(page).expect("a health page");
        assert_eq!(health.workers, Some(1));
        assert_eq!((health.rooms, health.participants), (8, 3));
        assert_eq!(health.audio_streams, 1);
        assert_eq!(health.slowest_stream_ms, Some(17.0));
        assert!((health.uptime_s - 154.1).abs() < 0.1);
    }

    #[test]
    fn other_pages_are_none() {
        for page in ["", "<html>", "{}", "[]", r#"{"status":"healthy"}"#] {
            assert_eq!(Health::read(page.as_bytes()), None, "{page}");
        }
    }
}
