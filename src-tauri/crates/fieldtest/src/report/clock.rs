//! Times as reports write them.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// UTC, to the second: `2026-11-20T20:38:32Z`.
pub(super) fn rfc3339(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let whole = time.replace_nanosecond(0).unwrap_or(time);
    whole.format(&Rfc3339).unwrap_or_default()
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
    }

    #[test]
    fn spans_have_two_or_three_figures() {
        assert_eq!(span(0.42), "0.4 ms");
        assert_eq!(span(38.2), "38 ms");
        assert_eq!(span(1_432.0), "1.4 s");
    }
}
