//! Options of the commands that look into a deployment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args as ClapArgs;

use super::{Network, idle_time, time};
use crate::exit;

const DOCTOR_HELP: &str = "\
The doctor climbs a ladder from the link up: names and addresses, TCP and TLS, the web site, HTTP
services, Engine.IO by polling and by websocket, Socket.IO, a room of its own, the ways to the media
server one by one, encryption, a known sound there and back; and beside it this computer. It takes
30 seconds at most, names the lowest broken layer, says what you can do and what the operator should
look at. Ctrl-C stops it and shows what was seen until then.

With --idle it also holds a websocket and a polling session on which nothing passes but the server's
pings, and tells whether a proxy cuts them, and after how long. The run takes longer by that time;
for everything else the limit stays. Calls that drop after a minute of silence are a reason to ask.

It harms no server: few requests, one at a time, a room that nobody else knows. When three or more
people are on a server whose media ports are scarce it leaves the ports alone, unless --force.

For a link to a record it climbs to the collaboration service: the paths at which it may answer, the
transports, whether it accepts the connection, and whether what it speaks is understood, or which
deployment would fit. It asks for a record that nobody has, and leaves yours alone.

Every report is redacted: rooms, records, names, addresses of people, tokens and passwords are replaced by
placeholders (room-1, person-2), equal things by equal ones. Names and addresses of servers stay. It
can be sent to an operator as it is.

Examples:
  jbcall doctor https://jbcalling.site/room/bao-123
  jbcall doctor https://jbcalling.site --html report.html
  jbcall doctor bao-123 --json | jq -r .culprit
  jbcall doctor bao-123 --idle 5m           does a proxy cut an idle connection?
  jbcall doctor 'jbcall://collab?url=https://collab.example&record=P1'
  jbcall doctor https://collab.example --record P1 --deployment screening";

/// Options of `doctor`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = format!("{DOCTOR_HELP}\n\n{}", exit::HELP))]
pub struct Doctor {
    /// A room link, an app link (jbcall://…), a bare room code, the address of a site or gateway, or
    /// a link to a record
    #[arg(value_name = "LINK-OR-URL")]
    pub link: String,
    #[command(flatten)]
    pub record: Record,
    /// Print the report as JSON instead of text; its schema has a version
    #[arg(long)]
    pub json: bool,
    /// Write the report to a file, too, as one page for a browser or a printer
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Language of the report
    #[arg(long, value_enum, default_value = "en")]
    pub lang: ReportLanguage,
    /// Use the server's media ports although people are on it
    #[arg(long)]
    pub force: bool,
    /// Hold idle connections for so long [alone: 2m], to see whether a proxy cuts them
    #[arg(
        long,
        value_name = "TIME",
        num_args = 0..=1,
        default_missing_value = "2m",
        value_parser = idle_time
    )]
    pub idle: Option<Duration>,
    /// Leave this computer's microphone closed
    #[arg(long)]
    pub no_microphone: bool,
    #[command(flatten)]
    pub network: Network,
}

/// Which record, at which collaboration service; a call is examined where none is named.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Collaboration")]
pub struct Record {
    /// Id of a record: the address is that of a collaboration service
    #[arg(long, value_name = "ID")]
    pub record: Option<String>,
    /// What the service speaks: a name of `jbcall collab vocabularies` [default: found out]
    #[arg(long, value_name = "NAME")]
    pub deployment: Option<String>,
    /// Folder with vocabulary files of one's own
    #[arg(long, value_name = "FOLDER", env = "JBCALL_VOCABULARIES")]
    pub vocabularies: Option<PathBuf>,
    /// Path of the Socket.IO endpoint [default: /socket.io/]
    #[arg(long)]
    pub path: Option<String>,
    /// Your id, as the service knows it [default: from the link, else your user name]
    #[arg(long, value_name = "ID")]
    pub user_id: Option<String>,
    /// Your role, such as nurse or doctor
    #[arg(long)]
    pub role: Option<String>,
    /// A credential, for deployments that ask for one; better given in the environment than here
    #[arg(
        long,
        value_name = "SECRET",
        env = "JBCALL_COLLAB_CREDENTIAL",
        hide_env_values = true
    )]
    pub credential: Option<String>,
}

/// Languages that reports are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportLanguage {
    /// English
    En,
    /// Vietnamese
    Vi,
}

const LOAD_HELP: &str = "\
Each participant joins a new room of its own, sends speech that was encoded beforehand, and
receives everybody else in the room. Nothing is decoded and no device is opened: hundreds of
them fit on one core. Your room is left alone. Ctrl-C lets everybody leave, in order.

Only load what you operate. Without --i-operate-this, a host on the internet gets 5
participants, and a server that others are using gets 2.

With --json each line of the output is an object with one key:
  progress  numbers, once a second
  report    everything that was measured, at the end
  error     why there was no run, with a stable code

Examples:
  jbcall load http://127.0.0.1:3000/room/x --rooms 50 --per-room 4
  jbcall load https://calls.example/room/x --rooms 10 --ramp 1m --duration 5m --i-operate-this";

/// Options of `load`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = format!("{LOAD_HELP}\n\n{}", exit::HELP))]
pub struct Load {
    /// A link to any room of the deployment
    pub link: String,
    /// How many rooms
    #[arg(long, default_value_t = 1)]
    pub rooms: usize,
    /// How many participants in each room
    #[arg(long, value_name = "PARTICIPANTS", default_value_t = 3)]
    pub per_room: usize,
    /// Time within which all of them join, such as 30s or 2m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    pub ramp: Duration,
    /// How long they stay after that
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = time)]
    pub duration: Duration,
    /// You operate this deployment and take the consequences
    #[arg(long)]
    pub i_operate_this: bool,
    /// Print JSON lines instead of text
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub network: Network,
}

const PROBE_HELP: &str = "\
Each round two participants meet in a new room of their own: one sends a chirp, the other
listens for some seconds. Both leave. A round takes two media ports and a microphone's port for
about five seconds; it is bounded in time, rounds never overlap, and those that could not begin
in time are left out and counted. Ctrl-C ends the probe after the round.

With --captions a sentence of three seconds follows a good round, alone in a room of its own: time
to its caption, and one request to translation and speech each. At most every five minutes, however
often the rounds are: one recogniser writes everybody's captions, and people wait behind the probe.
A call works without captions, so they make no round fail.

With --json each line of the output is an object with one key:
  listening  {\"metrics\":URL}, once, with --metrics
  round      outcome, layer, stages, delay, loss, estimated opinion score, captions
  error      why nothing was probed, with a stable code

Examples:
  jbcall probe https://calls.example/room/x --every 60s --metrics 127.0.0.1:9090
  jbcall probe https://calls.example/room/x --rounds 1 --json     from cron";

/// Options of `probe`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = format!("{PROBE_HELP}\n\n{}", exit::HELP))]
pub struct Probe {
    /// A link to any room of the deployment
    pub link: String,
    /// Time between the beginnings of two rounds, such as 60s or 5m
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    pub every: Duration,
    /// Serve /metrics for Prometheus there
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub metrics: Option<SocketAddr>,
    /// End after so many rounds
    #[arg(long)]
    pub rounds: Option<u64>,
    /// Also speak a sentence, at most every 5 minutes, to see captions, translation and speech
    #[arg(long)]
    pub captions: bool,
    /// Print JSON lines instead of text
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub network: Network,
}
