//! `jbcall doctor`.

mod live;

use std::io::IsTerminal;
use std::path::Path;

use call::view::ErrorView;
use fieldtest::doctor::{self, Options};
use fieldtest::report::text::Layout;
use fieldtest::report::{Language, Report, html, json, text};

use crate::args;
use crate::exit::Exit;
use crate::{network, output, signals};
use live::Live;

/// Columns where there is no terminal that could tell.
const COLUMNS: usize = 80;

pub async fn run(args: args::Doctor) -> Exit {
    let options = match options(&args) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("error: {}", error.message);
            return Exit::Usage;
        }
    };
    let layout = layout(args.lang);
    let mut live = Live::new(&args, layout);
    let report = doctor::run(options, |progress| live.show(&progress), signals::stop()).await;
    live.clear();
    if let Some(file) = &args.html
        && !write(file, &html::render(&report, args.lang.into()))
    {
        return Exit::Failed;
    }
    let shown = if args.json {
        json::render(&report)
    } else {
        text::render(&report, &layout)
    };
    output::text(&shown);
    exit(&report)
}

fn exit(report: &Report) -> Exit {
    match report.culprit {
        Some(rung) => Exit::of_rung(rung),
        None if report.is_empty() || report.end != fieldtest::report::End::Complete => Exit::Failed,
        None => Exit::Ok,
    }
}

fn write(file: &Path, page: &str) -> bool {
    match std::fs::write(file, page) {
        Ok(()) => true,
        Err(error) => {
            eprintln!("error: {} cannot be written: {error}", file.display());
            false
        }
    }
}

fn layout(language: args::ReportLanguage) -> Layout {
    let terminal = std::io::stdout().is_terminal();
    let colour = terminal
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    Layout {
        language: language.into(),
        width: width.filter(|_| terminal).unwrap_or(COLUMNS),
        colour,
    }
}

fn options(args: &args::Doctor) -> Result<Options, ErrorView> {
    // An address without a room is examined as well; what is neither leads nowhere.
    if let Err(error) = network::link(&args.link)
        && network::gateway_url(&args.link).is_err()
    {
        return Err(error);
    }
    let discovery = network::discovery(&args.network)?;
    Ok(Options {
        link: args.link.clone(),
        gateway: discovery.gateway_override,
        network: discovery.network,
        relays: network::relays(&args.network),
        force: args.force,
        no_microphone: args.no_microphone,
    })
}

impl From<args::ReportLanguage> for Language {
    fn from(language: args::ReportLanguage) -> Self {
        match language {
            args::ReportLanguage::En => Self::En,
            args::ReportLanguage::Vi => Self::Vi,
        }
    }
}
