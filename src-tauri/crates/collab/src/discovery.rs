//! Which deployment a service is, where nobody knows: one connection, a few questions that every
//! kind of service survives, and the tell-tales of the vocabularies.

use socketio::{ConnectError, Event, Events, Payload, ReconnectPolicy, Socket};
use time::OffsetDateTime;
use tokio::time::{Instant, timeout_at};

use crate::intent::Intent;
use crate::policy::{DISCOVERY_ANSWER_LIMIT, DISCOVERY_CONNECT_LIMIT, GREETING_PAUSE};
use crate::profile::{FIRST_TRIED, Profile, ProfileError};
use crate::session::{Network, socket_options};
use crate::vocabulary::{
    AckNeed, Connect, Context, Deployment, Guess, Heard, Library, Observed, Outgoing,
};

/// Asked in words of these deployments, best known first: whoever answers knows the words. Services
/// drop events that they do not know.
const QUESTIONS: [(&str, Intent); 2] =
    [("screening", Intent::Heartbeat), ("deployed", Intent::Join)];

/// A deployment that needs no auth in its CONNECT, and is silent where there is one.
const WITHOUT_AUTH: &str = "insights";

/// The deployment of a profile: the one that it names, else the one that its service is.
///
/// # Errors
/// What is wrong with the profile. A service that cannot be reached, or tells nothing, is taken for
/// [`FIRST_TRIED`]: the session says what is wrong with it.
pub async fn deployment(
    profile: &Profile,
    library: &Library,
    record: &str,
    network: &Network,
) -> Result<Deployment, ProfileError> {
    if !profile.is_auto() {
        return profile.resolve(library);
    }
    let guesses = guess(profile, library, record, network).await?;
    match guesses.first() {
        Some(best) => profile.resolve_as(library, &best.deployment),
        None => profile.resolve(library),
    }
}

/// What a service may be, best first; nothing where it tells nothing.
///
/// # Errors
/// What is wrong with the profile.
pub async fn guess(
    profile: &Profile,
    library: &Library,
    record: &str,
    network: &Network,
) -> Result<Vec<Guess>, ProfileError> {
    let deployment = profile.resolve_as(library, FIRST_TRIED)?;
    let mut observed = ask(profile, library, record, network, &deployment, &[]).await;
    if observed.connect == Connect::Silent {
        let deployment = profile.resolve_as(library, WITHOUT_AUTH)?;
        let without = ask(profile, library, record, network, &deployment, &[]).await;
        if without.connect == Connect::Accepted {
            observed.ping_timeout = without.ping_timeout;
            observed.heard = without.heard;
        }
    }
    Ok(library.detect(&observed))
}

/// What came of speaking one deployment to a service.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The deployment, with the addresses of the profile.
    pub deployment: Deployment,
    /// What was seen of its first link.
    pub observed: Observed,
    /// The deployment's own events that were sent.
    pub own_events: Vec<String>,
}

/// Speaks a deployment on its first link, for a moment: what it says of itself and its entrance,
/// and the questions of every kind of service.
///
/// # Errors
/// What is wrong with the profile.
pub async fn examine(
    profile: &Profile,
    library: &Library,
    record: &str,
    network: &Network,
    name: &str,
    credential: Option<&str>,
) -> Result<Examined, ProfileError> {
    let mut deployment = profile.resolve_as(library, name)?;
    deployment.set_credential(credential);
    let context = context(profile, record, &deployment);
    let own: Vec<Outgoing> = [Intent::Join, Intent::Heartbeat]
        .iter()
        .flat_map(|intent| deployment.encode(intent, &context))
        .filter(|outgoing| outgoing.link == 0)
        .collect();
    let observed = ask(profile, library, record, network, &deployment, &own).await;
    Ok(Examined {
        own_events: own.into_iter().map(|outgoing| outgoing.event).collect(),
        observed,
        deployment,
    })
}

fn context<'a>(profile: &'a Profile, record: &'a str, deployment: &'a Deployment) -> Context<'a> {
    Context {
        record,
        me: &profile.identity,
        step: deployment.start_step.as_ref(),
        now: OffsetDateTime::now_utc(),
    }
}

/// `own`: what is sent besides the questions, whatever the CONNECT carried.
async fn ask(
    profile: &Profile,
    library: &Library,
    record: &str,
    network: &Network,
    deployment: &Deployment,
    own: &[Outgoing],
) -> Observed {
    let context = context(profile, record, deployment);
    let mut observed = Observed::default();
    let Some(mut options) = deployment
        .links
        .first()
        .and_then(|link| socket_options(link, &context, network))
    else {
        return observed;
    };
    options.reconnect = ReconnectPolicy::never();
    options.connect_timeout = DISCOVERY_CONNECT_LIMIT;
    observed.auth_sent = options.auth.is_some();
    let (socket, mut events) = socketio::connect(options);
    observed.connect = connected(&mut events, &mut observed).await;
    if observed.connect == Connect::Accepted {
        listen(&mut events, &mut observed, true).await;
        let mut said = own.to_vec();
        // Only where there is a service that took the auth: the other kinds know none of these.
        if observed.auth_sent {
            said.extend(questions(profile, library, &context));
        }
        if !said.is_empty() {
            question(&socket, said, &mut observed).await;
            listen(&mut events, &mut observed, false).await;
        }
    }
    socket.disconnect().await;
    observed
}

async fn connected(events: &mut Events, observed: &mut Observed) -> Connect {
    while let Some(event) = events.next().await {
        match event {
            Event::Connected(session) => {
                observed.ping_timeout = Some(session.ping_timeout);
                return Connect::Accepted;
            }
            Event::ConnectFailed { error, .. } => return outcome(error),
            _ => {}
        }
    }
    Connect::Unknown
}

fn outcome(error: ConnectError) -> Connect {
    match error {
        ConnectError::NamespaceSilent { .. } => Connect::Silent,
        ConnectError::Refused { message, .. } => Connect::Refused { message },
        ConnectError::BothTransports { polling, .. } => outcome(*polling),
        _ => Connect::Unknown,
    }
}

fn questions(profile: &Profile, library: &Library, context: &Context<'_>) -> Vec<Outgoing> {
    let deployments = QUESTIONS.iter().filter_map(|(name, intent)| {
        let deployment = profile.resolve_as(library, name).ok()?;
        Some(deployment.encode(intent, context))
    });
    deployments.flatten().collect()
}

async fn question(socket: &Socket, said: Vec<Outgoing>, observed: &mut Observed) {
    let mut asked: Vec<(String, _)> = Vec::new();
    for outgoing in said {
        if asked.iter().any(|(event, _)| *event == outgoing.event) {
            continue;
        }
        let args = outgoing.args.into_iter().map(Payload::from).collect();
        if outgoing.ack == AckNeed::Never {
            let _ = socket.emit(&outgoing.event, args);
            continue;
        }
        let reply = socket.request(&outgoing.event, args, DISCOVERY_ANSWER_LIMIT);
        asked.push((outgoing.event, reply));
    }
    for (event, reply) in asked {
        match reply.await {
            Ok(_) => observed.acked.push(event),
            Err(_) => observed.unanswered.push(event),
        }
    }
}

/// What the service sends in a moment; `unasked`, right after the CONNECT.
async fn listen(events: &mut Events, observed: &mut Observed, unasked: bool) {
    let until = Instant::now() + GREETING_PAUSE;
    while let Ok(Some(event)) = timeout_at(until, events.next()).await {
        if let Event::Message(message) = event {
            let heard = Heard::new(&message.event, &message.args, unasked);
            observed.heard.push(heard);
        }
    }
}
