//! The page's commands, one function each. The list in `ui/src/backend/names.ts` names the same
//! ones; a test below compares the two.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

use audio::SourceSpec;
use call::Command;
use call::view::CallView;
use collab::command::CollabCommand;
use collab::view::CollabUpdate;
use rand::rngs::StdRng;
use signaling::{RoomId, RoomLink};
use tauri::{AppHandle, State};

use crate::boundary::{
    About, AudioDevice, CallCommand, DeviceList, JoinRequest, NewRoom, ParsedLink, PreparedRoom,
};
use crate::calls::{self, Calls};
use crate::doctor::{Doctor, ReportFormat};
use crate::errors::{self, Answer};
use crate::links::PendingLink;
use crate::meter::Meter;
use crate::problem;
use crate::record::boundary::{OpenedRecord, ProfileEntry, RecordBinding};
use crate::record::{self, Places, Records};
use crate::saved;
use crate::settings::{Settings, SettingsFile};
use crate::stats::Stats;

type SettingsState<'a> = State<'a, Mutex<SettingsFile>>;

/// Answers the page's commands.
pub fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        parse_link,
        get_settings,
        set_settings,
        list_devices,
        new_room,
        prepare,
        count_people,
        cancel_prepare,
        start_meter,
        stop_meter,
        test_sound,
        join,
        call_command,
        current_call,
        copy_text,
        remove_recent,
        take_pending_link,
        about,
        open_external,
        start_doctor,
        stop_doctor,
        save_doctor_report,
        open_stats,
        close_stats,
        export_stats,
        report_problem,
        open_record,
        close_record,
        collab_command,
        collab_state,
        export_activity,
        list_profiles,
        save_profile,
        remove_profile,
        bind_record,
    ]
}

#[tauri::command]
fn parse_link(input: &str) -> Answer<ParsedLink> {
    let link = RoomLink::parse(input).map_err(|error| errors::link(&error))?;
    Ok(ParsedLink {
        room: link.room.to_string(),
        site: site_host(&link),
        gateway_host: link.gateway.as_ref().and_then(host),
        name: link.name,
    })
}

#[tauri::command]
fn get_settings(settings: SettingsState<'_>) -> Answer<Settings> {
    Ok(lock(&settings)?.current().clone())
}

/// The recent rooms are the shell's: a page that was slow to hear of a join does not lose it.
#[tauri::command]
fn set_settings(file: SettingsState<'_>, settings: Settings) -> Answer<()> {
    change(&file, |current| {
        let recents = if settings.keep_recents {
            std::mem::take(&mut current.recents)
        } else {
            Vec::new()
        };
        *current = Settings {
            recents,
            ..settings
        };
    })
}

#[tauri::command]
async fn list_devices() -> Answer<DeviceList> {
    let found = tauri::async_runtime::spawn_blocking(audio::devices)
        .await
        .map_err(errors::internal)?;
    Ok(match found {
        Ok(devices) => DeviceList {
            inputs: devices.inputs.into_iter().map(device).collect(),
            outputs: devices.outputs.into_iter().map(device).collect(),
            error: None,
        },
        Err(error) => DeviceList {
            inputs: Vec::new(),
            outputs: Vec::new(),
            error: Some(errors::audio(&error)),
        },
    })
}

#[tauri::command]
fn new_room() -> NewRoom {
    let room = RoomId::generate(&mut rand::make_rng::<StdRng>());
    NewRoom {
        link: RoomLink::to_room(room, None).share_link(),
    }
}

#[tauri::command]
async fn prepare(
    calls: State<'_, Calls>,
    settings: SettingsState<'_>,
    input: String,
) -> Answer<PreparedRoom> {
    let link = RoomLink::parse(&input).map_err(|error| errors::link(&error))?;
    let settings = lock(&settings)?.current().clone();
    let (room, site) = (link.room.to_string(), site_host(&link));
    calls.prepare(link, &settings).await?;
    Ok(PreparedRoom { room, site })
}

/// A command of its own, so that nobody waits for it before they can join.
#[tauri::command]
async fn count_people(calls: State<'_, Calls>) -> Answer<Option<u64>> {
    Ok(calls.people().await)
}

#[tauri::command]
fn cancel_prepare(calls: State<'_, Calls>, meter: State<'_, Meter>) {
    meter.stop();
    calls.cancel_prepare();
}

#[tauri::command]
fn start_meter(app: AppHandle, meter: State<'_, Meter>, microphone: Option<String>) {
    match calls::source(microphone) {
        SourceSpec::None => meter.stop(),
        source => meter.start(&app, source),
    }
}

#[tauri::command]
fn stop_meter(meter: State<'_, Meter>) {
    meter.stop();
}

/// Answers when the sound was played.
#[tauri::command]
async fn test_sound(speaker: Option<String>) -> Answer<()> {
    tauri::async_runtime::spawn_blocking(move || {
        audio::play_test_sound(calls::sink(speaker)).map(audio::TestSound::wait)
    })
    .await
    .map_err(errors::internal)?
    .map_err(|error| errors::audio(&error))
}

