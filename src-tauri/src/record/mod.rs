//! The one record of the window: opened, worked on, closed. What it decides lives in `collab`.

pub mod boundary;
mod credentials;
mod notify;
mod places;

use std::sync::{Mutex, MutexGuard, PoisonError};

use collab::command::CollabCommand;
use collab::discovery;
use collab::session::{self, Collab, Network, Options};
use fieldtest::doctor;
use tauri::{AppHandle, Emitter, Manager, async_runtime};

use crate::errors::{self, Answer};
use crate::events;
use boundary::{
    OpenedRecord, ProfileEntry, RecordAddress, RecordBinding, RecordRequest, RecordState,
    RequestOrigin,
};
pub use places::{Place, Places};

/// Tells a record from the ones that were opened before it.
type Opening = u64;

#[derive(Default)]
struct Stage {
    /// Number of the newest opening.
    newest: Opening,
    open: Option<Open>,
}

struct Open {
    opening: Opening,
    collab: Collab,
    asked: RecordAddress,
    opened: OpenedRecord,
}

/// The record of this window.
#[derive(Default)]
pub struct Records(Mutex<Stage>);

impl Records {
    /// Opens a record in place of the one that is open. Answers when it is known what the service
    /// speaks; how the connection goes is in the updates.
    ///
    /// # Errors
    /// What was given leads to no record, or to no deployment.
    pub async fn open(&self, app: &AppHandle, asked: RecordAddress) -> Answer<OpenedRecord> {
        let (place, library) = {
            let places = app.state::<Mutex<Places>>();
            let places = places.lock().map_err(errors::internal)?;
            let place = places.place(&asked)?;
            (place, places.library())
        };
        self.close().await;
        let opening = {
            let mut stage = self.stage();
            stage.newest += 1;
            stage.newest
        };
        let network = Network::default();
        let record = place.link.record.clone();
        let mut deployment = discovery::deployment(&place.profile, &library, &record, &network)
            .await
            .map_err(|error| errors::coded(error.code(), &error))?;
        deployment.set_credential(credential(&place).await?.as_deref());
        let name = deployment.name.clone();
        let (collab, notifications) = session::open(Options {
            deployment,
            record: record.clone(),
            identity: place.profile.identity.clone(),
            step: None,
            network,
        });
        let host = collab
            .whole()
            .record
            .map(|record| record.host)
            .unwrap_or_default();
        let opened = {
            let places = app.state::<Mutex<Places>>();
            let mut places = places.lock().map_err(errors::internal)?;
            places.remember(&place);
            OpenedRecord {
                binding: places.binding_of(&record, &place.saved),
                record,
                host,
                deployment: name,
                profile: place.saved,
            }
        };
        {
            let mut stage = self.stage();
            // Another record was opened meanwhile: this one closes with its handle.
            if stage.newest != opening {
                return Err(errors::record_superseded());
            }
            stage.open = Some(Open {
                opening,
                collab: collab.clone(),
                asked,
                opened: opened.clone(),
            });
        }
        notify::forward(app, notifications);
        forward(app, &collab, opening);
        Ok(opened)
    }

    /// Whether a record is open.
    pub fn is_open(&self) -> bool {
        self.stage().open.is_some()
    }

    /// Leaves the record, if one is open.
    pub async fn close(&self) {
        let open = self.stage().open.take();
        if let Some(open) = open {
            open.collab.close().await;
        }
    }

    /// Hands a command to the record.
    ///
    /// # Errors
    /// None is open.
    pub async fn command(&self, command: CollabCommand) -> Answer<()> {
        self.collab()?.command(command).await;
        Ok(())
    }

    /// All of the record that is open.
    pub fn state(&self) -> Option<RecordState> {
        let stage = self.stage();
        let open = stage.open.as_ref()?;
        Some(RecordState {
            asked: open.asked.clone(),
            opened: open.opened.clone(),
            update: open.collab.whole(),
        })
    }

    /// The activity log as JSON lines.
    ///
    /// # Errors
    /// No record is open.
    pub fn activity(&self, redacted: bool) -> Answer<String> {
        Ok(self.collab()?.export_activity(redacted))
    }

    /// Lets the record and a room belong together; `None` undoes it.
    ///
    /// # Errors
    /// No record is open, or it cannot be written down.
    pub fn bind(&self, app: &AppHandle, binding: Option<RecordBinding>) -> Answer<()> {
        let mut stage = self.stage();
        let open = stage.open.as_mut().ok_or_else(errors::no_record)?;
        let places = app.state::<Mutex<Places>>();
        let mut places = places.lock().map_err(errors::internal)?;
        match binding.clone() {
            Some(binding) => places.bind(binding),
            None => places.unbind(&open.opened.record, &open.opened.profile),
        }?;
        open.opened.binding = binding;
        Ok(())
    }

