//! The table of probes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use ::signaling::discovery::conclude;
use ::signaling::{ConnectOptions, DiscoveryOptions, Endpoints, RoomId};
use futures_util::future::join_all;
use url::Url;

use super::{Climb, Lane, policy};
use crate::Rung;
use crate::facts::{Facts, FaultKind, HostRole, ServerLoad, Tls};
use crate::probes::link::Target;
use crate::probes::machine::MachineOptions;
use crate::probes::pipeline::SpeechServices;
use crate::probes::{
    Departures, Endpoint, Network, address, call, idle, link, machine, services, signaling, site,
};
use crate::probes::{limits, tls};
use crate::report::Role;

/// Rungs that are looked at from the link up, one probe after the other.
const DEPLOYMENT: [Rung; 16] = [
    Rung::Link,
    Rung::Address,
    Rung::Tls,
    Rung::Site,
    Rung::Services,
    Rung::Polling,
    Rung::Websocket,
    Rung::Namespace,
    Rung::Cors,
    Rung::Room,
    Rung::Capacity,
    Rung::Ice,
    Rung::Turn,
    Rung::Dtls,
    Rung::Media,
    Rung::Pipeline,
];
/// Rungs of the gateway's Socket.IO, seen together.
const SOCKET: [Rung; 4] = [Rung::Polling, Rung::Websocket, Rung::Namespace, Rung::Cors];
/// Rungs of a room and its media, seen one after the other by participants of this run.
const CALL: [Rung; 7] = [
    Rung::Room,
    Rung::Capacity,
    Rung::Ice,
    Rung::Turn,
    Rung::Dtls,
    Rung::Media,
    Rung::Pipeline,
];
/// Where Socket.IO is expected.
const SOCKET_PATH: &str = "/socket.io/";

/// The lanes of a call: from the link up to the sound, and beside it this computer.
pub fn lanes() -> Vec<Lane> {
    vec![
        Lane::new(&DEPLOYMENT, |climb| Box::pin(deployment(climb))),
        Lane::new(&[Rung::Machine], |climb| Box::pin(this_machine(climb))),
    ]
}

async fn this_machine(climb: &Climb) {
    let options = MachineOptions {
        microphone: !climb.options.no_microphone,
        ..MachineOptions::default()
    };
    let keep = |facts: &mut Facts, seen| facts.machine = Some(seen);
    climb
        .look_anyway(Rung::Machine, machine::look(options), keep)
        .await;
}

async fn deployment(climb: &Climb) {
    let network = Arc::new(Network::new(
        climb.options.network.proxy.clone(),
        climb.options.network.extra_ca.clone(),
    ));
    let mut target = None;
    let read = async { link::read(&climb.options.link) };
    climb
        .look(Rung::Link, read, |facts, (seen, found)| {
            facts.link = Some(seen);
            target = found;
        })
        .await;
    let Some(target) = target else { return };
    let Some(endpoints) = find_servers(climb, &network, &target).await else {
        return;
    };
    ask_services(climb, &network, &endpoints).await;
    ask_socket(climb, &network, &endpoints, &target).await;
    tokio::join!(
        make_call(climb, Arc::clone(&network), &endpoints),
        hold_idle(climb, &network, &endpoints)
    );
}

/// The site, and through it the servers of the deployment; all of them are resolved and reached.
async fn find_servers(climb: &Climb, network: &Network, target: &Target) -> Option<Endpoints> {
    let link = target.with_room(RoomId::generate(&mut rand::rng()));
    // One that is given is called whatever becomes of the site.
    let given = climb.options.gateway.as_ref().or(link.gateway.as_ref());
    let given = given.map(|gateway| (HostRole::Gateway, gateway.clone()));
    let mut first: Vec<_> = given.into_iter().collect();
    let site = target.site();
    climb.server(Role::Site, &site);
    if first
        .iter()
        .all(|(_, gateway)| gateway.origin() != site.origin())
    {
        first.push((HostRole::Site, site.clone()));
    }
    reach(climb, network, &first).await;
    if climb.blocked(Rung::Site).await.is_some() {
        return None;
    }
    let discovery = DiscoveryOptions {
        gateway_override: climb.options.gateway.clone(),
        network: climb.options.network.clone(),
        ..DiscoveryOptions::default()
    };
    let mut endpoints = None;
    if first.len() > 1
        && let Some(lower) = climb.seen(|facts| unreached(facts, &site))
    {
        climb.skip(Rung::Site, Some(lower));
        endpoints = conclude(&link, &discovery, None).ok();
    } else {
        climb
            .look(
                Rung::Site,
                site::ask(network, &link, &discovery),
                |facts, seen| {
                    facts.site = Some(seen.facts);
                    endpoints = seen.endpoints;
                },
            )
            .await;
    }
    let endpoints = endpoints?;
    let named = servers_of(&endpoints);
    for (role, url) in &named {
        climb.server(report_role(*role), url);
    }
    let is_new = |url: &Url| {
        first
            .iter()
            .all(|(_, known)| known.origin() != url.origin())
    };
    if named.iter().any(|(_, url)| is_new(url)) {
        let mut all = named;
        all.push((HostRole::Site, site));
        reach(climb, network, &all).await;
    }
    Some(endpoints)
}

