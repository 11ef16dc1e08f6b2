//! Finding a gateway and opening its socket in one go.

use std::time::Duration;

use tokio::time::timeout;
use url::Url;

use super::site::{Answer, Route, Site, Verdict, host};
use super::{DiscoveryError, DiscoveryOptions, Endpoints};
use crate::gateway::{ConnectOptions, Gateway, GatewayEvent, GatewayEvents, connect};
use crate::link::RoomLink;
use crate::policy::{DIAL_LIMIT, ENV_CONFIG_GRACE, GREETING_LIMIT};
use crate::wire::ServerEvent;

/// Ping interval and time-out of the older servers, which speak other dialects. They do not
/// greet as the gateway does, so both together tell them for certain.
const OLDER_PINGS: (Duration, Duration) = (Duration::from_secs(25), Duration::from_secs(60));

/// An open socket to the gateway of a link. Its first event is
/// [`GatewayEvent::Connected`].
#[derive(Debug)]
pub struct Dialed {
    /// For requests.
    pub gateway: Gateway,
    /// What the gateway tells.
    pub events: GatewayEvents,
    /// All services of the deployment.
    pub endpoints: Endpoints,
}

/// Finds the gateway of a link and connects to it. Where the gateway is likely before the
/// site answers, both happen at once, so that the search costs no time of its own.
///
/// Nothing is sent but the handshake. After the first connection the socket reconnects as
/// its options say; if the first attempt fails, so does this.
///
/// # Errors
/// Within [`DIAL_LIMIT`], a sentence that says what and what to do.
pub async fn dial(
    link: &RoomLink,
    discovery: &DiscoveryOptions,
    options: &ConnectOptions,
) -> Result<Dialed, DiscoveryError> {
    let route = Route::of(link, discovery);
    let host = route.host();
    let run = async {
        match route {
            Route::Direct(gateway) => open(Verdict::direct(gateway), discovery, options).await,
            Route::Site(site) => through_site(&site, discovery, options).await,
        }
    };
    timeout(DIAL_LIMIT, run)
        .await
        .unwrap_or(Err(DiscoveryError::Timeout { host }))
}

async fn through_site(
    site: &Site,
    discovery: &DiscoveryOptions,
    options: &ConnectOptions,
) -> Result<Dialed, DiscoveryError> {
    let Some(guess) = site.guess() else {
        let verdict = site.decide(&site.ask(&discovery.network).await)?;
        return open(verdict, discovery, options).await;
    };
    let (gateway, mut events) = connect(&guess.gateway, options);
    let mut answer = None;
    let mut outcome = None;
    {
        let ask = site.ask(&discovery.network);
        let first = connected(&guess.gateway, &mut events);
        tokio::pin!(ask, first);
        while answer.is_none() || outcome.is_none() {
            // With an open socket, a slow site is not waited for much longer; without one,
            // the site may still name another gateway.
            let grace = if matches!(outcome, Some(Ok(_))) {
                ENV_CONFIG_GRACE
            } else {
                Duration::MAX
            };
            let came = timeout(grace, async {
                tokio::select! {
                    came = &mut ask, if answer.is_none() => answer = Some(came),
                    came = &mut first, if outcome.is_none() => outcome = Some(came),
                }
            });
            if came.await.is_err() {
                break;
            }
            if answer
                .as_ref()
                .is_some_and(|answer| elsewhere(site, answer, &guess))
            {
                break;
            }
        }
    }
    let verdict = match &answer {
        // The socket is the better witness of an address that answers to both.
        Some(Answer::Failed(_)) | None => guess,
        Some(answer) => {
            let verdict = site.decide(answer)?;
            if !same(&verdict.gateway, &guess.gateway) {
                drop((gateway, events));
                return open(verdict, discovery, options).await;
            }
            verdict
        }
    };
    if let Some(seen) = outcome {
        events.put_back(seen?);
    }
    Ok(dialed(gateway, events, verdict, discovery))
}

/// Whether the site's answer makes the guessed gateway useless.
fn elsewhere(site: &Site, answer: &Answer, guess: &Verdict) -> bool {
    match answer {
        Answer::Failed(_) => false,
        answer => site
            .decide(answer)
            .map_or(true, |verdict| !same(&verdict.gateway, &guess.gateway)),
    }
}

fn same(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
        && one.path().trim_end_matches('/') == other.path().trim_end_matches('/')
}

async fn open(
    verdict: Verdict,
    discovery: &DiscoveryOptions,
    options: &ConnectOptions,
) -> Result<Dialed, DiscoveryError> {
    let (gateway, mut events) = connect(&verdict.gateway, options);
    let seen = connected(&verdict.gateway, &mut events).await?;
    events.put_back(seen);
    Ok(dialed(gateway, events, verdict, discovery))
}

fn dialed(
    gateway: Gateway,
    events: GatewayEvents,
    verdict: Verdict,
    discovery: &DiscoveryOptions,
) -> Dialed {
    Dialed {
        gateway,
        events,
        endpoints: Endpoints::new(verdict.gateway, verdict.source, verdict.config, discovery),
    }
}

/// Waits for the first connection and gives its events, or why there is none.
pub(super) async fn connected(
    gateway: &Url,
    events: &mut GatewayEvents,
) -> Result<Vec<GatewayEvent>, DiscoveryError> {
    let host = host(gateway);
    while let Some(event) = events.next().await {
        match event {
            GatewayEvent::Connected(session) => {
                let suspect = (session.ping_interval, session.ping_timeout) == OLDER_PINGS;
                let mut seen = vec![GatewayEvent::Connected(session)];
                if suspect {
                    let greeting = timeout(GREETING_LIMIT, events.next()).await;
                    let welcome = match greeting {
                        Ok(Some(GatewayEvent::Event(ServerEvent::Welcome(welcome)))) => welcome,
                        _ => return Err(DiscoveryError::Older { host }),
                    };
                    if welcome.socket_id.is_none() {
                        return Err(DiscoveryError::Older { host });
                    }
                    seen.push(GatewayEvent::Event(ServerEvent::Welcome(welcome)));
                }
                return Ok(seen);
            }
            GatewayEvent::ConnectFailed { error, .. } => {
                return Err(DiscoveryError::of_connect(&host, &error));
            }
            GatewayEvent::Disconnected { .. } | GatewayEvent::Stopped => break,
            GatewayEvent::Event(_) | GatewayEvent::Unrecognised(_) => {}
        }
    }
    Err(DiscoveryError::Unreachable { host })
}
