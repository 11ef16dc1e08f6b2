//! The numbers of a gateway's `/health` that load and probe follow. The page is read by
//! [`signaling::health`]; ids of rooms and people, which it shows to anybody, are not kept.

use serde::{Deserialize, Serialize};
use signaling::Network;
use url::Url;

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
    /// Asks a gateway; `None` if it does not answer as one.
    pub async fn ask(gateway: &Url, network: &Network) -> Option<Self> {
        Self::of(&signaling::health::Health::ask(gateway, network).await?)
    }

    /// The numbers of a page; `None` if it is none of a gateway.
    fn of(page: &signaling::health::Health) -> Option<Self> {
        let slowest = page.longest_without_sound();
        Some(Self {
            uptime_s: page.uptime?.as_secs_f64(),
            workers: page.workers,
            rooms: page.rooms?,
            participants: page.participants.unwrap_or_default(),
            audio_streams: page.audio_streams.unwrap_or_default(),
            slowest_stream_ms: slowest.map(|time| time.as_secs_f64() * 1_000.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Option<Health> {
        Health::of(&signaling::health::Health::parse(page)?)
    }

    #[test]
    fn the_recorded_page_is_understood_without_its_ids() {
        let page = include_str!("../../signaling/tests/fixtures/frames/http/health.json");
        let health = read(page).expect("a health page");
        assert_eq!(health.workers, Some(1));
        assert_eq!((health.rooms, health.participants), (8, 3));
        assert_eq!(health.audio_streams, 1);
        assert_eq!(health.slowest_stream_ms, Some(17.0));
        assert!((health.uptime_s - 154.1).abs() < 0.1);
    }

    #[test]
    fn other_pages_are_none() {
        for page in ["", "<html>", "{}", "[]", r#"{"status":"healthy"}"#] {
            assert_eq!(read(page), None, "{page}");
        }
    }
}
