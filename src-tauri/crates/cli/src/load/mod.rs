//! `jbcall load`.

mod words;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use call::view::ErrorView;
use fieldtest::load::{LoadOptions, LoadReport, Progress};
use media::TransportOptions;
use signaling::ConnectOptions;

use crate::args;
use crate::exit::Exit;
use crate::{network, output, signals};

/// Without a terminal, a line of progress is printed this often.
const QUIET: Duration = Duration::from_secs(10);

pub async fn run(args: args::Load) -> Exit {
    let options = match options(&args) {
        Ok(options) => options,
        Err(error) => {
            complain(args.json, &error);
            return Exit::Usage;
        }
    };
    let mut shown = Shown::new(args.json);
    shown.begins(&options);
    let loaded = fieldtest::load::run(
        options,
        |progress| shown.progress(progress),
        signals::stop(),
    );
    let loaded = loaded.await;
    drop(shown);
    match loaded {
        Ok(report) => {
            if args.json {
                output::json("report", &report);
            } else {
                output::text(&words::report(&report));
            }
            if held(&report) {
                Exit::Ok
            } else {
                Exit::Failing
            }
        }
        Err(error) => {
            let view = ErrorView {
                code: error.code().to_owned(),
                message: error.to_string(),
                details: String::new(),
            };
            complain(args.json, &view);
            Exit::of(&view.code)
        }
    }
}

/// Whether the deployment did what it should. A run that was stopped is judged all the same.
fn held(report: &LoadReport) -> bool {
    report.breaking.is_none() && report.receiving.tracks == report.receiving.tracks_wanted
}

fn options(args: &args::Load) -> Result<LoadOptions, ErrorView> {
    let discovery = network::discovery(&args.network)?;
    let connect = ConnectOptions {
        network: discovery.network.clone(),
        ..ConnectOptions::default()
    };
    Ok(LoadOptions {
        link: network::link(&args.link)?,
        discovery,
        connect,
        media: TransportOptions {
            ice_servers: network::relays(&args.network),
            relay_only: args.network.relay_only,
            // One path is enough: a connection for each candidate of each participant would be
            // a load that no call makes.
            tcp: false,
            ..TransportOptions::default()
        },
        rooms: args.rooms,
        per_room: args.per_room,
        ramp: args.ramp,
        duration: args.duration,
        operator: args.i_operate_this,
    })
}

fn complain(json: bool, error: &ErrorView) {
    if json {
        output::json("error", error);
    } else {
        eprintln!("error: {}", error.message);
    }
}

/// What is shown while it runs.
struct Shown {
    json: bool,
    /// A line that is written over and over.
    live: bool,
    last: Option<Instant>,
}

impl Shown {
    fn new(json: bool) -> Self {
        Self {
            json,
            live: !json && std::io::stdout().is_terminal(),
            last: None,
        }
    }

    fn begins(&self, options: &LoadOptions) {
        if !self.json {
            output::line(&words::begins(options));
        }
    }

    fn progress(&mut self, progress: &Progress) {
        if self.json {
            output::json("progress", progress);
            return;
        }
        let line = words::progress(progress);
        if self.live {
            output::text(&format!("\r\x1b[2K{line}"));
            return;
        }
        let due = self.last.is_none_or(|last| last.elapsed() >= QUIET);
        if due {
            self.last = Some(Instant::now());
            output::line(&line);
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if self.live {
            output::text("\n");
        }
    }
}