/// The one command that starts the microphone for others to hear: it comes from a press of
/// Join, never from a link.
#[tauri::command]
async fn join(
    app: AppHandle,
    calls: State<'_, Calls>,
    meter: State<'_, Meter>,
    settings: SettingsState<'_>,
    request: JoinRequest,
) -> Answer<()> {
    // Some devices can be opened once only.
    meter.stop();
    let joined = calls.join(&app, &request).await?;
    record::offer_of_room(&app, &joined.link);
    change(&settings, |settings| {
        settings.name = request.name;
        settings.start_muted = request.muted;
        settings.remember(joined);
    })
}

#[tauri::command]
fn call_command(calls: State<'_, Calls>, command: CallCommand) -> Answer<()> {
    calls.send(match command {
        CallCommand::Mute => Command::Mute,
        CallCommand::Unmute => Command::Unmute,
        CallCommand::Chat { text } => Command::Chat(text),
        CallCommand::MarkChatRead => Command::MarkChatRead,
        CallCommand::DismissNotice { id } => Command::DismissNotice(id),
        CallCommand::SetMicrophone { device } => Command::SetMicrophone(calls::source(device)),
        CallCommand::SetSpeaker { device } => Command::SetSpeaker(calls::sink(device)),
        CallCommand::Leave => Command::Leave,
    })
}

/// For a page that was loaded again during a call.
#[tauri::command]
fn current_call(calls: State<'_, Calls>) -> Option<CallView> {
    calls.view()
}

#[tauri::command]
fn copy_text(clipboard: State<'_, crate::clipboard::Clipboard>, text: String) -> Answer<()> {
    clipboard.copy(text)
}

#[tauri::command]
fn remove_recent(settings: SettingsState<'_>, link: &str) -> Answer<()> {
    change(&settings, |settings| settings.forget(link))
}

#[tauri::command]
fn take_pending_link(pending: State<'_, PendingLink>) -> Option<String> {
    pending.take()
}

#[tauri::command]
fn about() -> About {
    About {
        version: env!("CARGO_PKG_VERSION").into(),
        tauri: tauri::VERSION.into(),
        webview: tauri::webview_version().unwrap_or_default(),
    }
}

/// Opens a web page that somebody named in the chat, in the browser. Only web pages: other
/// schemes start programs.
#[tauri::command]
fn open_external(url: &str) -> Answer<()> {
    let url = url::Url::parse(url).map_err(errors::internal)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(errors::internal("not a web page"));
    }
    open::that_detached(url.as_str()).map_err(errors::internal)
}

/// Answers when the run has begun; the rest comes as events.
#[tauri::command]
async fn start_doctor(
    app: AppHandle,
    doctor: State<'_, Doctor>,
    settings: SettingsState<'_>,
    link: String,
    microphone: bool,
) -> Answer<()> {
    let settings = lock(&settings)?.current().clone();
    let options = fieldtest::doctor::Options {
        link,
        gateway: settings.gateway()?,
        relays: settings.relays(),
        no_microphone: !microphone,
        ..fieldtest::doctor::Options::default()
    };
    doctor
        .start(&app, options, settings.language.of_reports())
        .await;
    Ok(())
}

#[tauri::command]
async fn stop_doctor(doctor: State<'_, Doctor>) -> Answer<()> {
    doctor.stop().await;
    Ok(())
}

#[tauri::command]
fn save_doctor_report(
    app: AppHandle,
    doctor: State<'_, Doctor>,
    format: ReportFormat,
) -> Answer<PathBuf> {
    doctor.save(&saved::folder(&app)?, format)
}

#[tauri::command]
fn open_stats(app: AppHandle, stats: State<'_, Stats>) {
    stats.open(&app);
}

#[tauri::command]
fn close_stats(stats: State<'_, Stats>) {
    stats.close();
}

#[tauri::command]
fn export_stats(app: AppHandle, stats: State<'_, Stats>) -> Answer<PathBuf> {
    stats.export(&saved::folder(&app)?)
}

#[tauri::command]
fn report_problem(
    app: AppHandle,
    doctor: State<'_, Doctor>,
    stats: State<'_, Stats>,
    settings: SettingsState<'_>,
    description: &str,
) -> Answer<PathBuf> {
    let settings = lock(&settings)?.current().clone();
    let report = doctor.last();
    let archive = stats
        .with(|recorder| problem::archive(description, &settings, &about(), recorder, report))?;
    saved::write(&saved::folder(&app)?, "jbcalling-problem", "zip", &archive)
}

#[tauri::command]
async fn open_record(
    app: AppHandle,
    records: State<'_, Records>,
    input: Option<String>,
    profile: Option<String>,
    record: Option<String>,
) -> Answer<OpenedRecord> {
    records.open(&app, input, profile, record).await
}

#[tauri::command]
async fn close_record(records: State<'_, Records>) -> Answer<()> {
    records.close().await;
    Ok(())
}

