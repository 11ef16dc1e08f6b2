//! What can be written after `jbcall collab`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use crate::args::seconds;
use crate::exit;

/// Work on one record together with others
#[derive(Debug, Subcommand)]
pub enum Collab {
    /// Follow a record: who is here, what they do, what changes
    Watch(Watch),
    /// Take part: follow the record, and do what is typed
    Join(Watch),
    /// Give a field of a record a value
    Edit(Edit),
    /// Show the queue
    Queue(Queue),
    /// Run a collaboration service on this computer
    Serve(Serve),
    /// List deployments, and check vocabulary files
    Vocabularies(Vocabularies),
}

const SERVICE_HELP: &str = "\
LINK is a link to a record (jbcall://collab?…, or the web panel's address with its parameters), or
the address of a service together with --record. Services tell everybody who follows a record:
whoever watches is seen.";

const JOIN_HELP: &str = "\
Lines on standard input:
  weight=21.5            gives the field `weight` this value
  3:left_eye=0.8         the same for a field of step 3
  /step 4                goes to step 4
  /keep FIELD            of two values, puts your own in place
  /take FIELD            of two values, takes the other's
  /retry                 connects at once
  /quit                  leaves
  {\"type\":\"commit\",…}    any command of the window, as JSON

With --json each line of the output is an object with one key: update (what changed, the first one
has everything), or error.";

/// Options of `watch` and `join`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = format!("{SERVICE_HELP}\n\n{JOIN_HELP}\n\n{}", exit::HELP))]
pub struct Watch {
    #[command(flatten)]
    pub service: Service,
    /// Leave after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub duration: Option<f64>,
    /// Print JSON lines instead of text
    #[arg(long)]
    pub json: bool,
}

const EDIT_HELP: &str = "\
Ends when the service has confirmed the value; after 5 seconds without an answer it counts as sent,
since many services never answer (exit code 0, told on standard error).

Example:
  jbcall collab edit https://collab.example --record P1 --user-id u1 --step 3 --field left_eye --value 0.8";

/// Options of `edit`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = format!("{SERVICE_HELP}\n\n{EDIT_HELP}\n\n{}", exit::HELP))]
pub struct Edit {
    #[command(flatten)]
    pub service: Service,
    /// Name of the field
    #[arg(long, value_name = "NAME")]
    pub field: String,
    /// Step that the field belongs to: a number from 0, or a key
    #[arg(long, value_name = "STEP")]
    pub step: Option<String>,
    /// The value
    #[arg(long, allow_hyphen_values = true)]
    pub value: String,
    /// Print a JSON line instead of text
    #[arg(long)]
    pub json: bool,
}

/// Options of `queue`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = format!("{SERVICE_HELP}\n\n{}", exit::HELP))]
pub struct Queue {
    #[command(flatten)]
    pub service: Service,
    /// Go on, and print it again whenever it changes
    #[arg(long)]
    pub follow: bool,
    /// Print JSON lines instead of text
    #[arg(long)]
    pub json: bool,
}

const SERVE_HELP: &str = "\
It speaks every vocabulary that comes with the program, on one port, keeps presence by person, and
gives whoever joins the values that are there. Without --database a restart forgets everything.

Misbehaviours, separated by ; or spaces:
  drop-acks[:EVENT,…]        handle events and never answer
  refuse                     refuse every connection
  silent-connect             never answer a connection
  freeze-after:TIME[,TIME]   hang after a time, for a time
  restart-after:TIME,TIME    restart after a time, with the port closed for a time

Examples:
  jbcall collab serve --colleagues 2                     two simulated people at work
  jbcall collab serve --bind 0.0.0.0 --port 9020 --database records.sqlite --token SECRET";

/// Options of `serve`.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = SERVE_HELP)]
pub struct Serve {
    /// Address to listen on; 0.0.0.0 for people on the same network
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Keep records in this SQLite file
    #[arg(long, value_name = "FILE")]
    pub database: Option<PathBuf>,
    /// Let in only who knows this; better given in the environment than here
    #[arg(
        long,
        value_name = "SECRET",
        env = "JBCALL_COLLAB_CREDENTIAL",
        hide_env_values = true
    )]
    pub token: Option<String>,
    /// Simulated people who work on the record, for a demo
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub colleagues: usize,
    /// Edits a second of all of them together [default: each one every few seconds]
    #[arg(long, value_name = "NUMBER", requires = "colleagues")]
    pub edits: Option<u32>,
    /// The record that is announced, and that they work on
    #[arg(long, value_name = "ID", default_value = "demo")]
    pub record: String,
    /// Do something wrong on purpose, for tests of clients
    #[arg(long, value_name = "WHAT", default_value = "none")]
    pub misbehave: collab_service::Misbehaviour,
    /// Print JSON lines instead of text
    #[arg(long)]
    pub json: bool,
}

/// Options of `vocabularies`.
#[derive(Debug, ClapArgs)]
pub struct Vocabularies {
    /// Folder with files of one's own
    #[arg(long, value_name = "FOLDER", env = "JBCALL_VOCABULARIES")]
    pub folder: Option<PathBuf>,
}

/// Which record, at which service, as whom.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Service")]
pub struct Service {
    /// A link to a record, or the address of a service
    pub link: String,
    /// Id of the record
    #[arg(long, value_name = "ID")]
    pub record: Option<String>,
    /// What the service speaks: a name of `jbcall collab vocabularies` [default: found out]
    #[arg(long, value_name = "NAME")]
    pub deployment: Option<String>,
    /// Folder with vocabulary files of one's own
    #[arg(long, value_name = "FOLDER", env = "JBCALL_VOCABULARIES")]
    pub vocabularies: Option<PathBuf>,
    /// Address of another link of the deployment, such as relay=https://relay.example
    #[arg(long = "link", value_name = "NAME=URL")]
    pub links: Vec<String>,
    /// Your id, as the service knows it [default: from the link, else your user name]
    #[arg(long, value_name = "ID")]
    pub user_id: Option<String>,
    /// Your name for the others
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Your role, such as nurse or doctor
    #[arg(long)]
    pub role: Option<String>,
    /// The step you are at: a number from 0, or a key
    #[arg(long, value_name = "STEP")]
    pub at_step: Option<String>,
    /// Path of the Socket.IO endpoint [default: /socket.io/]
    #[arg(long)]
    pub path: Option<String>,
    /// Use long polling only
    #[arg(long)]
    pub polling: bool,
    /// A credential, for deployments that ask for one; better given in the environment than here
    #[arg(
        long,
        value_name = "SECRET",
        env = "JBCALL_COLLAB_CREDENTIAL",
        hide_env_values = true
    )]
    pub credential: Option<String>,
    /// Trust the certificates of this PEM file, too
    #[arg(long, value_name = "FILE", env = "JBCALL_CA")]
    pub ca: Option<PathBuf>,
}
