//! Whether something on the way cuts connections on which nothing passes but pings.

use super::{Evidence, Finding};
use crate::Verdict;
use crate::facts::{Facts, HeldConnection, HoldEnd, IdleFacts};

/// Times after which widely used proxies cut by default, seconds, and the setting to look at.
const DEFAULTS: [(f64, &str); 6] = [
    (30.0, "HAProxy: timeout client, timeout server"),
    (50.0, "HAProxy: timeout client, timeout server"),
    (
        60.0,
        "nginx: proxy_read_timeout; AWS load balancers: idle timeout",
    ),
    (100.0, "Cloudflare"),
    (240.0, "Azure Load Balancer: idle timeout"),
    (350.0, "AWS network load balancers: idle timeout"),
];
/// Where no default fits.
const ANY_SETTING: &str = "nginx: proxy_read_timeout; HAProxy: timeout tunnel";
/// How far from its setting a time-out is seen, seconds.
const NEAR_S: f64 = 0.6;
/// This near to a whole number, that one is meant, seconds.
const WHOLE_S: f64 = 0.3;

/// What became of the websocket.
pub(super) fn websocket(facts: &Facts) -> Option<Finding> {
    let idle = facts.idle.as_ref()?;
    cut(idle, idle.websocket.as_ref()?)
}

/// What became of long polling, unless the websocket met the same.
pub(super) fn polling(facts: &Facts) -> Option<Finding> {
    let idle = facts.idle.as_ref()?;
    let found = cut(idle, idle.polling.as_ref()?)?;
    let same = websocket(facts).is_some_and(|other| other.cause == found.cause);
    (!same).then_some(found)
}

/// A call survives a cut, as the client comes back: all of them are warnings.
fn cut(idle: &IdleFacts, held: &HeldConnection) -> Option<Finding> {
    let interval = idle.ping_interval_s.unwrap_or_default();
    let finding = |cause: &str, seconds: f64| {
        Finding::new(cause, Verdict::Warning)
            .with("seconds", shown(seconds))
            .with("interval", shown(interval))
    };
    let by_server = |how: &str| finding("idle-closed-by-server", held.held_s).with("how", how);
    Some(match &held.end {
        HoldEnd::Held => return None,
        // Proxies cut the line; only who speaks the protocol says good-bye.
        HoldEnd::CloseFrame { code } => by_server(&format!("close {code}")),
        HoldEnd::EngineClosed => by_server("Engine.IO 1"),
        HoldEnd::Disconnected => by_server("Socket.IO 41"),
        HoldEnd::Silent => finding("idle-went-silent", held.quiet_s),
        HoldEnd::Closed | HoldEnd::Reset | HoldEnd::Status { .. } => {
            // A limit that one quiet time did not reach is not reached by the next.
            if held.pings == 0 {
                let finding = finding("idle-cut", held.quiet_s);
                finding.with("setting", setting(held.quiet_s))
            } else {
                let finding = finding("connection-age-limited", held.held_s);
                finding.with("setting", setting(held.held_s)).or("idle-cut")
            }
        }
    })
}

/// The setting whose default fits.
fn setting(seconds: f64) -> &'static str {
    let mut defaults = DEFAULTS.iter();
    let fits = defaults.find(|(default, _)| (seconds - default).abs() < NEAR_S);
    fits.map_or(ANY_SETTING, |(_, setting)| setting)
}

/// Seconds as they would be written in a setting, if they are near to that.
fn shown(seconds: f64) -> String {
    if (seconds - seconds.round()).abs() < WHOLE_S {
        format!("{seconds:.0}")
    } else {
        format!("{seconds:.1}")
    }
}

/// What was seen of both transports.
pub(super) fn evidence(facts: &Facts) -> Vec<Evidence> {
    let Some(idle) = &facts.idle else {
        return Vec::new();
    };
    let transports = [
        ("idle websocket", &idle.websocket),
        ("idle long polling", &idle.polling),
    ];
    let seen = transports
        .into_iter()
        .map(|(what, held)| Evidence::new(what, line(held.as_ref())));
    seen.collect()
}

