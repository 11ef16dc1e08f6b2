//! The level of the microphone before a call, for the join screen.

use std::sync::Mutex;
use std::time::Duration;

use audio::{AudioError, CaptureEvent, Monitor, SourceSpec};
use call::view::ErrorView;
use tauri::async_runtime::{self, JoinHandle};
use tauri::{AppHandle, Emitter};

use crate::boundary::MeterEvent;
use crate::{errors, events};

const INTERVAL: Duration = Duration::from_millis(100);

/// The running meter, if any. The microphone is open only while one runs.
#[derive(Debug, Default)]
pub struct Meter(Mutex<Option<JoinHandle<()>>>);

impl Meter {
    /// Measures this microphone from now on, in place of any other.
    pub fn start(&self, app: &AppHandle, source: SourceSpec) {
        let app = app.clone();
        self.replace(Some(async_runtime::spawn(async move {
            if let Err(error) = measure(&app, source).await {
                let _ = app.emit(events::METER, MeterEvent::Failed { error });
            }
        })));
    }

    /// Closes the microphone.
    pub fn stop(&self) {
        self.replace(None);
    }

    fn replace(&self, next: Option<JoinHandle<()>>) {
        let previous = match self.0.lock() {
            Ok(mut running) => std::mem::replace(&mut *running, next),
            Err(_) => return,
        };
        if let Some(task) = previous {
            task.abort();
        }
    }
}

/// Sends the level until it is aborted or the microphone fails.
async fn measure(app: &AppHandle, source: SourceSpec) -> Result<(), ErrorView> {
    let audio = |error: AudioError| errors::audio(&error);
    let mut monitor = async_runtime::spawn_blocking(move || Monitor::start(source))
        .await
        .map_err(errors::internal)?
        .map_err(audio)?;
    let mut from_device = monitor.take_events();
    let mut tick = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            _ = tick.tick() => {
                let level = monitor.level().dbfs();
                let _ = app.emit(events::METER, MeterEvent::Level { level });
            }
            Some(event) = async { from_device.as_mut()?.next().await }, if from_device.is_some() => {
                if let CaptureEvent::Lost(error) = event {
                    return Err(audio(error));
                }
            }
            else => return Ok(()),
        }
    }
}
