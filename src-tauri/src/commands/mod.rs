//! The page's commands, one function each. The list in `ui/src/backend/names.ts` names the same
//! ones; a test compares the two.

mod examining;
mod records;

use std::sync::{Mutex, MutexGuard};

use audio::SourceSpec;
use call::Command;
use call::view::CallView;
use rand::rngs::StdRng;
use signaling::{RoomId, RoomLink};
use tauri::{AppHandle, State};

use crate::boundary::{
    About, AudioDevice, CallCommand, DeviceList, JoinRequest, NewRoom, ParsedLink, PreparedRoom,
    display_host,
};
use crate::calls::{self, Calls};
use crate::errors::{self, Answer};
use crate::links::PendingLink;
use crate::meter::Meter;
use crate::record;
use crate::settings::{Settings, SettingsFile};

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
        examining::start_doctor,
        examining::stop_doctor,
        examining::save_doctor_report,
        examining::open_stats,
        examining::close_stats,
        examining::export_stats,
        examining::report_problem,
        records::open_record,
        records::close_record,
        records::collab_command,
        records::collab_state,
        records::export_activity,
        records::list_profiles,
        records::save_profile,
        records::remove_profile,
        records::bind_record,
        records::list_deployments,
    ]
}

#[tauri::command]
fn parse_link(input: &str) -> Answer<ParsedLink> {
    let link = RoomLink::parse(input).map_err(|error| errors::link(&error))?;
    Ok(ParsedLink {
        room: link.room.to_string(),
        site: display_host(&link.site_or_default()).unwrap_or_default(),
        gateway_host: link.gateway.as_ref().and_then(display_host),
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
    let (room, site) = (
        link.room.to_string(),
        display_host(&link.site_or_default()).unwrap_or_default(),
    );
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

#[cfg(test)]
mod tests;
