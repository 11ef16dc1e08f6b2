//! One record's session: the task that owns the sockets and the [`Model`].
//!
//! Decisions are the model's. The task opens one socket per link of the deployment, turns their
//! events into inputs by the vocabulary, carries out what the model wants, and wakes it when it is
//! due. Requests run beside the loop and come back as inputs: a missing ack delays nobody.

mod inbox;
mod reasons;
mod run;
mod sending;
mod sockets;
mod updates;

pub use sockets::Network;
pub(crate) use sockets::options as socket_options;
pub use updates::Updates;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};

use crate::command::CollabCommand;
use crate::intent::StepRef;
use crate::model::Model;
use crate::policy::{COMMAND_QUEUE, NOTIFICATION_QUEUE};
use crate::view::{CollabUpdate, NotificationView};
use crate::vocabulary::{Deployment, Identity};

/// What to open, and as whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where and in which words; every link has its address.
    pub deployment: Deployment,
    /// The record.
    pub record: String,
    /// Who this person is. No service checks it.
    pub identity: Identity,
    /// Step to begin at.
    pub step: Option<StepRef>,
    /// Certificates and proxies.
    pub network: Network,
}

/// A record that is open. Clones are the same session; when the last one is dropped it leaves the
/// record in the background.
#[derive(Debug, Clone)]
pub struct Collab {
    commands: mpsc::Sender<CollabCommand>,
    shared: Arc<Shared>,
    /// Version of the model; its sender goes when the session is over.
    version: watch::Receiver<u64>,
}

/// What the task and its handles have in common.
#[derive(Debug)]
struct Shared(Mutex<Model>);

impl Shared {
    fn model(&self) -> MutexGuard<'_, Model> {
        // The model checks everything that it is given; a panic in it is our bug, and whatever it
        // holds is still the best there is to show.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a record. Returns at once; what becomes of it is in the updates. What is worth a desktop
/// notification comes from the receiver.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn open(options: Options) -> (Collab, mpsc::Receiver<NotificationView>) {
    let (commands, received) = mpsc::channel(COMMAND_QUEUE);
    let (notify, notifications) = mpsc::channel(NOTIFICATION_QUEUE);
    let model = run::model(&options);
    let (changed, version) = watch::channel(model.version());
    let shared = Arc::new(Shared(Mutex::new(model)));
    tokio::spawn(run::until_closed(
        options,
        Arc::clone(&shared),
        changed,
        notify,
        received,
    ));
    let collab = Collab {
        commands,
        shared,
        version,
    };
    (collab, notifications)
}

impl Collab {
    /// Hands a deed to the model. Waits only while very many are under way.
    pub async fn command(&self, command: CollabCommand) {
        // Only after the session has ended: then there is nobody to tell.
        let _ = self.commands.send(command).await;
    }

    /// Everything there is to show.
    pub fn whole(&self) -> CollabUpdate {
        self.shared.model().update_since(0)
    }

    /// What changes from now on, beginning with everything.
    pub fn updates(&self) -> Updates {
        Updates::new(Arc::clone(&self.shared), self.version.clone())
    }

    /// Entries of the activity log as JSON lines; names and values only where asked for.
    pub fn export_activity(&self, redacted: bool) -> String {
        self.shared.model().export_activity(redacted)
    }

    /// Leaves the record and waits until that is done, at most for
    /// [`LEAVE_LIMIT`](crate::policy::LEAVE_LIMIT).
    pub async fn close(self) {
        let Self {
            commands,
            mut version,
            ..
        } = self;
        drop(commands);
        while version.changed().await.is_ok() {}
    }
}
