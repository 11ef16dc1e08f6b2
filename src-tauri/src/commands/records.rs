//! The record, and where a person works on records.

use std::path::PathBuf;
use std::sync::Mutex;

use collab::command::CollabCommand;
use tauri::{AppHandle, State};

use crate::errors::{self, Answer};
use crate::record::boundary::{
    DeploymentList, OpenedRecord, ProfileEntry, RecordAddress, RecordBinding, RecordState,
};
use crate::record::{self, Places, Records};
use crate::saved;

#[tauri::command]
pub async fn open_record(
    app: AppHandle,
    records: State<'_, Records>,
    input: Option<String>,
    profile: Option<String>,
    record: Option<String>,
) -> Answer<OpenedRecord> {
    let asked = RecordAddress {
        input,
        profile,
        record,
    };
    records.open(&app, asked).await
}

#[tauri::command]
pub async fn close_record(records: State<'_, Records>) -> Answer<()> {
    records.close().await;
    Ok(())
}

#[tauri::command]
pub async fn collab_command(records: State<'_, Records>, command: CollabCommand) -> Answer<()> {
    records.command(command).await
}

/// For a page that was loaded again.
#[tauri::command]
pub fn collab_state(records: State<'_, Records>) -> Option<RecordState> {
    records.state()
}

#[tauri::command]
pub fn export_activity(
    app: AppHandle,
    records: State<'_, Records>,
    redacted: bool,
) -> Answer<PathBuf> {
    let lines = records.activity(redacted)?;
    saved::write(
        &saved::folder(&app)?,
        "jbcalling-activity",
        "jsonl",
        lines.as_bytes(),
    )
}

#[tauri::command]
pub fn list_profiles(places: State<'_, Mutex<Places>>) -> Answer<Vec<ProfileEntry>> {
    Ok(places.lock().map_err(errors::internal)?.profiles())
}

#[tauri::command]
pub async fn save_profile(
    app: AppHandle,
    profile: ProfileEntry,
    credential: Option<String>,
) -> Answer<()> {
    record::save_profile(&app, profile, credential).await
}

#[tauri::command]
pub async fn remove_profile(app: AppHandle, name: String) -> Answer<()> {
    record::remove_profile(&app, name).await
}

#[tauri::command]
pub fn bind_record(
    app: AppHandle,
    records: State<'_, Records>,
    binding: Option<RecordBinding>,
) -> Answer<()> {
    records.bind(&app, binding)
}

#[tauri::command]
pub fn list_deployments(places: State<'_, Mutex<Places>>) -> Answer<DeploymentList> {
    Ok(places.lock().map_err(errors::internal)?.deployments())
}
