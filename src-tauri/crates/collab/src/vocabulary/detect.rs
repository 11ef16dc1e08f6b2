//! Which deployment a server speaks, as far as it gives itself away.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::Library;

/// What was seen of a server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// How long it waits for a pong, from its open packet.
    pub ping_timeout: Option<Duration>,
    /// Whether the CONNECT carried auth.
    pub auth_sent: bool,
    /// What became of the CONNECT.
    pub connect: Connect,
    /// The events that it sent, in order.
    pub heard: Vec<Heard>,
    /// Events of ours that were acked.
    pub acked: Vec<String>,
    /// Events of ours that asked for an ack and had none in time.
    pub unanswered: Vec<String>,
}

/// What became of the CONNECT.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Connect {
    /// Not known yet, or not asked.
    #[default]
    Unknown,
    /// Accepted.
    Accepted,
    /// Neither accepted nor refused in time.
    Silent,
    /// Refused.
    Refused {
        /// In these words.
        message: String,
    },
}

/// An event that the server sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// Its name.
    pub event: String,
    /// Keys of its first argument, where that is an object.
    pub keys: Vec<String>,
    /// Whether it came before the answer to the CONNECT.
    pub early: bool,
}

impl Heard {
    /// Keeps of an event what tells something; nothing of its values.
    pub fn new(event: &str, args: &[Value], early: bool) -> Self {
        let object = args.first().and_then(Value::as_object);
        Self {
            event: event.to_owned(),
            keys: object
                .map(|object| object.keys().cloned().collect())
                .unwrap_or_default(),
            early,
        }
    }
}

/// A deployment that would fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// Its name.
    pub deployment: String,
    /// Which of its links this server is, where that is known.
    pub link: Option<String>,
    /// How much speaks for it, to be compared only.
    pub weight: i32,
    /// What does.
    pub reasons: Vec<Reason>,
}

/// What speaks for a deployment, or against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The relay's greeting.
    RelayGreeting,
    /// The relay's patience.
    RelayPingTimeout,
    /// The gateway's greeting.
    GatewayGreeting,
    /// A CONNECT with auth was never answered.
    SilentWithAuth,
    /// A CONNECT without auth was never answered.
    SilentWithoutAuth,
    /// The service's greeting.
    ServiceGreeting,
    /// It refuses everybody in its own words.
    RefusesEverybody,
    /// It knows one of our events.
    Answers {
        /// Which.
        event: String,
    },
    /// It does not seem to know one of our events.
    Ignores {
        /// Which.
        event: String,
    },
    /// It sends events that the deployment knows.
    KnownEvents {
        /// How many kinds.
        count: usize,
    },
}

/// An English sentence about the server.
impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RelayGreeting => f.write_str("it greets as the relay does"),
            Self::RelayPingTimeout => f.write_str("it waits a minute for pongs, as the relay does"),
            Self::GatewayGreeting => f.write_str("it greets as the gateway does"),
            Self::SilentWithAuth => f.write_str("it does not answer a CONNECT that carries auth"),
            Self::SilentWithoutAuth => f.write_str("it does not answer a CONNECT without auth"),
            Self::ServiceGreeting => {
                f.write_str("it announces a room and its status before it answers the CONNECT")
            }
            Self::RefusesEverybody => f.write_str("it refuses as the published entry point does"),
            Self::Answers { event } => write!(f, "it answers {event}"),
            Self::Ignores { event } => write!(f, "it does not answer {event}"),
            Self::KnownEvents { count } => write!(f, "{count} kinds of its events are known"),
        }
    }
}

impl Reason {
    /// Stable code for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RelayGreeting => "collab.guess-relay-greeting",
            Self::RelayPingTimeout => "collab.guess-relay-ping-timeout",
            Self::GatewayGreeting => "collab.guess-gateway-greeting",
            Self::SilentWithAuth => "collab.guess-silent-with-auth",
            Self::SilentWithoutAuth => "collab.guess-silent-without-auth",
            Self::ServiceGreeting => "collab.guess-service-greeting",
            Self::RefusesEverybody => "collab.guess-refuses-everybody",
            Self::Answers { .. } => "collab.guess-answers",
            Self::Ignores { .. } => "collab.guess-ignores",
            Self::KnownEvents { .. } => "collab.guess-known-events",
        }
    }
}

/// The relay's ping time-out; everybody else has 20 s.
const RELAY_PING_TIMEOUT: Duration = Duration::from_secs(60);

/// What an ack of our events says: event, deployment, weight when it comes, weight when it does
/// not. Joins are not acked everywhere, so that silence proves little.
const ACKS: [(&str, &str, i32, i32); 4] = [
    ("user_heartbeat", "screening", 100, -30),
    ("join_screening", "screening", 100, 0),
    ("join_patient_room", "deployed", 100, -10),
    ("join_room", "live-editing", 20, -20),
];

