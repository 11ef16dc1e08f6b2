//! JB Calling Desktop: the window around a call.
//!
//! No call logic lives here: commands of the page go to `call`, its view goes to the page.
#![forbid(unsafe_code)]
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod boundary;
mod calls;
mod clipboard;
mod commands;
mod display;
mod doctor;
mod errors;
mod events;
mod kept;
mod leaving;
mod links;
mod meter;
mod problem;
mod record;
mod saved;
mod settings;
mod stats;
mod window;

use std::process::ExitCode;

use tauri::Manager;

use crate::calls::Calls;
use crate::clipboard::Clipboard;
use crate::doctor::Doctor;
use crate::links::PendingLink;
use crate::meter::Meter;
use crate::record::{Places, Records};
use crate::settings::SettingsFile;
use crate::stats::Stats;

/// There is no display to open a window on.
const EXIT_NO_DISPLAY: u8 = 3;
/// The window could not be made.
const EXIT_NO_WINDOW: u8 = 4;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--version" | "-V") => {
            println!("jbcalling {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        Some("--help" | "-h") => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    if !display::is_there() {
        eprintln!(
            "There is no display to open a window on. \
             The same call works in the terminal: jbcall join LINK"
        );
        return ExitCode::from(EXIT_NO_DISPLAY);
    }
    log_to_stderr();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The window could not be opened: {error}");
            ExitCode::from(EXIT_NO_WINDOW)
        }
    }
}

const HELP: &str = "JB Calling Desktop

Usage: jbcalling [LINK]

LINK is a room's link (https://…/room/…, jbcall://…) or a room code. It fills in the join
screen; nothing is captured or sent before you press Join.

For calls in the terminal: jbcall --help";

fn run(arguments: &[String]) -> tauri::Result<()> {
    let first_link = links::from_arguments(arguments);
    tauri::Builder::default()
        // First of all: a second start hands its link over and ends.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            window::show(app);
            if let Some(link) = links::from_arguments(&arguments) {
                links::open(app, link);
            }
        }))
        .manage(PendingLink::new(first_link))
        .manage(Calls::default())
        .manage(Meter::default())
        .manage(Doctor::default())
        .manage(Stats::default())
        .manage(Records::default())
        .manage(Clipboard::default())
        .setup(|app| {
            let folder = app.path().app_config_dir()?;
            app.manage(std::sync::Mutex::new(SettingsFile::open(
                &folder, "settings",
            )));
            app.manage(std::sync::Mutex::new(Places::open(&folder)));
            window::open(app.handle())?;
            Ok(())
        })
        .invoke_handler(commands::handler())
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let tauri::RunEvent::ExitRequested {
                api, code: None, ..
            } = event
            {
                // The gateway keeps a participant that vanishes for half a minute; one that
                // leaves is gone at once.
                if leaving::before_exit(app) {
                    api.prevent_exit();
                }
            }
        });
    Ok(())
}

fn log_to_stderr() {
    let wanted = std::env::var("JBCALL_LOG").unwrap_or_else(|_| "warn".into());
    let filter = tracing_subscriber::EnvFilter::builder().parse_lossy(call::log_filter(&wanted));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
