//! The probes of a record's service. The record itself is left alone: what is asked is asked for
//! one that nobody has.

use std::time::{Duration, Instant};

use collab::session;
use collab::vocabulary::{Context, Deployment};
use time::OffsetDateTime;
use tokio::time::timeout;

use super::lanes::reach;
use super::{Climb, Lane, Record};
use crate::Rung;
use crate::facts::{HostRole, LinkFacts, LinkKind, RecordFacts, VocabularyFacts};
use crate::probes::{Network, collab as service, signaling};
use crate::report::Role;
use crate::report::redact::{Kind, Redactor};

/// Rungs of the service's Socket.IO, seen together.
const SOCKET: [Rung; 4] = [
    Rung::Vocabulary,
    Rung::Polling,
    Rung::Websocket,
    Rung::Namespace,
];

/// Of the time that is left, for the transports, after the vocabulary was asked.
const FOR_TRANSPORTS: Duration = Duration::from_secs(10);

/// What the id of this run's own record begins with.
const OWN_RECORD: &str = "jbcall-doctor-";

/// The lane of a record.
pub fn record_lanes() -> Vec<Lane> {
    vec![Lane::new(&Rung::RECORD, |climb| {
        Box::pin(async move {
            if let Some(record) = &climb.options.record {
                walk(climb, record).await;
            }
        })
    })]
}

/// Names what must not be in a report of this record.
pub(super) fn hide(record: &Record, redactor: &mut Redactor) {
    let link = &record.link;
    redactor.server(link.service.host_str().unwrap_or_default());
    redactor.secret(Kind::Record, &link.record);
    let me = &record.profile.identity;
    let ids = [Some(&me.id), link.user_id.as_ref()];
    for id in ids.into_iter().flatten() {
        redactor.secret(Kind::Id, id);
    }
    let names = [Some(&me.name), link.user_name.as_ref()];
    for name in names.into_iter().flatten() {
        redactor.secret(Kind::Person, name);
    }
    if let Some(credential) = &record.credential {
        redactor.secret(Kind::Secret, credential);
    }
}

async fn walk(climb: &Climb, record: &Record) {
    let network = Network::new(
        climb.options.network.proxy.clone(),
        climb.options.network.extra_ca.clone(),
    );
    let read = async { describe(record) };
    climb
        .look(Rung::Link, read, |facts, seen| facts.link = Some(seen))
        .await;
    let server = record.link.service.clone();
    climb.server(Role::Collaboration, &server);
    reach(climb, &network, &[(HostRole::Collaboration, server)]).await;
    let own = format!("{OWN_RECORD}{:08x}", rand::random::<u32>());
    climb.secret(Kind::Record, &own);
    let Some(first) = question(record, &record.profile.deployment, &own) else {
        return;
    };
    let deadline = Instant::now() + climb.left();
    let paths = signaling::variants(&network, &first, deadline);
    climb
        .look(Rung::Endpoint, paths, |facts, seen| {
            facts.endpoint = Some(seen);
        })
        .await;
    if let Some(lower) = climb.blocked(Rung::Polling).await {
        for rung in SOCKET {
            climb.skip(rung, Some(lower));
        }
        return;
    }
    climb
        .look_together(&SOCKET, ask(climb, record, &network, &own), |_, ()| {})
        .await;
}

/// The vocabulary first: how the service is to be connected to follows from it.
async fn ask(climb: &Climb, record: &Record, network: &Network, own: &str) {
    let connections = session::Network {
        extra_ca: climb.options.network.extra_ca.clone(),
        proxy: climb.options.network.proxy.clone(),
    };
    let asked = service::Question {
        profile: &record.profile,
        library: &record.library,
        record: own,
        network: &connections,
        credential: record.credential.as_deref(),
    };
    let limit = climb.left().saturating_sub(FOR_TRANSPORTS);
    // Who does not even answer a handshake is not asked for more.
    let answers = climb.seen(|facts| {
        let own = facts.endpoint.as_ref()?.variants.first()?;
        Some(own.polling.response.is_some())
    });
    let seen: Option<VocabularyFacts> = match answers {
        Some(false) => None,
        _ => match timeout(limit, service::vocabulary(&asked)).await {
            Ok(Ok(seen)) => Some(seen),
            _ => None,
        },
    };
    let deployment = match &seen {
        Some(seen) => seen.deployment.clone(),
        None => record.profile.deployment.clone(),
    };
    climb.record(|facts| facts.vocabulary = seen);
    let Some(question) = question(record, &deployment, own) else {
        return;
    };
    let deadline = Instant::now() + climb.left();
    let seen = signaling::signaling(network, &question, deadline, |seen| {
        climb.record(|facts| facts.signaling = Some(seen.clone()));
    })
    .await;
    climb.record(|facts| facts.signaling = Some(seen));
}

fn resolved(record: &Record, deployment: &str) -> Option<Deployment> {
    let profile = &record.profile;
    let named = profile.resolve_as(&record.library, deployment);
    let mut deployment = named.or_else(|_| profile.resolve(&record.library)).ok()?;
    deployment.set_credential(record.credential.as_deref());
    Some(deployment)
}

/// How the first link of a deployment introduces itself.
fn question(record: &Record, deployment: &str, own: &str) -> Option<signaling::Question> {
    let deployment = resolved(record, deployment)?;
    let link = deployment.links.first()?;
    let context = Context {
        record: own,
        me: &record.profile.identity,
        step: deployment.start_step.as_ref(),
        now: OffsetDateTime::now_utc(),
    };
    Some(signaling::Question {
        server: link.url.clone()?,
        path: link.path.clone(),
        query: link.query(&context),
        auth: link.auth(&context),
        site_origin: None,
    })
}

fn describe(record: &Record) -> LinkFacts {
    let profile = &record.profile;
    LinkFacts {
        kind: LinkKind::Record,
        site: Some(record.link.service.to_string()),
        record: Some(RecordFacts {
            characters: record.link.record.chars().count(),
            deployment: (!profile.is_auto()).then(|| profile.deployment.clone()),
            path: record.link.path.clone().or_else(|| profile.path.clone()),
        }),
        ..LinkFacts::default()
    }
}