#[tauri::command]
async fn collab_command(records: State<'_, Records>, command: CollabCommand) -> Answer<()> {
    records.command(command).await
}

/// For a page that was loaded again.
#[tauri::command]
fn collab_state(records: State<'_, Records>) -> Option<CollabUpdate> {
    records.state()
}

#[tauri::command]
fn export_activity(app: AppHandle, records: State<'_, Records>, redacted: bool) -> Answer<PathBuf> {
    let lines = records.activity(redacted)?;
    saved::write(
        &saved::folder(&app)?,
        "jbcalling-activity",
        "jsonl",
        lines.as_bytes(),
    )
}

#[tauri::command]
fn list_profiles(places: State<'_, Mutex<Places>>) -> Answer<Vec<ProfileEntry>> {
    Ok(places.lock().map_err(errors::internal)?.profiles())
}

#[tauri::command]
async fn save_profile(
    app: AppHandle,
    profile: ProfileEntry,
    credential: Option<String>,
) -> Answer<()> {
    record::save_profile(&app, profile, credential).await
}

#[tauri::command]
async fn remove_profile(app: AppHandle, name: String) -> Answer<()> {
    record::remove_profile(&app, name).await
}

#[tauri::command]
fn bind_record(
    app: AppHandle,
    records: State<'_, Records>,
    binding: Option<RecordBinding>,
) -> Answer<()> {
    records.bind(&app, binding)
}

fn lock<'a>(settings: &'a SettingsState<'_>) -> Answer<MutexGuard<'a, SettingsFile>> {
    settings.lock().map_err(errors::internal)
}

fn change(settings: &SettingsState<'_>, change: impl FnOnce(&mut Settings)) -> Answer<()> {
    lock(settings)?
        .change(change)
        .map_err(errors::settings_not_saved)
}

fn device(of: audio::DeviceInfo) -> AudioDevice {
    AudioDevice {
        id: of.id,
        name: of.name,
        is_default: of.default,
    }
}

/// What to show for a site: "jbcalling.site", or "127.0.0.1:3000" where the port matters.
fn site_host(link: &RoomLink) -> String {
    host(&link.site_or_default()).unwrap_or_default()
}

fn host(url: &url::Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The names between two lines of a source file, by a pattern in front of them.
    fn names<'a>(
        source: &'a str,
        from: &str,
        to: &str,
        name: fn(&'a str) -> Option<&'a str>,
    ) -> BTreeSet<&'a str> {
        let lines = source
            .lines()
            .skip_while(|line| !line.contains(from))
            .skip(1);
        lines
            .take_while(|line| line.trim() != to)
            .filter_map(|line| name(line.trim()))
            .collect()
    }

    #[test]
    fn page_and_shell_name_the_same_commands() {
        let shell = names(
            include_str!("commands.rs"),
            "generate_handler![",
            "]",
            |line| line.strip_suffix(','),
        );
        let page = names(
            include_str!("../../ui/src/backend/names.ts"),
            "export interface Commands",
            "}",
            |line| line.split_once(": {").map(|(name, _)| name),
        );
        assert!(shell.len() > 10, "{shell:?}");
        assert_eq!(shell, page);
    }

    /// What the page passes to a command of the shell: its parameters without what Tauri adds.
    fn arguments(command: &str) -> Vec<String> {
        let source = include_str!("commands.rs");
        let (_, after) = source
            .split_once(&format!("fn {command}("))
            .expect("the command is in this file");
        let (parameters, _) = after.split_once(')').expect("its parameters end");
        let parameters = parameters.replace("<'_, ", "<");
        let named = parameters.split(',').filter_map(|one| one.split_once(": "));
        named
            .filter(|(_, of)| !of.contains("State<") && *of != "AppHandle")
            .map(|(name, _)| name.trim().to_owned())
            .collect()
    }

    #[test]
    fn page_and_shell_name_the_same_arguments() {
        let page = include_str!("../../ui/src/backend/names.ts");
        let commands = page
            .lines()
            .filter_map(|line| line.split_once(": { args: "));
        let mut compared = 0;
        for (command, rest) in commands {
            let passed: Vec<_> = rest
                .split_once("; answer")
                .map_or("", |(args, _)| args)
                .trim_matches(['{', '}', ' '])
                .split("; ")
                .filter_map(|one| one.split_once(": "))
                .map(|(name, _)| name.to_owned())
                .collect();
            assert_eq!(arguments(command.trim()), passed, "{command}");
            compared += 1;
        }
        assert!(compared > 10);
    }

    #[test]
    fn page_and_shell_name_the_same_events() {
        let shell = names(include_str!("events.rs"), "//!", "#[cfg", |line| {
            line.split('"').nth(1)
        });
        let page = names(
            include_str!("../../ui/src/backend/names.ts"),
            "export interface Events",
            "}",
            |line| {
                line.split_once(": ")
                    .map(|(name, _)| name.trim_matches('\''))
            },
        );
        assert!(!shell.is_empty());
        assert_eq!(shell, page);
    }
}
