//! How a service is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::{Limits, Misbehaviour};

/// Where fields, steps, queue and activity are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Database {
    /// Nowhere: a restart forgets everything.
    #[default]
    Memory,
    /// In this SQLite file, which is made when it is missing. Only one service may use it.
    File(PathBuf),
}

/// How a service is set up. The default listens on a free port of this machine's loopback
/// interface, keeps nothing, and lets everybody in.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// Where to listen. Port 0 takes a free one.
    pub bind: SocketAddr,
    /// Where records are kept.
    pub database: Database,
    /// What clients must send as `token` in the CONNECT auth, and readers of the activity as
    /// `Authorization: Bearer`. Without one everybody is let in and nobody reads activity.
    pub token: Option<String>,
    /// How much the service takes.
    pub limits: Limits,
    /// How often the server pings a client (Engine.IO).
    pub ping_interval: Duration,
    /// How long it waits for the answer before it drops the client.
    pub ping_timeout: Duration,
    /// Largest message from a client, in bytes; a larger one ends the connection.
    pub max_payload: u64,
    /// How long a person without any event is shown as active; longer where their vocabulary has
    /// no heartbeat.
    pub away_after: Duration,
    /// How long a person whose last socket was lost is still listed, so that a short break of the
    /// network is no coming and going. A leave or a disconnect in words counts at once.
    pub grace: Duration,
    /// What to do wrong from the start.
    pub misbehaviour: Misbehaviour,
}

impl Default for ServiceOptions {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: Database::Memory,
            token: None,
            limits: Limits::default(),
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(15),
            max_payload: 1_000_000,
            away_after: Duration::from_secs(60),
            grace: Duration::from_secs(5),
            misbehaviour: Misbehaviour::default(),
        }
    }
}
