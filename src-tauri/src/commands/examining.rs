//! Looking at what happens: the doctor, the statistics of a call, the report of a problem.

use std::path::PathBuf;
use std::sync::Mutex;

use collab::link::is_collab_link;
use tauri::{AppHandle, Manager, State};

use super::{SettingsState, about, lock};
use crate::doctor::{Doctor, DoctorTarget, ReportFormat};
use crate::errors::Answer;
use crate::problem;
use crate::record::boundary::RecordAddress;
use crate::record::{self, Places};
use crate::saved;
use crate::stats::Stats;

/// Answers when the run has begun; the rest comes as events. What leads to a record is the same
/// as for opening one.
#[tauri::command]
pub async fn start_doctor(
    app: AppHandle,
    places: State<'_, Mutex<Places>>,
    settings: SettingsState<'_>,
    input: Option<String>,
    profile: Option<String>,
    record: Option<String>,
    microphone: bool,
) -> Answer<DoctorTarget> {
    let settings = lock(&settings)?.current().clone();
    let is_link = input.as_deref().is_some_and(is_collab_link);
    let options = if is_link || profile.is_some() || record.is_some() {
        let address = RecordAddress {
            input,
            profile,
            record,
        };
        record::to_examine(&places, address).await?
    } else {
        fieldtest::doctor::Options {
            link: input.unwrap_or_default(),
            gateway: settings.gateway()?,
            relays: settings.relays(),
            no_microphone: !microphone,
            ..fieldtest::doctor::Options::default()
        }
    };
    let target = DoctorTarget::of(&options)?;
    let language = settings.language.of_reports();
    app.state::<Doctor>().start(&app, options, language).await;
    Ok(target)
}

#[tauri::command]
pub async fn stop_doctor(doctor: State<'_, Doctor>) -> Answer<()> {
    doctor.stop().await;
    Ok(())
}

#[tauri::command]
pub fn save_doctor_report(
    app: AppHandle,
    doctor: State<'_, Doctor>,
    format: ReportFormat,
) -> Answer<PathBuf> {
    doctor.save(&saved::folder(&app)?, format)
}

#[tauri::command]
pub fn open_stats(app: AppHandle, stats: State<'_, Stats>) {
    stats.open(&app);
}

#[tauri::command]
pub fn close_stats(stats: State<'_, Stats>) {
    stats.close();
}

#[tauri::command]
pub fn export_stats(app: AppHandle, stats: State<'_, Stats>) -> Answer<PathBuf> {
    stats.export(&saved::folder(&app)?)
}

#[tauri::command]
pub fn report_problem(
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
