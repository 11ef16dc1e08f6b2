//! `jbcall collab`: one record, several people.

mod args;
mod colleagues;
mod edit;
mod queue;
mod serve;
mod service;
mod typed;
mod vocabularies;
mod watch;
mod words;

pub use args::{Collab, Service};
pub use service::{Refusal, library, subject};

use crate::exit::Exit;

pub async fn run(command: Collab) -> Exit {
    match command {
        Collab::Watch(options) => watch::run(options, false).await,
        Collab::Join(options) => watch::run(options, true).await,
        Collab::Edit(options) => edit::run(options).await,
        Collab::Queue(options) => queue::run(options).await,
        Collab::Serve(options) => serve::run(options).await,
        Collab::Vocabularies(options) => vocabularies::run(&options),
    }
}
