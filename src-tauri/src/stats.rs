//! The statistics of the call: recorded all the time, shown while somebody looks.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call::Call;
use fieldtest::record::{History, LogEntry, Recorder, Sample};
use serde::Serialize;
use tauri::async_runtime;
use tauri::{AppHandle, Emitter, Manager};

use crate::calls::epoch_ms;
use crate::errors::Answer;
use crate::events;
use crate::problem;

/// Time between two samples.
const INTERVAL: Duration = Duration::from_secs(1);

/// The recorder of this window's call, and whether its numbers are looked at.
#[derive(Debug, Default)]
pub struct Stats {
    recorder: Mutex<Recorder>,
    /// People and the room of the call, which no export may name.
    known: Mutex<problem::Known>,
    open: AtomicBool,
}

/// What the page is told.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct CallStats {
    #[serde(flatten)]
    sample: Sample,
    log: Vec<LogEntry>,
    history: Option<Vec<Sample>>,
}

impl Stats {
    /// Records a call until it ends, in place of the one before.
    pub fn record(&self, app: &AppHandle, call: Call) {
        *lock(&self.recorder) = Recorder::default();
        *lock(&self.known) = problem::Known::default();
        let app = app.clone();
        async_runtime::spawn(async move {
            let mut views = call.view();
            let levels = call.levels();
            let mut second = tokio::time::interval(INTERVAL);
            let mut waiting = Vec::new();
            loop {
                let stats = app.state::<Self>();
                tokio::select! {
                    changed = views.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        let view = views.borrow_and_update().clone();
                        lock(&stats.known).see(&view);
                        waiting.extend(lock(&stats.recorder).view(epoch_ms(), &view));
                    }
                    _ = second.tick() => {
                        let Some(numbers) = call.stats().await else { return };
                        let view = views.borrow().clone();
                        let levels = levels.borrow().clone();
                        let sample =
                            lock(&stats.recorder).sample(epoch_ms(), &numbers, &levels, &view);
                        let log = std::mem::take(&mut waiting);
                        if stats.open.load(Ordering::Relaxed) {
                            let told = CallStats { sample, log, history: None };
                            let _ = app.emit(events::CALL_STATS, told);
                        }
                    }
                }
            }
        });
    }

    /// Somebody looks: everything so far at once, then every second.
    pub fn open(&self, app: &AppHandle) {
        let history = self.history();
        let told = CallStats {
            sample: history.samples.back().cloned().unwrap_or_default(),
            log: history.log.into(),
            history: Some(history.samples.into()),
        };
        let _ = app.emit(events::CALL_STATS, told);
        self.open.store(true, Ordering::Relaxed);
    }

    /// Nobody looks any more.
    pub fn close(&self) {
        self.open.store(false, Ordering::Relaxed);
    }

    /// What was recorded.
    pub fn history(&self) -> History {
        lock(&self.recorder).history().clone()
    }

    /// What no export may name.
    pub fn known(&self) -> problem::Known {
        lock(&self.known).clone()
    }

    /// Saves what was recorded, without names and room; answers the file.
    ///
    /// # Errors
    /// It could not be written.
    pub fn export(&self, folder: &Path) -> Answer<PathBuf> {
        let history = serde_json::to_value(self.history()).unwrap_or_default();
        problem::write(
            folder,
            "jbcalling-statistics",
            self.known().redacted(&history),
        )
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
