//! The load generator: many light participants in rooms of their own, started one after the
//! other, watched once a second, and summed up with the point at which the deployment begins to
//! fail. What is planned, measured and judged is separate from the run and without I/O.

mod breaking;
mod courtesy;
mod own;
mod percentiles;
pub mod policy;
mod ramp;
mod report;
mod run;

pub use breaking::{Breaking, Fault, Limit, Sample};
pub use courtesy::{Refusal, is_near};
pub use own::{OwnMeter, OwnUse};
pub use percentiles::Percentiles;
pub use ramp::{Seat, schedule};
pub use report::{LoadReport, Progress, Receiving, SCHEMA};
pub use run::run;

use std::net::IpAddr;
use std::time::Duration;

use media::{Certificate, TransportOptions};
use signaling::{ConnectOptions, DiscoveryError, DiscoveryOptions, RoomLink};
use url::Url;

use crate::health::Health;

/// How a deployment is loaded.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// The site or gateway. Its room is left alone: rooms are new ones.
    pub link: RoomLink,
    /// How the gateway is found; it is looked for once.
    pub discovery: DiscoveryOptions,
    /// How sockets are opened.
    pub connect: ConnectOptions,
    /// How media reaches the gateway.
    pub media: TransportOptions,
    /// How many rooms.
    pub rooms: usize,
    /// How many participants in each.
    pub per_room: usize,
    /// Time within which all are started.
    pub ramp: Duration,
    /// How long all stay after that.
    pub duration: Duration,
    /// The operator's word that the server may be loaded.
    pub operator: bool,
}

/// Why there was no run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The gateway was not found or not reached.
    #[error(transparent)]
    Gateway(#[from] DiscoveryError),
    /// It would not be polite.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// More than this program does.
    #[error("{0}")]
    TooMany(String),
    /// This process may not open enough files.
    #[error(
        "{wanted} participants need {needed} open files, and only {limit} are allowed: raise the \
         limit with `ulimit -n {needed}`."
    )]
    Files {
        /// Participants.
        wanted: usize,
        /// Files that they need.
        needed: u64,
        /// What is allowed.
        limit: u64,
    },
    /// The sound cannot be made.
    #[error("the sound cannot be encoded: {0}")]
    Voice(#[from] opus::Error),
    /// No certificate for the media.
    #[error(transparent)]
    Media(#[from] media::MediaError),
}

impl LoadError {
    /// Stable code for exit codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gateway(error) => error.code(),
            Self::Refused(_) => "load.refused",
            Self::TooMany(_) => "load.too-many",
            Self::Files { .. } => "load.files",
            Self::Voice(_) => "audio.encoder",
            Self::Media(error) => error.code(),
        }
    }
}

/// What a run needs and nobody has joined for.
struct Prepared {
    gateway: Url,
    certificate: Certificate,
    health: Option<Health>,
}

async fn prepare(options: &LoadOptions) -> Result<Prepared, LoadError> {
    within_bounds(options.rooms, options.per_room)?;
    let wanted = options.rooms * options.per_room;
    enough_files(wanted, own::files_limit())?;
    let endpoints = signaling::discover(&options.link, &options.discovery).await?;
    let gateway = endpoints.gateway;
    let health = Health::ask(&gateway, &options.discovery.network).await;
    let host = gateway.host_str().unwrap_or_default();
    courtesy::allow(
        host,
        &addresses(&gateway).await,
        health.map(|health| health.participants),
        wanted,
        options.operator,
    )?;
    let certificate = Certificate::generate()?;
    Ok(Prepared {
        gateway,
        certificate,
        health,
    })
}

async fn addresses(gateway: &Url) -> Vec<IpAddr> {
    let port = gateway.port_or_known_default().unwrap_or(443);
    let host = match gateway.host() {
        Some(url::Host::Ipv4(ip)) => return vec![ip.into()],
        Some(url::Host::Ipv6(ip)) => return vec![ip.into()],
        Some(url::Host::Domain(name)) => name.to_owned(),
        None => return Vec::new(),
    };
    let found = tokio::net::lookup_host((host, port)).await;
    found.map_or_else(|_| Vec::new(), |all| all.map(|at| at.ip()).collect())
}

fn within_bounds(rooms: usize, per_room: usize) -> Result<(), LoadError> {
    let too_many = |text: String| Err(LoadError::TooMany(text));
    if rooms == 0 || per_room == 0 {
        return too_many("at least one room and one participant are wanted".to_owned());
    }
    if per_room > policy::PER_ROOM {
        return too_many(format!(
            "at most {} participants in a room",
            policy::PER_ROOM
        ));
    }
    let participants = rooms.saturating_mul(per_room);
    if participants > policy::PARTICIPANTS {
        return too_many(format!(
            "at most {} participants in all; use several computers for more",
            policy::PARTICIPANTS
        ));
    }
    if participants.saturating_mul(per_room - 1) > policy::TRACKS {
        return too_many(format!(
            "at most {} received tracks in all; use smaller rooms or several computers",
            policy::TRACKS
        ));
    }
    Ok(())
}

fn enough_files(wanted: usize, limit: Option<u64>) -> Result<(), LoadError> {
    let needed = wanted as u64 * policy::FILES_PER_PARTICIPANT + policy::FILES_BESIDES;
    match limit {
        Some(limit) if limit < needed => Err(LoadError::Files {
            wanted,
            needed,
            limit,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_bounded() {
        assert!(within_bounds(50, 4).is_ok());
        assert!(within_bounds(1, 50).is_ok());
        for (rooms, per_room) in [(0, 3), (3, 0), (1, 51), (500, 3), (20, 50), (usize::MAX, 2)] {
            assert!(
                within_bounds(rooms, per_room).is_err(),
                "{rooms} {per_room}"
            );
        }
    }

    #[test]
    fn the_file_limit_is_looked_at_before_anybody_joins() {
        assert!(enough_files(100, Some(1_024)).is_ok());
        assert!(enough_files(1_000, Some(1_024)).is_err());
        assert!(enough_files(1_000, None).is_ok());
    }
}
