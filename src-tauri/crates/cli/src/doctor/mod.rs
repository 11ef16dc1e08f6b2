//! `jbcall doctor`.

mod live;

use std::io::IsTerminal;
use std::path::Path;

use ::collab::link::is_collab_link;
use call::view::ErrorView;
use fieldtest::doctor::{self, Options, Record};
use fieldtest::report::text::Layout;
use fieldtest::report::{Language, Report, html, json, text};

use crate::args;
use crate::exit::Exit;
use crate::{collab, network, output, signals};
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
    if let Some(idle) = args.idle.filter(|_| std::io::stderr().is_terminal()) {
        let seconds = idle.as_secs();
        eprintln!("Idle connections are held for {seconds} s; everything else takes 30 s at most.");
    }
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
    let discovery = network::discovery(&args.network)?;
    if let Some(record) = record(args)? {
        return Ok(Options {
            link: args.link.clone(),
            record: Some(record),
            network: discovery.network,
            ..Options::default()
        });
    }
    // An address without a room is examined as well; what is neither leads nowhere.
    if let Err(error) = network::link(&args.link)
        && network::gateway_url(&args.link).is_err()
    {
        return Err(error);
    }
    Ok(Options {
        link: args.link.clone(),
        record: None,
        gateway: discovery.gateway_override,
        network: discovery.network,
        relays: network::relays(&args.network),
        force: args.force,
        idle: args.idle,
        no_microphone: args.no_microphone,
    })
}

/// The record that is to be examined in place of a call.
fn record(args: &args::Doctor) -> Result<Option<Record>, ErrorView> {
    let given = &args.record;
    let is_record = given.record.is_some() || given.deployment.is_some();
    if !is_record && !is_collab_link(&args.link) {
        return Ok(None);
    }
    let service = collab::Service {
        link: args.link.clone(),
        record: given.record.clone(),
        deployment: given.deployment.clone(),
        path: given.path.clone(),
        user_id: given.user_id.clone(),
        role: given.role.clone(),
        ..collab::Service::default()
    };
    let (link, profile) = collab::subject(&service).map_err(refused)?;
    let library = collab::library(given.vocabularies.as_deref());
    profile.resolve(&library).map_err(|error| ErrorView {
        code: error.code().to_owned(),
        message: error.to_string(),
        details: String::new(),
    })?;
    Ok(Some(Record {
        link,
        profile,
        library,
        credential: given.credential.clone(),
    }))
}

fn refused(refusal: collab::Refusal) -> ErrorView {
    ErrorView {
        code: refusal.code.to_owned(),
        message: refusal.message,
        details: String::new(),
    }
}

impl From<args::ReportLanguage> for Language {
    fn from(language: args::ReportLanguage) -> Self {
        match language {
            args::ReportLanguage::En => Self::En,
            args::ReportLanguage::Vi => Self::Vi,
        }
    }
}
