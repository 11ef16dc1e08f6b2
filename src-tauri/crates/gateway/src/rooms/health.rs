//! The pages for operators, in the real gateway's shapes.

use ortc::MediaKind;
use serde_json::{Value, json};

use super::{Moment, Rooms};

impl Rooms {
    /// `/stats`.
    pub(crate) fn statistics(&self, now: Moment) -> Value {
        let rooms: Vec<Value> = self
            .rooms
            .iter()
            .map(|(id, room)| {
                json!({
                    "roomId": id,
                    "participantCount": room.members.len(),
                    "createdAt": room.created.unix_ms,
                    "uptime": millis_between(room.created, now),
                })
            })
            .collect();
        let streams = self.audio_streams(now);
        json!({
            "workers": {
                "totalWorkers": 1,
                "workers": [{
                    "index": 0,
                    "pid": std::process::id(),
                    "roomCount": rooms.len(),
                    "routerCount": rooms.len(),
                }],
            },
            "rooms": { "totalRooms": rooms.len(), "rooms": rooms },
            "audioStreaming": { "activeStreams": streams.len(), "streams": streams },
        })
    }

    /// Audio producers of which packets have come. Nothing is decoded here, but a packet proves
    /// the way to this point all the same.
    fn audio_streams(&self, now: Moment) -> Vec<Value> {
        let members = self.rooms.values().flat_map(|room| &room.members);
        let tracks = members.flat_map(|member| {
            let tracks = member.producers.iter();
            tracks.map(|track| (&member.participant.id, track))
        });
        tracks
            .filter(|(_, track)| track.kind == MediaKind::Audio)
            .filter_map(|(participant, track)| {
                let last = self.setup.sfu.last_packet(track.key)?;
                let since = now.instant.saturating_duration_since(last).as_millis() as u64;
                Some(json!({
                    "participantId": participant,
                    "producerId": track.id,
                    "bufferSize": 0,
                    "lastProcessedAt": now.unix_ms.saturating_sub(since),
                    "timeSinceLastProcess": since,
                }))
            })
            .collect()
    }

    /// `/health`.
    pub(crate) fn health(&self, now: Moment) -> Value {
        let mut health = self.statistics(now);
        let up = now
            .instant
            .saturating_duration_since(self.setup.started.instant);
        health["status"] = "healthy".into();
        health["timestamp"] = iso_8601(now.unix_ms).into();
        health["uptime"] = up.as_secs_f64().into();
        health
    }

    /// `/metrics`, in Prometheus' text format.
    pub(crate) fn metrics(&self, now: Moment) -> String {
        let gauges = [
            ("workers_total", "Total number of MediaSoup workers", 1),
            (
                "rooms_total",
                "Total number of active rooms",
                self.rooms.len(),
            ),
            (
                "audio_streams_total",
                "Total number of active audio streams",
                self.audio_streams(now).len(),
            ),
        ];
        gauges
            .map(|(name, help, value)| {
                format!(
                    "# HELP gateway_{name} {help}\n# TYPE gateway_{name} gauge\n\
                     gateway_{name} {value}"
                )
            })
            .join("\n\n")
    }
}

fn millis_between(from: Moment, to: Moment) -> u64 {
    to.instant
        .saturating_duration_since(from.instant)
        .as_millis() as u64
}

/// Such as `2026-11-20T21:45:48.095Z` (days to civil date after Howard Hinnant).
fn iso_8601(unix_ms: u64) -> String {
    let (days, in_day) = (unix_ms / 86_400_000, unix_ms % 86_400_000);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hours, minutes) = (in_day / 3_600_000, in_day / 60_000 % 60);
    let (seconds, millis) = (in_day / 1_000 % 60, in_day % 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use super::iso_8601;

    #[test]
    fn times_are_written_as_javascript_does() {
        assert_eq!(iso_8601(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso_8601(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso_8601(1_795_211_148_095), "2026-11-20T21:45:48.095Z");
    }
}