fn line(held: Option<&HeldConnection>) -> String {
    let Some(held) = held else {
        return "not opened".to_owned();
    };
    let end = match &held.end {
        HoldEnd::Held => "held until the end".to_owned(),
        HoldEnd::CloseFrame { code } => format!("close frame {code}"),
        HoldEnd::EngineClosed => "closed by Engine.IO".to_owned(),
        HoldEnd::Disconnected => "disconnected by Socket.IO".to_owned(),
        HoldEnd::Closed => "TCP closed without a word".to_owned(),
        HoldEnd::Reset => "TCP reset".to_owned(),
        HoldEnd::Status { status } => format!("HTTP {status} instead of a packet"),
        HoldEnd::Silent => "no ping any more".to_owned(),
    };
    format!(
        "{end} · {:.1} s · {} pings · quiet for {:.1} s",
        held.held_s, held.pings, held.quiet_s
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(held_s: f64, quiet_s: f64, pings: u32, end: HoldEnd) -> Option<HeldConnection> {
        Some(HeldConnection {
            held_s,
            quiet_s,
            pings,
            end,
        })
    }

    fn judged(websocket: Option<HeldConnection>, poll: Option<HeldConnection>) -> Vec<String> {
        let facts = Facts {
            idle: Some(IdleFacts {
                ping_interval_s: Some(25.0),
                websocket,
                polling: poll,
            }),
            ..Facts::default()
        };
        let found = [super::websocket(&facts), polling(&facts)];
        let found = found.into_iter().flatten();
        found.map(|finding| finding.cause).collect()
    }

    #[test]
    fn what_holds_is_no_finding() {
        let well = || held(120.0, 20.0, 4, HoldEnd::Held);
        assert!(judged(well(), well()).is_empty());
        assert!(judged(None, None).is_empty());
        assert_eq!(super::websocket(&Facts::default()), None);
    }

    #[test]
    fn who_cut_is_told_by_how_and_when() {
        for (end, seconds, quiet, pings, cause) in [
            (HoldEnd::Closed, 3.0, 3.0, 0, "idle-cut"),
            (HoldEnd::Reset, 20.1, 20.0, 0, "idle-cut"),
            (HoldEnd::Closed, 60.1, 10.0, 2, "connection-age-limited"),
            (HoldEnd::Silent, 95.0, 45.0, 2, "idle-went-silent"),
            (HoldEnd::EngineClosed, 50.0, 0.0, 2, "idle-closed-by-server"),
            (HoldEnd::Disconnected, 30.0, 5.0, 1, "idle-closed-by-server"),
            (
                HoldEnd::CloseFrame { code: 1001 },
                50.0,
                0.0,
                2,
                "idle-closed-by-server",
            ),
        ] {
            let found = judged(held(seconds, quiet, pings, end.clone()), None);
            assert_eq!(found, [cause], "{end:?}");
        }
    }

    #[test]
    fn the_same_cause_is_told_once() {
        let websocket = held(3.0, 3.0, 0, HoldEnd::Closed);
        let poll = || held(3.0, 3.0, 0, HoldEnd::Status { status: 504 });
        assert_eq!(judged(websocket, poll()), ["idle-cut"]);
        let well = held(120.0, 20.0, 4, HoldEnd::Held);
        assert_eq!(judged(well, poll()), ["idle-cut"]);
    }

    #[test]
    fn known_defaults_are_named() {
        assert!(setting(60.2).contains("proxy_read_timeout"));
        assert!(setting(99.8).contains("Cloudflare"));
        assert_eq!(setting(17.0), ANY_SETTING);
        assert_eq!(shown(59.9), "60");
        assert_eq!(shown(17.4), "17.4");
    }
}