    /// Lets go of a record whose session is over without anybody having closed it. True if there
    /// was one.
    fn lost(&self, opening: Opening) -> bool {
        let mut stage = self.stage();
        let is_it = |open: &mut Open| open.opening == opening;
        stage.open.take_if(is_it).is_some()
    }

    fn collab(&self) -> Answer<Collab> {
        let stage = self.stage();
        let open = stage.open.as_ref().ok_or_else(errors::no_record)?;
        Ok(open.collab.clone())
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        // A stage is replaced whole, so that it is sound even where a holder panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Offers the record that goes with a room that was joined.
pub fn offer_of_room(app: &AppHandle, room: &str) {
    let places = app.state::<Mutex<Places>>();
    let binding = places
        .lock()
        .ok()
        .and_then(|places| places.binding_in(room));
    if let Some(binding) = binding {
        ask_for(
            app,
            RecordRequest {
                origin: RequestOrigin::Room,
                input: None,
                profile: binding.profile,
                record: Some(binding.record),
            },
        );
    }
}

/// Fills a link to a record into the form.
pub fn offer_of_link(app: &AppHandle, link: String) {
    ask_for(
        app,
        RecordRequest {
            origin: RequestOrigin::Link,
            input: Some(link),
            profile: None,
            record: None,
        },
    );
}

fn ask_for(app: &AppHandle, request: RecordRequest) {
    if app.emit(events::OPEN_RECORD, request).is_err() {
        tracing::warn!("the window did not take a record");
    }
}

/// Keeps a profile, and its credential where one was typed.
///
/// # Errors
/// It cannot be used, not be written, or the keyring refused: then nothing is changed.
pub async fn save_profile(
    app: &AppHandle,
    profile: ProfileEntry,
    credential: Option<String>,
) -> Answer<()> {
    let has_credential = credential.as_ref().map(|credential| !credential.is_empty());
    if let Some(credential) = credential {
        let name = profile.name.clone();
        blocking(move || credentials::set(&name, &credential)).await?;
    }
    let places = app.state::<Mutex<Places>>();
    let mut places = places.lock().map_err(errors::internal)?;
    places.save(profile, has_credential)
}

/// Forgets a profile and its credential.
///
/// # Errors
/// The keyring refused, or the file cannot be written.
pub async fn remove_profile(app: &AppHandle, name: String) -> Answer<()> {
    let places = app.state::<Mutex<Places>>();
    let known = {
        let places = places.lock().map_err(errors::internal)?;
        places
            .profiles()
            .into_iter()
            .find(|known| known.name == name)
    };
    if known.is_some_and(|known| known.has_credential) {
        let name = name.clone();
        blocking(move || credentials::set(&name, "")).await?;
    }
    let mut places = places.lock().map_err(errors::internal)?;
    places.remove(&name)
}

/// A record for the doctor.
///
/// # Errors
/// The address leads nowhere, or the keyring refused.
pub async fn to_examine(places: &Mutex<Places>, address: RecordAddress) -> Answer<doctor::Options> {
    let (place, library) = {
        let places = places.lock().map_err(errors::internal)?;
        let place = places.place(&address)?;
        (place, places.library())
    };
    Ok(doctor::Options {
        link: address.input.unwrap_or_default(),
        record: Some(doctor::Record {
            credential: credential(&place).await?,
            link: place.link,
            profile: place.profile,
            library,
        }),
        ..doctor::Options::default()
    })
}

async fn credential(place: &Place) -> Answer<Option<String>> {
    match &place.saved {
        Some(name) if place.has_credential => {
            let name = name.clone();
            blocking(move || credentials::get(&name)).await
        }
        _ => Ok(None),
    }
}

/// The keyring may ask the person for its password, and waits for them.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let done = async_runtime::spawn_blocking(work).await;
    done.map_err(errors::internal)?
}

/// Sends what changes to the page until the record is closed.
fn forward(app: &AppHandle, collab: &Collab, opening: Opening) {
    let (app, mut updates) = (app.clone(), collab.updates());
    async_runtime::spawn(async move {
        while let Some(update) = updates.next().await {
            if app.emit(events::COLLAB_UPDATE, update).is_err() {
                break;
            }
        }
        if app.state::<Records>().lost(opening) {
            let _ = app.emit(events::COLLAB_CLOSED, Some(errors::record_lost()));
        }
    });
}
