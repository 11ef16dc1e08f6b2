//! From what is written on the command line to an open record.

use std::path::Path;

use collab::discovery;
use collab::intent::StepRef;
use collab::link::{CollabLink, is_collab_link};
use collab::profile::{LinkAddress, Profile, TransportChoice};
use collab::session::{self, Collab, Network, Options};
use collab::vocabulary::Library;

use super::args::Service;
use crate::exit::Exit;
use crate::{output, person};

/// Why a record was not opened, or something not done.
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    fn of(code: &'static str, error: &impl std::fmt::Display) -> Self {
        let message = error.to_string();
        Self { code, message }
    }

    /// A line that nobody understands.
    pub fn unknown(line: &str) -> Self {
        Self {
            code: "command.unknown",
            message: format!("\"{line}\" is no command."),
        }
    }

    /// Tells it, and ends.
    pub fn tell(&self, json: bool) -> Exit {
        if json {
            let error = serde_json::json!({ "code": self.code, "message": self.message });
            output::json("error", &error);
        } else {
            eprintln!("error: {}", self.message);
        }
        Exit::Usage
    }
}

/// Opens the record that the options name.
pub async fn open(service: &Service) -> Result<Collab, Refusal> {
    let (link, profile) = subject(service)?;
    let library = library(service.vocabularies.as_deref());
    let network = Network {
        extra_ca: service.ca.clone(),
        ..Network::default()
    };
    let mut deployment = discovery::deployment(&profile, &library, &link.record, &network)
        .await
        .map_err(|error| Refusal::of(error.code(), &error))?;
    deployment.set_credential(service.credential.as_deref());
    let step = service.at_step.as_deref().map(step);
    let (collab, _) = session::open(Options {
        deployment,
        record: link.record,
        identity: profile.identity,
        step: step.or(link.step),
        network,
    });
    Ok(collab)
}

/// The record that the options name, and how its service is used.
pub fn subject(service: &Service) -> Result<(CollabLink, Profile), Refusal> {
    let link = link(service)?;
    let profile = profile(service, &link)?;
    Ok((link, profile))
}

/// What is written on the command line goes before what the link says.
fn profile(service: &Service, link: &CollabLink) -> Result<Profile, Refusal> {
    let mut profile = Profile::default();
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    profile.identity.id = text(&service.user_id);
    profile.identity.name = text(&service.name);
    profile.identity.role = text(&service.role);
    let mut profile = profile.for_link(link);
    if profile.identity.id.is_empty() {
        profile.identity.id = person::user_name().unwrap_or_else(|| "jbcall".to_owned());
    }
    if profile.identity.name.is_empty() {
        profile.identity.name = profile.identity.id.clone();
    }
    if let Some(deployment) = &service.deployment {
        profile.deployment.clone_from(deployment);
    }
    if let Some(path) = &service.path {
        profile.path = Some(path.clone());
    }
    if service.polling {
        profile.transports = TransportChoice::Polling;
    }
    for link in &service.links {
        let (name, url) = link.split_once('=').ok_or_else(|| Refusal {
            code: "collab.link-malformed",
            message: format!("\"{link}\" is no link. Write NAME=URL."),
        })?;
        let address = LinkAddress {
            url: url.to_owned(),
            path: None,
        };
        profile.links.insert(name.to_owned(), address);
    }
    Ok(profile)
}

/// The built-in vocabularies and a folder's. Files with mistakes are told and left out.
pub fn library(folder: Option<&Path>) -> Library {
    let Some(folder) = folder else {
        return Library::builtin();
    };
    let (library, errors) = Library::load(folder);
    for error in errors {
        eprintln!("warning: {error}");
    }
    library
}

fn link(service: &Service) -> Result<CollabLink, Refusal> {
    let refuse = |error: collab::link::LinkError| Refusal::of(error.code(), &error);
    if let Some(record) = &service.record
        && !is_collab_link(&service.link)
    {
        return CollabLink::to_record(&service.link, record).map_err(refuse);
    }
    let mut link = CollabLink::parse(&service.link).map_err(refuse)?;
    if let Some(record) = &service.record {
        link.record.clone_from(record);
    }
    Ok(link)
}

fn step(text: &str) -> StepRef {
    text.parse()
        .map_or_else(|_| StepRef::Key(text.to_owned()), StepRef::Index)
}
