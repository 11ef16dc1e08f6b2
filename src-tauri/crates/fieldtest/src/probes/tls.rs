//! TCP and TLS to one host, each address by itself, all of them at once.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use url::Url;

use super::connect::{Endpoint, Network, connect};
use super::http::{exchange, request};
use super::limits::{ADDRESSES, CONNECT, FOLLOW_UP, OTHER_ADDRESSES};
use crate::facts::{Connection, Exchange, Fault, FaultKind, Tls};

/// Connects to the host of `url` at each of `addresses` within `limit`, or as the settings say when
/// there are none: through a proxy, or by name. Then asks once for the clock of the server, and for
/// who answers when the certificate or the protocol is wrong.
pub async fn tls(network: &Network, url: &Url, addresses: &[SocketAddr], limit: Duration) -> Tls {
    let endpoint = Endpoint::new(url.clone());
    let mut facts = Tls {
        host: endpoint.host().to_owned(),
        port: endpoint.port(),
        expected: endpoint.is_tls(),
        local_time: Some(unix_time()),
        ..Tls::default()
    };
    let mut at = endpoint.clone();
    facts.connections = each_address(network, &endpoint, addresses, limit.min(CONNECT)).await;
    let farthest = facts.farthest();
    let address = farthest.and_then(|connection| connection.address.as_ref()?.parse().ok());
    at.address = address.filter(|_| !addresses.is_empty());
    let fault = farthest.and_then(|connection| connection.fault.as_ref());
    let kind = fault.map(|fault| fault.kind);
    if kind.is_none() {
        if endpoint.is_tls() {
            at.alpn = vec!["h2", "http/1.1"];
            let (seen, _) = connect(network, &at, FOLLOW_UP).await;
            facts.alpn_of_choice = seen.alpn;
            at.alpn = endpoint.alpn.clone();
        }
        let answer = exchange(network, &at, request("HEAD", "/", &[]), FOLLOW_UP).await;
        facts.clock_ahead_s = clock_ahead(&answer);
        return facts;
    }
    let page = || request("GET", "/", &[("Accept", "*/*")]);
    match kind {
        Some(kind) if kind.is_certificate() => {
            at.accept_refused_certificate = true;
            let behind = exchange(network, &at, page(), FOLLOW_UP).await;
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
                facts.plain = Some(exchange(network, &at, page(), FOLLOW_UP).await);
            }
        }
        _ => {}
    }
    facts
}

/// One connection to each address. Where one works, a call does not wait long for the others, and
/// neither does this.
async fn each_address(
    network: &Network,
    endpoint: &Endpoint,
    addresses: &[SocketAddr],
    limit: Duration,
) -> Vec<Connection> {
    if addresses.is_empty() {
        return vec![connect(network, endpoint, limit).await.0];
    }
    let started = Instant::now();
    let works = watch::Sender::new(false);
    let tries = addresses.iter().take(ADDRESSES).map(async |address| {
        let at = Endpoint {
            address: Some(*address),
            ..endpoint.clone()
        };
        let mut another = works.subscribe();
        let late = async {
            let _ = another.wait_for(|works| *works).await;
            sleep(started.elapsed().max(OTHER_ADDRESSES)).await;
        };
        tokio::select! {
            (seen, stream) = connect(network, &at, limit) => {
                if stream.is_some() {
                    works.send_replace(true);
                }
                seen
            }
            () = late => {
                let seconds = started.elapsed().as_secs_f32();
                let message = format!("no answer within {seconds:.1} s");
                Connection {
                    address: Some(address.to_string()),
                    fault: Some(Fault::new(FaultKind::Filtered, message)),
                    ..Connection::default()
                }
            }
        }
    });
    join_all(tries).await
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
