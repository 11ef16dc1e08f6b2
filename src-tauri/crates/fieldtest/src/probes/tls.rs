//! TCP and TLS to one host, each address by itself.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use url::Url;

use super::connect::{Endpoint, Network, connect};
use super::http::{exchange, request};
use super::limits::{ADDRESSES, CONNECT};
use crate::facts::{Exchange, FaultKind, Tls};

/// Connects to the host of `url` at each of `addresses`, one after the other, or as the settings
/// say when there are none: through a proxy, or by name. Then asks once for the clock of the
/// server, and for who answers when the certificate or the protocol is wrong.
pub async fn tls(network: &Network, url: &Url, addresses: &[SocketAddr], limit: Duration) -> Tls {
    let deadline = Instant::now() + limit;
    let left = || {
        deadline
            .saturating_duration_since(Instant::now())
            .min(CONNECT)
    };
    let endpoint = Endpoint::new(url.clone());
    let mut facts = Tls {
        host: endpoint.host().to_owned(),
        port: endpoint.port(),
        expected: endpoint.is_tls(),
        local_time: Some(unix_time()),
        ..Tls::default()
    };
    let ways = match addresses {
        [] => vec![None],
        some => some.iter().take(ADDRESSES).copied().map(Some).collect(),
    };
    let mut at = endpoint.clone();
    for address in ways {
        at.address = address;
        let (seen, _) = connect(network, &at, left()).await;
        facts.connections.push(seen);
    }
    let working = facts
        .connections
        .iter()
        .position(|connection| connection.fault.is_none());
    if let Some(index) = working {
        at.address = addresses.get(index).copied();
        if endpoint.is_tls() {
            at.alpn = vec!["h2", "http/1.1"];
            let (seen, _) = connect(network, &at, left()).await;
            facts.alpn_of_choice = seen.alpn;
            at.alpn = endpoint.alpn.clone();
        }
        let answer = exchange(network, &at, request("HEAD", "/", &[]), left()).await;
        facts.clock_ahead_s = clock_ahead(&answer);
        return facts;
    }
    at.address = addresses.first().copied();
    let fault = facts.connections.first();
    let kind = fault.and_then(|connection| Some(connection.fault.as_ref()?.kind));
    let page = || request("GET", "/", &[("Accept", "*/*")]);
    match kind {
        Some(kind) if kind.is_certificate() => {
            at.accept_refused_certificate = true;
            let behind = exchange(network, &at, page(), left()).await;
            facts.clock_ahead_s = clock_ahead(&behind);
            facts.behind_refused_certificate = Some(behind);
        }
        Some(FaultKind::NotTls | FaultKind::Reset | FaultKind::Tls) if endpoint.is_tls() => {
            let mut plain = url.clone();
            // The port is kept: it is the one in question.
            let changed = plain
                .set_scheme("http")
                .and_then(|()| plain.set_port(Some(facts.port)));
            if changed.is_ok() {
                at.url = plain;
                facts.plain = Some(exchange(network, &at, page(), left()).await);
            }
        }
        _ => {}
    }
    facts
}

fn unix_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// How far the server's `Date` is ahead of this clock, seconds.
fn clock_ahead(answer: &Exchange) -> Option<i64> {
    let date = answer.header("date")?;
    let theirs = httpdate::parse_http_date(date).ok()?;
    let theirs = theirs.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(i64::try_from(theirs).ok()? - unix_time())
}
