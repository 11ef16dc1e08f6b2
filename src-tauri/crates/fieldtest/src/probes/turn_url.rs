//! URLs of relays (RFC 7065).

use crate::facts::TurnTransport;

const PORT: u16 = 3478;
const TLS_PORT: u16 = 5349;

/// Where a relay is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) transport: TurnTransport,
}

/// Whether a URL of an ICE server means a relay; `stun:` does not.
pub(super) fn is_relay(url: &str) -> bool {
    let scheme = url.trim().split(':').next().unwrap_or_default();
    !scheme.eq_ignore_ascii_case("stun") && !scheme.eq_ignore_ascii_case("stuns")
}

/// Reads `turn:host[:port][?transport=…]`; `None` for anything else.
pub(super) fn parse(url: &str) -> Option<Place> {
    let (scheme, rest) = url.trim().split_once(':')?;
    let secure = match scheme.to_ascii_lowercase().as_str() {
        "turn" => false,
        "turns" => true,
        _ => return None,
    };
    let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
    let tcp = query.split('&').any(|part| {
        part.strip_prefix("transport=")
            .is_some_and(|transport| transport.eq_ignore_ascii_case("tcp"))
    });
    let default = if secure { TLS_PORT } else { PORT };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (host, port.parse().ok()?)
        }
        _ => (authority, default),
    };
    let host = host.trim_matches(['[', ']']);
    let transport = match (secure, tcp) {
        (true, _) => TurnTransport::Tls,
        (false, true) => TurnTransport::Tcp,
        (false, false) => TurnTransport::Udp,
    };
    (!host.is_empty()).then(|| Place {
        host: host.to_owned(),
        port,
        transport,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_relays_are_read() {
        let read = |url: &str| {
            parse(url).map(|place| format!("{} {} {:?}", place.host, place.port, place.transport))
        };
        for (url, place) in [
            ("turn:a.example", "a.example 3478 Udp"),
            ("TURN:a.example:99?transport=udp", "a.example 99 Udp"),
            ("turn:a.example?transport=tcp", "a.example 3478 Tcp"),
            ("turns:a.example", "a.example 5349 Tls"),
            ("turn:[fd77::1]:7", "fd77::1 7 Udp"),
            ("turn:[fd77::1]", "fd77::1 3478 Udp"),
        ] {
            assert_eq!(read(url).as_deref(), Some(place), "{url}");
        }
        for url in ["", "turn:", "turn:a:x", "http://a", "a.example"] {
            assert_eq!(read(url), None, "{url}");
        }
        assert!(is_relay("turn:a") && is_relay("nonsense") && !is_relay("stun:a:3478"));
    }
}
