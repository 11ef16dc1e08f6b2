//! The task which owns the connection.

use crate::event::Event;
use crate::options::Options;
use crate::socket::{Command, Shared};
use std::sync::Arc;
use tokio::sync::mpsc;

pub(crate) fn spawn(
    _options: Options,
    _shared: Arc<Shared>,
    _commands: mpsc::Receiver<Command>,
    _events: mpsc::Sender<Event>,
) {
}
