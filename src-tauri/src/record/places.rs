//! Where a person works on records: the services that they use, and the rooms that go with records.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use collab::link::{CollabLink, is_collab_link};
use collab::profile::{LinkAddress, Profile};
use collab::vocabulary::{FileError, Library};
use serde::{Deserialize, Serialize};

use super::boundary::{
    DeploymentChoice, DeploymentList, FileMistake, ProfileEntry, RecordAddress, RecordBinding,
};
use crate::errors::{self, Answer};
use crate::kept::KeptFile;

/// Bindings kept at most; the oldest goes.
const BINDINGS: usize = 100;

/// A profile in the file. The credential is in the keyring; here is whether there is one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Stored {
    #[serde(flatten)]
    profile: Profile,
    /// The record that was opened last.
    record: String,
    has_credential: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Content {
    profiles: Vec<Stored>,
    /// The newest last.
    bindings: Vec<RecordBinding>,
}

/// Profiles and bindings, with their file.
#[derive(Debug)]
pub struct Places {
    file: KeptFile<Content>,
    vocabularies: PathBuf,
}

/// A service that is to be opened.
#[derive(Debug)]
pub struct Place {
    /// How its service is used, and as whom.
    pub profile: Profile,
    /// Where the record is.
    pub link: CollabLink,
    /// Name of the saved profile that it is, if it is one.
    pub saved: Option<String>,
    /// Whether the keyring has something for it.
    pub has_credential: bool,
}

impl Places {
    /// Reads the file in the configuration folder.
    pub fn open(folder: &Path) -> Self {
        Self {
            file: KeptFile::open(folder, "records"),
            vocabularies: folder.join("vocabularies"),
        }
    }

    /// The built-in vocabularies and the person's own. Files with mistakes are told by
    /// [`Places::deployments`].
    pub fn library(&self) -> Library {
        Library::load(&self.vocabularies).0
    }

    /// The deployments that can be chosen, and the mistakes in the person's own files.
    pub fn deployments(&self) -> DeploymentList {
        let (library, errors) = Library::load(&self.vocabularies);
        let choice = |name: &str| {
            let deployment = library.deployment(name)?;
            Some(DeploymentChoice {
                name: name.to_owned(),
                own: !library.is_builtin(name),
                links: deployment.links.into_iter().map(|link| link.name).collect(),
            })
        };
        DeploymentList {
            deployments: library.names().into_iter().filter_map(choice).collect(),
            mistakes: errors.into_iter().map(mistake).collect(),
            folder: self.vocabularies.display().to_string(),
        }
    }

    /// All profiles.
    pub fn profiles(&self) -> Vec<ProfileEntry> {
        self.file.current().profiles.iter().map(entry).collect()
    }

    /// Keeps a profile under its name, in place of the one that had it.
    ///
    /// # Errors
    /// It cannot be used, or not be written.
    pub fn save(&mut self, entry: ProfileEntry, has_credential: Option<bool>) -> Answer<()> {
        let before = self.find(&entry.name).cloned().unwrap_or_default();
        let profile = Profile {
            name: entry.name,
            url: entry.url,
            path: Some(entry.path).filter(|path| !path.trim().is_empty()),
            links: addresses(entry.links, &before.profile),
            deployment: entry.deployment,
            identity: entry.identity,
            ..before.profile
        };
        profile
            .resolve(&self.library())
            .map_err(|error| errors::coded(error.code(), &error))?;
        let stored = Stored {
            profile,
            record: entry.record,
            has_credential: has_credential.unwrap_or(before.has_credential),
        };
        self.change(|content| {
            let same = |known: &&mut Stored| known.profile.name == stored.profile.name;
            match content.profiles.iter_mut().find(same) {
                Some(known) => *known = stored,
                None => content.profiles.push(stored),
            }
        })
    }

