//! Times as reports write them.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// UTC, to the second: `2026-11-20T20:38:32Z`.
pub fn rfc3339(time: SystemTime) -> String {
    written(OffsetDateTime::from(time))
}

fn written(time: OffsetDateTime) -> String {
    let whole = time.replace_nanosecond(0).unwrap_or(time);
    whole.format(&Rfc3339).unwrap_or_default()
}

/// The same of milliseconds since 1970.
pub(crate) fn rfc3339_of_ms(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1_000).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds).map_or_else(|_| String::new(), written)
}

/// Milliseconds as people read them: `0.4 ms`, `38 ms`, `1.4 s`.
pub(super) fn span(ms: f64) -> String {
    if ms < 9.95 {
        format!("{ms:.1} ms")
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_utc_to_the_second() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_207_112_345);
        assert_eq!(rfc3339(time), "2026-11-20T20:38:32Z");
        assert_eq!(rfc3339_of_ms(1_795_207_112_345), "2026-11-20T20:38:32Z");
        assert_eq!(rfc3339_of_ms(u64::MAX), "");
    }

    #[test]
    fn spans_have_two_or_three_figures() {
        assert_eq!(span(0.42), "0.4 ms");
        assert_eq!(span(38.2), "38 ms");
        assert_eq!(span(1_432.0), "1.4 s");
    }
}
