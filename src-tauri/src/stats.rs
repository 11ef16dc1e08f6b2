//! The statistics of the call: recorded all the time, shown while somebody looks.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call::Call;
use fieldtest::record::{LogEntry, Recorder, Sample};
use serde::Serialize;
use tauri::async_runtime;
use tauri::{AppHandle, Emitter, Manager};
use tokio::time::MissedTickBehavior;
use ts_rs::TS;

use crate::calls::epoch_ms;
use crate::errors::{self, Answer};
use crate::events;
use crate::saved;

/// Time between two samples.
const INTERVAL: Duration = Duration::from_secs(1);

/// The recorder of this window's call, and whether its numbers are looked at.
#[derive(Debug, Default)]
pub struct Stats(Mutex<Recording>);

#[derive(Debug, Default)]
struct Recording {
    /// Tells a call from the one before it.
    call: u64,
    recorder: Recorder,
    /// While somebody looks: how many entries of the log they know.
    told: Option<usize>,
}

/// What the page is told once a second.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CallStats {
    /// The numbers of the last second.
    #[serde(flatten)]
    sample: Sample,
    /// What happened since the last time, the oldest first; the first time everything.
    log: Vec<LogEntry>,
    /// The first time: the last ten minutes, the oldest first.
    history: Option<Vec<Sample>>,
}

impl Stats {
    /// Records a call until it ends, in place of the one before.
    pub fn record(&self, app: &AppHandle, call: Call) {
        let number = {
            let mut recording = self.lock();
            recording.call += 1;
            recording.recorder = Recorder::default();
            recording.told = recording.told.map(|_| 0);
            recording.call
        };
        let app = app.clone();
        async_runtime::spawn(async move {
            let stats = app.state::<Self>();
            let mut views = call.view();
            let levels = call.levels();
            let mut second = tokio::time::interval(INTERVAL);
            second.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    changed = views.changed() => {
                        let view = views.borrow_and_update().clone();
                        let mut recording = stats.lock();
                        if changed.is_err() || recording.call != number {
                            return;
                        }
                        recording.recorder.view(epoch_ms(), &view);
                    }
                    _ = second.tick() => {
                        let Some(numbers) = call.stats().await else { return };
                        let view = views.borrow().clone();
                        let levels = levels.borrow().clone();
                        let mut recording = stats.lock();
                        if recording.call != number {
                            return;
                        }
                        let at = epoch_ms();
                        let sample = recording.recorder.sample(at, &numbers, &levels, &view);
                        if let Some(news) = recording.news(sample) {
                            let _ = app.emit(events::CALL_STATS, news);
                        }
                    }
                }
            }
        });
    }

    /// Somebody looks: everything so far at once, then every second.
    pub fn open(&self, app: &AppHandle) {
        let mut recording = self.lock();
        let recorder = &recording.recorder;
        let history = recorder.history().clone();
        let told = CallStats {
            sample: history.samples.back().cloned().unwrap_or_default(),
            log: history.log.into(),
            history: Some(history.samples.into()),
        };
        recording.told = Some(recorder.logged());
        // With the lock held, so that no second comes before it.
        let _ = app.emit(events::CALL_STATS, told);
    }

    /// Nobody looks any more.
    pub fn close(&self) {
        self.lock().told = None;
    }

    /// Looks at what was recorded.
    pub fn with<T>(&self, look: impl FnOnce(&Recorder) -> T) -> T {
        look(&self.lock().recorder)
    }

    /// Saves what was recorded, without people and the room; answers the file.
    ///
    /// # Errors
    /// It could not be written.
    pub fn export(&self, folder: &Path) -> Answer<PathBuf> {
        let history = self.with(|recorder| {
            let mut redactor = recorder.redactor();
            recorder.history().redacted(&mut redactor)
        });
        let text = serde_json::to_vec_pretty(&history).map_err(errors::report_not_saved)?;
        saved::write(folder, "jbcalling-statistics", "json", &text)
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recording {
    /// What somebody who looks is told with a new sample.
    fn news(&mut self, sample: Sample) -> Option<CallStats> {
        let known = self.told?;
        self.told = Some(self.recorder.logged());
        Some(CallStats {
            sample,
            log: self.recorder.log_after(known),
            history: None,
        })
    }
}
