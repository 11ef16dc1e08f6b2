//! Asks the gateway and the services for their health: hosts side by side, one request at a time
//! to each.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use signaling::Endpoints;
use signaling::health::{self, Health, Metrics, ServerKind, ServiceHealth};
use url::Url;

use super::connect::{Endpoint, Network};
use super::http::{exchange, request};
use super::privacy::{shorten, without_ids};
use crate::facts::{
    Exchange, GatewayHealth, GatewayKind, HostRole, ServiceFacts, ServiceState, ServicesFacts,
};

/// Longest wait for one page. A speech service that works answers to nobody else meanwhile, so it
/// is given more than a page needs, and less than would make a failing rung be named late.
pub const HEALTH_LIMIT: Duration = Duration::from_secs(5);

/// Asks all of them.
pub async fn ask(network: &Network, endpoints: &Endpoints) -> ServicesFacts {
    let mut hosts: BTreeMap<String, Vec<(HostRole, Url)>> = BTreeMap::new();
    let named = [
        (HostRole::Gateway, Some(&endpoints.gateway)),
        (HostRole::Translation, endpoints.translation.as_ref()),
        (HostRole::Synthesis, endpoints.speech.as_ref()),
        (HostRole::Recognition, endpoints.recognition.as_ref()),
    ];
    for (role, url) in named {
        if let Some(url) = url {
            let host = Endpoint::new(url.clone()).authority();
            hosts.entry(host).or_default().push((role, url.clone()));
        }
    }
    let answers = join_all(hosts.into_values().map(async |servers| {
        let mut facts = ServicesFacts::default();
        for (role, url) in servers {
            match role {
                HostRole::Gateway => ask_gateway(network, &url, &mut facts).await,
                _ => facts.services.push(ask_service(network, role, &url).await),
            }
        }
        facts
    }));
    let mut all = ServicesFacts::default();
    for facts in answers.await {
        all.services.extend(facts.services);
        if facts.gateway_health.is_some() {
            all = ServicesFacts {
                services: all.services,
                ..facts
            };
        }
    }
    all.services.sort_by_key(|service| service.role);
    all
}

async fn ask_gateway(network: &Network, gateway: &Url, facts: &mut ServicesFacts) {
    let mut answer = get(network, gateway, "health").await;
    facts.health = Health::parse(answer.body()).map(|health| describe(&health));
    let answered = answer.response.is_some();
    without_ids(&mut answer);
    facts.gateway_health = Some(answer);
    if answered {
        let mut answer = get(network, gateway, "metrics").await;
        facts.metrics = Metrics::parse(answer.body()).map(|metrics| GatewayHealth {
            kind: GatewayKind::Gateway,
            workers: metrics.workers,
            rooms: metrics.rooms,
            audio_streams: metrics.audio_streams,
            ..GatewayHealth::default()
        });
        shorten(&mut answer);
        facts.gateway_metrics = Some(answer);
    }
}

async fn ask_service(network: &Network, role: HostRole, url: &Url) -> ServiceFacts {
    let mut health = get(network, url, "health").await;
    let said = ServiceHealth::parse(health.body()).filter(|_| health.status() == 200);
    shorten(&mut health);
    let mut about = None;
    if role == HostRole::Translation && health.response.is_some() {
        about = Some(get(network, url, "").await);
    }
    let kind = about.as_ref().and_then(translation_kind);
    if let Some(about) = &mut about {
        shorten(about);
    }
    ServiceFacts {
        role,
        url: url.to_string(),
        host: Endpoint::new(url.clone()).authority(),
        health,
        about,
        state: said.as_ref().map(|said| match said.state {
            health::ServiceState::Ready => ServiceState::Ready,
            health::ServiceState::Starting => ServiceState::Starting,
            health::ServiceState::Unhealthy => ServiceState::Unhealthy,
        }),
        missing: said.map(|said| said.missing).unwrap_or_default(),
        kind,
    }
}

async fn get(network: &Network, base: &Url, page: &str) -> Exchange {
    let target = format!("{}/{page}", base.path().trim_end_matches('/'));
    let asked = request("GET", &target, &[("Accept", "*/*")]);
    exchange(network, &Endpoint::new(base.clone()), asked, HEALTH_LIMIT).await
}

fn translation_kind(about: &Exchange) -> Option<String> {
    let page: Value = serde_json::from_str(about.body()).ok()?;
    let service = page.get("service")?.as_str()?.to_ascii_lowercase();
    let kind = if service.contains("vinai") {
        "VinAI"
    } else {
        "NLLB"
    };
    Some(kind.to_owned())
}

fn describe(health: &Health) -> GatewayHealth {
    GatewayHealth {
        kind: match health.kind {
            ServerKind::Gateway => GatewayKind::Gateway,
            ServerKind::Hybrid => GatewayKind::Hybrid,
            ServerKind::PythonSocketIo => GatewayKind::PythonSocketio,
            ServerKind::RawWebSocket => GatewayKind::RawWebsocket,
            ServerKind::Other => GatewayKind::Other,
        },
        status: health.status.clone(),
        uptime_s: health.uptime.map(|uptime| uptime.as_secs_f64()),
        workers: health.workers,
        rooms: health.rooms,
        participants: health.participants,
        empty_rooms: health.empty_rooms,
        audio_streams: health.audio_streams,
    }
}
