//! What can be written on the command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use audio::{SinkSpec, SourceSpec};
use clap::{Args as ClapArgs, Parser, Subcommand};
use clap_complete::Shell;

use crate::collab::Collab;
use crate::exit;

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
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_doctor_is_told_of_a_record_by_its_id_or_by_a_link() {
        let args = [
            "jbcall",
            "doctor",
            "https://collab.example",
            "--record",
            "P1",
            "--deployment",
            "screening",
        ];
        let args = Args::try_parse_from(args).expect("it is understood");
        let Command::Doctor(doctor) = args.command else {
            panic!("another command");
        };
        assert_eq!(doctor.record.record.as_deref(), Some("P1"));
        assert_eq!(doctor.record.deployment.as_deref(), Some("screening"));
    }

    #[test]
    fn the_usual_line_is_understood() {
        let args = Args::try_parse_from([
            "jbcall",
            "join",
            "http://127.0.0.1:3000/room/x",
            "--mic",
            "tone:440",
            "--speaker",
            "out.wav",
            "--duration",
            "1.5",
            "--json",
        ]);
        let Ok(Args {
            command: Command::Join(join),
            ..
        }) = args
        else {
            panic!("{args:?}");
        };
        assert_eq!(join.mic, SourceSpec::Tone { hz: 440.0 });
        assert_eq!(join.speaker, SinkSpec::Wav("out.wav".into()));
        assert_eq!(join.duration, Some(1.5));
    }

    #[test]
    fn times_have_units() {
        assert_eq!(time("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(time("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(time("1.5h"), Ok(Duration::from_secs(5_400)));
        assert_eq!(time("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(time("7"), Ok(Duration::from_secs(7)));
        for nonsense in ["", "s", "-1s", "2 weeks", "NaN", "infs", "9999h"] {
            assert!(time(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn load_and_probe_have_defaults() {
        let load = Args::try_parse_from(["jbcall", "load", "x"]);
        assert!(
            matches!(load, Ok(Args { command: Command::Load(load), .. }) if !load.i_operate_this)
        );
        let line = ["jbcall", "probe", "x", "--metrics", "127.0.0.1:9090"];
        let probe = Args::try_parse_from(line);
        assert!(
            matches!(probe, Ok(Args { command: Command::Probe(probe), .. })
            if probe.every == Duration::from_secs(60) && !probe.captions)
        );
    }

    #[test]
    fn the_doctor_has_its_options() {
        let line =
            "jbcall doctor bao-123 --html r.html --lang vi --idle 5m --no-microphone --force";
        let Ok(Args {
            command: Command::Doctor(doctor),
            ..
        }) = Args::try_parse_from(line.split(' '))
        else {
            panic!("it was not understood");
        };
        assert_eq!(doctor.html, Some("r.html".into()));
        assert_eq!(doctor.lang, ReportLanguage::Vi);
        assert_eq!(doctor.idle, Some(Duration::from_secs(300)));
        let alone = Args::try_parse_from("jbcall doctor x --idle --json".split(' '));
        let Ok(Args {
            command: Command::Doctor(doctor),
            ..
        }) = alone
        else {
            panic!("it needs no time");
        };
        assert_eq!(doctor.idle, Some(Duration::from_secs(120)));
        assert!(Args::try_parse_from("jbcall doctor x --idle 0".split(' ')).is_err());
        assert!(Args::try_parse_from("jbcall doctor x --full".split(' ')).is_err());
    }

    #[test]
    fn a_relay_password_without_a_relay_is_refused() {
        let line = ["jbcall", "join", "x", "--relay-only"];
        assert!(Args::try_parse_from(line).is_err());
    }
}