/// Most kinds of events that count.
const MAX_KNOWN: usize = 5;

/// The built-in deployments that fit, best first.
pub fn detect(observed: &Observed) -> Vec<Guess> {
    Library::builtin().detect(observed)
}

impl Library {
    /// The deployments that fit, best first; empty when nothing tells.
    pub fn detect(&self, observed: &Observed) -> Vec<Guess> {
        let mut ballot = Ballot::default();
        ballot.handshake(observed);
        ballot.greetings(&observed.heard);
        for (event, deployment, acked, unanswered) in ACKS {
            let event = event.to_owned();
            if observed.acked.contains(&event) {
                ballot.vote(deployment, None, acked, Reason::Answers { event });
            } else if observed.unanswered.contains(&event) {
                ballot.vote(deployment, None, unanswered, Reason::Ignores { event });
            }
        }
        let events: BTreeSet<&str> = observed
            .heard
            .iter()
            .map(|heard| heard.event.as_str())
            .collect();
        for deployment in self.deployments() {
            let known = (0..deployment.links.len()).map(|link| {
                let knows = |event: &&&str| deployment.knows(link, event);
                (events.iter().filter(knows).count(), link)
            });
            // The first link wins a draw.
            let Some((count, link)) = known.rev().max_by_key(|(count, _)| *count) else {
                continue;
            };
            if count > 0 {
                let link = deployment
                    .links
                    .get(link)
                    .filter(|_| deployment.links.len() > 1);
                let weight = i32::try_from(count.min(MAX_KNOWN)).unwrap_or(0) * 10;
                let link = link.map(|link| link.name.as_str());
                ballot.vote(
                    &deployment.name,
                    link,
                    weight,
                    Reason::KnownEvents { count },
                );
            }
        }
        ballot.count()
    }
}

/// Votes in the order in which they were given.
#[derive(Default)]
struct Ballot {
    guesses: Vec<Guess>,
}

impl Ballot {
    fn vote(&mut self, deployment: &str, link: Option<&str>, weight: i32, reason: Reason) {
        let known = self
            .guesses
            .iter()
            .position(|guess| guess.deployment == deployment);
        let index = known.unwrap_or_else(|| {
            self.guesses.push(Guess {
                deployment: deployment.to_owned(),
                link: None,
                weight: 0,
                reasons: Vec::new(),
            });
            self.guesses.len() - 1
        });
        if let Some(guess) = self.guesses.get_mut(index) {
            guess.weight += weight;
            guess.link = guess.link.take().or_else(|| link.map(str::to_owned));
            guess.reasons.push(reason);
        }
    }

    fn handshake(&mut self, observed: &Observed) {
        if observed.ping_timeout == Some(RELAY_PING_TIMEOUT) {
            self.vote("insights", Some("relay"), 60, Reason::RelayPingTimeout);
        }
        match &observed.connect {
            Connect::Silent if observed.auth_sent => {
                self.vote("insights", None, 50, Reason::SilentWithAuth);
            }
            Connect::Silent => {
                self.vote("screening", None, 41, Reason::SilentWithoutAuth);
                self.vote("live-editing", None, 40, Reason::SilentWithoutAuth);
            }
            Connect::Refused { message } if message == "Connection rejected by server" => {
                self.vote("deployed", None, 50, Reason::RefusesEverybody);
            }
            _ => {}
        }
    }

    fn greetings(&mut self, heard: &[Heard]) {
        if let Some(greeting) = heard.iter().find(|heard| heard.event == "connected") {
            let has = |key: &str| greeting.keys.iter().any(|known| known == key);
            if has("message") && has("timestamp") {
                self.vote("insights", Some("relay"), 100, Reason::RelayGreeting);
            } else if has("status") {
                self.vote("insights", Some("gateway"), 80, Reason::GatewayGreeting);
            }
        }
        let is_greeting =
            |heard: &Heard| heard.early && matches!(&*heard.event, "joined_room" | "system_status");
        if heard.iter().any(is_greeting) {
            // The panel's events live beside the service's: whoever speaks both is understood
            // either way.
            self.vote("screening", None, 61, Reason::ServiceGreeting);
            self.vote("live-editing", None, 60, Reason::ServiceGreeting);
        }
    }

    fn count(mut self) -> Vec<Guess> {
        self.guesses.retain(|guess| guess.weight > 0);
        self.guesses
            .sort_by_key(|guess| std::cmp::Reverse(guess.weight));
        self.guesses
    }
}