    /// Forgets a profile.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn remove(&mut self, name: &str) -> Answer<()> {
        self.change(|content| content.profiles.retain(|known| known.profile.name != name))
    }

    /// What an address leads to.
    ///
    /// # Errors
    /// Nowhere.
    pub fn place(&self, address: &RecordAddress) -> Answer<Place> {
        let profile = address.profile.as_deref();
        let saved = profile.map(|name| self.find(name).ok_or_else(|| errors::no_profile(name)));
        let saved = saved.transpose()?;
        let stored = saved.cloned().unwrap_or_default();
        let given = |text: &'_ Option<String>| -> Option<String> {
            let text = text.as_deref()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let (input, record) = (given(&address.input), given(&address.record));
        let link = match (input.as_deref(), record.as_deref()) {
            (Some(input), Some(record)) if !is_collab_link(input) => {
                Some(CollabLink::to_record(input, record))
            }
            (Some(input), _) => Some(CollabLink::parse(input)),
            (None, _) => None,
        };
        let link = link
            .transpose()
            .map_err(|error| errors::coded(error.code(), &error))?;
        let (profile, link) = match link {
            Some(link) => (stored.profile.for_link(&link), Ok(link)),
            None => {
                let service = self.service(&stored.profile)?;
                let record = record.unwrap_or(stored.record);
                (stored.profile, CollabLink::to_record(&service, &record))
            }
        };
        let link = link.map_err(|error| errors::coded(error.code(), &error))?;
        Ok(Place {
            profile,
            link,
            saved: saved.map(|saved| saved.profile.name.clone()),
            has_credential: stored.has_credential,
        })
    }

    /// Remembers which record of a profile was opened last.
    pub fn remember(&mut self, place: &Place) {
        let Some(name) = &place.saved else { return };
        let remembered = self.change(|content| {
            let profiles = content.profiles.iter_mut();
            for known in profiles.filter(|known| known.profile.name == *name) {
                known.record.clone_from(&place.link.record);
            }
        });
        if remembered.is_err() {
            tracing::warn!("which record was opened last could not be saved");
        }
    }

    /// Lets a room and a record belong together.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn bind(&mut self, binding: RecordBinding) -> Answer<()> {
        self.change(|content| {
            let apart = |known: &RecordBinding| {
                known.room != binding.room && !known.is_of(&binding.record, &binding.profile)
            };
            content.bindings.retain(apart);
            content.bindings.push(binding);
            let surplus = content.bindings.len().saturating_sub(BINDINGS);
            content.bindings.drain(..surplus);
        })
    }

    /// Undoes that.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn unbind(&mut self, record: &str, profile: &Option<String>) -> Answer<()> {
        self.change(|content| {
            content
                .bindings
                .retain(|known| !known.is_of(record, profile));
        })
    }

    /// The binding of a record.
    pub fn binding_of(&self, record: &str, profile: &Option<String>) -> Option<RecordBinding> {
        let mut bindings = self.file.current().bindings.iter();
        bindings.find(|known| known.is_of(record, profile)).cloned()
    }

    /// The binding of a room.
    pub fn binding_in(&self, room: &str) -> Option<RecordBinding> {
        let mut bindings = self.file.current().bindings.iter();
        bindings.find(|known| known.room == room).cloned()
    }

    /// Where a profile leads to: its deployment may have an address of its own.
    fn service(&self, profile: &Profile) -> Answer<String> {
        let deployment = profile
            .resolve(&self.library())
            .map_err(|error| errors::coded(error.code(), &error))?;
        let address = deployment.links.first().and_then(|link| link.url.clone());
        Ok(address.map(String::from).unwrap_or_default())
    }

    fn find(&self, name: &str) -> Option<&Stored> {
        let mut profiles = self.file.current().profiles.iter();
        profiles.find(|known| known.profile.name == name)
    }

    fn change(&mut self, change: impl FnOnce(&mut Content)) -> Answer<()> {
        self.file.change(change).map_err(errors::settings_not_saved)
    }
}

/// What was typed; the path of a link, which the page does not show, stays as it is.
fn addresses(typed: BTreeMap<String, String>, before: &Profile) -> BTreeMap<String, LinkAddress> {
    let typed = typed.into_iter().filter(|(_, url)| !url.trim().is_empty());
    let address = |(name, url): (String, String)| {
        let path = before.links.get(&name).and_then(|known| known.path.clone());
        (name, LinkAddress { url, path })
    };
    typed.map(address).collect()
}

fn mistake(error: FileError) -> FileMistake {
    FileMistake {
        code: error.code().to_owned(),
        message: error.problem.to_string(),
        file: error.file,
        line: error.line,
        key: error.key,
    }
}

fn entry(stored: &Stored) -> ProfileEntry {
    let profile = &stored.profile;
    ProfileEntry {
        name: profile.name.clone(),
        url: profile.url.clone(),
        path: profile.path.clone().unwrap_or_default(),
        links: profile
            .links
            .iter()
            .map(|(name, address)| (name.clone(), address.url.clone()))
            .collect(),
        deployment: profile.deployment.clone(),
        record: stored.record.clone(),
        identity: profile.identity.clone(),
        has_credential: stored.has_credential,
    }
}