/// The rung on which the way to a server ends, if no connection to it was made.
fn unreached(facts: &Facts, server: &Url) -> Option<Rung> {
    let endpoint = Endpoint::new(server.clone());
    let of_server = |one: &&Tls| one.host == endpoint.host() && one.port == endpoint.port();
    let tried = facts.tls.iter().find(of_server)?;
    let mut faults = tried.connections.iter().map(|one| one.fault.as_ref());
    let first = faults.next()??;
    if faults.any(|fault| fault.is_none()) {
        return None;
    }
    Some(match first.kind {
        FaultKind::Resolve => Rung::Address,
        _ => Rung::Tls,
    })
}

fn servers_of(endpoints: &Endpoints) -> Vec<(HostRole, Url)> {
    let optional = [
        (HostRole::Translation, &endpoints.translation),
        (HostRole::Synthesis, &endpoints.speech),
        (HostRole::Recognition, &endpoints.recognition),
    ];
    let mut all = vec![(HostRole::Gateway, endpoints.gateway.clone())];
    all.extend(
        optional
            .into_iter()
            .filter_map(|(role, url)| Some((role, url.clone()?))),
    );
    all
}

fn report_role(role: HostRole) -> Role {
    match role {
        HostRole::Gateway => Role::Gateway,
        HostRole::Translation => Role::Translation,
        HostRole::Synthesis => Role::Speech,
        HostRole::Recognition => Role::Recognition,
        HostRole::Collaboration => Role::Collaboration,
        HostRole::Site | HostRole::Proxy => Role::Site,
    }
}

/// Resolves these servers, and connects to those that a call cannot do without.
pub(super) async fn reach(climb: &Climb, network: &Network, servers: &[(HostRole, Url)]) {
    climb
        .look(
            Rung::Address,
            address::look_up(network, servers),
            |facts, seen| facts.address = Some(seen),
        )
        .await;
    let known = climb
        .seen(|facts| facts.address.clone())
        .unwrap_or_default();
    for address in known.hosts.iter().flat_map(|host| &host.addresses) {
        climb.server_address(*address);
    }
    let needed = servers.iter().filter(|(role, _)| {
        matches!(
            role,
            HostRole::Gateway | HostRole::Site | HostRole::Collaboration
        )
    });
    let connect = join_all(needed.map(async |(_, url)| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or(443);
        let found = known
            .hosts
            .iter()
            .find(|one| one.host == host && one.port == port);
        let addresses: Vec<_> = found
            .map_or(&[][..], |found| &found.addresses)
            .iter()
            .map(|address| SocketAddr::new(*address, port))
            .collect();
        tls::tls(network, url, &addresses, limits::CONNECT).await
    }));
    climb
        .look(Rung::Tls, connect, |facts, seen| facts.tls = seen)
        .await;
}

async fn ask_services(climb: &Climb, network: &Network, endpoints: &Endpoints) {
    let keep = |facts: &mut Facts, seen| facts.services = Some(seen);
    climb
        .look(Rung::Services, services::ask(network, endpoints), keep)
        .await;
}

async fn ask_socket(climb: &Climb, network: &Network, endpoints: &Endpoints, target: &Target) {
    if let Some(lower) = climb.blocked(Rung::Polling).await {
        for rung in SOCKET {
            climb.skip(rung, Some(lower));
        }
        return;
    }
    let site = target.site();
    let question = signaling::Question {
        server: endpoints.gateway.clone(),
        path: SOCKET_PATH.to_owned(),
        query: Vec::new(),
        auth: None,
        site_origin: Some(site.origin().ascii_serialization()),
    };
    let deadline = Instant::now() + climb.left();
    let probe = signaling::signaling(network, &question, deadline, |seen| {
        climb.record(|facts| facts.signaling = Some(seen.clone()));
    });
    climb
        .look_together(&SOCKET, probe, |facts, seen| facts.signaling = Some(seen))
        .await;
}

/// Beside the call, which takes its connections from the same server anyway.
async fn hold_idle(climb: &Climb, network: &Network, endpoints: &Endpoints) {
    let Some(duration) = climb.options.idle else {
        return;
    };
    if climb.blocked(Rung::Namespace).await.is_some() {
        return;
    }
    let seen = idle::hold(network, &endpoints.gateway, SOCKET_PATH, duration).await;
    climb.record(|facts| facts.idle = Some(seen));
    for rung in [Rung::Polling, Rung::Websocket] {
        climb.judge_again(rung);
    }
}

async fn make_call(climb: &Climb, network: Arc<Network>, endpoints: &Endpoints) {
    if let Some(lower) = climb.blocked(Rung::Room).await {
        for rung in CALL {
            climb.skip(rung, Some(lower));
        }
        return;
    }
    let mut subject = call::Subject::new(endpoints.gateway.clone());
    subject.connect = ConnectOptions {
        network: climb.options.network.clone(),
        ..subject.connect
    };
    subject.relays.clone_from(&climb.options.relays);
    subject.force = climb.options.force;
    subject.load = climb.seen(|facts| {
        let health = facts.services.as_ref()?.health.as_ref()?;
        Some(ServerLoad::from(health))
    });
    subject.speech = climb.seen(|facts| {
        let said = facts.services.as_ref();
        SpeechServices::new(network, endpoints, said)
    });
    let left = climb.left().saturating_sub(policy::LAST_LEAVE);
    subject.deadline = Some(tokio::time::Instant::now() + left);
    let departures = Departures::from(climb.leaving());
    let probe = async {
        let mut since = climb.elapsed();
        let tell = |rung, seen: &Facts| {
            climb.record(|facts| facts.take_call(seen));
            climb.judge_meanwhile(rung, since);
            since = climb.elapsed();
        };
        call::examine(&subject, &departures, tell).await
    };
    climb
        .look_together(&CALL, probe, |facts, seen| facts.take_call(&seen))
        .await;
}
