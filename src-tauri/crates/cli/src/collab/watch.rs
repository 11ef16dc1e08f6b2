//! `jbcall collab watch` and `join`: a record in a terminal.

use std::time::Duration;

use collab::view::{CollabConnectionView, CollabUpdate};

use super::args::Watch;
use super::service;
use super::typed::{self, Wish};
use super::words::Words;
use crate::exit::Exit;
use crate::{output, signals};

pub async fn run(options: Watch, takes_part: bool) -> Exit {
    let collab = match service::open(&options.service).await {
        Ok(collab) => collab,
        Err(refusal) => return refusal.tell(options.json),
    };
    let mut updates = collab.updates();
    let mut words = Words::default();
    let mut wishes = takes_part.then(typed::listen).flatten();
    let time_over = async {
        match options.duration {
            Some(seconds) => tokio::time::sleep(Duration::from_secs_f64(seconds)).await,
            None => std::future::pending().await,
        }
    };
    let stop = signals::stop();
    tokio::pin!(time_over, stop);
    let mut exit = Exit::Ok;
    loop {
        let wish = async {
            match &mut wishes {
                Some(wishes) => wishes.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            update = updates.next() => {
                let Some(update) = update else { break };
                if !show(&options, &mut words, &update) {
                    break;
                }
                if let Some(refused) = refused_for_good(&update) {
                    exit = refused;
                    break;
                }
            }
            wish = wish => match wish {
                Some(Wish::Command(command)) => collab.command(command).await,
                Some(Wish::Quit) => break,
                Some(Wish::Unknown(line)) => {
                    service::Refusal::unknown(&line).tell(options.json);
                }
                None => wishes = None,
            },
            () = &mut time_over => break,
            () = &mut stop => break,
        }
    }
    collab.close().await;
    exit
}

/// False when nobody reads any more.
fn show(options: &Watch, words: &mut Words, update: &CollabUpdate) -> bool {
    if options.json {
        return output::json("update", update);
    }
    words.of(update).iter().all(|line| output::line(line))
}

/// An operator said no, and will not say otherwise by itself.
pub(super) fn refused_for_good(update: &CollabUpdate) -> Option<Exit> {
    match &update.connection {
        Some(CollabConnectionView::Refused {
            retry_at_ms: None, ..
        }) => Some(Exit::Refused),
        _ => None,
    }
}
