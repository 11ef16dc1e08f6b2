//! What can be written on the command line.

mod fieldtest;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use audio::{SinkSpec, SourceSpec};
use clap::{Args as ClapArgs, Parser, Subcommand};
use clap_complete::Shell;

use crate::collab::Collab;
use crate::exit;

pub use fieldtest::{Doctor, Load, Probe, ReportLanguage};

/// Call people by a room link, from the terminal.
#[derive(Debug, Parser)]
#[command(name = "jbcall", version, propagate_version = true, after_help = exit::HELP)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Log to standard error; repeat for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Join a room and talk
    Join(Box<Join>),
    /// Open a call gateway on this computer, for people on the same network
    Host(Box<Host>),
    /// Load a deployment with many participants and find where it begins to fail
    Load(Box<Load>),
    /// Check a deployment again and again, for Prometheus or a script
    Probe(Box<Probe>),
    /// Find out what of a deployment works, which layer does not, why, and what to do
    Doctor(Box<Doctor>),
    /// Work on one record together with others
    #[command(subcommand)]
    Collab(Box<Collab>),
    /// List microphones and speakers
    Devices(Devices),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

const JOIN_HELP: &str = "\
While the call runs, lines on standard input do things.
  In a terminal: any text is sent to the chat; /mute, /unmute, /quit.
  With --json:   mute, unmute, chat TEXT, stats, leave; or as JSON:
                 {\"cmd\":\"mute\"}  {\"cmd\":\"chat\",\"text\":\"hello\"}  {\"cmd\":\"leave\"}

With --json each line of the output is an object with one key:
  view        everything there is to show, whenever it changes
  levels      loudness in dBFS, ten times a second
  firstAudio  {\"ms\":…}: somebody else was heard, milliseconds after the start
  notice      something worth telling once
  stats       numbers, once a second
  ended       why the call is over
  error       what failed, with a stable code

Examples:
  jbcall join https://jbcalling.site/room/bao-123 --name An
  jbcall join bao-123 --mic talk.wav --speaker heard.wav --duration 30
  jbcall join http://127.0.0.1:3000/room/x --mic tone:440 --speaker none --json";

/// Options of `join`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = format!("{JOIN_HELP}\n\n{}", exit::HELP))]
pub struct Join {
    /// A room link, an app link (jbcall://…) or a bare room code
    pub link: String,
    /// Name for the others [default: from the link, else your user name]
    #[arg(long)]
    pub name: Option<String>,
    /// A device of `jbcall devices`, a WAV file (repeated), tone:HZ, silence, or none
    #[arg(long, value_name = "MICROPHONE", default_value = "default")]
    pub mic: SourceSpec,
    /// A device of `jbcall devices`, a WAV file to write, or none
    #[arg(long, value_name = "SPEAKER", default_value = "default")]
    pub speaker: SinkSpec,
    /// Join muted
    #[arg(long)]
    pub muted: bool,
    /// Leave after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub duration: Option<f64>,
    /// Print JSON lines instead of text
    #[arg(long)]
    pub json: bool,
    /// The language you speak and want to read, such as vi or en
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    #[command(flatten)]
    pub network: Network,
}

/// How the gateway is found and reached.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Network")]
pub struct Network {
    /// Use this gateway, whatever the link and its site say
    #[arg(long, value_name = "URL", env = "JBCALL_GATEWAY")]
    pub gateway: Option<String>,
    /// Trust the certificates of this PEM file, too
    #[arg(long, value_name = "FILE", env = "JBCALL_CA")]
    pub ca: Option<PathBuf>,
    /// A relay for media, such as turn:relay.example:3478
    #[arg(long, value_name = "URL", env = "JBCALL_TURN")]
    pub turn: Option<String>,
    /// User name of the relay
    #[arg(long, value_name = "USER", env = "JBCALL_TURN_USER", requires = "turn")]
    pub turn_user: Option<String>,
    /// Password of the relay; better given in the environment than here
    #[arg(
        long,
        visible_alias = "turn-pass",
        value_name = "PASSWORD",
        env = "JBCALL_TURN_PASSWORD",
        hide_env_values = true,
        requires = "turn"
    )]
    pub turn_password: Option<String>,
    /// Send media over the relay only
    #[arg(long, requires = "turn")]
    pub relay_only: bool,
}

const HOST_HELP: &str = "\
Examples:
  jbcall host --talker                  a room on this computer with somebody who talks
  jbcall host --bind 0.0.0.0 --port 3000    for people on the same network
  jbcall host --misbehave 'drop-acks:consume; restart-after:10s,15s'

Misbehaviours, separated by ; or spaces:
  drop-acks[:REQUEST,…]      handle requests and never answer
  nonsense-acks[:REQUEST,…]  answer with nonsense
  delay[-acks|-events]:TIME  answer late, such as delay:500ms
  refuse-join                refuse every join
  slow-produce[:TIME]        take long to accept microphones
  fail-audio-tap             refuse microphones after making them
  freeze-after:TIME[,TIME]   hang, perhaps only for a while
  restart-after:TIME,TIME    drop everything and come back later";

/// Options of `host`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = HOST_HELP)]
pub struct Host {
    /// Port, TCP and UDP; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Address to listen on; 0.0.0.0 for people on the same network
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// Address that people are told to send media to; may be repeated [default: all of this
    /// computer's]
    #[arg(long, value_name = "ADDRESS")]
    pub announce: Vec<IpAddr>,
    /// Room of the links that are printed [default: a new one]
    #[arg(long)]
    pub room: Option<String>,
    /// Have somebody in the room who talks
    #[arg(long)]
    pub talker: bool,
    /// Do something wrong on purpose, for tests of clients
    #[arg(long, value_name = "WHAT", default_value = "none")]
    pub misbehave: gateway::Misbehaviour,
    /// Print JSON lines instead of text
    #[arg(long)]
    pub json: bool,
}

/// Options of `devices`.
#[derive(Debug, ClapArgs)]
pub struct Devices {
    /// Print one line of JSON instead of text
    #[arg(long)]
    pub json: bool,
}

pub fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text
        .trim_end_matches('s')
        .parse()
        .map_err(|_| "a number of seconds is wanted".to_owned())?;
    if (0.0..=31_536_000.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("between nothing and a year, please".to_owned())
    }
}

/// Units of time, the longer names first.
const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3_600.0)];

fn time(text: &str) -> Result<Duration, String> {
    let unit = UNITS
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)));
    let (number, unit) = unit.unwrap_or((text, 1.0));
    let number: f64 = number
        .trim()
        .parse()
        .map_err(|_| "a time is wanted, such as 30s, 2m or 1h".to_owned())?;
    let seconds = number * unit;
    if (0.0..=604_800.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("between nothing and a week, please".to_owned())
    }
}

/// An hour is more than any proxy waits.
fn idle_time(text: &str) -> Result<Duration, String> {
    let time = time(text)?;
    if (1..=3_600).contains(&time.as_secs()) {
        Ok(time)
    } else {
        Err("between a second and an hour, please".to_owned())
    }
}

#[cfg(test)]
mod tests;
