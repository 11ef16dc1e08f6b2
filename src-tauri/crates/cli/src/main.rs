//! `jbcall`: calls from the command line.

#![forbid(unsafe_code)]

mod args;
mod collab;
mod devices;
mod doctor;
mod exit;
mod host;
mod input;
mod join;
mod load;
mod logging;
mod network;
mod output;
mod person;
mod probe;
mod signals;

use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{CommandFactory, Parser};

use args::{Args, Command};
use exit::Exit;

/// How long whatever still runs may take when everything is said: a device that closes slowly.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Threads for a call or a record. Packets come one by one: a second thread would be woken with each of
/// them and find nothing to do.
const CALL_WORKERS: usize = 1;
/// Threads for a field test: requests, media and a gateway of its own run beside each other.
const DOCTOR_WORKERS: usize = 2;
/// Threads for a gateway, which serves several people.
const HOST_WORKERS: usize = 2;
/// Threads for many participants: enough to use two cores, few enough that packets are handled
/// in batches.
const LOAD_WORKERS: usize = 2;

fn main() -> ExitCode {
    let started = Instant::now();
    let args = Args::parse();
    logging::start(args.verbose);
    let exit = match args.command {
        Command::Join(options) => run(CALL_WORKERS, join::run(*options, started)),
        Command::Host(options) => run(HOST_WORKERS, host::run(*options)),
        Command::Load(options) => run(LOAD_WORKERS, load::run(*options)),
        Command::Probe(options) => run(CALL_WORKERS, probe::run(*options)),
        Command::Doctor(options) => run(DOCTOR_WORKERS, doctor::run(*options)),
        Command::Collab(command) => run(CALL_WORKERS, collab::run(*command)),
        Command::Devices(options) => devices::run(&options),
        Command::Completions { shell } => {
            let mut command = Args::command();
            clap_complete::generate(shell, &mut command, "jbcall", &mut std::io::stdout());
            Exit::Ok
        }
    };
    exit.into()
}

fn run(workers: usize, command: impl Future<Output = Exit>) -> Exit {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(command);
            runtime.shutdown_timeout(LAST_WORDS);
            exit
        }
        Err(error) => {
            eprintln!("error: this program cannot start its threads: {error}");
            Exit::Failed
        }
    }
}
