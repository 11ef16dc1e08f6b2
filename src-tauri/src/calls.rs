//! The one call of the window: prepared, then joined, then over.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use audio::{SinkSpec, SourceSpec};
use call::view::{CallView, ErrorView};
use call::{Call, CallOptions, Command, JoinOptions, Prepared};
use signaling::RoomLink;
use tauri::async_runtime;
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::{Notify, watch};

use crate::boundary::JoinRequest;
use crate::errors::{self, Answer};
use crate::events;
use crate::settings::{RecentRoom, Settings};
use crate::stats::Stats;

/// The device id that stands for joining without a microphone.
const NO_DEVICE: &str = "none";

/// Where the window stands.
#[derive(Default)]
enum Stage {
    #[default]
    Idle,
    /// The gateway is being found and its socket opened.
    Preparing(Attempt),
    Failed(ErrorView),
    Prepared(Box<(RoomLink, Prepared)>),
    InCall(Call),
}

/// Tells a preparation from the ones that were given up before it.
type Attempt = u64;

/// The call of this window.
#[derive(Default)]
pub struct Calls {
    stage: Mutex<Stage>,
    attempts: AtomicU64,
    prepared: Notify,
}

impl Calls {
    /// Finds the gateway of a room and opens the socket, in place of any other preparation.
    ///
    /// # Errors
    /// The gateway is not to be found or reached; within 10 s.
    pub async fn prepare(&self, link: RoomLink, settings: &Settings) -> Answer<()> {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed);
        self.enter(Stage::Preparing(attempt));
        let result = call::prepare(options(link.clone(), settings)?).await;
        let mut stage = self.stage();
        // Another room was opened, or this one given up: the socket closes with `result`.
        if !matches!(*stage, Stage::Preparing(current) if current == attempt) {
            return Ok(());
        }
        let answer = match result {
            Ok(prepared) => {
                *stage = Stage::Prepared(Box::new((link, prepared)));
                Ok(())
            }
            Err(error) => {
                *stage = Stage::Failed(error.view());
                Err(error.view())
            }
        };
        drop(stage);
        self.prepared.notify_waiters();
        answer
    }

    /// How many people are in the prepared room; `None` where that cannot be known.
    pub async fn people(&self) -> Option<u64> {
        let people = match &*self.stage() {
            Stage::Prepared(prepared) => prepared.1.people(),
            _ => return None,
        };
        people.await
    }

    /// Closes the socket of a room that nobody joined.
    pub fn cancel_prepare(&self) {
        if !matches!(*self.stage(), Stage::InCall(_)) {
            self.enter(Stage::Idle);
        }
    }

    /// Enters the prepared room, waiting for the preparation where need be.
    ///
    /// # Errors
    /// Nothing was prepared, or the preparation failed.
    pub async fn join(&self, app: &AppHandle, request: &JoinRequest) -> Answer<RecentRoom> {
        let (link, prepared) = self.take_prepared().await?;
        let mut join = JoinOptions::new(&request.name);
        join.microphone = source(request.microphone.clone());
        join.muted = request.muted;
        join.speaker = sink(request.speaker.clone());
        join.source_language.clone_from(&link.source_language);
        join.target_language.clone_from(&link.target_language);
        let call = prepared.join_with(join);
        self.enter(Stage::InCall(call.clone()));
        show(app, call);
        Ok(RecentRoom {
            link: link.share_link(),
            room: link.room.to_string(),
            site: link.site_or_default().host_str().unwrap_or_default().into(),
            last_joined_ms: epoch_ms(),
        })
    }

    /// The call under way, to be left; there is none afterwards.
    pub fn take(&self) -> Option<Call> {
        match std::mem::take(&mut *self.stage()) {
            Stage::InCall(call) => Some(call),
            _ => None,
        }
    }

    /// Lets go of a call that is over.
    fn forget(&self) {
        let mut stage = self.stage();
        if matches!(*stage, Stage::InCall(_)) {
            *stage = Stage::Idle;
        }
    }

    /// Hands a command to the call.
    ///
    /// # Errors
    /// There is none.
    pub fn send(&self, command: Command) -> Answer<()> {
        match &*self.stage() {
            Stage::InCall(call) => {
                call.send(command);
                Ok(())
            }
            _ => Err(errors::no_call()),
        }
    }

    /// The call under way as it is now.
    pub fn view(&self) -> Option<CallView> {
        match &*self.stage() {
            Stage::InCall(call) => Some(call.view().borrow().clone()),
            _ => None,
        }
    }

    async fn take_prepared(&self) -> Answer<(RoomLink, Prepared)> {
        loop {
            let changed = self.prepared.notified();
            {
                let mut stage = self.stage();
                match std::mem::take(&mut *stage) {
                    Stage::Prepared(prepared) => return Ok(*prepared),
                    Stage::Failed(error) => return Err(error),
                    preparing @ Stage::Preparing(_) => *stage = preparing,
                    other => {
                        *stage = other;
                        return Err(errors::no_call());
                    }
                }
            }
            changed.await;
        }
    }

    fn enter(&self, next: Stage) {
        *self.stage() = next;
        self.prepared.notify_waiters();
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        // A stage is replaced whole, so that it is sound even where a holder panicked.
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The microphone that a page's choice means.
pub fn source(choice: Option<String>) -> SourceSpec {
    match choice {
        Some(device) if device == NO_DEVICE => SourceSpec::None,
        choice => SourceSpec::Device(choice),
    }
}

/// The speaker that a page's choice means.
pub fn sink(choice: Option<String>) -> SinkSpec {
    match choice {
        Some(device) if device == NO_DEVICE => SinkSpec::Null,
        choice => SinkSpec::Device(choice),
    }
}

fn options(link: RoomLink, settings: &Settings) -> Answer<CallOptions> {
    let mut options = CallOptions::new(link);
    options.discovery.gateway_override = settings.gateway()?;
    options.ice_servers = settings.relays();
    options.relay_only = settings.relay_only;
    Ok(options)
}

/// Sends what there is to see of a call to the page until it is over.
fn show(app: &AppHandle, call: Call) {
    forward(app, call.view(), events::CALL_VIEW);
    forward(app, call.levels(), events::CALL_LEVELS);
    app.state::<Stats>().record(app, call.clone());
    let app = app.clone();
    async_runtime::spawn(async move {
        let reason = call.ended().await;
        app.state::<Calls>().forget();
        let _ = app.emit(events::CALL_ENDED, reason);
    });
}

fn forward<T>(app: &AppHandle, mut values: watch::Receiver<T>, event: &'static str)
where
    T: Clone + serde::Serialize + Send + Sync + 'static,
{
    let app = app.clone();
    async_runtime::spawn(async move {
        loop {
            let value = values.borrow_and_update().clone();
            if app.emit(event, value).is_err() || values.changed().await.is_err() {
                break;
            }
        }
    });
}

/// Milliseconds since 1970.
pub fn epoch_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis().try_into().unwrap_or(u64::MAX))
}
