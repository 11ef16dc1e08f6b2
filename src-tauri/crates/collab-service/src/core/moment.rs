//! Points in time.

use std::time::Instant;

use time::OffsetDateTime;

/// A point in time, by the clock that never jumps and by the one that people read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub instant: Instant,
    /// Microseconds since the Unix epoch.
    pub unix_us: i64,
}

impl Moment {
    /// As events carry it.
    pub(crate) fn text(self) -> String {
        text(self.unix_us)
    }

    /// As ids and insights carry it.
    pub(crate) fn unix_seconds(self) -> f64 {
        self.unix_us as f64 / 1e6
    }
}

/// UTC with its zone, in microseconds and always of the same length, so that texts sort as times.
pub(crate) fn text(unix_us: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_us) * 1_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.microsecond()
    )
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn times_have_their_zone_and_one_length() {
        assert_eq!(text(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(text(1_795_206_162_018_555), "2026-11-20T20:22:42.018555Z");
        assert_eq!(text(i64::MAX).len(), text(0).len());
    }
}
