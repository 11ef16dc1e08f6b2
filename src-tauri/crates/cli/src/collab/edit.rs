//! `jbcall collab edit`: one value, and what became of it.

use std::time::Duration;

use collab::command::CollabCommand;
use collab::session::Collab;
use collab::view::{CollabConnectionView, CollabUpdate, Delivery, FieldView};
use tokio::time::timeout;

use super::args::Edit;
use super::service;
use super::watch::refused_for_good;
use crate::exit::Exit;
use crate::output;

/// From the start to the service's word on the value.
const LIMIT: Duration = Duration::from_secs(20);

/// What became of it.
enum Outcome {
    Confirmed,
    /// It went, and nobody said that it arrived.
    Sent,
    Replaced {
        by: String,
    },
    Refused,
    NotReached {
        why: String,
    },
}

pub async fn run(options: Edit) -> Exit {
    let collab = match service::open(&options.service).await {
        Ok(collab) => collab,
        Err(refusal) => return refusal.tell(options.json),
    };
    let mut last = String::from("The service did not answer.");
    let outcome = timeout(LIMIT, edit(&collab, &options, &mut last)).await;
    let outcome = outcome.unwrap_or(Outcome::NotReached { why: last });
    collab.close().await;
    tell(&options, &outcome)
}

async fn edit(collab: &Collab, options: &Edit, last: &mut String) -> Outcome {
    let mut updates = collab.updates();
    let mut seen = Seen::default();
    while let Some(update) = updates.next().await {
        if refused_for_good(&update).is_some() {
            return Outcome::Refused;
        }
        match &update.connection {
            Some(CollabConnectionView::Joined { .. }) if !seen.joined => {
                seen.joined = true;
                collab.command(commit(options)).await;
            }
            Some(
                CollabConnectionView::Reconnecting { reason, .. }
                | CollabConnectionView::Refused { reason, .. },
            ) => last.clone_from(&reason.message),
            _ => {}
        }
        if let Some(outcome) = seen.outcome(options, &update) {
            return outcome;
        }
    }
    Outcome::NotReached { why: last.clone() }
}

fn commit(options: &Edit) -> CollabCommand {
    let step = options.step.as_deref().unwrap_or_default();
    CollabCommand::Commit {
        field: format!("{step}:{}", options.field),
        text: options.value.clone(),
    }
}

/// How far it has come.
#[derive(Default)]
struct Seen {
    joined: bool,
    on_its_way: bool,
}

impl Seen {
    fn outcome(&mut self, options: &Edit, update: &CollabUpdate) -> Option<Outcome> {
        let field = update
            .fields
            .iter()
            .find(|field| is_wanted(field, options))?;
        if !self.joined {
            return None;
        }
        if let Some(conflict) = &field.conflict
            && self.on_its_way
        {
            let by = conflict.with.clone();
            return Some(Outcome::Replaced { by });
        }
        match field.mine.as_ref().map(|mine| mine.delivery) {
            Some(Delivery::Unconfirmed) => Some(Outcome::Sent),
            Some(Delivery::Refused) => Some(Outcome::Refused),
            Some(_) => {
                self.on_its_way = true;
                None
            }
            None if field.value.as_ref() == Some(&options.value) => Some(Outcome::Confirmed),
            None => None,
        }
    }
}

fn is_wanted(field: &FieldView, options: &Edit) -> bool {
    field.name == options.field && field.step == options.step
}

fn tell(options: &Edit, outcome: &Outcome) -> Exit {
    let (word, sentence, exit) = match outcome {
        Outcome::Confirmed => (
            "confirmed",
            "The service has the value.".to_owned(),
            Exit::Ok,
        ),
        Outcome::Sent => (
            "sent",
            "The value was sent; the service did not say that it arrived.".to_owned(),
            Exit::Ok,
        ),
        Outcome::Replaced { by } => (
            "replaced",
            format!("{by} gave the field another value at the same time; theirs holds."),
            Exit::Failed,
        ),
        Outcome::Refused => ("refused", "The service refused.".to_owned(), Exit::Refused),
        Outcome::NotReached { why } => ("not-reached", why.clone(), Exit::Unreachable),
    };
    if options.json {
        let edit = serde_json::json!({ "outcome": word, "message": sentence });
        output::json("edit", &edit);
    } else if exit == Exit::Ok {
        output::line(&sentence);
    } else {
        eprintln!("error: {sentence}");
    }
    exit
}
