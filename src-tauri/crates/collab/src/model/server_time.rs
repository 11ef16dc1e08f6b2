//! Times as services write them: often without a zone, each by its own clock. They are good for
//! one thing: to be compared with others of the same list.

/// Microseconds on the service's own clock of ISO text such as `2026-01-05T10:20:30.123456`, with
/// or without a zone.
pub(crate) fn micros(text: &str) -> Option<i64> {
    let (date, time) = text.trim().split_once(['T', ' '])?;
    let mut parts = date.splitn(3, '-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (time, zone) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at)?, zone_minutes(time.get(at..)?)?),
        None => (time, 0),
    };
    let mut parts = time.splitn(3, ':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let (second, fraction) = match parts.next() {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "")),
        None => ("0", ""),
    };
    let second = number(second)?;
    let fits = (0..=9_999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !fits {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - zone;
    Some((minutes * 60 + second) * 1_000_000 + fraction_micros(fraction)?)
}

/// Digits only: no sign, no spaces.
fn number(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

fn fraction_micros(digits: &str) -> Option<i64> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.bytes().chain(std::iter::repeat(b'0')).take(6);
    Some(digits.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

fn zone_minutes(zone: &str) -> Option<i64> {
    let digits = match zone.as_bytes().first()? {
        b'Z' | b'z' => return (zone.len() == 1).then_some(0),
        _ => zone.get(1..)?.replace(':', ""),
    };
    let hours = number(digits.get(..2)?)?;
    let minutes = match digits.get(2..)? {
        "" => 0,
        minutes => number(minutes)?,
    };
    let sum = hours * 60 + minutes;
    Some(if zone.starts_with('-') { -sum } else { sum })
}

/// Days since 1 March of the year 0, by the civil calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_right_over_any_border() {
        let between = |a: &str, b: &str| micros(b).unwrap() - micros(a).unwrap();
        assert_eq!(
            between("2026-02-28T23:59:59.5", "2026-03-01T00:00:00"),
            500_000
        );
        assert_eq!(
            between("2024-02-28T00:00:00", "2024-03-01T00:00:00"),
            2 * 86_400_000_000
        );
        assert_eq!(
            between("2025-12-31T23:59", "2026-01-01 00:00:01.000002"),
            61_000_002
        );
        assert_eq!(
            between("2026-01-01T10:00:00+07:00", "2026-01-01T03:00:00Z"),
            0
        );
        assert_eq!(
            between("2026-01-01T10:00:00-0330", "2026-01-01T13:30:00"),
            0
        );
    }

    #[test]
    fn anything_else_is_no_time() {
        for text in [
            "",
            "now",
            "2026-01-01",
            "2026-13-01T00:00:00",
            "2026-01-01T25:00:00",
            "2026-01-01T00:00:00.1x",
            "2026-01-01T00:00:00+",
            "2026-01-01T00:00:00é",
            "2026--1-01T00:00:00",
            "99999-01-01T00:00:00",
            "1767225600.5",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }
}
